package syncrun_test

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/graphql"
	"github.com/wandgo/wandgo/internal/filestream"
	"github.com/wandgo/wandgo/internal/journal"
	"github.com/wandgo/wandgo/internal/record"
	"github.com/wandgo/wandgo/internal/runfiles"
	"github.com/wandgo/wandgo/internal/sink"
	"github.com/wandgo/wandgo/internal/syncrun"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// server keeps one run in memory.
type server struct {
	mu         sync.Mutex
	exists     bool
	config     string
	upserts    []graphql.UpsertBucketInput
	lines      map[string][]string
	rewinds    int
	preempting bool
	again      int // lines that were sent at an index that was there
	uploaded   []string
	files      map[string]string // by name: path, or content
	missing    map[string]error
	exit       *int
	state      string // in place of what follows from exit
	asked      int
	alerts     []string
	mute       map[string]bool // alerts that it does not take
	posts      int
	largest    int
	failAt     int // the post that fails, 0 for none
	discard    bool
	noFiles    bool  // they fail
	stall      bool  // files go nowhere
	rows       int64 // counted where lines are discarded
	onPost     func()
	artifacts  artifacts
}

func newServer() *server {
	return &server{lines: map[string][]string{}, files: map[string]string{}, missing: map[string]error{}}
}

const (
	historyFile = "wandb-history.jsonl"
	eventsFile  = "wandb-events.jsonl"
	summaryFile = "wandb-summary.json"
	consoleFile = "output.log"
)

func (s *server) Status(context.Context, sink.Target) (*graphql.RunState, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.asked++; !s.exists {
		return nil, nil
	}
	tail := func(file string) *string {
		last := []string{}
		if l := s.lines[file]; len(l) > 0 {
			last = append(last, l[len(l)-1])
		}
		text, _ := json.Marshal(last)
		return new(string(text))
	}
	summary := "{}"
	if l := s.lines[summaryFile]; len(l) > 0 {
		summary = l[0]
	}
	state := "running"
	switch {
	case s.state != "":
		state = s.state
	case s.exit != nil && *s.exit == 0:
		state = "finished"
	case s.exit != nil:
		state = "failed"
	}
	return &graphql.RunState{
		State: &state,
		Id:    "storage-id", Name: "r1", Config: &s.config, SummaryMetrics: &summary,
		HistoryLineCount: new(len(s.lines[historyFile])), EventsLineCount: new(len(s.lines[eventsFile])),
		LogLineCount: new(len(s.lines[consoleFile])), HistoryTail: tail(historyFile), EventsTail: tail(eventsFile),
	}, nil
}

func (s *server) Rows(_ context.Context, _ sink.Target, minStep, maxStep int64, limit int) ([]string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var rows []string
	for _, line := range s.lines[historyFile] {
		var row struct {
			Step int64 `json:"_step"`
		}
		if json.Unmarshal([]byte(line), &row) == nil && row.Step >= minStep && row.Step < maxStep && len(rows) < limit {
			rows = append(rows, line)
		}
	}
	return rows, nil
}

func (s *server) Rewind(_ context.Context, _ sink.Target, step int64) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.rewinds++
	s.lines[historyFile] = slices.DeleteFunc(s.lines[historyFile], func(line string) bool {
		var row struct {
			Step int64 `json:"_step"`
		}
		return json.Unmarshal([]byte(line), &row) != nil || row.Step > step
	})
	return nil
}

func (s *server) Upsert(_ context.Context, in graphql.UpsertBucketInput) (*syncrun.Created, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if in.GroupName != nil && len(*in.GroupName) > 128 {
		return nil, fmt.Errorf("128 limit exceeded for GroupName: %w", errors.ErrInvalidInput)
	}
	s.exists = true
	if in.Config != nil {
		s.config = *in.Config
	}
	s.upserts = append(s.upserts, in)
	text := func(s *string) string {
		if s == nil {
			return ""
		}
		return *s
	}
	return &syncrun.Created{
		Target: sink.Target{
			Entity: cmp.Or(text(in.EntityName), "acme"), Project: cmp.Or(text(in.ModelName), "p"), RunID: *in.Name,
		}, StorageID: "storage-id", Name: "nice-name-1",
		HistoryLines: int64(len(s.lines[historyFile])),
	}, nil
}

var errBroken = fmt.Errorf("broken off")

// Connect returns a sink that sends its requests to s.
func (s *server) Connect(_ sink.Target, cfg sink.ServerConfig) *sink.Server {
	cfg.Stream.Sender = s
	return sink.NewServer(cfg)
}

func (s *server) Explain(_, _ context.Context, _ sink.Target, err error) error { return err }

// Send implements filestream.Sender.
func (s *server) Send(_ context.Context, body []byte) (*filestream.Reply, error) {
	if err := s.post(body); err != nil {
		return nil, err
	}
	return &filestream.Reply{StatusCode: 200, Body: []byte("{}"), Returned: true}, nil
}

func (s *server) post(body []byte) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.posts++
	s.largest = max(s.largest, len(body))
	if s.onPost != nil {
		s.onPost()
	}
	if s.failAt == s.posts {
		return errBroken
	}
	if s.discard {
		s.rows += int64(strings.Count(string(body), `\"_step\":`))
		return nil
	}
	var post struct {
		Files map[string]struct {
			Offset  int
			Content []string
		}
		Uploaded   []string
		Preempting bool
		Complete   bool
		Exitcode   *int
	}
	if err := json.Unmarshal(body, &post); err != nil {
		return err
	}
	for name, f := range post.Files {
		for i, line := range f.Content {
			at := f.Offset + i
			for len(s.lines[name]) <= at {
				s.lines[name] = append(s.lines[name], "")
			}
			if s.lines[name][at] != "" {
				s.again++
			}
			s.lines[name][at] = line
		}
	}
	s.uploaded = append(s.uploaded, post.Uploaded...)
	s.preempting = s.preempting || post.Preempting
	s.exit = nil // a post after the last one is a run that goes on
	if post.Complete {
		s.exit = post.Exitcode
	}
	return nil
}

func (s *server) Alert(_ context.Context, _ sink.Target, a *record.Alert) error {
	if s.mute[a.Title] {
		return errBroken
	}
	s.alerts = append(s.alerts, a.Title)
	return nil
}

func (s *server) Files(_ sink.Target, uploaded func(string), skipped func(string, error)) syncrun.Files {
	return &files{s, uploaded, skipped}
}

func (s *server) Artifacts(sink.Target) sink.ArtifactUploads { return &s.artifacts }

func (s *server) ArtifactError(_ context.Context, _ sink.Target, _ string, err error) error {
	return err
}

type files struct {
	s        *server
	uploaded func(string)
	skipped  func(string, error)
}

func (f *files) Save(name, path string, _ runfiles.Policy) error {
	if err := f.s.missing[name]; err != nil {
		f.skipped(name, err)
		return nil
	}
	f.s.files[name] = path
	f.uploaded(name)
	return nil
}

func (f *files) SaveBytes(name string, data []byte, _ runfiles.Policy) error {
	f.s.files[name] = string(data)
	f.uploaded(name)
	return nil
}

func (f *files) Progress() runfiles.Progress { return runfiles.Progress{} }
func (f *files) Close()                      {}

func (f *files) Finish(ctx context.Context) error {
	switch {
	case f.s.noFiles:
		return errBroken
	case !f.s.stall:
		return nil
	}
	<-ctx.Done()
	return context.Cause(ctx)
}

// begin is the start time of the runs.
var begin = time.Unix(1_800_000_000, 0).UTC()

// record makes a log of these records in a directory of its own, below root.
func writeLog(tb testing.TB, root, name, producer string, bodies ...record.Record) string {
	tb.Helper()
	require.NoError(tb, mkdir(filepath.Join(root, name)))
	path := filepath.Join(root, name, "run-r1.wandb")
	w, err := journal.Create(path, journal.Options{})
	require.NoError(tb, err)
	for _, b := range append([]record.Record{&record.Header{Producer: producer}}, bodies...) {
		require.NoError(tb, w.Append(b))
	}
	require.NoError(tb, w.Close())
	return path
}

func runBody(change ...func(*record.Run)) *record.Run {
	r := &record.Run{ID: "r1", Entity: "acme", Project: "p", StartTime: begin, DisplayName: "named", Tags: []string{"t"}}
	for _, f := range change {
		f(r)
	}
	return r
}

// row returns a row of a run.
func row(step int64, at float64, values ...record.Item) *record.History {
	item := func(key string, v any) record.Item {
		text, _ := json.Marshal(v)
		return record.Item{NestedKey: []string{key}, Value: text}
	}
	return &record.History{Step: step, Items: append(slices.Clone(values),
		item("loss", at), item("_step", step), item("_runtime", at), item("_timestamp", float64(begin.Unix())+at))}
}

func rowsOf(from, to int) []record.Record {
	var out []record.Record
	for i := from; i < to; i++ {
		out = append(out, row(int64(i), float64(i)))
	}
	return out
}

func summaryBody(key, value string) *record.Summary {
	return &record.Summary{Update: []record.Item{{NestedKey: []string{key}, Value: []byte(value)}}}
}

// syncPaths syncs the logs at the paths.
func syncPaths(tb testing.TB, s *server, o syncrun.Options, paths ...string) []syncrun.Result {
	tb.Helper()
	o.SendArtifacts()
	return syncOnly(tb, s, o, paths...)
}

// syncOnly is [syncPaths] without artifacts.
func syncOnly(tb testing.TB, s *server, o syncrun.Options, paths ...string) []syncrun.Result {
	tb.Helper()
	logs, err := syncrun.Find(paths...)
	require.NoError(tb, err)
	o.BaseURL = "http://server"
	e := &syncrun.Engine{Server: s, Options: o}
	results, err := e.Sync(tb.Context(), logs)
	require.NoError(tb, err)
	require.Len(tb, results, len(logs))
	return results
}

// steps returns the steps of the rows on the server.
func (s *server) steps(tb testing.TB) []int64 {
	tb.Helper()
	var out []int64
	for _, line := range s.lines[historyFile] {
		var r struct {
			Step int64 `json:"_step"`
		}
		require.NoError(tb, json.Unmarshal([]byte(line), &r), line)
		out = append(out, r.Step)
	}
	return out
}

func count(from, to int64) []int64 {
	var out []int64
	for i := from; i < to; i++ {
		out = append(out, i)
	}
	return out
}
