package runfiles

import (
	"context"
	"fmt"
	"slices"
	"strings"
)

// Finish uploads the files with the policies End and Live, tries once more what
// failed for want of an answer, and waits for everything. It returns a
// [*FilesError] with what is not on the server, and, when ctx ended first, the
// context's error beside it; the uploads then go on until Close or Keep. After
// Keep, Finish waits for nothing and keeps those files once more instead, and then
// the [*FilesError] names those that could not be kept. It may be called again.
// What had no content is no error; see [Uploader.Missing].
func (u *Uploader) Finish(ctx context.Context) error {
	if done, err := u.finishKept(ctx); done {
		return err
	}
	if !u.cfg.hasServer() {
		return u.nowhere()
	}
	u.Start()
	u.mu.Lock()
	if !u.finishing {
		u.finishing = true
		for _, f := range u.files {
			if f.src != nil && (f.policy != Now || f.err != nil && !lasting(f.err)) {
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

// nowhere is Finish of an uploader that has neither a server nor a directory.
func (u *Uploader) nowhere() error {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.finishing = true
	for _, f := range u.files {
		f.err = ErrNoServer
	}
	return joined(u.failedLocked())
}

// wait waits until nothing is pending or being sent.
func (u *Uploader) wait(ctx context.Context) error {
	for {
		u.mu.Lock()
		open := u.open
		if open > 0 && u.settled == nil {
			u.settled = make(chan struct{})
		}
		settled := u.settled
		u.mu.Unlock()
		if open == 0 {
			return nil
		}
		select {
		case <-settled:
		case <-u.ctx.Done():
			return fmt.Errorf("upload files: %d not uploaded: %w", open, ErrClosed)
		case <-ctx.Done():
			return fmt.Errorf("upload files: %d not uploaded: %w", open, context.Cause(ctx))
		}
	}
}

// Missing returns the files that were left out because they were not there, or were
// no regular files, when their turn came, in the order of their names. Those that
// match a pattern to ignore are not among them.
func (u *Uploader) Missing() []*FileError {
	u.mu.Lock()
	defer u.mu.Unlock()
	var missing []*FileError
	for _, f := range u.files {
		if f.gone != nil {
			missing = append(missing, &FileError{f.name, f.gone})
		}
	}
	return sorted(missing)
}

// failures returns a *FilesError, or nil.
func (u *Uploader) failures() error {
	u.mu.Lock()
	defer u.mu.Unlock()
	return joined(u.failedLocked())
}

func (u *Uploader) failedLocked() []*FileError {
	var failed []*FileError
	for _, f := range u.files {
		if f.err != nil {
			failed = append(failed, &FileError{f.name, f.err})
		}
	}
	return failed
}

func joined(failed []*FileError) error {
	if len(failed) == 0 {
		return nil
	}
	return &FilesError{sorted(failed)}
}

func sorted(files []*FileError) []*FileError {
	slices.SortFunc(files, func(a, b *FileError) int { return strings.Compare(a.Name, b.Name) })
	return files
}

// Errors returns the files that failed so far, in the order of their names.
func (u *Uploader) Errors() []*FileError {
	if e, ok := u.failures().(*FilesError); ok { //nolint:errorlint // it is returned as it is
		return e.Files
	}
	return nil
}
