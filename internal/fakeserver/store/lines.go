// Package store keeps what runs are sent, without knowing whose it is.
package store

import (
	"maps"
	"slices"
)

// Lines is one file of the file stream: text by line number. Clients may send a
// number again, which overwrites, and may in principle leave gaps. The zero value
// has no lines. Lines is not safe for concurrent use.
type Lines struct {
	// dense holds the lines before the first gap. Snapshots share its array, so
	// a line below frozen is never changed in place.
	dense  []string
	frozen int
	// sparse holds the lines behind the first gap.
	sparse      map[int]string
	overwritten int
}

// Put stores consecutive lines, of which offset is the number of the first. It must not be
// negative.
func (l *Lines) Put(offset int, content []string) {
	for i, text := range content {
		n := offset + i
		if _, again := l.At(n); again {
			l.overwritten++
		}
		switch {
		case n == len(l.dense):
			l.dense = append(l.dense, text)
			delete(l.sparse, n)
		case n < len(l.dense):
			if n < l.frozen {
				l.dense, l.frozen = slices.Clone(l.dense), 0
			}
			l.dense[n] = text
		default:
			if l.sparse == nil {
				l.sparse = map[int]string{}
			}
			l.sparse[n] = text
		}
	}
	for {
		text, ok := l.sparse[len(l.dense)]
		if !ok {
			return
		}
		delete(l.sparse, len(l.dense))
		l.dense = append(l.dense, text)
	}
}

// At returns the line with a number, and whether there is one.
func (l *Lines) At(n int) (string, bool) {
	if n < len(l.dense) {
		return l.dense[n], true
	}
	text, ok := l.sparse[n]
	return text, ok
}

// All returns the lines in order, without the gaps. It costs nothing unless
// there are gaps; the caller must not change the result.
func (l *Lines) All() []string {
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

// Count returns the highest line number plus one.
func (l *Lines) Count() int {
	n := len(l.dense)
	for i := range l.sparse {
		n = max(n, i+1)
	}
	return n
}

// Overwritten returns how many lines replaced one of the same number.
func (l *Lines) Overwritten() int { return l.overwritten }

// Missing returns how many numbers below the highest have no line.
func (l *Lines) Missing() int { return l.Count() - len(l.dense) - len(l.sparse) }

// Last returns the line with the highest number, or "".
func (l *Lines) Last() string {
	if len(l.sparse) > 0 {
		return l.sparse[l.Count()-1]
	}
	if len(l.dense) == 0 {
		return ""
	}
	return l.dense[len(l.dense)-1]
}

// Truncate keeps the first n lines.
func (l *Lines) Truncate(n int) {
	if n < len(l.dense) {
		l.dense = slices.Clone(l.dense[:n])
		l.frozen = 0
	}
	l.sparse = nil
}
