// Template is a training program to copy, for a run of WANDB_PROJECT and WANDB_ENTITY. If
// WANDB_RUN_ID names the job, it continues after a kill. It exits with 3 if the server lacks data.
package main

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"time"

	"github.com/wandgo/wandgo/client"
	"github.com/wandgo/wandgo/errors"
)

// model is what a checkpoint holds. Replace it and train with your own.
type model struct {
	Step   int64
	Weight float64
}

func (m *model) train() (loss float64) {
	<-time.After(10 * time.Millisecond)
	m.Step, m.Weight = m.Step+1, m.Weight-0.02*(m.Weight-3)
	return (m.Weight - 3) * (m.Weight - 3)
}

func (m *model) save(run *client.Run, path string) error {
	soon, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	_ = run.Flush(soon) // first the rows, at least to the disk; Finish returns what fails
	data, _ := json.Marshal(m)
	if err := os.WriteFile(path+".part", data, 0o600); err != nil {
		return err
	}
	return os.Rename(path+".part", path) // a kill leaves no partial checkpoint
}

func main() { os.Exit(train()) }

func train() (code int) {
	run, err := client.Init(context.Background(), client.RunOptions{Resume: client.ResumeAllow, OnRefused: client.GoOfflineOnRefusal})
	if err != nil {
		fmt.Fprintln(os.Stderr, errors.Explain(err))
		return 1
	}
	defer run.FinishOnPanic(0)
	ctx, stop := run.NotifyContext(context.Background()) // Ctrl-C, SIGTERM, Stop in the web UI
	defer stop()
	m, path, notLogged := &model{}, "checkpoint-"+run.ID()+".json", error(nil)
	if data, readErr := os.ReadFile(path); readErr == nil {
		err = json.Unmarshal(data, m)
	}
	for err == nil && m.Step < 100 && ctx.Err() == nil {
		row := map[string]any{"loss": m.train()}
		if m.Step >= run.Step() { // the run has earlier ones from before a kill
			notLogged = cmp.Or(notLogged, run.LogAt(m.Step, row), run.Commit())
		}
		if m.Step%20 == 0 || ctx.Err() != nil {
			err = m.save(run, path)
		}
	}
	if e, ok := errors.AsType[*client.InterruptedError](context.Cause(ctx)); ok {
		code = e.ExitCode()
	} else if ctx.Err() != nil {
		code = 255 // stopped in the web UI, as with the official client
	}
	if err != nil {
		err, code = fmt.Errorf("training failed: %w", err), 1
	}
	_, saveErr := run.SaveFile(path, ".", client.SaveNow)
	end, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	if err = errors.Join(err, run.FinishWithCode(end, code), run.Err(), saveErr, notLogged); err != nil {
		fmt.Fprintln(os.Stderr, errors.Explain(err))
		code = cmp.Or(code, 3)
	}
	return code
}
