package jsonx_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/wandgo/wandgo/internal/jsonx"
)

// layoutOf returns the layout of an object without spaces, nil for any other text.
func layoutOf(line []byte) (layout jsonx.Layout) {
	if len(line) == 0 || line[0] != '{' || bytes.ContainsAny(line, " \t\r\n") {
		return nil
	}
	end := jsonx.EachMember(line, 0, func(_, _, value int) int {
		next := jsonx.Skip(line, value, 1)
		layout = layout.Add(value, next)
		return next
	})
	if end != len(line) {
		return nil
	}
	return layout
}

func TestQuoter_AnyHistory_EqualsAppendQuoted(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("k", 300)
	for _, tt := range []struct {
		name  string
		lines []string
	}{
		{"the same keys", []string{`{"loss":0.5,"acc":0.25}`, `{"loss":0.125,"acc":1}`, `{"loss":NaN,"acc":"high"}`, `{"loss":-3,"acc":{"top":[1,"2"]}}`}},
		{"by turns", []string{`{"loss":0.5}`, `{"val":1,"loss":2}`, `{"loss":1.5}`, `{"val":2,"loss":3}`, `{"val":2,"loss":3}`, `{"val":2,"loss":3}`}},
		{"fewer and more", []string{`{"a":1,"b":2,"c":3}`, `{"a":1}`, `{"a":1,"b":2,"c":3,"d":4}`, `{}`, `{"a":1,"b":2,"c":3,"d":4}`}},
		{"a key that begins like another", []string{`{"a":1,"ab":2}`, `{"ab":1,"a":2}`, `{"a\"b":1,"a":2}`, `{"a\"b":1,"a":2}`}},
		{"what only looks like a key", []string{`{"a":"x,\"y\":z"}`, `{"a":"x,\"y\":z"}`, `,":":":":":":`, `{"":1,"":2}`, `{"":1,"":2}`}},
		{"colons, escapes and long keys", []string{`{"a:b":1,"c\nd":2,"e":3}`, `{"a:b":1,"c\nd":2,"e":3}`, `{"` + long + `":1}`, `{"` + long + `":1}`}},
		{"bad bytes", []string{"{\"a\xff\":1}", "{\"a\xff\":1}", "{\"a\u00ff\":1}"}},
		{"control characters", []string{"{\"a\x01\":1,\n\"b\":2}", "{\"a\x01\":1,\n\"b\":2}", "{\"a\x01\":1,\n\"b\":2}"}},
		{"nothing", []string{"", `"`, `{`, `,"`, `,"a"`, `,"a":`}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var q jsonx.Quoter
			for range 3 {
				for _, line := range tt.lines {
					text := []byte(line)
					assert.Equal(t, "before"+string(jsonx.AppendQuoted(nil, text)), string(q.Append([]byte("before"), text, layoutOf(text))))
				}
			}
		})
	}
	assert.Equal(t, 2, layoutOf([]byte(`{"a":1,"b":[2]}`)).Len(), "lines have a layout")
}

// FuzzQuoter quotes three lines, each twice, with one Quoter.
func FuzzQuoter(f *testing.F) {
	f.Add([]byte(`{"a":1,"b":"x"}`), []byte(`{"a":2,"b":"y\"z"}`), []byte(`{"b":2}`))
	f.Add([]byte(`,"a":,"a":`), []byte(`{"a":{"a":{"a":1}}}`), []byte("{\"\xff\":\"\x00\"}"))
	f.Fuzz(func(t *testing.T, a, b, c []byte) {
		var q jsonx.Quoter
		for _, line := range [][]byte{a, a, b, b, c, c, a, b, c} {
			if want, got := jsonx.AppendQuoted(nil, line), q.Append(nil, line, layoutOf(line)); !bytes.Equal(want, got) {
				t.Fatalf("%q: want %s, got %s", line, want, got)
			}
		}
	})
}
