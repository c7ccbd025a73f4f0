package metric

import "strconv"

// Op is one thing that the summary can show for a metric. The numbers are those
// of the wire.
type Op uint8

// The operations of a summary. Best and Copy are accepted and change nothing: on
// their own they stand for the plain last value, as with no operation at all.
// None keeps the metric out of the summary, whatever else is asked for.
const (
	Min Op = iota + 1
	Max
	Mean
	Best
	Last
	None
	Copy
	First
)

var opNames = [...]string{Min: "min", Max: "max", Mean: "mean", Best: "best", Last: "last", None: "none", Copy: "copy", First: "first"}

// String gives the name that the summary uses.
func (o Op) String() string {
	if o.valid() {
		return opNames[o]
	}
	return "Op(" + strconv.Itoa(int(o)) + ")"
}

func (o Op) valid() bool { return o >= Min && o <= First }

// Ops is a set of operations; the bit of one is its number.
type Ops uint16

// OpsOf gives the set of the operations in list.
func OpsOf(list ...Op) Ops {
	var set Ops
	for _, o := range list {
		set |= 1 << o
	}
	return set
}

// Has reports whether o is in the set.
func (s Ops) Has(o Op) bool { return s&(1<<o) != 0 }

// Derives reports whether the summary shows an object of operations for the
// metric, and not its plain value or nothing.
func (s Ops) Derives() bool {
	return s&(1<<Min|1<<Max|1<<Mean|1<<Last|1<<First) != 0 && !s.Has(None)
}

// merge gives the set after a definition adds to it. None is different from the
// others: a definition that names any operation also says whether None holds.
func (s Ops) merge(more Ops) Ops {
	if more == 0 {
		return s
	}
	return s&^(1<<None) | more
}

// wire lists the numbers that go to the server, which never learns of Best and
// Copy.
func (s Ops) wire() []int {
	out := []int{}
	for o := Min; o <= First; o++ {
		if s.Has(o) && o != Best && o != Copy {
			out = append(out, int(o))
		}
	}
	return out
}

// Goal says which values of a metric are good ones. It changes no value; the web
// UI reads it.
type Goal uint8

// The goals, by their numbers on the wire.
const (
	NoGoal Goal = iota
	Minimize
	Maximize
)
