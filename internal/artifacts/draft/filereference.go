package draft

import (
	"context"
	"crypto/md5" //nolint:gosec // the format's digest
	"net/url"
	"os"
	"path/filepath"

	"github.com/wandgo/wandgo/internal/artifacts/manifest"
)

// files yields a file, or those below a directory.
func (r *Reference) files(ctx context.Context, root string, yield func(Object) error) error {
	info, err := os.Stat(root)
	if err != nil {
		return err
	}
	list := &Draft{clientID: "-"}
	if info.IsDir() {
		err = list.AddDir(root, "")
	} else {
		err = list.AddFile(root, "")
	}
	if err != nil {
		return err
	}
	snap, err := list.snapshot()
	if err != nil {
		return err
	}
	w := newStager(Config{Immutable: true}, manifest.MD5).worker()
	for i, name := range snap.paths {
		src := snap.sources[name]
		uri := (&url.URL{Scheme: "file", Path: filepath.ToSlash(src.file)}).String()
		o := Object{URI: uri, Path: name}
		if r.Name != "" && !info.IsDir() { // the name is the file's
			o.Path = ""
		}
		if r.NoChecksum {
			sum := md5.Sum([]byte(uri)) //nolint:gosec // see the import
			info, err := os.Stat(src.file)
			if err != nil {
				return err
			}
			o.Digest, o.Size = manifest.Digest(sum[:]), info.Size()
		} else {
			e, err := w.stage(ctx, i, &src)
			if err != nil {
				return err
			}
			o.Digest, o.Size = e.Digest, e.Size
		}
		if err := yield(o); err != nil {
			return err
		}
	}
	return nil
}
