package download

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"

	"github.com/wandgo/wandgo/internal/diagnose"
	"github.com/wandgo/wandgo/internal/record"
)

// Differences are what in a directory is not as in an artifact. Each list has at most
// maxListed names, in order.
type Differences struct {
	Changed, Missing, Extra []string
}

// maxListed bounds each list of [Differences].
const maxListed = 1000

// Verify compares a directory with the artifact. References are not compared.
func (v *Version) Verify(ctx context.Context, dir string) (*Differences, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, fmt.Errorf("verify artifact: %w", err)
	}
	defer root.Close()
	d := &Differences{}
	err = v.withManifest(ctx, func(m *manifestFile) error { return verify(ctx, m, &target{root: root}, d) })
	if err != nil {
		return nil, v.explain(ctx, diagnose.OpDownloadArtifact, err)
	}
	for _, list := range []*[]string{&d.Changed, &d.Missing, &d.Extra} {
		slices.Sort(*list)
		*list = (*list)[:min(len(*list), maxListed)]
	}
	return d, nil
}

func verify(ctx context.Context, m *manifestFile, t *target, d *Differences) error {
	var mu sync.Mutex // of d and known
	known := map[string]bool{}
	err := m.concurrently(ctx, "", runtime.GOMAXPROCS(0), func(ctx context.Context, e *record.ArtifactEntry, buf []byte) error {
		name, err := local(e.Path)
		if err != nil {
			return err
		}
		mu.Lock()
		known[name] = true
		mu.Unlock()
		if e.Ref != "" {
			return nil
		}
		right, err := t.has(ctx, name, e, buf)
		if right || err != nil {
			return err
		}
		mu.Lock()
		defer mu.Unlock()
		if _, err := t.root.Lstat(name); errors.Is(err, fs.ErrNotExist) {
			d.Missing = append(d.Missing, e.Path)
		} else {
			d.Changed = append(d.Changed, e.Path)
		}
		return nil
	})
	if err != nil {
		return err
	}
	return fs.WalkDir(t.root.FS(), ".", func(path string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && path == partialDir:
			return fs.SkipDir
		case !entry.IsDir() && !known[filepath.FromSlash(path)]:
			d.Extra = append(d.Extra, path)
		}
		return ctx.Err()
	})
}

// Equal reports whether there are none.
func (d *Differences) Equal() bool { return len(d.Changed)+len(d.Missing)+len(d.Extra) == 0 }

func (d *Differences) String() string {
	var parts []string
	for _, l := range []struct {
		what  string
		names []string
	}{{"changed", d.Changed}, {"missing", d.Missing}, {"not in the artifact", d.Extra}} {
		if len(l.names) > 0 {
			parts = append(parts, l.what+": "+listed(l.names))
		}
	}
	return strings.Join(parts, "; ")
}
