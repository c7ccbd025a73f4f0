// Package rundir is the layout of a run's directory. It is that of the official client,
// so that its tools can read what wandgo writes:
//
//	wandb/
//	  run-YYYYMMDD_HHMMSS-<id>/            offline-run-… for a run without a server
//	    run-<id>.wandb                     the transaction log
//	    run-<id>.wandb.synced              a client has uploaded it, or tried to
//	    run-<id>.wandb.uploaded            the part of it that a server has; see Uploaded
//	    refusal.json                       why the server refused it, if it did
//	    links.json                         which links in files the run made
//	    files/                             files to upload
//	    artifacts/                         files of artifacts that no server has yet
//	    logs/
//	  latest-run -> run-…
package rundir

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/wandgo/wandgo/internal/record"
	"github.com/wandgo/wandgo/internal/slowdisk"
	"github.com/wandgo/wandgo/internal/smallfile"
)

// maxSameName bounds the search for a free name.
const maxSameName = 1000

// Dir is the directory of one run.
type Dir struct {
	path, log string
	disk      slowdisk.Line
}

// diskLimit is how long a small file may take before the file system counts as stuck.
const diskLimit = 3 * time.Second

// Create creates a directory for a run below root, the "wandb" directory. If the name
// exists, because two processes started a run of one id in the same second, a number is
// added.
func Create(root, id string, online bool, now time.Time) (*Dir, error) {
	kind := "offline-run"
	if online {
		kind = "run"
	}
	if err := os.MkdirAll(root, 0o755); err != nil { //nolint:gosec // like the official client's
		return nil, fmt.Errorf("create run directory: %w", err)
	}
	root, err := filepath.Abs(root) // the program may change its working directory
	if err != nil {
		return nil, fmt.Errorf("create run directory: %w", err)
	}
	name := fmt.Sprintf("%s-%s-%s", kind, now.Local().Format(stampLayout), safe(id))
	d := &Dir{path: filepath.Join(root, name)}
	for n := 2; ; n++ {
		err := os.Mkdir(d.path, 0o755) //nolint:gosec // see above
		if err == nil {
			break
		}
		if !errors.Is(err, fs.ErrExist) || n > maxSameName {
			return nil, fmt.Errorf("create run directory: %w", err)
		}
		d.path = filepath.Join(root, fmt.Sprintf("%s-%d", name, n))
	}
	for _, sub := range []string{d.Files(), filepath.Join(d.path, "logs")} {
		if err := os.Mkdir(sub, 0o755); err != nil { //nolint:gosec // see above
			return nil, fmt.Errorf("create run directory: %w", err)
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

// Siblings returns the other directories of the same run beside d, which belong to earlier
// or concurrent processes.
func (d *Dir) Siblings() []*Dir {
	root := filepath.Dir(d.path)
	entries, err := os.ReadDir(root)
	if err != nil {
		return nil
	}
	var siblings []*Dir
	for _, e := range entries {
		dir := filepath.Join(root, e.Name())
		other := &Dir{path: dir, log: filepath.Join(dir, filepath.Base(d.log))}
		if !e.IsDir() || other.path == d.path || !MayBeOf(e.Name(), d.RunID()) {
			continue
		}
		if _, err := os.Stat(other.Journal()); err == nil { // the directory may be of a longer id
			siblings = append(siblings, other)
		}
	}
	return siblings
}

// MayBeOf reports whether a directory of this name may be that of a run with this id, or
// with a longer one.
func MayBeOf(name, id string) bool {
	return strings.Contains(name, "run-") && strings.Contains(name, "-"+safe(id))
}

// At returns the directory at a path, whether or not there is a log in it.
func At(path string) *Dir { return Of(filepath.Join(path, "run-.wandb")) }

// maxIDBytes is how much of an id is in names. Those of files beside the log are longer, and
// most file systems allow 255 bytes.
const maxIDBytes = 160

// safe replaces the characters of an id that could lead out of the directory. The server
// accepts no id with such a character. The end of a long id is replaced by its hash.
func safe(id string) string {
	if len(id) > maxIDBytes {
		sum := sha256.Sum256([]byte(id))
		id = strings.ToValidUTF8(id[:maxIDBytes-9], "") + "-" + hex.EncodeToString(sum[:4])
	}
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

// Offline reports whether the run was created without a server.
func (d *Dir) Offline() bool { return strings.HasPrefix(filepath.Base(d.path), "offline-run-") }

// MarkSynced marks the log as uploaded, for this client and the official one.
func (d *Dir) MarkSynced() error {
	err := d.disk.Run(diskLimit, func() error { return smallfile.Write(d.synced(), nil) })
	if err != nil {
		return fmt.Errorf("mark run as synced: %w", err)
	}
	return nil
}

// Synced reports whether the log is marked as uploaded. The official client also marks it
// after an upload that failed; [Uploaded] is reliable.
func (d *Dir) Synced() bool {
	_, err := os.Stat(d.synced())
	return err == nil
}

// Artifacts is the directory of the files of artifacts that no server has yet. It need not
// exist.
func (d *Dir) Artifacts() string { return filepath.Join(d.path, "artifacts") }

func (d *Dir) synced() string   { return d.Journal() + ".synced" }
func (d *Dir) uploaded() string { return d.Journal() + ".uploaded" }
func (d *Dir) refusal() string  { return filepath.Join(d.path, "refusal.json") }

// Uploaded is the part of the log that a server has.
type Uploaded struct {
	// Base holds the offsets in the server's files at which this log starts. History
	// and Events are the numbers of lines after them.
	Base    record.Lines `json:"base"`
	History int64        `json:"history"`
	Events  int64        `json:"events"`
	// Alerts are the indexes, in the log, of the alerts that are not sent yet. Of an
	// offline run it covers only the first AlertsSeen alerts of the log.
	Alerts     []int64 `json:"alerts,omitempty"`
	AlertsSeen int64   `json:"alertsSeen,omitempty"`
	// Artifacts are the indexes, in the log, of the artifacts that the server has.
	Artifacts []int64 `json:"artifacts,omitempty"`
	// Entity, Project and BaseURL say where the log went. StorageID is the server's id
	// of the run.
	Entity    string `json:"entity"`
	Project   string `json:"project"`
	StorageID string `json:"storageId,omitempty"`
	BaseURL   string `json:"baseUrl"`
	// RunID is the run's id on the server; "" means the id in the log.
	RunID string `json:"runId,omitempty"`
	// Name is the run's display name on the server, "" if it is not known.
	Name string `json:"name,omitempty"`
	// Done is set if the server has acknowledged the whole log, including its exit
	// record if there is one. Bytes is the length of the log at that time.
	Done  bool  `json:"done,omitempty"`
	Bytes int64 `json:"bytes,omitempty"`
	// Whole is set if, in addition, every file was acknowledged and nothing was
	// skipped. LeftOut names what was skipped, if it is known.
	Whole bool `json:"whole,omitempty"`
	// Writer is as which the server knows the process, in shared mode.
	Writer string `json:"writer,omitempty"`
	// Late is set if rows were stored at other steps than those in the log, behind the
	// rows of a later process.
	Late    *Late  `json:"late,omitempty"`
	LeftOut string `json:"leftOut,omitempty"`
}

// Late is how rows of a log are stored behind those of a later process.
type Late struct {
	// From is the index of the first row in the log, Shift what is added to the steps.
	From  int64 `json:"from"`
	Shift int64 `json:"shift"`
	// Before is how earlier rows are stored, if another process continued the run while
	// they were uploaded.
	Before *Late `json:"before,omitempty"`
}

// ShiftOf returns what is added to the step of a row, given by its index in the log.
func (l *Late) ShiftOf(index int64) int64 {
	for ; l != nil; l = l.Before {
		if index >= l.From {
			return l.Shift
		}
	}
	return 0
}

// Then returns l, with another shift for the rows from an index on.
func (l *Late) Then(from, shift int64) *Late {
	for l != nil && l.From >= from {
		l = l.Before
	}
	return &Late{From: from, Shift: shift, Before: l}
}

// SaveUploaded replaces the stored Uploaded. If there is no room for a second file, it
// overwrites the old one in place.
func (d *Dir) SaveUploaded(u Uploaded) error {
	text, err := encode(d.uploaded(), u)
	if err != nil {
		return err
	}
	return d.disk.Run(diskLimit, func() error {
		err := write(d.uploaded(), text)
		if err != nil && overwrite(d.uploaded(), text) == nil {
			return nil
		}
		return err
	})
}

// ForgetUploaded removes the stored Uploaded, so that a sync asks the server.
func (d *Dir) ForgetUploaded() error {
	if err := os.Remove(d.uploaded()); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("forget the upload: %w", err)
	}
	return nil
}

// LoadUploaded returns the stored Uploaded. It reports false if there is none or it cannot
// be read.
func (d *Dir) LoadUploaded() (Uploaded, bool) {
	var u Uploaded
	text, err := smallfile.Read(d.uploaded())
	if err != nil || json.Unmarshal(text, &u) != nil {
		return Uploaded{}, false
	}
	return u, true
}

// SaveRefusal stores why the server refused the run.
func (d *Dir) SaveRefusal(reason json.RawMessage) error {
	text, err := encode(d.refusal(), reason)
	if err != nil {
		return err
	}
	return d.disk.Run(diskLimit, func() error { return write(d.refusal(), text) })
}

// ClearRefusal removes the stored refusal, because the server has accepted the run.
func (d *Dir) ClearRefusal() error {
	err := d.disk.Run(diskLimit, func() error { return os.Remove(d.refusal()) })
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("remove refusal.json: %w", err)
	}
	return nil
}

// LoadRefusal returns why the server refused the run, nil if nothing is stored.
func (d *Dir) LoadRefusal() json.RawMessage {
	text, err := smallfile.Read(d.refusal())
	if err != nil || !json.Valid(text) {
		return nil
	}
	return text
}

// Size returns the length of the log, 0 if it is not known.
func (d *Dir) Size() int64 {
	size := new(int64)
	if !d.disk.Do(diskLimit, func() {
		if info, err := os.Stat(d.log); err == nil {
			*size = info.Size()
		}
	}) {
		return 0
	}
	return *size
}

// AddFile writes a file into the directory of the files to upload, completely or not at
// all.
func (d *Dir) AddFile(name string, content []byte) error {
	return d.disk.Run(diskLimit, func() error { return write(filepath.Join(d.Files(), name), content) })
}

// encode returns the content of a JSON file.
func encode(path string, v any) ([]byte, error) {
	text, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("encode %s: %w", filepath.Base(path), err)
	}
	return append(text, '\n'), nil
}

// overwrite writes a file in place, which needs no room for a second one.
func overwrite(path string, content []byte) error {
	if info, err := os.Lstat(path); err != nil || !info.Mode().IsRegular() {
		return errors.Join(err, smallfile.ErrNotRegular)
	}
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	_, err = f.WriteAt(content, 0)
	return errors.Join(err, f.Truncate(int64(len(content))), f.Close())
}

// write writes a file completely or not at all.
func write(path string, content []byte) error {
	if err := smallfile.Write(path, content); err != nil {
		return fmt.Errorf("write %s: %w", filepath.Base(path), err)
	}
	return nil
}
