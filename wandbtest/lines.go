package wandbtest

import (
	"errors"
	"maps"
	"slices"
)

// The files of the file stream.
const (
	historyFile = "wandb-history.jsonl"
	eventsFile  = "wandb-events.jsonl"
	consoleFile = "output.log"
	summaryFile = "wandb-summary.json"
)

// lines is one file of the file stream: text by line number. Clients may send a
// number again, which overwrites, and may in principle leave gaps.
type lines struct {
	// dense holds the lines before the first gap. Snapshots share its array, so
	// a line below frozen is never changed in place.
	dense  []string
	frozen int
	// sparse holds the lines behind the first gap.
	sparse      map[int]string
	overwritten int
}

// maxLine bounds line numbers, far above what a run can log.
const maxLine = 1 << 40

var errLineNumber = errors.New("offset out of range")

func (l *lines) put(offset int, content []string) error {
	if offset < 0 || offset > maxLine {
		return errLineNumber
	}
	if offset == len(l.dense) && len(l.sparse) == 0 { // what a good client does
		l.dense = append(l.dense, content...)
		return nil
	}
	for i, text := range content {
		l.set(offset+i, text)
	}
	for {
		text, ok := l.sparse[len(l.dense)]
		if !ok {
			return nil
		}
		delete(l.sparse, len(l.dense))
		l.dense = append(l.dense, text)
	}
}

func (l *lines) set(n int, text string) {
	switch {
	case n < len(l.dense):
		if n < l.frozen {
			l.dense, l.frozen = slices.Clone(l.dense), 0
		}
		l.dense[n] = text
		l.overwritten++
	case n == len(l.dense):
		if _, again := l.sparse[n]; again {
			delete(l.sparse, n)
			l.overwritten++
		}
		l.dense = append(l.dense, text)
	default:
		if l.sparse == nil {
			l.sparse = map[int]string{}
		}
		if _, again := l.sparse[n]; again {
			l.overwritten++
		}
		l.sparse[n] = text
	}
}

// at returns the line with a number, and whether there is one.
func (l *lines) at(n int) (string, bool) {
	if n < len(l.dense) {
		return l.dense[n], true
	}
	text, ok := l.sparse[n]
	return text, ok
}

// all returns the lines in order, without the gaps. It costs nothing unless
// there are gaps; the caller must not change the result.
func (l *lines) all() []string {
	n := len(l.dense)
	if l.frozen = n; len(l.sparse) == 0 {
		return l.dense[:n:n]
	}
	out := slices.Grow(slices.Clone(l.dense), len(l.sparse))
	for _, i := range slices.Sorted(maps.Keys(l.sparse)) {
		out = append(out, l.sparse[i])
	}
	return out
}

// count returns the highest line number plus one.
func (l *lines) count() int {
	n := len(l.dense)
	for i := range l.sparse {
		n = max(n, i+1)
	}
	return n
}

// missing returns how many numbers below the highest have no line.
func (l *lines) missing() int { return l.count() - len(l.dense) - len(l.sparse) }

// last returns the line with the highest number, or "".
func (l *lines) last() string {
	if len(l.sparse) > 0 {
		return l.sparse[l.count()-1]
	}
	if len(l.dense) == 0 {
		return ""
	}
	return l.dense[len(l.dense)-1]
}

// truncate keeps the first n lines.
func (l *lines) truncate(n int) {
	if n < len(l.dense) {
		l.dense = slices.Clone(l.dense[:n])
		l.frozen = 0
	}
	l.sparse = nil
}
