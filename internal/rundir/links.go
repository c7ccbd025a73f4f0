package rundir

import (
	"crypto/hmac"
	"encoding/hex"
	"encoding/json"
	"path/filepath"

	"github.com/wandgo/wandgo/internal/secret"
	"github.com/wandgo/wandgo/internal/smallfile"
)

// A live run links the files that the program saved into its directory. Whoever syncs the
// directory must be able to tell these links from those of somebody else, who wants to have
// files of the machine uploaded. Nothing in a directory proves who made it, so each link is
// noted with a code that takes the API key to make.

func (d *Dir) links() string { return filepath.Join(d.path, "links.json") }

// AddLinks notes links, by name, to the files that they lead to. Without a key it does
// nothing.
func (d *Dir) AddLinks(key secret.Key, links map[string]string) error {
	if key.Empty() || len(links) == 0 {
		return nil
	}
	return d.disk.Run(diskLimit, func() error {
		codes := d.linkCodes()
		for name, to := range links {
			codes[name] = hex.EncodeToString(d.linkCode(key, name, to))
		}
		text, err := encode(d.links(), codes)
		if err != nil {
			return err
		}
		return write(d.links(), text)
	})
}

// HasLink reports whether a run with this key made the link from name to a file.
func (d *Dir) HasLink(key secret.Key, name, to string) bool {
	code, err := hex.DecodeString(d.linkCodes()[name])
	return err == nil && len(code) > 0 && hmac.Equal(code, d.linkCode(key, name, to))
}

func (d *Dir) linkCodes() map[string]string {
	var codes map[string]string
	if text, err := smallfile.Read(d.links()); err == nil {
		_ = json.Unmarshal(text, &codes) // a damaged note proves nothing
	}
	if codes == nil {
		codes = map[string]string{}
	}
	return codes
}

// linkCode is nil for an empty key.
func (d *Dir) linkCode(key secret.Key, name, to string) []byte {
	return key.MAC("wandgo link", d.RunID(), name, to)
}
