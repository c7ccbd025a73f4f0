package dashboard

import (
	"crypto/sha256"
	"encoding/hex"
	"path/filepath"
	"slices"
	"strings"

	"github.com/wandgo/wandgo/internal/runstore"
)

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
		s, err := b.opts.LocalSweep(dir)
		if err != nil || len(s.Trials) == 0 {
			continue
		}
		sum := sha256.Sum256([]byte(dir))
		s.ID, s.Dir, s.State = hex.EncodeToString(sum[:6]), dir, "FINISHED"
		if s.Name == "" {
			s.Name = filepath.Base(dir)
		}
		s.Parameters = append([]string{}, s.Parameters...)
		s.Trials = slices.Clone(s.Trials)
		for i := range s.Trials {
			t := &s.Trials[i]
			if t.Key = keys[t.ID]; t.State == string(runstore.Running) {
				s.State = "RUNNING"
			}
		}
		row := sweepRow{Sweep: s, Runs: len(s.Trials)}
		if s.Best != "" {
			best := number(s.BestValue)
			row.BestValue = &best
		}
		rows = append(rows, row)
	}
	slices.SortFunc(rows, func(x, y sweepRow) int { return strings.Compare(x.Name+x.ID, y.Name+y.ID) })
	return rows
}
