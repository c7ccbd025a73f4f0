package runfiles

import (
	"context"
	"fmt"
	"slices"
	"strings"
)

// Finish uploads the files with the policies End and Live, repeats uploads that failed with
// a temporary error, and waits for all uploads. It may be called again. After Keep it
// stores those files again instead and does not wait. A file without content is not an
// error; see [Uploader.Missing]. The error is
//
//   - a [*FilesError] with the files that are not on the server, or after Keep, with those
//     that could not be stored;
//   - the context's error if ctx ended first; the uploads then continue until Close or
//     Keep.
func (u *Uploader) Finish(ctx context.Context) error {
	if done, err := u.finishKept(ctx); done {
		return err
	}
	if !u.cfg.hasServer() {
		return u.noServer()
	}
	u.Start()
	u.mu.Lock()
	if !u.finishing {
		u.finishing = true
		for _, f := range u.files {
			if f.src != nil && (f.policy != Now || f.err != nil && !permanent(f.err)) {
				u.pendLocked(f)
			}
		}
	}
	u.flushLocked()
	u.mu.Unlock()
	if err := u.wait(ctx); err != nil {
		if ctx.Err() == nil && u.wasKept() { // meanwhile
			return u.unkept()
		}
		return err
	}
	return u.failures()
}

// noServer is Finish for an uploader without a server and a directory.
func (u *Uploader) noServer() error {
	u.mu.Lock()
	u.finishing = true
	for _, f := range u.files {
		f.err = ErrNoServer
	}
	u.mu.Unlock()
	return u.failures()
}

// wait waits until no file is pending or being sent.
func (u *Uploader) wait(ctx context.Context) error {
	for {
		u.mu.Lock()
		open := u.open
		if open > 0 && u.drained == nil {
			u.drained = make(chan struct{})
		}
		drained := u.drained
		u.mu.Unlock()
		if open == 0 {
			return nil
		}
		select {
		case <-drained:
		case <-u.ctx.Done():
			return fmt.Errorf("upload files: %d not uploaded: %w", open, ErrClosed)
		case <-ctx.Done():
			return fmt.Errorf("upload files: %d not uploaded: %w", open, context.Cause(ctx))
		}
	}
}

// Missing returns the files that were skipped because they did not exist or were not
// regular files, sorted by name. It does not include files that match a pattern to ignore.
func (u *Uploader) Missing() []*FileError {
	return u.filesWith(func(f *file) error { return f.gone })
}

// Errors returns the files that failed so far, sorted by name.
func (u *Uploader) Errors() []*FileError {
	return u.filesWith(func(f *file) error { return f.err })
}

// failures returns a *FilesError with the files that failed, or nil.
func (u *Uploader) failures() error { return joined(u.Errors()) }

// filesWith returns the files that have an error of some kind, sorted by name.
func (u *Uploader) filesWith(kind func(*file) error) []*FileError {
	u.mu.Lock()
	defer u.mu.Unlock()
	var files []*FileError
	for _, f := range u.files {
		if err := kind(f); err != nil {
			files = append(files, &FileError{f.name, err})
		}
	}
	slices.SortFunc(files, func(a, b *FileError) int { return strings.Compare(a.Name, b.Name) })
	return files
}

func joined(files []*FileError) error {
	if len(files) == 0 {
		return nil
	}
	return &FilesError{files}
}
