// Package rundir lays out a run's directory as the official client does, so that
// its tools find what wandgo keeps on disk:
//
//	wandb/
//	  run-YYYYMMDD_HHMMSS-<id>/            offline-run-… for a run without a server
//	    run-<id>.wandb                     the transaction log
//	    run-<id>.wandb.synced              a client has uploaded it, or tried to
//	    run-<id>.wandb.uploaded            how much of it which server has
//	    refusal.json                       why the server did not take it, if so
//	    files/                             files to upload
//	    logs/
//	  latest-run -> run-…
package rundir

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/wandgo/wandgo/internal/smallfile"
)

// maxSameName ends the search for a free name.
const maxSameName = 1000

// Dir is the directory of one run.
type Dir struct {
	path, log string
}

// Create makes a directory for a run below root, the "wandb" directory. Where
// the name is taken, as two processes may start a run of one id in the same
// second, a number is added.
func Create(root, id string, online bool, now time.Time) (*Dir, error) {
	kind := "offline-run"
	if online {
		kind = "run"
	}
	if err := os.MkdirAll(root, 0o755); err != nil { //nolint:gosec // like the official client's
		return nil, fmt.Errorf("make run directory: %w", err)
	}
	root, err := filepath.Abs(root) // the program may change its directory
	if err != nil {
		return nil, fmt.Errorf("make run directory: %w", err)
	}
	name := fmt.Sprintf("%s-%s-%s", kind, now.Local().Format(stampLayout), safe(id))
	d := &Dir{path: filepath.Join(root, name)}
	for n := 2; ; n++ {
		err := os.Mkdir(d.path, 0o755) //nolint:gosec // see above
		if err == nil {
			break
		}
		if !errors.Is(err, fs.ErrExist) || n > maxSameName {
			return nil, fmt.Errorf("make run directory: %w", err)
		}
		d.path = filepath.Join(root, fmt.Sprintf("%s-%d", name, n))
	}
	for _, sub := range []string{d.Files(), filepath.Join(d.path, "logs")} {
		if err := os.Mkdir(sub, 0o755); err != nil { //nolint:gosec // see above
			return nil, fmt.Errorf("make run directory: %w", err)
		}
	}
	d.log = filepath.Join(d.path, "run-"+safe(id)+".wandb")
	latest(root, filepath.Base(d.path))
	return d, nil
}

// Of returns the directory that holds a log. Links are followed, so that
// wandb/latest-run/run-<id>.wandb is in the directory that has the run's own name.
func Of(log string) *Dir {
	if file, err := filepath.EvalSymlinks(log); err == nil {
		log = file
	} else if dir, err := filepath.EvalSymlinks(filepath.Dir(log)); err == nil { // there is no log
		log = filepath.Join(dir, filepath.Base(log))
	}
	if whole, err := filepath.Abs(log); err == nil {
		log = whole
	}
	return &Dir{path: filepath.Dir(log), log: log}
}

// Twins are the other directories beside d that are of the same run: of processes that
// wrote it before, or do so now.
func (d *Dir) Twins() []*Dir {
	root := filepath.Dir(d.path)
	entries, err := os.ReadDir(root)
	if err != nil {
		return nil
	}
	var twins []*Dir
	for _, e := range entries {
		dir := filepath.Join(root, e.Name())
		twin := &Dir{path: dir, log: filepath.Join(dir, filepath.Base(d.log))}
		if !e.IsDir() || twin.path == d.path || !strings.Contains(e.Name(), "run-") || !strings.Contains(e.Name(), "-"+d.RunID()) {
			continue
		}
		if _, err := os.Stat(twin.Journal()); err == nil { // the name alone may be of a longer id
			twins = append(twins, twin)
		}
	}
	return twins
}

// At returns the directory at a path, which may hold no log, or none that can be seen.
func At(path string) *Dir { return Of(filepath.Join(path, "run-.wandb")) }

// safe keeps an id from leaving the directory. Ids that the server takes stay.
func safe(id string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == '/' || r == '\\' || r == ':' || r == filepath.Separator {
			return '_'
		}
		return r
	}, id)
}

// Path returns the directory itself.
func (d *Dir) Path() string { return d.path }

// Journal returns the path of the transaction log.
func (d *Dir) Journal() string { return d.log }

// Files returns the directory of the files to upload.
func (d *Dir) Files() string { return filepath.Join(d.path, "files") }

// Offline reports whether the run was made without a server.
func (d *Dir) Offline() bool { return strings.HasPrefix(filepath.Base(d.path), "offline-run-") }

// MarkSynced says, to this client and to the official one, that there is nothing
// left to upload.
func (d *Dir) MarkSynced() error {
	if err := os.WriteFile(d.synced(), nil, 0o644); err != nil { //nolint:gosec // holds nothing
		return fmt.Errorf("mark run as synced: %w", err)
	}
	return nil
}

// Synced reports whether that is said. The official client says it after an upload
// that failed, too; what is known of a server is in the note, see [Uploaded].
func (d *Dir) Synced() bool {
	_, err := os.Stat(d.synced())
	return err == nil
}

func (d *Dir) synced() string { return d.Journal() + ".synced" }

// Uploaded says how much of the log the server has. Base is where the run began
// in the server's files; the others count lines after it.
type Uploaded struct {
	Base    Lines `json:"base"`
	History int64 `json:"history"`
	Events  int64 `json:"events"`
	// Alerts are still to be raised: their places in the log, counted from 0. Of
	// the alerts in the log of an offline run only the first AlertsSeen are
	// accounted for.
	Alerts     []int64 `json:"alerts,omitempty"`
	AlertsSeen int64   `json:"alertsSeen,omitempty"`
	// Entity and Project are where it went, StorageID the server's id of the run.
	Entity    string `json:"entity"`
	Project   string `json:"project"`
	StorageID string `json:"storageId,omitempty"`
	BaseURL   string `json:"baseUrl"`
	// RunID is the id there; "" stands for that in the log.
	RunID string `json:"runId,omitempty"`
	// Done says that the server has acknowledged all of the log, with the end of the
	// run where the log has one. Bytes is how long the log was then.
	Done  bool  `json:"done,omitempty"`
	Bytes int64 `json:"bytes,omitempty"`
	// Whole says that this was acknowledged piece by piece, files included, and that
	// nothing was left out. LeftOut says what was, as far as that is known.
	Whole   bool   `json:"whole,omitempty"`
	LeftOut string `json:"leftOut,omitempty"`
}

// Lines are positions in the server's files of a run.
type Lines struct {
	History int64 `json:"history"`
	Events  int64 `json:"events"`
	Console int64 `json:"console"`
}

// SaveUploaded replaces the note of how much the server has. On a full disk, where there
// is no room for another, it is written over the one that is there.
func (d *Dir) SaveUploaded(u Uploaded) error {
	path := d.Journal() + ".uploaded"
	err := d.replace(path, u)
	if err != nil && d.overwrite(path, u) == nil {
		return nil
	}
	return err
}

// LoadUploaded reads that note; false if there is none that can be read.
func (d *Dir) LoadUploaded() (Uploaded, bool) {
	var u Uploaded
	text, err := smallfile.Read(d.Journal() + ".uploaded")
	if err != nil || json.Unmarshal(text, &u) != nil {
		return Uploaded{}, false
	}
	return u, true
}

// SaveRefusal keeps why the server did not take the run.
func (d *Dir) SaveRefusal(reason json.RawMessage) error {
	return d.replace(filepath.Join(d.path, "refusal.json"), reason)
}

// ClearRefusal forgets why, as the server took it in the end.
func (d *Dir) ClearRefusal() error {
	err := os.Remove(filepath.Join(d.path, "refusal.json"))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("remove refusal.json: %w", err)
	}
	return nil
}

// LoadRefusal reads why the server did not take the run; nil if it did.
func (d *Dir) LoadRefusal() json.RawMessage {
	text, err := smallfile.Read(filepath.Join(d.path, "refusal.json"))
	if err != nil || !json.Valid(text) {
		return nil
	}
	return text
}

// replace writes a file whole or not at all.
func (d *Dir) replace(path string, v any) error {
	text, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return fmt.Errorf("encode %s: %w", filepath.Base(path), err)
	}
	return write(path, append(text, '\n'))
}

// overwrite writes over a file, which takes no more room than that has.
func (d *Dir) overwrite(path string, v any) error {
	text, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return err
	}
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	_, err = f.WriteAt(append(text, '\n'), 0)
	return errors.Join(err, f.Truncate(int64(len(text))+1), f.Close())
}

// AddFile puts a file among those to upload, whole or not at all.
func (d *Dir) AddFile(name string, content []byte) error {
	return write(filepath.Join(d.Files(), name), content)
}

func write(path string, content []byte) error {
	tmp := path + ".tmp"
	err := os.WriteFile(tmp, content, 0o644) //nolint:gosec // holds no secret
	if err == nil {
		err = os.Rename(tmp, path)
	}
	if err != nil {
		_ = os.Remove(tmp)
		return fmt.Errorf("write %s: %w", filepath.Base(path), err)
	}
	return nil
}
