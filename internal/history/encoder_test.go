package history_test

import (
	"encoding/json"
	"fmt"
	"math"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/internal/history"
)

// encode returns the line without the keys that the client adds, and the keys left out.
func encode(t *testing.T, e *history.Encoder, row map[string]any) (line string, bad map[string]error) {
	t.Helper()
	got, err := e.AppendRow(nil, row, history.Meta{})
	line = strings.TrimSuffix(string(got), `"_timestamp":0,"_runtime":0}`)
	require.NotEqual(t, string(got), line)
	line = strings.TrimSuffix(line, ",") + "}"
	if err == nil {
		return line, nil
	}
	rowErr, ok := errors.AsType[*history.RowError](err)
	require.True(t, ok, "%T", err)
	bad = make(map[string]error)
	for _, k := range rowErr.Keys {
		bad[k.Key] = k.Err
	}
	return line, bad
}

func TestAppendRow(t *testing.T) {
	t.Parallel()
	meta := history.Meta{Step: 42, HasStep: true, Runtime: 101.5, Timestamp: 1795432414}
	for _, tt := range []struct {
		name string
		row  map[string]any
		meta history.Meta
		want string
		err  error
	}{
		{"plain", map[string]any{"loss": 0.5}, meta, `{"loss":0.5,"_timestamp":1.795432414e+09,"_runtime":101.5,"_step":42}`, nil},
		{"empty", map[string]any{}, meta, `{"_timestamp":1.795432414e+09,"_runtime":101.5,"_step":42}`, nil},
		{"nil", nil, meta, `{"_timestamp":1.795432414e+09,"_runtime":101.5,"_step":42}`, nil},
		{"without step", map[string]any{"a": 1}, history.Meta{Runtime: 1, Timestamp: 2}, `{"a":1,"_timestamp":2,"_runtime":1}`, nil},
		{"own timestamp stays", map[string]any{"_timestamp": 5}, meta, `{"_timestamp":5,"_runtime":101.5,"_step":42}`, nil},
		{"own step is dropped", map[string]any{"_step": 99, "a": 1}, meta, `{"a":1,"_timestamp":1.795432414e+09,"_runtime":101.5,"_step":42}`, history.ErrReserved},
		{"own runtime is dropped", map[string]any{"_runtime": 7}, meta, `{"_timestamp":1.795432414e+09,"_runtime":101.5,"_step":42}`, history.ErrReserved},
		{"other keys of that look stay", map[string]any{"_foo": 2, "_wandb": 3}, history.Meta{}, `{"_foo":2,"_wandb":3,"_timestamp":0,"_runtime":0}`, nil},
		{"empty key", map[string]any{"": 1, "a": 2}, history.Meta{}, `{"a":2,"_timestamp":0,"_runtime":0}`, history.ErrEmptyKey},
		{"bad own timestamp", map[string]any{"_timestamp": make(chan int)}, history.Meta{}, `{"_timestamp":0,"_runtime":0}`, history.ErrUnsupported},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var e history.Encoder
			for range 2 { // the second time by the remembered shape
				got, err := e.AppendRow([]byte("x"), tt.row, tt.meta)
				assert.Equal(t, "x"+tt.want, string(got))
				if tt.err == nil {
					require.NoError(t, err)
				} else {
					require.ErrorIs(t, err, tt.err)
				}
			}
		})
	}
}

type opaque struct{ secret int }

func (o opaque) String() string { return "opaque!" }

type hidden struct{ secret int }

type level int

func (level) String() string { return "high" }

type textual struct{ A int }

func (textual) MarshalText() ([]byte, error) { return []byte("text\xff"), nil }

type pointerJSON struct{ A int }

func (p *pointerJSON) MarshalJSON() ([]byte, error) {
	return fmt.Appendf(nil, `{ "p" : %d }`, p.A), nil
}

// bothWays has a method on its address and another on itself.
type bothWays struct{ A int }

func (*bothWays) MarshalJSON() ([]byte, error) { return []byte(`"json"`), nil }
func (bothWays) MarshalText() ([]byte, error)  { return []byte("text"), nil }

type inner struct {
	X float64 `json:"x"`
	Y int
}

type Outer struct {
	inner
	Name    string            `json:"name"`
	Skip    int               `json:"-"`
	Dash    int               `json:"-,"` //nolint:staticcheck // means a key "-" to encoding/json
	Opt     []int             `json:"opt,omitempty"`
	Zero    time.Time         `json:"zero,omitzero"`
	Quoted  int               `json:"quoted,string"`
	Ptr     *float64          `json:"ptr"`
	Labels  map[string]string `json:"labels"`
	private int               //nolint:unused // must not be written
}

func TestAppendRow_Values(t *testing.T) {
	t.Parallel()
	f := math.NaN()
	var nilMap map[string]any
	var nilPointer *pointerJSON
	for _, tt := range []struct {
		name string
		give any
		want string // "" if the key vanishes
	}{
		{"nil", nil, `null`},
		{"true", true, `true`},
		{"named bool", myBool(true), `true`},
		{"named string", myString("s"), `"s"`},
		{"nested", map[string]any{"b": map[string]any{"c": 1}, "a": math.Inf(1)}, `{"a":Infinity,"b":{"c":1}}`},
		{"dotted key stays dotted", map[string]any{"x.y": 1}, `{"x.y":1}`},
		{"empty key within", map[string]any{"": 1}, `{"":1}`},
		{"empty map vanishes", map[string]any{}, ``},
		{"nil map vanishes", nilMap, ``},
		{"map of empty maps vanishes", map[string]any{"x": map[string]any{}, "y": map[string]int{}}, ``},
		{"empty map in a list stays", []any{map[string]any{}, map[string]any{"a": map[string]any{}}}, `[{},{"a":{}}]`},
		{"empty struct vanishes", struct{}{}, ``},
		{"map of floats", map[string]float64{"b": 1, "a": f}, `{"a":NaN,"b":1}`},
		{"map of ints", map[string]int{"b": 1, "a": 2}, `{"a":2,"b":1}`},
		{"map by ints", map[int]string{2: "b", 10: "a"}, `{"10":"a","2":"b"}`},
		{"map by uints", map[uint8]bool{1: true}, `{"1":true}`},
		{"map by text", map[netip.Addr]int{netip.MustParseAddr("::1"): 1}, `{"::1":1}`},
		{"map by any", map[any]any{"a": 1, 2: 3}, `{"2":3,"a":1}`},
		{"list", []any{1, 2.5, f, nil, "x", []any{}}, `[1,2.5,NaN,null,"x",[]]`},
		{"floats", []float64{1, f}, `[1,NaN]`},
		{"float32s", []float32{0.1}, `[0.1]`},
		{"ints", []int{1, -2}, `[1,-2]`},
		{"strings", []string{"a", `"`}, `["a","\""]`},
		{"bools", []bool{true}, `[true]`},
		{"array", [2]int8{1, 2}, `[1,2]`},
		{"nil list", []float64(nil), `null`},
		{"nil list of any", []any(nil), `null`},
		{"no bytes", []byte(nil), "null"},
		{"named bytes", json.RawMessage(` { "a" : [ 1 , 2 ] } `), `{"a":[1,2]}`},
		{"raw empty object vanishes", json.RawMessage(`{ }`), ``},
		{"raw with bad bytes", json.RawMessage("\"\xff\""), "\"\ufffd\""},
		{"duration", 1500 * time.Millisecond, `1.5`},
		{"durations", []time.Duration{time.Second}, `[1]`},
		{"time", time.Date(2026, 1, 2, 3, 4, 5, 600, time.UTC), `"2026-01-02T03:04:05.0000006Z"`},
		{"pointer", &f, `NaN`},
		{"nil pointer", (*int)(nil), `null`},
		{"nil pointer with method", nilPointer, `null`},
		{"pointer method", &pointerJSON{A: 1}, `{"p":1}`},
		{"pointer method on elements", []pointerJSON{{A: 2}}, `[{"p":2}]`},
		{"pointer method out of reach", pointerJSON{A: 3}, `{"A":3}`},
		{"methods on value and address, by value", bothWays{}, `"text"`},
		{"methods on value and address, by address", &bothWays{}, `"json"`},
		{"text method", textual{}, "\"text\ufffd\""},
		{"enum with a name stays a number", level(3), `3`},
		{"opaque with text", opaque{1}, `"opaque!"`},
		{"opaque without", hidden{1}, ``},
		{"error", errors.New("boom"), `"boom"`},
		{"encoded", history.Encoded(`[NaN]`), `[NaN]`},
		{
			"struct",
			Outer{inner: inner{X: f}, Name: "n", Skip: 1, Dash: 2, Quoted: 7, Labels: map[string]string{"k": "v"}},
			`{"-":2,"Y":0,"labels":{"k":"v"},"name":"n","ptr":null,"quoted":"7","x":NaN}`,
		},
		{
			"struct, all set", &Outer{Opt: []int{1}, Zero: time.Unix(0, 0).UTC(), Ptr: &f},
			`{"-":0,"Y":0,"name":"","opt":[1],"ptr":NaN,"quoted":"0","x":0,"zero":"1970-01-01T00:00:00Z"}`,
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var e history.Encoder
			got, bad := encode(t, &e, map[string]any{"v": tt.give})
			assert.Empty(t, bad)
			if tt.want == "" {
				assert.Equal(t, `{}`, got)
			} else {
				assert.Equal(t, `{"v":`+tt.want+`}`, got)
			}
		})
	}
}

type node struct {
	V    int
	Next *node `json:",omitempty"`
}

type failing struct{}

func (failing) MarshalJSON() ([]byte, error) { return nil, fmt.Errorf("no way") }

type panicking struct{}

func (panicking) MarshalText() ([]byte, error) { panic("ouch") }

type garbage struct{}

func (garbage) MarshalJSON() ([]byte, error) { return []byte(`{"a":NaN`), nil }

func TestAppendRow_BadValue_LeavesOutItsKeyOnly(t *testing.T) {
	t.Parallel()
	loopMap := map[string]any{"ok": 1}
	loopMap["self"] = loopMap
	loopList := []any{1, nil}
	loopList[1] = loopList
	loopNode := &node{V: 1}
	loopNode.Next = &node{V: 2, Next: loopNode}
	var deep any = 1
	for range 200 {
		deep = []any{deep}
	}
	for _, tt := range []struct {
		name string
		give any
		key  string
		err  error
		want string // the rest of the value
	}{
		{"channel", make(chan int), "v", history.ErrUnsupported, ``},
		{"function", func() {}, "v", history.ErrUnsupported, ``},
		{"complex", 1 + 2i, "v", history.ErrUnsupported, ``},
		{"map by struct", map[struct{ A int }]int{{}: 1}, "v", history.ErrUnsupported, ``},
		{"within a map", map[string]any{"bad": func() {}, "ok": 1}, "v.bad", history.ErrUnsupported, `{"ok":1}`},
		{"within a typed map", map[string]func(){"bad": func() {}}, "v.bad", history.ErrUnsupported, ``},
		{"within a struct", struct{ Bad, OK any }{make(chan int), 1}, "v.Bad", history.ErrUnsupported, `{"OK":1}`},
		{"within a list", map[string]any{"l": []any{1, func() {}}}, "v.l", history.ErrUnsupported, ``},
		{"map in itself", loopMap, "v.self", history.ErrCyclic, `{"ok":1}`},
		{"list in itself", loopList, "v", history.ErrCyclic, ``},
		{"struct in itself", loopNode, "v.Next.Next", history.ErrCyclic, `{"Next":{"V":2},"V":1}`},
		{"too deep", deep, "v", history.ErrTooDeep, ``},
		{"failing method", failing{}, "v", history.ErrMarshaler, ``},
		{"panicking method", panicking{}, "v", history.ErrMarshaler, ``},
		{"method with garbage", garbage{}, "v", history.ErrMarshaler, ``},
		{"garbage number", json.Number("1e"), "v", history.ErrInvalidNumber, ``},
		{"too long", strings.Repeat("x", history.MaxRowBytes), "v", history.ErrTooLong, ``},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var e history.Encoder
			got, bad := encode(t, &e, map[string]any{"a": 1, "v": tt.give, "z": 2})
			require.Len(t, bad, 1)
			require.Contains(t, bad, tt.key)
			require.ErrorIs(t, bad[tt.key], tt.err)
			if tt.want == "" {
				assert.Equal(t, `{"a":1,"z":2}`, got)
			} else {
				assert.Equal(t, `{"a":1,"v":`+tt.want+`,"z":2}`, got)
			}
			// The next row is not affected.
			got, bad = encode(t, &e, map[string]any{"a": map[string]any{"b": 1}})
			assert.Empty(t, bad)
			assert.Equal(t, `{"a":{"b":1}}`, got) //nolint:testifylint // byte by byte
		})
	}
}

func TestAppendRow_SameValueTwice_IsNotCyclic(t *testing.T) {
	t.Parallel()
	shared := map[string]any{"x": 1}
	p := &node{V: 1}
	list := []any{1, 2, nil}
	list[2] = list[:2]
	type first struct {
		Inner struct{ P *int }
		V     int
	}
	var own first
	own.Inner.P = &own.V
	var e history.Encoder
	got, bad := encode(t, &e, map[string]any{"a": shared, "b": shared, "c": []any{p, p}, "d": list, "e": &own})
	assert.Empty(t, bad)
	assert.Equal(t, `{"a":{"x":1},"b":{"x":1},"c":[{"V":1},{"V":1}],"d":[1,2,[1,2]],"e":{"Inner":{"P":0},"V":0}}`, got) //nolint:testifylint // byte by byte
}

func TestAppendRow_LimitExceeded_LeavesOutTheKey(t *testing.T) {
	t.Parallel()
	e := history.Encoder{Limit: 300}
	row := map[string]any{"a": 1, "big": strings.Repeat("x", 200), "c": map[string]any{"d": 2}}
	line, err := e.AppendRow(nil, row, history.Meta{HasStep: true, Step: math.MaxInt64, Runtime: 1.2345678901234567e-300, Timestamp: -1.2345678901234567e-300})
	require.ErrorIs(t, err, history.ErrTooLong)
	assert.LessOrEqual(t, len(line), 300)
	assert.Contains(t, string(line), `"a":1,"c":{"d":2},`)
}

// The keys alternate between more sets than are remembered.
func TestAppendRow_ManyKeySets_EqualsEncodingJSON(t *testing.T) {
	t.Parallel()
	var e history.Encoder
	for i := range 200 {
		row := map[string]any{}
		for k := range i%7 + 1 {
			row[fmt.Sprintf("m%d_%d", i%3, k)] = i
		}
		want, err := json.Marshal(row)
		require.NoError(t, err)
		got, bad := encode(t, &e, row)
		assert.Empty(t, bad)
		assert.Equal(t, string(want), got)
	}
}

// A list is copied, because the summary keeps it.
func TestAppendRow_KnownKeys_DoesNotAllocate(t *testing.T) { //nolint:paralleltest // it counts allocations
	rows := []map[string]any{metrics(20), nested(20), {"a": 1, "b": "text", "c": true, "d": int64(3), "e": float32(0.1), "f": nil, "g": time.Second}}
	for i, row := range rows {
		var e history.Encoder
		var buf []byte
		buf, _ = e.AppendRow(buf, row, benchMeta)
		allocs := testing.AllocsPerRun(100, func() { buf, _ = e.AppendRow(buf[:0], row, benchMeta) })
		assert.Zero(t, allocs, "row %d", i)
	}
}
