package journal_test

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/internal/journal"
	"github.com/wandgo/wandgo/internal/record"
	"github.com/wandgo/wandgo/internal/record/wire"
)

// bodies has one of every kind, with every field set.
func bodies() []record.Record {
	at := time.Date(2026, 11, 23, 12, 30, 15, 250_000_000, time.UTC)
	item := record.Item{Key: "lr", Value: []byte("0.1")}
	deep := record.Item{NestedKey: []string{"a", "", "b.c"}, Value: []byte("NaN")}
	gone := record.Item{Key: "old"}
	telemetry := &record.Telemetry{
		ImportsInit: []int32{1, 12}, ImportsFinish: []int32{}, Feature: []int32{2, 4}, PythonVersion: "3.11",
		CLIVersion: "0.1", HuggingfaceVersion: "4", Env: []int32{3}, Deprecated: []int32{1},
		Label: &record.TelemetryLabel{Code: "c", Repo: "r", Version: "v"}, CoreVersion: "0.1", Platform: "linux-x86_64",
	}
	return []record.Record{
		&record.Header{Producer: "wandgo/1", MinConsumer: "0.70.0"},
		&record.Run{
			ID: "abc", Entity: "acme", Project: "vision", Group: "g", JobType: "train", DisplayName: "n", Notes: "é",
			Config:  &record.Config{Update: []record.Item{item}},
			Summary: &record.Summary{Update: []record.Item{deep}},
			Tags:    []string{"t", ""}, SweepID: "s", Host: "h", StartingStep: 7, StorageID: "st", StartTime: at,
			Resumed: true, Telemetry: telemetry, Runtime: 9, Git: &record.Git{RemoteURL: "u", Commit: "c"},
			Forked: true, BranchPoint: &record.BranchPoint{Run: "r", Value: 2.5, Metric: "_step"},
		},
		&record.Config{Update: []record.Item{item, deep}, Remove: []record.Item{gone}},
		&record.Summary{Update: []record.Item{deep}, Remove: []record.Item{gone}},
		&record.History{Items: []record.Item{deep, {NestedKey: []string{"_step"}, Value: []byte("3")}}, Step: 3},
		&record.Metric{
			Name: "m", StepMetric: "epoch", StepSync: true, Hidden: true, Defined: true,
			Summary: record.SummaryMin | record.SummaryFirst, Goal: record.GoalMaximize, Overwrite: true, Expanded: true,
		},
		&record.Metric{Glob: "val/*"},
		&record.Stats{Type: 1, Timestamp: at, Items: []record.Item{{Key: "cpu", Value: []byte("1.5")}}},
		&record.OutputRaw{Stdout: true, Timestamp: at, Text: "50%\r"},
		&record.OutputLogger{Text: "line\n"},
		&record.Files{Files: []record.File{{Path: "a/b", Policy: record.PolicyLive, Type: record.FileMedia}, {}}},
		telemetry,
		&record.Exit{Code: -1, Runtime: 5, NotComplete: true},
		&record.Alert{Title: "t", Text: "x", Level: "WARN", Wait: time.Minute},
		&record.Environment{
			OS: "linux", Python: "3", StartedAt: record.Time{Time: at}, Docker: "d", Args: []string{"-x", ""}, Program: "p", CodePath: "c",
			CodePathLocal: "l", Git: &record.Git{Commit: "c"}, Email: "e", Root: "/", Host: "h", Username: "u",
			Executable: "x", Colab: "co", CPUCount: 2, LogicalCPUs: 4, GPU: "g", GPUCount: 1,
			Disk: map[string]record.Disk{"/": {Total: 1 << 40, Used: 3}}, Memory: record.Memory{Total: 1 << 33}, CPU: record.CPU{Model: "m"},
			NVIDIA:      []record.GPU{{Name: "H100", MemoryTotal: 1 << 37, CUDACores: 16896, Architecture: "Hopper", UUID: "u"}, {}},
			CUDAVersion: "12", WriterID: "w", Unknown: []byte{0xf2, 0x01, 0x02, 0x08, 0x01}, // field 30
		},
		&record.Preempting{},
		&record.Final{},
		&record.Footer{},
		&record.Artifact{
			RunID: "abc", Project: "vision", Entity: "acme", Type: "model", Name: "net", Digest: "ab12", Description: "d",
			Metadata: `{"a":1}`, UserCreated: true, UseAfterCommit: true, Aliases: []string{"latest", ""}, DistributedID: "x",
			Finalize: true, ClientID: "c", SequenceClientID: "s", BaseID: "b", TTLSeconds: -2, Tags: []string{"t"},
			DigestAlgorithm: "MANIFEST_XXH128", Incremental: true,
			Manifest: &record.ArtifactManifest{
				Version: 1, StoragePolicy: "p", Config: []record.ArtifactItem{{Key: "k", JSON: `"v"`}}, EntriesFile: "/f",
				Entries: []record.ArtifactEntry{{
					Path: "a/b", Digest: "d", Ref: "r", Size: 1 << 40, Type: "m", LocalPath: "/l", BirthID: "i",
					SkipCache: true, Extra: []record.ArtifactItem{{Key: "alg", JSON: `"XXH128"`}},
				}, {}},
			},
		},
		&record.UseArtifact{ID: "QXJ0", Type: "model", Name: "net:v3"},
		&record.Raw{Field: 9, Data: []byte("tensorboard")},
	}
}

func TestEveryKindOfRecordRoundTrips(t *testing.T) {
	t.Parallel()
	w, path := create(t, journal.Options{})
	for i, b := range bodies() {
		require.NoError(t, w.AppendEntry(wire.Entry{Body: b, Control: wire.Control{ReqResp: true, MailboxSlot: fmt.Sprint(i), AlwaysSend: true}}))
	}
	require.NoError(t, w.Close())
	records, skipped := readAll(t, file(t, path))
	assert.Empty(t, skipped)
	require.Len(t, records, len(bodies()))
	for i, b := range bodies() {
		assert.Equal(t, b, records[i].Body)
		assert.EqualValues(t, i+1, records[i].Num)
		assert.Equal(t, wire.Control{ReqResp: true, MailboxSlot: fmt.Sprint(i), AlwaysSend: true}, records[i].Control)
	}
}

func file(tb testing.TB, path string) []byte {
	tb.Helper()
	data, err := os.ReadFile(path)
	require.NoError(tb, err)
	return data
}

// TestBytes fixes the very bytes of a small file, so that no change of the format
// goes unseen.
func TestBytes(t *testing.T) {
	t.Parallel()
	w, path := create(t, journal.Options{})
	require.NoError(t, w.Append(&record.Header{Producer: "wandgo", MinConsumer: "0.70.0"}))
	require.NoError(t, w.Append(&record.Run{ID: "abc", Project: "p"}))
	line := []byte(`{"loss":NaN,"a":{"b":1,"e":{}},"_step":2}`)
	require.NoError(t, w.AppendSummaryLine(line))
	require.NoError(t, w.AppendRow(&record.Row{Line: line, Step: 2}))
	require.NoError(t, w.Append(&record.Exit{Code: 1}))
	require.NoError(t, w.Close())
	golden(t, "small.golden", hex.Dump(file(t, path)))
}

func TestFirstRunHasTheControlThatSyncNeeds(t *testing.T) {
	t.Parallel()
	w, path := create(t, journal.Options{})
	for range 2 {
		require.NoError(t, w.Append(&record.Run{ID: "abc"}))
	}
	require.NoError(t, w.Append(&record.Exit{}))
	require.NoError(t, w.Close())
	records, _ := readAll(t, file(t, path))
	assert.True(t, records[0].Control.ReqResp)
	assert.NotEmpty(t, records[0].Control.MailboxSlot)
	assert.Zero(t, records[1].Control)
	assert.Equal(t, wire.Control{AlwaysSend: true}, records[2].Control)
}

func TestHistoryLine(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		line, want string // want "" is an error
	}{
		"flat":           {`{"a":1,"b":"x","_step":0}`, `{"a":1,"b":"x","_step":0}`},
		"not finite":     {`{"a":NaN,"b":-Infinity,"c":[Infinity]}`, `{"a":NaN,"b":-Infinity,"c":[Infinity]}`},
		"nested":         {`{"a":{"b":{"c":1},"d":2},"e":3}`, `{"a":{"b":{"c":1},"d":2},"e":3}`},
		"dots":           {`{"a.b":1,"a":{"b":2}}`, `{"a.b":1,"a":{"b":2}}`},
		"space":          {" { \"a\" : [ 1 , { } ] , \"b\" : null } ", `{"a":[ 1 , { } ],"b":null}`},
		"no members":     {`{"a":{},"b":{"c":{}}}`, `{}`},
		"empty":          {`{}`, `{}`},
		"escaped key":    {`{"a\"\u00e9\ud83d\ude00\n\/":1}`, "{\"a\\\"é😀\\n/\":1}"},
		"half a pair":    {`{"\ud83d":1,"\ud83dx":2}`, "{\"\ufffd\":1,\"\ufffdx\":2}"},
		"empty key":      {`{"":1}`, `{"":1}`},
		"bad utf-8":      {"{\"a\":\"\xff\"}", "{\"a\":\"\ufffd\"}"},
		"twice":          {`{"a":{"b":1},"a":2,"a":{"c":3}}`, `{"a":{"c":3}}`},
		"again":          {`{"a":{"b":1},"a":2,"a":{"c":3,"b":4}}`, `{"a":{"c":3,"b":4}}`},
		"not a pair":     {`{"\ud83d\u0041":1}`, "{\"\ufffdA\":1}"},
		"list":           {`[1]`, ``},
		"cut":            {`{"a":1`, ``},
		"trailing":       {`{"a":1}{`, ``},
		"bare word":      {`{"a":nul}`, ``},
		"number":         {`{"a":01}`, ``},
		"lone sign":      {`{"a":-}`, ``},
		"no value":       {`{"a":}`, ``},
		"trailing comma": {`{"a":1,}`, ``},
		"control":        {"{\"a\":\"\x01\"}", ``},
		"nothing":        {``, ``},
		"too deep":       {`{"a":` + strings.Repeat("[", 2000) + strings.Repeat("]", 2000) + `}`, ``},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, path := create(t, journal.Options{})
			err := w.AppendRow(&record.Row{Line: []byte(tt.line), Step: 4})
			require.NoError(t, w.AppendRow(&record.Row{Line: []byte(`{"next":1}`), Step: 5}))
			require.NoError(t, w.Close())
			var lines []string
			s, e := journal.Replay(journal.NewReader(bytes.NewReader(file(t, path))), &journal.Handler{
				History: func(line []byte, _ int64) error { lines = append(lines, string(line)); return nil },
			})
			require.NoError(t, e)
			assert.Zero(t, s.BadItems)
			if tt.want == "" {
				require.ErrorIs(t, err, wire.ErrLine)
				assert.Equal(t, []string{`{"next":1}`}, lines)
				return
			}
			require.NoError(t, err)
			assert.Equal(t, []string{tt.want, `{"next":1}`}, lines)
		})
	}
}

func TestSummaryLineLeavesNullOut(t *testing.T) {
	t.Parallel()
	w, path := create(t, journal.Options{})
	require.NoError(t, w.AppendSummaryLine([]byte(`{"a":1,"b":2}`)))
	require.NoError(t, w.AppendSummaryLine([]byte(`{"a":null,"b":3,"c":{"d":NaN}}`)))
	require.NoError(t, w.Close())
	s, err := journal.Replay(journal.NewReader(bytes.NewReader(file(t, path))), &journal.Handler{})
	require.NoError(t, err)
	got := string(s.Summary.AppendJSON(nil))
	assert.Equal(t, `{"a":1,"b":3,"c":{"d":NaN}}`, got) //nolint:testifylint // NaN is not JSON
}

func TestCreateTakesNoFileThatExists(t *testing.T) {
	t.Parallel()
	_, path := create(t, journal.Options{})
	_, err := journal.Create(path, journal.Options{})
	require.ErrorIs(t, err, fs.ErrExist)
	_, err = journal.Create(filepath.Join(t.TempDir(), "none", "x"), journal.Options{})
	var we *journal.WriteError
	require.ErrorAs(t, err, &we)
	assert.Equal(t, "create", we.Op)
}

func TestConcurrentWriters(t *testing.T) {
	t.Parallel()
	const writers, rows = 8, 500
	w, path := create(t, journal.Options{FlushEvery: time.Millisecond, Sync: journal.SyncInterval})
	var wg sync.WaitGroup
	for g := range writers {
		wg.Go(func() {
			for i := range rows {
				line := fmt.Appendf(nil, `{"w":%d,"i":%d,"pad":%q}`, g, i, strings.Repeat("x", i))
				assert.NoError(t, w.AppendRow(&record.Row{Line: line, Step: int64(i)}))
			}
		})
	}
	wg.Wait()
	require.NoError(t, w.Close())
	require.NoError(t, w.Close())
	require.ErrorIs(t, w.Append(nil), journal.ErrClosed)
	require.ErrorIs(t, w.AppendRow(&record.Row{Line: nil, Step: 0}), journal.ErrClosed)
	require.ErrorIs(t, w.Flush(), journal.ErrClosed)
	next := make([]int, writers)
	records, skipped := readAll(t, file(t, path))
	assert.Empty(t, skipped)
	require.Len(t, records, writers*rows)
	for i, rec := range records {
		require.EqualValues(t, i+1, rec.Num)
		h := rec.Body.(*record.History)
		g := int(h.Items[0].Value[0] - '0')
		require.EqualValues(t, next[g], h.Step, "rows of a writer stay in order")
		next[g]++
	}
}
