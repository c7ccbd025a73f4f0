package program

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"

	"github.com/wandgo/wandgo/client"
)

// Program is one run.
type Program struct {
	ID     string `json:"id"`
	Config Value  `json:"config"` // an object
	Calls  []Call `json:"calls"`
	Exit   int    `json:"exit"`
}

// Call is a call of the run's API.
type Call struct {
	// What is log, summary or config.
	What string `json:"what"`
	// Key is the key of a summary value.
	Key   string `json:"key,omitempty"`
	Step  *int64 `json:"step,omitempty"`
	Value Value  `json:"value"`
}

// New returns the program of a seed.
func New(seed uint64) Program {
	g := &generator{rand.New(rand.NewPCG(seed, 31))}
	p := Program{ID: fmt.Sprintf("p%d", seed), Config: g.object(3), Calls: []Call{}, Exit: g.IntN(4) / 3}
	step := int64(0)
	for range g.IntN(7) {
		switch g.IntN(6) {
		case 0:
			p.Calls = append(p.Calls, Call{What: "summary", Key: g.key(), Value: g.value(2)})
		case 1:
			p.Calls = append(p.Calls, Call{What: "config", Value: g.object(2)})
		case 2:
			step += int64(g.IntN(4))
			p.Calls = append(p.Calls, Call{What: "log", Step: &step, Value: g.object(2)})
		default:
			p.Calls = append(p.Calls, Call{What: "log", Value: g.object(3)})
		}
	}
	return p
}

// Play plays the program with wandgo. Its error is that of a call, or of several.
func (p Program) Play(ctx context.Context, c *client.Client, mode client.Mode) error {
	config, _ := p.Config.Go().(map[string]any)
	run, err := c.Init(ctx, client.RunOptions{ID: p.ID, Config: config, Mode: mode})
	if err != nil {
		return fmt.Errorf("init %s: %w", p.ID, err)
	}
	var failed []error
	for i, call := range p.Calls {
		var err error
		v := call.Value.Go()
		object, _ := v.(map[string]any)
		switch {
		case call.What == "summary":
			err = run.SetSummary(v, call.Key)
		case call.What == "config":
			err = run.OverwriteConfig(object) // as allow_val_change does
		case call.Step != nil:
			err = run.LogAt(*call.Step, object)
		default:
			err = run.Log(object)
		}
		if err != nil {
			failed = append(failed, fmt.Errorf("%s call %d: %w", p.ID, i, err))
		}
	}
	return errors.Join(append(failed, run.FinishWithCode(ctx, p.Exit))...)
}
