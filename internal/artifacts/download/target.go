package download

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/wandgo/wandgo/internal/artifacts/manifest"
	"github.com/wandgo/wandgo/internal/record"
	"github.com/wandgo/wandgo/internal/smallfile"
)

// target is the directory that files are downloaded to. Nothing is written outside of it,
// whatever the names and whatever links there are in it.
type target struct {
	root    *os.Root
	partial partial
	fresh   bool // it had no files when the download started
}

func openTarget(dir string) (*target, error) {
	err := os.Mkdir(dir, 0o777) //nolint:gosec // as the official client does
	fresh := err == nil
	if !fresh {
		err = os.MkdirAll(dir, 0o777) //nolint:gosec // likewise
	}
	if err != nil {
		return nil, err
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, err
	}
	t := &target{root: root, fresh: fresh}
	if err := t.partial.open(root); err != nil {
		err = blockedBy(root, t.partial.dir, true, err)
		return nil, errors.Join(err, root.Close())
	}
	return t, nil
}

// close removes what is not needed to continue an incomplete download, such as a directory that was
// made for one that is refused.
func (t *target) close(complete bool) {
	t.partial.close(t.root, complete)
	_ = t.root.Close()
	if t.fresh && !complete {
		_ = os.Remove(t.root.Name()) // only if it is empty
	}
}

// local is a name as this system writes it. The error wraps [manifest.ErrPath] for one that
// it cannot have, such as that of a device.
func local(name string) (string, error) {
	if err := manifest.CheckPath(name); err != nil {
		return "", err
	}
	first, _, _ := strings.Cut(name, "/")
	localized, err := filepath.Localize(name)
	if err != nil || strings.EqualFold(first, partialDir) {
		return "", fmt.Errorf("%w: %s cannot be a file here", manifest.ErrPath, quote(name))
	}
	return localized, nil
}

// create makes a file for content that has no name yet.
func (t *target) create() (f *os.File, name string, err error) {
	base := rand.Text()
	f, err = t.partial.root.OpenFile(base, smallfile.CreateFlags, 0o666)
	return f, t.partial.name(base), err
}

// place gives a complete file its name, or removes it.
func (t *target) place(temp, name string) error {
	err := t.root.Rename(temp, name)
	if errors.Is(err, fs.ErrNotExist) {
		if err = t.root.MkdirAll(filepath.Dir(name), 0o777); err == nil {
			err = t.root.Rename(temp, name)
		}
	}
	if err != nil {
		err = blockedBy(t.root, name, false, err)
		t.remove(temp)
	}
	return err
}

func (t *target) remove(name string) { _ = t.root.Remove(name) }

// has reports whether the file of an entry is there and right.
func (t *target) has(ctx context.Context, name string, e *record.ArtifactEntry, buf []byte) (bool, error) {
	if t.fresh {
		return false, nil
	}
	info, err := t.root.Lstat(name)
	if err != nil || !info.Mode().IsRegular() || info.Size() != e.Size {
		return false, nil
	}
	f, err := t.root.Open(name)
	if err != nil {
		return false, nil
	}
	defer f.Close()
	h, err := manifest.AlgorithmOf(e).New()
	if err != nil {
		return false, err
	}
	n, err := io.CopyBuffer(h, manifest.Stoppable(ctx, f), buf)
	if ctx.Err() != nil {
		return false, context.Cause(ctx)
	}
	return err == nil && check(e, n, h) == nil, nil
}
