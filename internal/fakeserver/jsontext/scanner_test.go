package jsontext

import (
	"encoding/json"
	"math"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestScanner_Value_DecodesAllKinds(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]any{
		`null`: nil, ` true `: true, `false`: false, `-0.5e+3`: -500.0, `"a\"\\\/\b\f\n\r\t\u00e9é"`: "a\"\\/\b\f\n\r\téé",
		`"\ud83d\ude00"`: "😀", `"\ud83d"`: "\ufffd", `"\ud83dx"`: "\ufffdx", `"\ud83d\u0041"`: "\ufffdA", `"\ude00"`: "\ufffd",
		`[]`: []any{}, `{}`: map[string]any{}, `[1,[2]]`: []any{1.0, []any{2.0}}, `{"a":{"b":[]},"a":1}`: map[string]any{"a": 1.0},
		`Infinity`: math.Inf(1), `-Infinity`: math.Inf(-1), `1e999`: math.Inf(1),
	} {
		s := Scanner{data: []byte(text)}
		got, err := s.Value()
		require.NoError(t, err, text)
		require.NoError(t, s.End(), text)
		assert.Equal(t, want, got, text)
		s = Scanner{data: []byte(text)}
		assert.NoError(t, s.Skip(), text)
		assert.NoError(t, s.End(), text)
	}
	s := Scanner{data: []byte(`NaN`)}
	nan, err := s.Value()
	require.NoError(t, err)
	assert.True(t, math.IsNaN(nan.(float64)))
}

func TestScanner_InvalidText_Fails(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		``, `{`, `[`, `"`, `"\`, `"\x"`, `"\u12"`, "\"\n\"", `{1:2}`, `{"a" 1}`, `{"a":1,}`, `[1,]`, `[1 2]`, `+1`, `.5`, `nul`, `true1`, `--1`,
		strings.Repeat("[", maxDepth+1), strings.Repeat(`{"a":`, maxDepth+1),
	} {
		s := Scanner{data: []byte(text)}
		_, err := s.Value()
		if err == nil {
			err = s.End()
		}
		assert.Error(t, err, text)
	}
	_, err := DecodeObject(`[1]`)
	assert.Error(t, err)
	_, err = DecodeObject(`{} x`)
	assert.EqualError(t, err, "offset 3: unexpected 'x', want the end")
}

// FuzzScan holds the scanner against encoding/json, for what both can read.
func FuzzScan(f *testing.F) {
	for _, seed := range []string{`{"a":[1,2.5e-3,"x\u00e9",null,true]}`, `[NaN,Infinity]`, `"\ud83d\ude00"`, `-`, `{"a":{"a":1}}`, `1e400`} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		s := Scanner{data: []byte(text)}
		got, err := s.Value()
		if err == nil {
			err = s.End()
		}
		skipper := Scanner{data: []byte(text)}
		skipErr := skipper.Skip()
		if skipErr == nil {
			skipErr = skipper.End()
		}
		assert.Equal(t, err == nil, skipErr == nil, "value and skip must agree")
		var want any
		if json.Unmarshal([]byte(text), &want) != nil || !utf8.ValidString(text) {
			return
		}
		if err != nil {
			assert.ErrorIs(t, err, errDepth)
			return
		}
		assert.Equal(t, want, got)
	})
}
