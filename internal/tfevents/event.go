package tfevents

import (
	"context"
	"slices"
	"time"

	"google.golang.org/protobuf/encoding/protowire"
)

// event is an entry of a file.
type event struct {
	wallTime float64 // in seconds since 1970
	step     int64
	restart  bool   // a writer started: what follows replaces the values at this step and after it
	summary  []byte // the message Summary; see eachValue
	record   []byte // of which all this was read
	file     string
}

func (e *event) time() time.Time { return time.UnixMicro(int64(e.wallTime * 1e6)) }

// sessionStart is the status of the first session log of a writer.
const sessionStart = 1

// readEvent reads the message Event, all but its values.
func readEvent(data []byte) (event, error) {
	var e event
	err := eachField(data, func(f field) error {
		switch f.num {
		case 1:
			e.wallTime = f.float64()
		case 2:
			e.step = f.int()
		case 5:
			if len(e.summary) == 0 {
				e.summary = slices.Clip(f.bytes)
			} else { // parts of a message are one message
				e.summary = append(e.summary, f.bytes...)
			}
			return eachField(f.bytes, func(field) error { return nil })
		case 7:
			status, err := lookup(f.bytes, 1)
			e.restart = status.bits == sessionStart
			return err
		}
		return nil
	})
	return e, err
}

// eachValue calls do with each value of the event, which may have millions: they are not
// gathered.
func (e *event) eachValue(ctx context.Context, do func(data []byte) error) error {
	return eachField(e.summary, func(f field) error {
		if f.num != 1 {
			return nil
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		return do(f.bytes)
	})
}

// value is the message Summary.Value. One of the last five is set, or none for a kind of
// value that is not read.
type value struct {
	tag     string
	plugin  string // that shows the value; writers may omit it after the first of a tag
	content []byte // what the plugin stores beside the value

	kind      string // of a value that is not read, for people
	scalar    *float32
	image     []byte
	histogram []byte
	tensor    []byte
}

func readValue(data []byte) (value, error) {
	var v value
	err := eachField(data, func(f field) (err error) {
		switch f.num {
		case 1:
			v.tag = string(f.bytes)
		case 2:
			s := float32(f.float32())
			v.scalar = &s
		case 4:
			f, err = lookup(f.bytes, 4)
			v.image = f.bytes
		case 5:
			v.histogram = orEmpty(f.bytes)
		case 6:
			v.kind = "audio"
		case 8:
			v.tensor = orEmpty(f.bytes)
		case 9:
			if f, err = lookup(f.bytes, 1); err != nil {
				return err
			}
			name, err := lookup(f.bytes, 1)
			if err != nil {
				return err
			}
			content, err := lookup(f.bytes, 2)
			v.plugin, v.content = string(name.bytes), content.bytes
			return err
		}
		return err
	})
	return v, err
}

// orEmpty distinguishes an empty message from a missing one.
func orEmpty(b []byte) []byte {
	if b == nil {
		return []byte{}
	}
	return b
}

// Histogram counts values in bins. There is one more edge than there are counts.
type Histogram struct{ Counts, Edges []float64 }

// unbounded is less than the limits of outer bins, which are the largest numbers there are.
const unbounded = 1e100

// readHistogram reads the message HistogramProto. Outer bins without a bound are cut to the
// least and the greatest value, and empty ones are dropped.
func readHistogram(data []byte) (Histogram, error) {
	var least, greatest float64
	var limits, counts []float64
	err := eachField(data, func(f field) (err error) {
		switch f.num {
		case 1:
			least = f.float64()
		case 2:
			greatest = f.float64()
		case 6:
			limits, err = f.numbers(limits, protowire.Fixed64Type, field.float64)
		case 7:
			counts, err = f.numbers(counts, protowire.Fixed64Type, field.float64)
		}
		return err
	})
	if err != nil {
		return Histogram{}, err
	}
	n := min(len(limits), len(counts))
	limits, counts = limits[:n], counts[:n]
	first := 0
	for first < len(counts) && counts[first] == 0 {
		first++
	}
	last := len(counts)
	for last > first && counts[last-1] == 0 {
		last--
	}
	if first == last {
		return Histogram{}, nil
	}
	edges := append([]float64{least}, limits[first:last]...)
	if first > 0 && limits[first-1] > -unbounded {
		edges[0] = limits[first-1]
	}
	if edges[len(edges)-1] >= unbounded {
		edges[len(edges)-1] = greatest
	}
	return Histogram{Counts: counts[first:last], Edges: edges}.ofAtMost(MaxBins), nil
}

// MaxBins is how many bins a [Histogram] has at most. If there are more, neighbors are
// added together.
const MaxBins = 512

func (h Histogram) ofAtMost(limit int) Histogram {
	for len(h.Counts) > limit {
		var half Histogram
		for i := 0; i < len(h.Counts); i += 2 {
			count := h.Counts[i]
			if i+1 < len(h.Counts) {
				count += h.Counts[i+1]
			}
			half.Counts = append(half.Counts, count)
			half.Edges = append(half.Edges, h.Edges[i])
		}
		half.Edges = append(half.Edges, h.Edges[len(h.Edges)-1])
		h = half
	}
	return h
}
