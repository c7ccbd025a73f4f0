// Package rundir lays out a run's directory as the official client does, so that
// its tools find what wandgo keeps on disk:
//
//	wandb/
//	  run-YYYYMMDD_HHMMSS-<id>/            offline-run-… for a run without a server
//	    run-<id>.wandb                     the transaction log
//	    run-<id>.wandb.synced              there once the server has all of it
//	    run-<id>.wandb.uploaded            how much of it the server has
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
)

// maxSameName ends the search for a free name.
const maxSameName = 1000

// Dir is the directory of one run.
type Dir struct {
	path, id string
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
	name := fmt.Sprintf("%s-%s-%s", kind, now.Local().Format("20060102_150405"), safe(id))
	d := &Dir{path: filepath.Join(root, name), id: safe(id)}
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
	latest(root, filepath.Base(d.path))
	return d, nil
}

// latest points the link latest-run at the newest run. It is a convenience;
// where it cannot be made, nothing is lost.
func latest(root, name string) {
	link := filepath.Join(root, "latest-run")
	tmp := filepath.Join(root, ".latest-run-"+name)
	if os.Symlink(name, tmp) == nil && os.Rename(tmp, link) != nil {
		_ = os.Remove(tmp)
	}
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
		twin := &Dir{path: filepath.Join(root, e.Name()), id: d.id}
		if !e.IsDir() || twin.path == d.path || !strings.Contains(e.Name(), "run-") || !strings.Contains(e.Name(), "-"+d.id) {
			continue
		}
		if _, err := os.Stat(twin.Journal()); err == nil { // the name alone may be of a longer id
			twins = append(twins, twin)
		}
	}
	return twins
}

// Of returns the directory that holds a log.
func Of(journal string) *Dir {
	name := strings.TrimSuffix(filepath.Base(journal), ".wandb")
	return &Dir{path: filepath.Dir(journal), id: strings.TrimPrefix(name, "run-")}
}

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
func (d *Dir) Journal() string { return filepath.Join(d.path, "run-"+d.id+".wandb") }

// Files returns the directory of the files to upload.
func (d *Dir) Files() string { return filepath.Join(d.path, "files") }

// Offline reports whether the run was made without a server.
func (d *Dir) Offline() bool { return strings.HasPrefix(filepath.Base(d.path), "offline-run-") }

// MarkSynced says that the server has everything.
func (d *Dir) MarkSynced() error {
	if err := os.WriteFile(d.synced(), nil, 0o644); err != nil { //nolint:gosec // holds nothing
		return fmt.Errorf("mark run as synced: %w", err)
	}
	return nil
}

// Synced reports whether the server has everything.
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
}

// Lines are positions in the server's files of a run.
type Lines struct {
	History int64 `json:"history"`
	Events  int64 `json:"events"`
	Console int64 `json:"console"`
}

// SaveUploaded replaces the note of how much the server has.
func (d *Dir) SaveUploaded(u Uploaded) error { return d.replace(d.Journal()+".uploaded", u) }

// LoadUploaded reads that note; false if there is none that can be read.
func (d *Dir) LoadUploaded() (Uploaded, bool) {
	var u Uploaded
	text, err := os.ReadFile(d.Journal() + ".uploaded")
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
	text, err := os.ReadFile(filepath.Join(d.path, "refusal.json"))
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
	tmp := path + ".tmp"
	if err = os.WriteFile(tmp, append(text, '\n'), 0o644); err == nil { //nolint:gosec // holds no secret
		err = os.Rename(tmp, path)
	}
	if err != nil {
		_ = os.Remove(tmp)
		return fmt.Errorf("write %s: %w", filepath.Base(path), err)
	}
	return nil
}
