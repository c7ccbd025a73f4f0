package main

import (
	"context"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/internal/plaintext"
	"github.com/wandgo/wandgo/internal/record"
	"github.com/wandgo/wandgo/internal/secret"
	"github.com/wandgo/wandgo/internal/syncrun"
)

// extraction copies the media of a run to a directory.
type extraction struct {
	a     *app
	log   *syncrun.Log
	dir   string
	to    *os.Root // the directory, nil until something is copied; nothing is written elsewhere
	files int
	gone  map[string]int // media in cells of tables that are not on this disk, by artifact
}

// extractMedia copies the media of a run to a directory, under the names that they have in
// the run, and those in cells of tables below the names of their artifacts. It prints each
// name.
func (a *app) extractMedia(ctx context.Context, l *syncrun.Log, to string) error {
	x := &extraction{a: a, log: l, dir: to, gone: make(map[string]int)}
	defer x.close()
	if err := errors.Join(x.ofRows(ctx), x.ofCells(ctx)); err != nil {
		return err
	}
	for _, name := range sortedKeys(x.gone) {
		fmt.Fprintf(a.stderr, "%s in cells of a table not copied: not in the run's directory. If the run is uploaded:\n    wandgo artifact get %s:latest\n",
			counted(x.gone[name], "file"), plaintext.Line(l.Run.Entity+"/"+l.Run.Project+"/"+name, plaintext.NoLimit))
	}
	if x.files == 0 && len(x.gone) == 0 {
		return noMedia(l)
	}
	return nil
}

// noMedia is the error of a run that has nothing to show or to copy.
func noMedia(l *syncrun.Log) error {
	return &errors.InputError{Field: "path", Value: secret.Redact(relative(l.Path)), Rule: "the run has no media files"}
}

// open makes and opens the directory before the first file is copied.
func (x *extraction) open() (err error) {
	if x.to != nil {
		return nil
	}
	if err = os.MkdirAll(x.dir, 0o755); err == nil { //nolint:gosec // of the user
		x.to, err = os.OpenRoot(x.dir)
	}
	return err
}

func (x *extraction) close() {
	if x.to != nil {
		_ = x.to.Close()
	}
}

// ofRows copies the files that rows name.
func (x *extraction) ofRows(ctx context.Context) error {
	// Nothing in the run's directory leads elsewhere.
	from, err := os.OpenRoot(filepath.Join(filepath.Dir(x.log.Path), "files"))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer func() { _ = from.Close() }()
	return fs.WalkDir(from.FS(), "media", func(name string, entry fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) && name == "media" {
			return nil
		}
		if err = errors.Join(err, ctx.Err()); err != nil || !entry.Type().IsRegular() {
			return err
		}
		src, err := from.Open(name)
		if err != nil {
			return err
		}
		return x.copy(src, name)
	})
}

// ofCells copies the media of the tables' artifacts that are not uploaded yet. Their names
// have hashes of the contents, so versions of a table share files.
func (x *extraction) ofCells(ctx context.Context) error {
	done := make(map[string]bool)
	for rec, err := range records(ctx, x.log.Path, nil) {
		if err != nil {
			return err
		}
		a, ok := rec.Body.(*record.Artifact)
		if !ok || a.Type != "run_table" && a.Type != "wandb-run-incremental-table" {
			continue
		}
		entries, err := x.log.Entries(a)
		if err != nil {
			return fmt.Errorf("read artifact %s: %w", a.Name, err)
		}
		for i := range entries {
			e := &entries[i]
			name := path.Join(a.Name, e.Path)
			if !strings.HasPrefix(e.Path, "media/") || strings.HasPrefix(e.Path, "media/classes/") || done[name] {
				continue
			}
			done[name] = true
			if e.LocalPath == "" {
				x.gone[a.Name]++
				continue
			}
			src, err := os.Open(e.LocalPath)
			if err != nil {
				return err
			}
			if err := x.copy(src, name); err != nil {
				return err
			}
		}
	}
	return nil
}

// copy copies a file to the directory, prints its name, and closes it.
func (x *extraction) copy(src io.ReadCloser, name string) error {
	defer func() { _ = src.Close() }()
	if err := x.open(); err != nil {
		return err
	}
	err := x.to.MkdirAll(path.Dir(name), 0o755)
	var dst *os.File
	if err == nil {
		dst, err = x.to.Create(name)
	}
	if err == nil {
		_, err = io.Copy(dst, src)
		err = errors.Join(err, dst.Close())
	}
	if err != nil {
		return fmt.Errorf("copy %s: %w", name, err)
	}
	x.files++
	_, err = fmt.Fprintln(x.a.stdout, plaintext.Line(name, plaintext.NoLimit))
	return err
}
