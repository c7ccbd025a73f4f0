package dashboard

import (
	"crypto/sha256"
	"encoding/hex"
	"os"
	"path/filepath"
	"slices"
	"sort"
	"sync"
	"time"

	"github.com/wandgo/wandgo/internal/runstore"
)

// sweepCache has the local sweeps as they were read last, by directory.
type sweepCache struct {
	mu   sync.Mutex
	read map[string]sweepRead
}

type sweepRead struct {
	files [2]fileState
	sweep Sweep
}

type fileState struct {
	size    int64
	changed time.Time
}

// readSweep reads a local sweep, unless its files are as they were the last time. If a trial was running then, its
// process may have been killed, which changes no file.
func (b *Board) readSweep(dir string) (Sweep, error) {
	var files [2]fileState
	for i, name := range []string{"trials.jsonl", "trials.yaml"} {
		if info, err := os.Stat(filepath.Join(dir, name)); err == nil { // one that is missing has no state
			files[i] = fileState{info.Size(), info.ModTime()}
		}
	}
	c := &b.sweepCache
	c.mu.Lock()
	defer c.mu.Unlock()
	if last, ok := c.read[dir]; ok && last.files == files && !slices.ContainsFunc(last.sweep.Trials, func(t Trial) bool { return t.State == "running" }) {
		return last.sweep, nil
	}
	s, err := b.opts.LocalSweep(dir)
	if err != nil {
		return Sweep{}, err
	}
	if c.read == nil {
		c.read = map[string]sweepRead{}
	}
	c.read[dir] = sweepRead{files, s}
	return s, nil
}

// localSweeps returns the sweeps that are on this disk alone. One that cannot be read, or has
// no trials, is left out.
func (b *Board) localSweeps() []sweepRow {
	rows := []sweepRow{}
	if b.opts.LocalSweep == nil {
		return rows
	}
	keys := map[string]string{}
	for _, run := range b.store.Runs() {
		keys[run.Info().ID] = run.Key()
	}
	for _, dir := range b.store.Sweeps() {
		s, err := b.readSweep(dir)
		if err != nil || len(s.Trials) == 0 {
			continue
		}
		sum := sha256.Sum256([]byte(dir))
		s.ID, s.Dir, s.State = hex.EncodeToString(sum[:6]), dir, "FINISHED"
		if s.Name == "" {
			s.Name = filepath.Base(dir)
		}
		s.Trials = slices.Clone(s.Trials)
		for i := range s.Trials {
			t := &s.Trials[i]
			if t.Key = keys[t.ID]; t.State == string(runstore.Running) {
				s.State = "RUNNING"
			}
		}
		rows = append(rows, newSweepRow(s, len(s.Trials)))
	}
	sort.Slice(rows, func(i, j int) bool { return rows[i].Name+rows[i].ID < rows[j].Name+rows[j].ID })
	return rows
}
