package scenario

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"time"

	"github.com/wandgo/wandgo/client"
)

// Exit codes of a failed scenario, which no scenario uses itself.
const (
	exitUnknown = 90
	exitFailed  = 91
)

// half is the state of a wandgo scenario.
type half struct{ ctx context.Context }

// row is a row of metrics.
type row = map[string]any

// Main runs the wandgo scenario of that name and returns the exit code of the process, which
// must not do anything else.
func Main(name string) int {
	f, ok := halves[name]
	if !ok {
		fmt.Fprintln(os.Stderr, "no such half:", name)
		return exitUnknown
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	return f(half{ctx})
}

// Has reports whether there is a wandgo scenario of that name.
func Has(name string) bool {
	_, ok := halves[name]
	return ok
}

// halves are the wandgo scenarios by name. Each returns the exit code.
var halves = map[string]func(half) int{}

// register adds scenarios that return 0 unless something fails.
func register(group map[string]func(half)) bool {
	for name, f := range group {
		halves[name] = func(h half) int { f(h); return 0 }
	}
	return true
}

// must exits the process if the scenario cannot continue.
func must(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "half failed:", err)
		os.Exit(exitFailed)
	}
}

// init creates the run with the scenario's options.
func (h half) init(id string, opts client.RunOptions) run {
	opts.ID = id
	r, err := client.Init(h.ctx, opts)
	must(err)
	return run{r, h.ctx}
}

// refused creates a run that the server must refuse.
func (h half) refused(id string, opts client.RunOptions) {
	opts.ID = id
	_, err := client.Init(h.ctx, opts)
	if err == nil {
		must(fmt.Errorf("init of %s was not refused", id))
	}
	fmt.Fprintln(os.Stderr, "refused:", err)
}

// run is a run whose every call must succeed.
type run struct {
	*client.Run
	ctx context.Context
}

func (r run) log(m row)               { must(r.Log(m)) }
func (r run) at(step int64, m row)    { must(r.LogAt(step, m)) }
func (r run) commitAt(s int64, m row) { must(r.LogAt(s, m)); must(r.Commit()) }
func (r run) partial(m row)           { must(r.LogPartial(m)) }
func (r run) finish()                 { must(r.Finish(r.ctx)) }
func (r run) finishWith(code int)     { must(r.FinishWithCode(r.ctx, code)) }
func (r run) update(config any)       { must(r.UpdateConfig(config)) }
func (r run) overwrite(config any)    { must(r.OverwriteConfig(config)) }

// late logs to a step before the current one, which must fail.
func (r run) late(step int64, m row) {
	if r.LogAt(step, m) == nil {
		must(fmt.Errorf("step %d was taken after step %d", step, r.Step()))
	}
}

// ready tells the harness that the process waits for its signal.
func ready() { fmt.Fprintln(os.Stderr, "@@@ ready") }

// interrupt is closed after Ctrl-C.
func interrupt() (<-chan os.Signal, func()) {
	c := make(chan os.Signal, 1)
	signal.Notify(c, os.Interrupt)
	return c, func() { signal.Stop(c) }
}
