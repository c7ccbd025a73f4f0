package sweep

import (
	"cmp"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/wandgo/wandgo/client"
	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/internal/connection"
)

// FailureRules say when an agent gives up because trials fail. A trial that was stopped has not failed.
// The zero FailureRules are those of the official client.
type FailureRules struct {
	// NoFlapping turns off the rule that an agent gives up after three failures in its first minute.
	// Default: WANDB_AGENT_DISABLE_FLAPPING.
	NoFlapping bool
	// MaxInitial is how many trials may fail before the first succeeds; negative for any number.
	// Default: WANDB_AGENT_MAX_INITIAL_FAILURES, then 5.
	MaxInitial int
	// MaxConsecutive is after how many failures in a row the agent gives up. Default: any number.
	MaxConsecutive int
}

const (
	flappingTime     = time.Minute
	flappingFailures = 3
)

// ErrTooManyFailures is returned by an agent that gave up because trials failed.
var ErrTooManyFailures = errors.New("too many trials have failed")

// ledger counts what the workers of an agent do.
type ledger struct {
	mu                            sync.Mutex
	left                          int // trials that may still start
	unlimited                     bool
	rules                         FailureRules
	started                       time.Time
	failed, succeeded, inSequence int
	onEvent                       func(Event)

	paused atomic.Bool // a pause was noted since the last trial
}

// newLedger returns the ledger of count trials, any number if that is 0.
func newLedger(c *client.Client, count int, rules FailureRules, onEvent func(Event)) *ledger {
	s := connection.Of(c).Settings.Agent
	rules.NoFlapping = rules.NoFlapping || s.NoFlapping
	rules.MaxInitial = cmp.Or(rules.MaxInitial, s.MaxInitialFailures)
	return &ledger{left: count, unlimited: count == 0, rules: rules, started: time.Now(), onEvent: onEvent}
}

// reserve reports whether another trial may start, and counts it.
func (l *ledger) reserve() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.unlimited {
		return true
	}
	if l.left == 0 {
		return false
	}
	l.left--
	return true
}

// release returns a reserved trial that was not started.
func (l *ledger) release() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.left++
}

func (l *ledger) begin(t Trial) {
	l.paused.Store(false)
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.onEvent != nil {
		l.onEvent(Event{Trial: t})
	}
}

// end counts a trial that has ended. It returns an error if the agent is to give up.
func (l *ledger) end(t Trial, took time.Duration, o outcome) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	err := o.err
	if l.onEvent != nil {
		l.onEvent(Event{Trial: t, Done: true, Err: err, Duration: took, NoRun: o.noRun})
	}
	switch {
	case err == nil:
		l.succeeded++
		l.inSequence = 0
		return nil
	case errors.Is(err, client.ErrStopped):
		return nil
	}
	l.failed++
	l.inSequence++
	switch r := l.rules; {
	case r.MaxConsecutive > 0 && l.inSequence >= r.MaxConsecutive:
		return fmt.Errorf("%w: %d in a row; the last one: %w", ErrTooManyFailures, l.inSequence, err)
	case !r.NoFlapping && l.failed >= flappingFailures && time.Since(l.started) < flappingTime:
		return fmt.Errorf("%w: %d in the first minute (WANDB_AGENT_DISABLE_FLAPPING=true turns this rule off); the last one: %w", ErrTooManyFailures, l.failed, err)
	case r.MaxInitial >= 0 && l.succeeded == 0 && l.failed > r.MaxInitial:
		return fmt.Errorf("%w: %d, and none has succeeded (WANDB_AGENT_MAX_INITIAL_FAILURES is %d); the last one: %w", ErrTooManyFailures, l.failed, r.MaxInitial, err)
	}
	return nil
}
