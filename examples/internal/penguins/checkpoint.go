package penguins

import (
	"encoding/json"
	"errors"
	"fmt"
)

// checkpoint is the state of a training between two epochs, as stored in a file.
type checkpoint struct {
	Options  Options   `json:"options"`
	Epoch    int       `json:"epoch"`
	Weights  []float64 `json:"weights"`
	Velocity []float64 `json:"velocity"`
	Random   []byte    `json:"random"` // the state of the generator
}

// errOther is the error of [Trainer.Restore] for a checkpoint of another training.
var errOther = errors.New("the checkpoint belongs to another training")

// Save returns the state that the rest of the training depends on.
func (t *Trainer) Save() ([]byte, error) {
	c := checkpoint{Options: t.opts, Epoch: t.epoch}
	t.Model.each(&t.velocity, &t.velocity, func(w, v, _ *float64) {
		c.Weights, c.Velocity = append(c.Weights, *w), append(c.Velocity, *v)
	})
	var err error
	if c.Random, err = t.source.MarshalBinary(); err != nil {
		return nil, fmt.Errorf("save checkpoint: %w", err)
	}
	data, err := json.Marshal(c)
	if err != nil { // a weight is NaN or infinite
		return nil, fmt.Errorf("save checkpoint: %w", err)
	}
	return data, nil
}

// Restore sets the training to the state that Save returned. The following epochs equal
// those that followed the Save. A checkpoint of other options is an error and leaves the
// training unchanged.
func (t *Trainer) Restore(data []byte) error {
	var c checkpoint
	err := json.Unmarshal(data, &c)
	if err == nil && (c.Options != t.opts || len(c.Weights) != Params || len(c.Velocity) != Params) {
		err = errOther
	}
	if err == nil {
		err = t.source.UnmarshalBinary(c.Random)
	}
	if err != nil {
		return fmt.Errorf("restore checkpoint: %w", err)
	}
	t.epoch = c.Epoch
	i := 0
	t.Model.each(&t.velocity, &t.velocity, func(w, v, _ *float64) {
		*w, *v = c.Weights[i], c.Velocity[i]
		i++
	})
	return nil
}
