package main

import (
	"bytes"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

// TestMain also runs the server process that a soak starts.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == "-server" {
		main()
		os.Exit(0)
	}
	goleak.VerifyTestMain(m)
}

func smoke() *options {
	return &options{
		runs: 4, metrics: 3, rate: 20, length: time.Second, report: 300 * time.Millisecond, interval: 50 * time.Millisecond,
		retryWait: 20 * time.Millisecond,
		faults:    0.1, tolerance: 0.1,
	}
}

// One second is too short to judge memory.
func TestSoak_OneSecond_EveryRowIsStored(t *testing.T) { //nolint:paralleltest // it counts the goroutines of its process
	var out bytes.Buffer
	require.NoError(t, do(t.Context(), smoke(), &out), out.String())
	text := out.String()
	assert.Contains(t, text, "4 runs, 3 metrics, 20 rows/s each, for 1s; ")
	assert.Contains(t, text, "ok   all runs finished")
	assert.Regexp(t, `ok   (\d\d+) rows logged, \d+ on the server, \d+ on disk; each once and in order; wrong runs: 0`, text)
	assert.Contains(t, text, "ok   too few samples to judge memory")
	assert.NotContains(t, text, "FAIL")
}

func TestDo_InvalidOptions_ReturnsError(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(o *options){
		"no runs":    func(o *options) { o.runs = 0 },
		"no metrics": func(o *options) { o.metrics = 0 },
		"no rate":    func(o *options) { o.rate = 0 },
		"no time":    func(o *options) { o.length = 0 },
		"no report":  func(o *options) { o.report = 0 },
	} {
		o := smoke()
		change(o)
		assert.ErrorContains(t, do(t.Context(), o, &bytes.Buffer{}), "must be positive", name)
	}
}

func TestCheckRow_EachDefect_IsReported(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct{ line, want string }{
		"correct":      {`{"row":7,"_step":7}`, ""},
		"another row":  {`{"row":8,"_step":7}`, "row 7 is row 8 of step 7"},
		"another step": {`{"row":7,"_step":9}`, "row 7 is row 7 of step 9"},
		"empty":        {`{}`, "row 7 has no number"},
		"half a row":   {`{"row":7,`, "row 7: "},
	} {
		problem := checkRow([]byte(tt.line), 7)
		assert.Contains(t, problem, tt.want, name)
		assert.Equal(t, tt.want == "", problem == "", name)
	}
}

func TestJudge_GrowthAndLeaks_Fail(t *testing.T) {
	t.Parallel()
	grows := func(n int) []sample {
		samples := make([]sample, n)
		for i := range samples {
			samples[i] = sample{rss: uint64(1e8 + 1e6*i), heap: 1e7, goroutines: 10}
		}
		return samples
	}
	for _, tt := range []struct {
		name    string
		samples []sample
		leaked  int
		fails   bool
	}{
		{"flat", make([]sample, 60), 0, false},
		{"memory grows", grows(60), 0, true},
		{"goroutines are left over", nil, 1, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var out bytes.Buffer
			w := &watch{out: &out, samples: tt.samples}
			err := w.judge(t.Context(), smoke(), nil, nil, tt.leaked)
			assert.Equal(t, tt.fails, err != nil, out.String())
		})
	}
}
