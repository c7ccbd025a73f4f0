package metric

import "strconv"

// Op is an operation on the values of a metric that the summary can show. The numbers are
// those of the protocol.
type Op uint8

// The operations of a summary. Best and Copy are accepted but have no effect: on their own
// they mean the last value. None excludes the metric from the summary, whatever the other
// operations are.
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

// String returns the name that the summary uses.
func (o Op) String() string {
	if o.valid() {
		return opNames[o]
	}
	return "Op(" + strconv.Itoa(int(o)) + ")"
}

func (o Op) valid() bool { return o >= Min && o <= First }

// Ops is a set of operations; the bit of an operation is its number.
type Ops uint16

// OpsOf returns the set of the operations in list.
func OpsOf(list ...Op) Ops {
	var set Ops
	for _, o := range list {
		set |= 1 << o
	}
	return set
}

// Has reports whether o is in the set.
func (s Ops) Has(o Op) bool { return s&(1<<o) != 0 }

// Derives reports whether the summary shows an object of operations for the metric.
func (s Ops) Derives() bool {
	return s&(1<<Min|1<<Max|1<<Mean|1<<Last|1<<First) != 0 && !s.Has(None)
}

// merge returns the set after a definition adds to it. None is special: a definition with
// any operation also decides whether None is set.
func (s Ops) merge(more Ops) Ops {
	if more == 0 {
		return s
	}
	return s&^(1<<None) | more
}

// Goal says which values of a metric are better. It changes no value and is for the web UI.
type Goal uint8

// The goals, by their numbers in the protocol.
const (
	NoGoal Goal = iota
	Minimize
	Maximize
)
