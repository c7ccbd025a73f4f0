package penguins

import (
	"math"
	"math/rand/v2"
)

// Options are the hyperparameters of a training.
type Options struct {
	Epochs       int     `json:"epochs"`
	BatchSize    int     `json:"batch_size"`
	LearningRate float64 `json:"learning_rate"`
	Momentum     float64 `json:"momentum"`
	WeightDecay  float64 `json:"weight_decay"`
	Seed         uint64  `json:"seed"`
}

// Defaults returns hyperparameters that give a good model.
func Defaults() Options {
	return Options{Epochs: 60, BatchSize: 64, LearningRate: 0.01, Momentum: 0.9, WeightDecay: 1e-3, Seed: 7}
}

// Epoch is the result of one pass over the training data.
type Epoch struct {
	Number       int // from 1
	Train, Val   Score
	LearningRate float64 // at the end of the epoch
	GradientNorm float64 // mean over the batches
}

// Trainer trains one model. It is not safe for concurrent use.
type Trainer struct {
	Model    *Model
	Data     *Data
	opts     Options
	velocity Model
	source   *rand.PCG
	rng      *rand.Rand // of source
	epoch    int
}

// NewTrainer prepares a training. Equal options give equal results.
func NewTrainer(o Options) (*Trainer, error) {
	data, err := Load(o.Seed)
	if err != nil {
		return nil, err
	}
	source := rand.NewPCG(o.Seed, 3)
	return &Trainer{Model: NewModel(o.Seed), Data: data, opts: o, source: source, rng: rand.New(source)}, nil
}

// Next trains for one more epoch; done is true after the last one.
func (t *Trainer) Next() (e Epoch, done bool) {
	t.epoch++
	e = Epoch{Number: t.epoch, LearningRate: t.rate()}
	order := t.rng.Perm(len(t.Data.Train))
	size := max(t.opts.BatchSize, 1)
	batches := 0
	for start := 0; start < len(order); start += size {
		e.GradientNorm += t.step(order[start:min(start+size, len(order))], e.LearningRate)
		batches++
	}
	e.GradientNorm /= float64(max(batches, 1))
	e.Train, e.Val = t.Model.Evaluate(t.Data.Train), t.Model.Evaluate(t.Data.Val)
	return e, t.epoch >= t.opts.Epochs
}

// rate decays from the learning rate to 0 along half a cosine.
func (t *Trainer) rate() float64 {
	progress := float64(t.epoch-1) / float64(max(t.opts.Epochs, 1))
	return t.opts.LearningRate * (1 + math.Cos(math.Pi*progress)) / 2
}

// step updates the weights by one batch and returns its gradient's norm.
func (t *Trainer) step(batch []int, rate float64) float64 {
	var g Model
	for _, i := range batch {
		t.Model.addGradient(&g, &t.Data.Train[i])
	}
	var square float64
	t.Model.each(&g, &t.velocity, func(w, g, v *float64) {
		gradient := *g / float64(len(batch))
		square += gradient * gradient
		*v = t.opts.Momentum**v - rate*(gradient+t.opts.WeightDecay**w)
		*w += *v
	})
	return math.Sqrt(square)
}
