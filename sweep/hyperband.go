package sweep

import "math"

const (
	// defaultEta is by which factor later comparisons are later.
	defaultEta = 3
	// minEta bounds how many comparisons there are. With less, all of the first 10,000 rows are compared, too.
	minEta = 1.0001
)

func (e *EarlyTerminate) eta() float64 {
	if e.Eta > 1 {
		return max(e.Eta, minEta)
	}
	return defaultEta
}

// compares reports whether trials are compared after this number of rows: min_iter, min_iter×eta and so on
// or, with max_iter, at s points before it, each earlier by the factor eta.
func (e *EarlyTerminate) compares(row int) bool {
	if e.MinIter > 0 {
		at := float64(e.MinIter)
		for at < float64(row) {
			at *= e.eta()
		}
		return math.Trunc(at) == float64(row)
	}
	at := float64(e.MaxIter)
	for range max(e.S, 1) { // which may be billions
		if at /= e.eta(); math.Round(at) <= float64(row) {
			return math.Round(at) == float64(row) && row > 0
		}
	}
	return false
}

// stops reports whether a trial stops: if its value is not among the best part of the trials that have
// reached this row, 1 of eta. With fewer than eta trials none stops or, if it is strict, with only one.
func (e *EarlyTerminate) stops(goal Goal, trials []*record, id string, row int, value float64) bool {
	reached, better := 1, 0
	for _, r := range trials {
		other, ok := r.rungs[row]
		if !ok || r.ID == id {
			continue
		}
		reached++
		if goal.better(other, value) {
			better++
		}
	}
	least := e.eta()
	if e.Strict {
		least = 2
	}
	return float64(reached) >= least && float64(better) >= math.Max(float64(reached)/e.eta(), 1)
}
