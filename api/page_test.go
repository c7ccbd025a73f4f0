package api

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/internal/jsonx"
)

func TestPage_EachResponse_RowsAreFound(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name, data string
		sampled    bool
		want       []string
		err        error
	}{
		{name: "strings", data: `{"x":[{}],"project":{"name":"p","bucket":{"id":1,"history":["{\"a\":NaN}","{}"]}}}`, want: []string{`{"a":NaN}`, `{}`}},
		{name: "no rows", data: `{"project":{"bucket":{"history":[]}}}`},
		{name: "null rows", data: `{"project":{"bucket":{"history":null}}}`},
		{name: "no run", data: `{"project":{"bucket":null}}`, err: errNoRun},
		{name: "no project", data: `{"project":null}`, err: errNoRun},
		{name: "another run", data: `{"project":{"run":{"history":["{}"]}}}`, err: errNoRun},
		{name: "nothing", data: ``, err: jsonx.ErrSyntax},
		{name: "cut off", data: `{"project":{"bucket":{"history":["{}"`, err: jsonx.ErrSyntax},
		{name: "more", data: `{"project":null},"errors":[]`, err: jsonx.ErrSyntax},
		{name: "null row", data: `{"project":{"bucket":{"history":[null]}}}`, err: jsonx.ErrSyntax},
		{name: "number for a run", data: `{"project":{"bucket":1}}`, err: jsonx.ErrSyntax},
		{name: "objects", sampled: true, data: `{"project":{"run":{"sampledHistory":[[{"a":1}, {"a":[]}]]}}}`, want: []string{`{"a":1}`, `{"a":[]}`}},
		{name: "no spec", sampled: true, data: `{"project":{"run":{"sampledHistory":[]}}}`},
		{name: "object cut off", sampled: true, data: `{"project":{"run":{"sampledHistory":[[{"a":1}`, err: jsonx.ErrSyntax},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			p := page{sampled: tc.sampled}
			lines, err := p.rows(p.DecodeData([]byte(tc.data)))
			require.ErrorIs(t, err, tc.err)
			var got []string
			for _, line := range lines {
				got = append(got, string(line))
			}
			assert.Equal(t, tc.want, got)
		})
	}
}

// FuzzPage compares with encoding/json.
func FuzzPage(f *testing.F) {
	for _, seed := range []string{`{"project":{"bucket":{"history":["{\"a\":1}","\u00e9\n"]}}}`, `{"project":{"run":{"sampledHistory":[[{"a":NaN}]]}}}`, `{"project":null}`, `{}`, "{\"project\":{\"bucket\":{\"history\":[\"\xff\"]}}}"} {
		f.Add([]byte(seed), seed)
	}
	f.Fuzz(func(t *testing.T, data []byte, text string) {
		before := string(data)
		for _, p := range []page{{}, {sampled: true}} {
			if p.DecodeData(data) == nil {
				require.True(t, json.Valid(jsonx.QuoteNonFinite(data)))
			}
			require.Equal(t, before, string(data))
		}
		type object map[string]any
		body, err := json.Marshal(object{"a": text, "project": object{"name": text, "bucket": object{"history": []string{text, "", text}, "id": text}}})
		require.NoError(t, err)
		var want struct {
			Project struct{ Bucket struct{ History []string } }
		}
		require.NoError(t, json.Unmarshal(body, &want))
		var p page
		lines, err := p.rows(p.DecodeData(body))
		require.NoError(t, err)
		require.Len(t, lines, 3)
		for i, line := range lines {
			require.Equal(t, want.Project.Bucket.History[i], string(line))
		}
	})
}
