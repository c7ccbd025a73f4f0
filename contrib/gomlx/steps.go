package gomlx

import (
	"github.com/gomlx/gomlx/pkg/core/tensors"
	"github.com/gomlx/gomlx/pkg/ml/train"
)

// steps calls do after each n-th step of a loop and after the last one, once for a step.
type steps struct {
	every int // 0: only after the last step
	// also, if not nil, names further steps.
	also func(values []*tensors.Tensor) bool
	do   func(step int, values []*tensors.Tensor) error

	done int // the last step for which do was called; steps count from 1
}

func (s *steps) attach(loop *train.Loop, name string, priority train.Priority) {
	loop.OnStep(name, priority, func(loop *train.Loop, values []*tensors.Tensor) error {
		step := loop.LoopStep + 1 // The loop counts after its hooks.
		if s.every > 0 && step%s.every == 0 || s.also != nil && s.also(values) {
			return s.call(step, values)
		}
		return nil
	})
	loop.OnEnd(name, priority, func(loop *train.Loop, values []*tensors.Tensor) error {
		if loop.LoopStep == s.done || len(values) == 0 {
			return nil
		}
		return s.call(loop.LoopStep, values)
	})
}

func (s *steps) call(step int, values []*tensors.Tensor) error {
	s.done = step
	return s.do(step, values)
}
