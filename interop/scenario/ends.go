package scenario

import (
	"context"
	"fmt"
	"os"
	"time"

	"github.com/wandgo/wandgo/client"
)

// interruptedCode is the exit code that the official client sends after Ctrl-C and after a
// stop in the web UI.
const interruptedCode = 255

var _ = register(map[string]func(half){
	"exit_code": func(h half) {
		r := h.init("exit_code", client.RunOptions{})
		r.log(row{"a": 1})
		r.finishWith(3)
	},
	"disabled": func(h half) {
		r := h.init("disabled", client.RunOptions{Mode: "disabled"})
		r.log(row{"a": 1})
		r.finish()
	},
	"refused_team": func(h half) {
		h.refused("refused_team", client.RunOptions{Entity: "globex", Project: "vision"})
	},
	"refused_key":  func(h half) { h.refused("refused_key", client.RunOptions{}) },
	"rate_limited": func(h half) { h.thirtyRows("rate_limited") },
	"flaky":        func(h half) { h.thirtyRows("flaky") },
})

func (h half) thirtyRows(id string) {
	r := h.init(id, client.RunOptions{Config: row{"a": 1}})
	for i := range 30 {
		r.log(row{"i": i})
		time.Sleep(20 * time.Millisecond)
	}
	r.update(row{"b": 2})
	r.finish()
}

func init() {
	halves["exit_process"] = func(h half) int {
		r := h.init("exit_process", client.RunOptions{})
		r.at(0, row{"a": 1})
		r.finishWith(3)
		return 3
	}
	halves["exception"] = func(h half) int {
		r := h.init("exception", client.RunOptions{})
		defer func() {
			if p := recover(); p != nil {
				fmt.Fprintln(os.Stderr, "recovered:", p)
				r.finishWith(1)
				os.Exit(1)
			}
		}()
		r.log(row{"a": 1})
		panic("training diverged")
	}
	halves["interrupted"] = func(h half) int {
		asked, stop := interrupt()
		defer stop()
		r := h.init("interrupted", client.RunOptions{})
		r.log(row{"a": 1})
		ready()
		<-asked
		r.finishWith(interruptedCode)
		return Interrupted
	}
	halves["stopped"] = func(h half) int {
		r := h.init("stopped", client.RunOptions{})
		ready()
		for r.Context().Err() == nil {
			r.log(row{"a": 1})
			time.Sleep(100 * time.Millisecond)
		}
		if context.Cause(r.Context()) != client.ErrStopped { //nolint:errorlint // a cause is as it was given
			return exitFailed
		}
		r.finishWith(interruptedCode)
		return Interrupted
	}
}
