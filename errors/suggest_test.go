package errors_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"

	"github.com/wandgo/wandgo/errors"
)

func TestSuggest_EachResemblance_RanksCandidates(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		want string
		have []string
		got  []string
	}{
		{"typing error", "acme-reserch", []string{"zeta", "acme-research"}, []string{"acme-research"}},
		{"swapped letters", "kleni", []string{"klein"}, []string{"klein"}},
		{"user name of a managed account", "benjbritton", []string{"other", "benjbritton-geoai"}, []string{"benjbritton-geoai"}},
		{"team for the organization's longer name", "acme-vision-team", []string{"acme-vision"}, []string{"acme-vision"}},
		{"contained", "geoai", []string{"benjbritton-geoai"}, []string{"benjbritton-geoai"}},
		{"display name", "ahmedlaiq", []string{"ahmedlaiq34"}, []string{"ahmedlaiq34"}},
		{"case before everything", "ACME", []string{"acmes", "acme-lab", "acme"}, []string{"acme", "acmes", "acme-lab"}},
		{"separators", "acme_vision", []string{"acme-vision"}, []string{"acme-vision"}},
		{"what was tried is no suggestion", "acme", []string{"acme"}, nil},
		{"at most three", "team", []string{"team-a", "team-b", "team-c", "team-d"}, []string{"team-a", "team-b", "team-c"}},
		{"each once", "acmee", []string{"acme", "acme"}, []string{"acme"}},
		{"short names are not close to each other", "ab", []string{"cd", "xy", "a"}, nil},
		{"nothing close", "huggingface", []string{"jo-lab", "acme"}, nil},
		{"nothing wanted", "", []string{"acme", ""}, nil},
		{"only separators", "--", []string{"acme", "__"}, nil},
		{"nothing there", "acme", nil, nil},
		{"not only ASCII", "zürich-lab", []string{"zurich-lab"}, []string{"zurich-lab"}},
		{"huge name", strings.Repeat("a", 1<<20), []string{"aaa"}, nil},
		{"huge candidate", "aaa", []string{strings.Repeat("a", 1<<20), "aaaa"}, []string{"aaaa"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			assert.Equal(t, tt.got, errors.Suggest(tt.want, tt.have))
		})
	}
}

func FuzzSuggest(f *testing.F) {
	f.Add("acme-reserch", "acme-research\nzeta")
	f.Add("", "")
	f.Add("\xff\xfe", "\xff\n\u0130\nİ")
	f.Add(strings.Repeat("ab", 40), strings.Repeat("ba", 40)+"\n"+strings.Repeat("ab", 41))
	f.Fuzz(func(t *testing.T, want, names string) {
		have := strings.Split(names, "\n")
		got := errors.Suggest(want, have)
		assert.LessOrEqual(t, len(got), 3)
		seen := make(map[string]bool)
		for _, name := range got {
			assert.Contains(t, have, name)
			assert.NotEqual(t, want, name)
			assert.False(t, seen[name])
			seen[name] = true
		}
		// A name that differs only in case is always found.
		if plain := strings.Trim(want, "-_. "); plain != "" && len(plain) <= 200 && utf8.ValidString(plain) && plain == strings.TrimSpace(plain) {
			upper, lower := strings.ToUpper(plain), strings.ToLower(plain)
			if back := strings.ToLower(upper); upper != plain && back == lower {
				assert.Contains(t, errors.Suggest(plain, []string{"zzzzzz", upper}), upper)
			}
		}
		errors.LooksLikePlaceholder(want)
	})
}

func BenchmarkSuggest(b *testing.B) {
	have := make([]string, 1000)
	for i := range have {
		have[i] = strings.Repeat("team-name-", 3) + string(rune('a'+i%26))
	}
	b.ReportAllocs()
	for b.Loop() {
		errors.Suggest("team-nane-team-name-team-name-x", have)
	}
}
