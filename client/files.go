package client

import (
	"io/fs"

	"github.com/wandgo/wandgo/internal/runfiles"
)

// FilePolicy says when a file is uploaded.
type FilePolicy string

// The policies for files.
const (
	// SaveNow uploads a file once, within seconds.
	SaveNow FilePolicy = "now"
	// SaveAtEnd uploads it in Finish, with the content it has then.
	SaveAtEnd FilePolicy = "end"
	// SaveLive uploads it whenever it changed, and a last time in Finish.
	SaveLive FilePolicy = "live"
)

// SaveFile uploads the files that match a pattern into the run, in the background, and
// returns their names there. It does not block on the network and is safe for
// concurrent use.
//
// The pattern is one of filepath.Match, in which ** stands for any number of
// directories, and [!a] is [^a]. A pattern that is the name of a file matches only that
// file. A name that starts with a dot is only matched by an element that does. A file
// whose name is typical of keys or passwords, such as server.pem, is only matched by its
// full name. Directories that match are skipped, and no match is not an error. A pattern
// that is not absolute is relative to the working directory.
//
// Names are relative to base. If base is empty they are relative to the working
// directory; those of an absolute pattern are relative to the parent of the directory
// that it names, so that /data/ckpt/*.pt gives ckpt/a.pt.
//
// Files are streamed from disk, up to 16 of a Client at a time. A file that fails, or
// does not exist when its turn comes, does not stop the others; Finish reports it. A link
// in the run's directory leads a later sync to them, in case the process is killed. If
// the run is offline, or the server has refused its files, they are copied to the run's
// directory.
//
// Errors:
//   - *errors.InputError (ErrInvalidInput): an invalid pattern, one that leaves base or
//     names a directory, or an unknown policy.
//   - ErrRunFinished after Finish. If it comes while Finish works, the files may be
//     uploaded.
//   - any other error is the disk's.
func (r *Run) SaveFile(pattern, base string, policy FilePolicy) ([]string, error) {
	p := runfiles.Policy(policy)
	return r.session.Save(func(u *runfiles.Uploader) ([]string, error) { return u.SaveGlob(pattern, base, p) }, p)
}

// SaveFS is [Run.SaveFile] for a file system, whose root is the base. It must stay
// usable until Finish has returned.
func (r *Run) SaveFS(fsys fs.FS, pattern string, policy FilePolicy) ([]string, error) {
	p := runfiles.Policy(policy)
	return r.session.Save(func(u *runfiles.Uploader) ([]string, error) { return u.SaveFS(fsys, pattern, p) }, p)
}
