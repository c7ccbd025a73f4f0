package console_test

import (
	"encoding/json"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/internal/console"
)

// at is the time of all lines in tests.
var at = time.Date(2026, 11, 23, 15, 4, 5, 6000, time.FixedZone("elsewhere", 3600))

const atText = "2026-11-23T14:04:05.000006"

// sink stores lines as the server does: under their numbers.
type sink struct {
	lines map[int64]string
	calls int
}

func (s *sink) emit(index int64, line []byte) {
	if s.lines == nil {
		s.lines = make(map[int64]string)
	}
	s.lines[index] = string(line)
	s.calls++
}

// list returns the lines, and fails if one is missing.
func (s *sink) list(tb testing.TB) []string {
	tb.Helper()
	list := make([]string, 0, len(s.lines))
	for i, index := range slices.Sorted(maps.Keys(s.lines)) {
		require.Equal(tb, int64(i), index, "a line is missing")
		list = append(list, s.lines[index])
	}
	return list
}

type officialCase struct {
	Name   string `json:"name"`
	Label  string `json:"label"`
	Writes []struct {
		Stream console.Stream `json:"stream"`
		Text   string         `json:"text"`
	} `json:"writes"`
	Lines []string `json:"lines"`
}

func officialCases(tb testing.TB) []officialCase {
	tb.Helper()
	text, err := os.ReadFile("testdata/official.json")
	require.NoError(tb, err)
	var cases []officialCase
	require.NoError(tb, json.Unmarshal(text, &cases))
	require.Greater(tb, len(cases), 80)
	return cases
}

// The official client got the same bytes; see testdata/README.md.
func TestTerminal_RecordedBytes_EqualsOfficialClient(t *testing.T) {
	t.Parallel()
	pieces := map[string]func(text string) []string{
		"whole":      func(text string) []string { return []string{text} },
		"byte-wise":  func(text string) []string { return chunks(text, 1) },
		"in threes":  func(text string) []string { return chunks(text, 3) },
		"with pause": func(text string) []string { return chunks(text, 7) },
	}
	for _, c := range officialCases(t) {
		for way, cut := range pieces {
			t.Run(c.Name+" "+way, func(t *testing.T) {
				t.Parallel()
				var got sink
				term := console.New(console.Options{
					Label: c.Label, Emit: got.emit, Now: func() time.Time { return at },
				})
				for _, w := range c.Writes {
					for _, piece := range cut(w.Text) {
						n, err := term.Writer(w.Stream).Write([]byte(piece))
						require.NoError(t, err)
						require.Equal(t, len(piece), n)
						if way == "with pause" { // what was sent in between must not matter.
							term.Flush()
						}
					}
				}
				require.NoError(t, term.Close())
				lines := got.list(t)
				require.Len(t, lines, len(c.Lines))
				for i, want := range c.Lines {
					assert.Equal(t, strings.Replace(want, "TIME", atText, 1), lines[i])
				}
				assert.Equal(t, int64(len(lines)), term.Lines())
			})
		}
	}
}

func chunks(text string, size int) []string {
	var list []string
	for piece := range slices.Chunk([]byte(text), size) {
		list = append(list, string(piece))
	}
	return list
}
