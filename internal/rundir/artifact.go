package rundir

import (
	"crypto/sha256"
	"encoding/hex"
	"io"

	"github.com/wandgo/wandgo/internal/record"
	"github.com/wandgo/wandgo/internal/secret"
)

// An artifact in a log names files of this machine. As with links, nothing in a directory
// proves who wrote that, so it is noted with a code that takes the API key to make.

// AddArtifact notes that the run logged an artifact. Without a key it does nothing.
func (d *Dir) AddArtifact(key secret.Key, a *record.Artifact) error {
	return d.AddLinks(key, map[string]string{artifactLink(a): localPaths(a)})
}

// HasArtifact reports whether a run with this key logged an artifact with these local
// files.
func (d *Dir) HasArtifact(key secret.Key, a *record.Artifact) bool {
	return d.HasLink(key, artifactLink(a), localPaths(a))
}

func artifactLink(a *record.Artifact) string { return "artifact " + a.ClientID }

// localPaths is a hash of the files that an artifact names.
func localPaths(a *record.Artifact) string {
	h := sha256.New()
	if a.Manifest != nil {
		for i := range a.Manifest.Entries {
			_, _ = io.WriteString(h, a.Manifest.Entries[i].LocalPath+"\x00") // a hash accepts every write
		}
	}
	return hex.EncodeToString(h.Sum(nil))
}
