package sweep

import "math"

// defaultEta is by which factor later comparisons are later.
const defaultEta = 3

func (e *EarlyTerminate) eta() float64 {
	if e.Eta > 1 {
		return e.Eta
	}
	return defaultEta
}

// compares reports whether trials are compared after this number of rows: min_iter, min_iter×eta and so on
// or, with max_iter, at s points before it, each earlier by the factor eta.
func (e *EarlyTerminate) compares(row int) bool {
	if e.MinIter > 0 {
		for at := float64(e.MinIter); int(at) <= row && at > 0; at *= e.eta() {
			if int(at) == row {
				return true
			}
		}
		return false
	}
	at := float64(e.MaxIter)
	for range max(e.S, 1) {
		if at /= e.eta(); int(math.Round(at)) == row && row > 0 {
			return true
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
		if goal == Maximize && other > value || goal != Maximize && other < value {
			better++
		}
	}
	least := e.eta()
	if e.Strict {
		least = 2
	}
	return float64(reached) >= least && float64(better) >= math.Max(float64(reached)/e.eta(), 1)
}
