package main

import (
	"context"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"

	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/internal/plaintext"
	"github.com/wandgo/wandgo/internal/syncrun"
)

// extractMedia copies the media of a run to a directory, under the names that they have in
// the run. It prints each name.
func (a *app) extractMedia(ctx context.Context, l *syncrun.Log, to string) error {
	// Neither what is in the run's directory nor what is in the other one leads elsewhere.
	from, err := os.OpenRoot(filepath.Join(filepath.Dir(l.Path), "files"))
	if errors.Is(err, fs.ErrNotExist) {
		return errNoMedia
	}
	if err != nil {
		return err
	}
	defer func() { _ = from.Close() }()
	if err := os.MkdirAll(to, 0o755); err != nil { //nolint:gosec // of the user
		return err
	}
	dir, err := os.OpenRoot(to)
	if err != nil {
		return err
	}
	defer func() { _ = dir.Close() }()
	files := 0
	err = fs.WalkDir(from.FS(), "media", func(name string, entry fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) && name == "media" {
			return errNoMedia
		}
		if err = errors.Join(err, ctx.Err()); err != nil || !entry.Type().IsRegular() {
			return err
		}
		if err := copyBetween(from, dir, name); err != nil {
			return fmt.Errorf("copy %s: %w", name, err)
		}
		files++
		_, err = fmt.Fprintln(a.stdout, plaintext.Line(name, plaintext.NoLimit))
		return err
	})
	if err == nil && files == 0 {
		err = errNoMedia
	}
	return err
}

var errNoMedia = errors.New("the run has no media")

// copyBetween copies a file from one directory to another.
func copyBetween(from, to *os.Root, name string) error {
	src, err := from.Open(name)
	if err != nil {
		return err
	}
	defer func() { _ = src.Close() }()
	if err := to.MkdirAll(path.Dir(name), 0o755); err != nil {
		return err
	}
	dst, err := to.Create(name)
	if err != nil {
		return err
	}
	_, err = io.Copy(dst, src)
	return errors.Join(err, dst.Close())
}
