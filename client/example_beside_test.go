package client_test

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing/fstest"
	"time"

	"github.com/wandgo/wandgo/client"
	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/wandbtest"
)

// underWay starts a run for an example. stored finishes it and reads it back.
func underWay(opts client.RunOptions) (run *client.Run, stored func() wandbtest.RunView) {
	srv, dir, done := world()
	c := aliceAt(srv, dir)
	opts.Entity, opts.Project, opts.ID = "acme", "vision", "run1"
	run, err := c.Init(context.Background(), opts)
	if err != nil {
		panic(err)
	}
	return run, func() wandbtest.RunView {
		defer done()
		defer c.Close()
		if err := run.Finish(context.Background()); err != nil {
			panic(err)
		}
		v, _ := srv.Run("acme", "vision", "run1")
		return v
	}
}

// Checkpoints stand beside the run. The names there are relative to the second
// argument.
func ExampleRun_SaveFile() {
	run, stored := underWay(client.RunOptions{})
	dir := filepath.Join(run.Dir(), "checkpoints")
	err := errors.Join(
		os.Mkdir(dir, 0o700),
		os.WriteFile(filepath.Join(dir, "epoch-1.ckpt"), []byte("weights"), 0o600),
	)
	if err != nil {
		fmt.Println(err)
	}
	names, err := run.SaveFile(filepath.Join(dir, "*.ckpt"), filepath.Dir(dir), client.SaveNow)
	fmt.Println(names, err)
	fmt.Println(string(stored().Files["checkpoints/epoch-1.ckpt"]))
	// Output:
	// [checkpoints/epoch-1.ckpt] <nil>
	// weights
}

// Files need not be on disk: here they are in memory, as those of an embed.FS.
func ExampleRun_SaveFS() {
	run, stored := underWay(client.RunOptions{})
	recipes := fstest.MapFS{
		"recipes/small.yaml": {Data: []byte("layers: 2")},
		"recipes/large.yaml": {Data: []byte("layers: 96")},
	}
	names, err := run.SaveFS(recipes, "recipes/*.yaml", client.SaveAtEnd)
	fmt.Println(names, err)
	fmt.Println(string(stored().Files["recipes/small.yaml"]))
	// Output:
	// [recipes/large.yaml recipes/small.yaml] <nil>
	// layers: 2
}

// An alert reaches the run's owner by mail or chat. The same title is not sent again
// for a minute, so that a loop may call it.
func ExampleRun_Alert() {
	run, stored := underWay(client.RunOptions{})
	for step := range 3 {
		err := run.Alert(context.Background(), client.Alert{
			Title: "loss is NaN", Text: fmt.Sprint("at step ", step), Level: client.AlertError,
		})
		if err != nil {
			fmt.Println(err)
		}
	}
	for _, a := range stored().Alerts {
		fmt.Println(a.Title, a.Text, a.Severity)
	}
	// Output: loss is NaN at step 0 ERROR
}

// What the program logs with slog stands in the run's logs tab: beside what the
// program's own handler does with it or, as here, alone.
func ExampleRun_LogHandler() {
	run, stored := underWay(client.RunOptions{})
	log := slog.New(run.LogHandler(nil))
	log.Info("data loaded", "birds", 275)
	for _, line := range stored().Logs {
		_, text, _ := strings.Cut(line, " ") // after the time
		fmt.Println(text)
	}
	// Output: level=INFO msg="data loaded" birds=275
}

// The logs tab marks the lines of the standard error output.
func ExampleRun_Stderr() {
	run, stored := underWay(client.RunOptions{})
	fmt.Fprintln(run.Stderr(io.Discard), "the learning rate is too high")
	for _, line := range stored().Logs {
		level, _, _ := strings.Cut(line, " ")
		fmt.Println(level, strings.HasSuffix(line, "the learning rate is too high"))
	}
	// Output: ERROR true
}

// The summary can hold what was never logged.
func ExampleRun_SetSummary() {
	run, stored := underWay(client.RunOptions{})
	fmt.Println(errors.Join(
		run.Log(map[string]any{"loss": 0.5}),
		run.SetSummary(0.91, "test", "accuracy"),
	))
	summary := stored().Summary
	fmt.Println(summary["loss"], summary["test"])
	// Output:
	// <nil>
	// 0.5 map[accuracy:0.91]
}

// What is deleted from the summary stays in the history.
func ExampleRun_DeleteSummary() {
	run, stored := underWay(client.RunOptions{})
	fmt.Println(errors.Join(
		run.Log(map[string]any{"loss": 0.5, "debug": 1}),
		run.DeleteSummary("debug"),
	))
	v := stored()
	_, found := v.Summary["debug"]
	fmt.Println(found, v.History()[0]["debug"])
	// Output:
	// <nil>
	// false 1
}

// The config can be read back, that of a resumed run too.
func ExampleRun_Config() {
	run, stored := underWay(client.RunOptions{Config: map[string]any{"layers": 3, "optimizer": map[string]any{"lr": 0.1}}})
	var optimizer struct {
		LR float64 `json:"lr"`
	}
	found, err := run.Config().Get("optimizer", &optimizer)
	fmt.Println(found, err, optimizer.LR)
	fmt.Println(run.Config().Int("layers"), run.Config().Float("momentum"))
	stored()
	// Output:
	// true <nil> 0.1
	// 3 NaN
}

// fan measures something of the machine that the client does not know of.
type fan struct{ measured chan bool }

func (f fan) Sample(context.Context) (map[string]float64, error) {
	select {
	case f.measured <- true:
	default:
	}
	return map[string]float64{"fan.0.rpm": 1200}, nil
}

// What a source measures is in the System tab, under the name it gives.
func ExampleMetricSource() {
	f := fan{make(chan bool)}
	_, stored := underWay(client.RunOptions{
		MetricSources: []client.MetricSource{f}, StatsInterval: 100 * time.Millisecond,
	})
	<-f.measured // the training
	<-f.measured
	for _, event := range stored().Events() {
		if rpm, ok := event["system.fan.0.rpm"]; ok {
			fmt.Println(rpm)
			break
		}
	}
	// Output: 1200
}
