package errors

import (
	"cmp"
	"slices"
	"strings"
	"unicode/utf8"
)

const (
	// maxSuggestions is how many names fit a sentence.
	maxSuggestions = 3
	// maxNameRunes bounds the work per name; longer names are never compared
	// letter by letter.
	maxNameRunes = 64
	// maxNames bounds the work per call.
	maxNames = 10_000
	// minPartRunes is the shortest name that may count as part of another one.
	minPartRunes = 3
)

// Suggest returns at most three names in have that resemble want, best first:
//
//   - names that differ only in case or separators
//   - names with one typo
//   - names that want begins with, or that begin with want: the user name
//     "benjbritton" for the team "benjbritton-geoai"
//   - names that contain want
//   - names with a few typos
//
// Names equal to want are skipped. Suggest returns nil if no name is close.
//
// The work is bounded: names of more than 64 characters are not compared letter by
// letter, and only the first 10,000 names are considered.
func Suggest(want string, have []string) []string {
	wanted := strings.TrimSpace(want)
	if len(wanted) > 4*maxNameRunes {
		return nil
	}
	folded := foldName(wanted)
	type hit struct {
		name string
		rank int
	}
	var hits []hit
	seen := make(map[string]bool)
	for _, name := range have[:min(len(have), maxNames)] {
		if name == "" || name == want || seen[name] || len(name) > 4*maxNameRunes {
			continue
		}
		seen[name] = true
		if rank, ok := resemblance(folded, foldName(name)); ok {
			hits = append(hits, hit{name, rank})
		}
	}
	slices.SortStableFunc(hits, func(a, b hit) int { return cmp.Compare(a.rank, b.rank) })
	var names []string
	for _, h := range hits[:min(len(hits), maxSuggestions)] {
		names = append(names, h.name)
	}
	return names
}

// resemblance ranks how close two folded names are; a lower rank is closer.
func resemblance(want, name string) (rank int, ok bool) {
	if want == "" || name == "" {
		return 0, false
	}
	if want == name {
		return 0, true
	}
	wantRunes, nameRunes := []rune(want), []rune(name)
	short := min(len(wantRunes), len(nameRunes))
	// Short names are all close to each other, so fewer typos are allowed.
	allowed := min(3, (short+1)/3)
	distance := allowed + 1
	if max(len(wantRunes), len(nameRunes)) <= maxNameRunes {
		distance = editDistance(wantRunes, nameRunes, allowed)
	}
	switch {
	case distance == 1 && allowed >= 1:
		return 1, true
	case short >= minPartRunes && (strings.HasPrefix(name, want) || strings.HasPrefix(want, name)):
		return 2, true
	case short >= minPartRunes && strings.Contains(name, want):
		return 3, true
	case distance <= allowed:
		return 2 + distance, true
	}
	return 0, false
}

// foldName drops case and separators, which people mix up.
func foldName(name string) string {
	return strings.Map(func(r rune) rune {
		switch r {
		case '-', '_', '.', ' ', utf8.RuneError:
			return -1
		}
		return r
	}, strings.ToLower(name))
}

// editDistance counts the insertions, deletions, replacements and swaps of
// neighbours that turn a into b, where no letter is edited twice. It returns
// limit+1 as soon as the count is known to pass limit.
func editDistance(a, b []rune, limit int) int {
	if diff := len(a) - len(b); diff > limit || -diff > limit {
		return limit + 1
	}
	// Three rows are enough: a swap looks two rows back.
	before := make([]int, len(b)+1)
	above := make([]int, len(b)+1)
	row := make([]int, len(b)+1)
	for j := range above {
		above[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row[0] = i
		lowest := i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			row[j] = min(above[j]+1, row[j-1]+1, above[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
			lowest = min(lowest, row[j])
		}
		if lowest > limit+1 { // a swap can win back one at most
			return limit + 1
		}
		before, above, row = above, row, before
	}
	return min(above[len(b)], limit+1)
}
