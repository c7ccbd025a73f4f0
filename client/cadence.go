package client

import (
	"fmt"
	"time"

	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/internal/secret"
	"github.com/wandgo/wandgo/internal/settings"
)

// Cadence says how often an online run sends requests to the server. The zero Cadence is
// that of the official client, with more frequent posts if the server has room for them.
// A field that is set must be at least a millisecond, so that a number without a unit is
// noticed. A value that is out of bounds is an error of [New].
//
// Some requests do not wait: the first rows of a run, a full request of about 1.5 MB,
// [Run.MarkPreempting], [Run.Flush], and what Finish sends. A run never has more than one
// request to its file stream in flight.
type Cadence struct {
	// Interval is the least time between the starts of two posts of rows, summary,
	// system metrics and console lines. What is logged meanwhile is sent together. It
	// is at most Heartbeat, because something is sent then anyway. At most an hour.
	// Default: WANDB_X_FILE_STREAM_TRANSMIT_INTERVAL (seconds), then 15 s.
	Interval time.Duration
	// MinInterval is the least time to which Interval shrinks while the server's
	// RateLimit-Remaining and RateLimit-Reset headers leave room for ten times as many
	// posts, because a project has many runs. At most Interval, if both are set; equal
	// to Interval it never shrinks. Default: Interval if that or its variable is set,
	// else 2 s.
	MinInterval time.Duration
	// Heartbeat is the time after the last post until an empty one says that the run is alive. At
	// most four minutes, because the server treats five minutes of silence as a crash. Default:
	// 30 s.
	Heartbeat time.Duration
	// ConfigDelay is how long changes of config, name, notes, tags and metric
	// definitions are gathered, from the first one on, before one request sends them. At
	// most an hour. Default: 5 s.
	ConfigDelay time.Duration
	// FileDelay is how long names of saved files are gathered before one request asks
	// where to upload them. It is also the least time between two uploads of a file
	// saved with [SaveLive]. At most an hour. Default: 5 s.
	FileDelay time.Duration
	// LivePoll is how often files saved with [SaveLive] are checked for changes. At most
	// an hour. Default: 500 ms.
	LivePoll time.Duration
}

// The bounds of a [Cadence].
const (
	leastCadence   = time.Millisecond
	mostCadence    = time.Hour
	mostHeartbeat  = 4 * time.Minute
	configDelayFor = 5 * time.Second // where Cadence.ConfigDelay does not say
)

// resolve checks the cadence and fills in what the environment says. What stays zero
// is left to those who keep the time.
func (c Cadence) resolve(s *settings.Settings) (Cadence, error) {
	for _, f := range []struct {
		name        string
		value, most time.Duration
	}{
		{"Interval", c.Interval, mostCadence},
		{"MinInterval", c.MinInterval, mostCadence},
		{"Heartbeat", c.Heartbeat, mostHeartbeat},
		{"ConfigDelay", c.ConfigDelay, mostCadence},
		{"FileDelay", c.FileDelay, mostCadence},
		{"LivePoll", c.LivePoll, mostCadence},
	} {
		if f.value != 0 && (f.value < leastCadence || f.value > f.most) {
			return c, &errors.InputError{
				Field: "Cadence." + f.name, Value: secret.Redact(f.value.String()),
				Rule: fmt.Sprintf("must be from %v to %v; a number without a unit counts nanoseconds", leastCadence, f.most),
			}
		}
	}
	if c.Interval > 0 && c.MinInterval > c.Interval {
		return c, &errors.InputError{
			Field: "Cadence.MinInterval", Value: secret.Redact(c.MinInterval.String()), Rule: fmt.Sprintf("must not exceed Cadence.Interval, which is %v", c.Interval),
		}
	}
	c.Interval = firstPositive(c.Interval, s.FileStream.TransmitInterval)
	c.ConfigDelay = firstPositive(c.ConfigDelay, configDelayFor)
	return c, nil
}
