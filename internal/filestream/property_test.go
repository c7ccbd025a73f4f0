package filestream_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"github.com/wandgo/wandgo/internal/filestream"
	"github.com/wandgo/wandgo/internal/record"
)

// flaky is a Sender over an unreliable network: requests are slow, arrive twice,
// arrive although the client hears of an error, and are retried. From request
// fatalAt on the server refuses; if stores is set it stores even so. A proxy refuses requests of
// more than limit bytes.
type flaky struct {
	rng     *rand.Rand
	fatalAt int
	stores  bool
	limit   int

	files    map[string]map[int64]string
	uploaded map[string]bool
	complete int
	preempt  bool
	n        int
	problem  error
}

var errRefused = errors.New("refused")

func (f *flaky) Send(ctx context.Context, raw []byte) (*filestream.Reply, error) {
	n := f.n
	f.n++
	for {
		advance(time.Duration(f.rng.IntN(40)) * time.Second)
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if n >= f.fatalAt {
			if f.stores {
				f.store(raw)
			}
			return nil, errRefused
		}
		if len(raw) > f.limit {
			return nil, &filestream.TooLargeError{Err: errRefused}
		}
		switch f.rng.IntN(4) {
		case 0: // lost on the way, retried
		case 1: // stored, the answer lost, retried
			f.store(raw)
		case 2: // delivered twice
			f.store(raw)
			f.store(raw)
			return ok(), nil
		default:
			f.store(raw)
			return ok(), nil
		}
	}
}

func (f *flaky) store(raw []byte) {
	var b body
	if err := json.Unmarshal(raw, &b); err != nil {
		f.problem = err
		return
	}
	if f.complete > 0 && string(raw) == "{}" {
		f.problem = errors.New("heartbeat after the end")
	}
	for name, file := range b.Files {
		if f.files[name] == nil {
			f.files[name] = make(map[int64]string)
		}
		for i, line := range file.Content {
			f.files[name][file.Offset+int64(i)] = line
		}
	}
	for _, u := range b.Uploaded {
		f.uploaded[u] = true
	}
	f.preempt = f.preempt || b.Preempting
	if b.Complete {
		f.complete++
	}
}

// op is one thing that a run does.
type op struct {
	kind string
	n    int
}

// play runs ops against a stream and compares what came of it with the model. It
// returns what is wrong.
func play(ops []op, cfg filestream.Config, f *flaky, finish bool) error {
	cfg.Sender = f
	f.files, f.uploaded = make(map[string]map[int64]string), make(map[string]bool)
	s := filestream.New(cfg)
	defer s.Close()
	want := map[string]map[int64]string{}
	put := func(name string, index int64, line string) {
		if want[name] == nil {
			want[name] = make(map[int64]string)
		}
		want[name][index] = line
	}
	uploaded := make(map[string]bool)
	summary := ""
	preempt := false
	var rows, events int64
	for i, o := range ops {
		text := fmt.Sprintf(`{"op":%d,"n":"%0*d"}`, i, o.n, 0)
		var err error
		switch o.kind {
		case "start":
			s.Start()
		case "sleep":
			advance(time.Duration(o.n) * time.Second)
		case "row":
			put("wandb-history.jsonl", cfg.Offsets.History+rows, text)
			rows++
			err = s.AppendRow([]byte(text), nil)
		case "event":
			put("wandb-events.jsonl", cfg.Offsets.Events+events, text)
			events++
			err = s.AppendEvent([]byte(text))
		case "console":
			put("output.log", cfg.Offsets.Console+int64(o.n), text)
			err = s.AppendConsole(int64(o.n), []byte(text))
		case "summary":
			summary = text
			err = s.SetSummary(constant(text))
		case "uploaded":
			uploaded[text] = true
			err = s.AddUploaded(text)
		case "preempting":
			preempt = true
			err = s.Preempting()
		}
		if err != nil {
			return fmt.Errorf("op %d: %w", i, err)
		}
	}
	if finish {
		err := s.Finish(context.Background(), 0)
		if (err != nil) != (f.n > f.fatalAt) {
			return fmt.Errorf("finish: %w after %d requests", err, f.n)
		}
	} else {
		s.Abandon()
	}
	got := f.files
	names := []string{"wandb-history.jsonl", "wandb-events.jsonl", "output.log"}
	if s.Err() == nil && finish {
		switch {
		case f.complete == 0:
			return errors.New("no end")
		case !maps.Equal(f.uploaded, uploaded):
			return fmt.Errorf("uploaded %v", f.uploaded)
		case f.preempt != preempt:
			return errors.New("preempting was lost")
		case summary != "" && f.files["wandb-summary.json"][0] != summary:
			return fmt.Errorf("summary %q", f.files["wandb-summary.json"][0])
		}
	} else {
		// The rows that the server does not have are handed over, in their order.
		if got["wandb-history.jsonl"] == nil {
			got["wandb-history.jsonl"] = make(map[int64]string)
		}
		index := cfg.Offsets.History + s.Stats().History.Acked
		err := s.HandOver(func(row []byte) error {
			got["wandb-history.jsonl"][index] = string(row)
			index++
			return nil
		})
		if err != nil {
			return err
		}
		// Of events it has some, and each at its place.
		maps.DeleteFunc(want["wandb-events.jsonl"], func(i int64, _ string) bool { return got["wandb-events.jsonl"][i] == "" })
		names = names[:2]
	}
	for _, name := range names {
		if !maps.Equal(got[name], want[name]) {
			return fmt.Errorf("%s: got %v, want %v", name, slices.Sorted(maps.Keys(got[name])), slices.Sorted(maps.Keys(want[name])))
		}
	}
	return f.problem
}

// Random runs are played over an unreliable network. What the server has and what was
// handed over must together be what was logged.
func TestStream_UnreliableNetwork_LosesAndMovesNothing(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	rapid.Check(t, func(rt *rapid.T) {
		genOp := rapid.Custom(func(t *rapid.T) op {
			kind := rapid.SampledFrom([]string{"row", "row", "row", "event", "console", "summary", "uploaded", "preempting", "sleep", "start"}).Draw(t, "kind")
			return op{kind, rapid.IntRange(0, 40).Draw(t, "n")}
		})
		ops := rapid.SliceOfN(genOp, 0, 150).Draw(rt, "ops")
		cfg := filestream.Config{
			Offsets:         record.Lines{History: rapid.Int64Range(0, 3).Draw(rt, "history"), Events: 1, Console: 2},
			Interval:        rapid.SampledFrom([]time.Duration{-1, time.Second, 15 * time.Second, time.Hour}).Draw(rt, "interval"),
			MaxRequestBytes: rapid.SampledFrom([]int{1, 60, 500, 10 << 20}).Draw(rt, "request"),
			MemoryLimit:     rapid.SampledFrom([]int64{1, 300, 64 << 20}).Draw(rt, "memory"),
			SpillDir:        dir,
		}
		seed := rapid.Uint64().Draw(rt, "seed")
		f := &flaky{
			rng:     rand.New(rand.NewPCG(seed, 0)),
			fatalAt: rapid.SampledFrom([]int{1 << 30, 1 << 30, 0, 1, 5}).Draw(rt, "fatal at"),
			stores:  rapid.Bool().Draw(rt, "stores"),
			limit:   []int{1 << 30, 400, 700}[seed%3], // any one line fits
		}
		finish := rapid.Bool().Draw(rt, "finish")
		var err error
		synctest.Test(t, func(*testing.T) { err = play(ops, cfg, f, finish) })
		if err != nil {
			rt.Fatal(err)
		}
	})
}

// Several goroutines append while the stream is refused and handed over. Every accepted
// row is on the server or handed over, and the rows of each goroutine keep their order.
func TestStream_AppendFromManyGoroutines_KeepsTheirOrder(t *testing.T) {
	t.Parallel()
	for _, fatalAt := range []int{3, 1 << 30} {
		t.Run(fmt.Sprint("fatal at ", fatalAt), func(t *testing.T) {
			t.Parallel()
			manyGoroutines(t, fatalAt)
		})
	}
}
