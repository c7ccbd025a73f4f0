package runstore

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/internal/journal"
	"github.com/wandgo/wandgo/internal/record"
	"github.com/wandgo/wandgo/internal/rundir"
)

// noon is when the runs of the tests start.
var noon = time.Date(2026, 11, 28, 12, 0, 0, 0, time.UTC)

// logged is a run that a test writes.
type logged struct {
	tb   testing.TB
	dir  *rundir.Dir
	log  *journal.Writer
	rows int
}

// start creates a run below root.
func start(tb testing.TB, root, id string) *logged {
	tb.Helper()
	dir, err := rundir.Create(filepath.Join(root, "wandb"), id, false, noon)
	require.NoError(tb, err)
	log, err := journal.Create(dir.Journal(), journal.Options{})
	require.NoError(tb, err)
	tb.Cleanup(func() { _ = log.Close() })
	l := &logged{tb: tb, dir: dir, log: log}
	l.add(&record.Run{
		ID: id, Entity: "jo", Project: "vision", DisplayName: "name of " + id, StartTime: noon,
		Config: &record.Config{Update: []record.Item{{Key: "lr", Value: []byte("0.1")}}},
	})
	return l
}

func (l *logged) add(records ...record.Record) {
	l.tb.Helper()
	for _, rec := range records {
		require.NoError(l.tb, l.log.Append(rec))
	}
}

// row adds a row of loss = step/8, and more members.
func (l *logged) row(more string) {
	l.tb.Helper()
	line := fmt.Appendf(nil, `{"loss":%v,"_runtime":%d,"_step":%d%s}`, float64(l.rows)/8, l.rows, l.rows, more)
	require.NoError(l.tb, l.log.AppendRow(&record.Row{Line: line, Step: int64(l.rows)}))
	l.rows++
}

func (l *logged) flush() {
	l.tb.Helper()
	require.NoError(l.tb, l.log.Flush())
}

// finish ends the run and returns the path of its log.
func (l *logged) finish(code int32) string {
	l.tb.Helper()
	l.add(&record.Exit{Code: code, Runtime: 7})
	require.NoError(l.tb, l.log.Close())
	return l.dir.Journal()
}

// open opens a store and reads it.
func open(tb testing.TB, opts Options, dirs ...string) *Store {
	tb.Helper()
	s := Open(dirs, opts)
	tb.Cleanup(s.Close)
	s.Refresh(tb.Context())
	return s
}

// only returns the one run of a store.
func only(tb testing.TB, s *Store) *Run {
	tb.Helper()
	runs := s.Runs()
	require.Len(tb, runs, 1)
	return runs[0]
}

// points returns all points of a metric.
func points(tb testing.TB, r *Run, t Table, x, y string) (xs, ys []float64) {
	tb.Helper()
	for c, err := range r.Chunks(t, x, y, 0) {
		require.NoError(tb, err)
		xs, ys = append(xs, c.X...), append(ys, c.Y...)
	}
	return xs, ys
}

func metric(tb testing.TB, list []Metric, name string) Metric {
	tb.Helper()
	for _, m := range list {
		if m.Name == name {
			return m
		}
	}
	require.Fail(tb, "no metric", name)
	return Metric{}
}

// official writes the log of a version of the official client below root.
func official(tb testing.TB, root, version string) {
	tb.Helper()
	packed, err := os.ReadFile(filepath.Join("testdata", "official-"+version+".wandb.gz"))
	require.NoError(tb, err)
	z, err := gzip.NewReader(bytes.NewReader(packed))
	require.NoError(tb, err)
	log, err := io.ReadAll(z)
	require.NoError(tb, err)
	dir := filepath.Join(root, "wandb", "offline-run-20261128_131822-x")
	require.NoError(tb, os.MkdirAll(dir, 0o700))
	require.NoError(tb, os.WriteFile(filepath.Join(dir, "run-x.wandb"), log, 0o600))
}

// text is a value of JSON of about n bytes.
func text(n int) string { return strconv.Quote(string(bytes.Repeat([]byte("x"), n))) }
