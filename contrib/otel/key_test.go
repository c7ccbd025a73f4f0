package otel

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel/attribute"
)

func TestKey_HasNameAndAttributes(t *testing.T) {
	t.Parallel()
	many := make([]attribute.KeyValue, 0, 10)
	for name := range strings.SplitSeq("abcdefghij", "") {
		many = append(many, attribute.Int(name, 1))
	}
	e := NewExporter(nil, ExporterOptions{})
	for _, tt := range []struct {
		scope, name string
		attributes  []attribute.KeyValue
		want        string
	}{
		{"x", "http.server.duration", nil, "otel/http/server/duration"},
		{"x", "n", []attribute.KeyValue{attribute.String("b", "2"), attribute.Int("a", 1)}, "otel/n{a=1,b=2}"},
		{"x", "n", []attribute.KeyValue{attribute.String("a", "x,y={\x1b[31m}\n")}, "otel/n{a=x_y___[31m__}"},
		{"x", "n", []attribute.KeyValue{attribute.String("a", "x_y={\x1b[31m}\n")}, "otel/n{a=x_y___[31m__,otel.scope.name=x}"},
		{"x", "n", []attribute.KeyValue{attribute.String("a", "x_y_{\x1b[31m}\n")}, "otel/n#2{a=x_y___[31m__,otel.scope.name=x}"},
		{"y", "n", []attribute.KeyValue{attribute.String("b", "2"), attribute.Int("a", 1)}, "otel/n{a=1,b=2,otel.scope.name=y}"},
		{"x", "n", []attribute.KeyValue{attribute.Int("a", 1), attribute.String("b", "2")}, "otel/n{a=1,b=2}"},
		{"x", "m", many, "otel/m{a=1,b=1,c=1,d=1,e=1,f=1,g=1,h=1,…}"},
		{"x", "l", []attribute.KeyValue{attribute.String("a", strings.Repeat("ä", 50))}, "otel/l{a=" + strings.Repeat("ä", 30) + "…}"},
	} {
		key, ok := e.key(tt.scope, tt.name, attribute.NewSet(tt.attributes...))
		assert.True(t, ok)
		assert.Equal(t, tt.want, key)
	}
}

// The histogram latency has the keys latency/count and latency/sum, which the counters latency.count
// and latency.sum would have, too.
func TestKey_NamesOfAHistogramsParts_AreNotShared(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		histogramFirst     bool
		histogram, counter string
	}{
		"histogram first": {true, "otel/latency", "otel/latency/count{otel.scope.name=x}"},
		"counter first":   {false, "otel/latency{otel.scope.name=x}", "otel/latency/count"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e := NewExporter(nil, ExporterOptions{})
			var histogram, counter string
			for _, first := range []bool{true, false} {
				if first == tt.histogramFirst {
					histogram, _ = e.key("x", "latency", attribute.NewSet(), countSuffix, sumSuffix)
				} else {
					counter, _ = e.key("x", "latency.count", attribute.NewSet())
				}
			}
			assert.Equal(t, tt.histogram, histogram)
			assert.Equal(t, tt.counter, counter)
		})
	}
}

func FuzzKey(f *testing.F) {
	f.Add("lib", "http.server.duration", "route", "/a")
	f.Add("", "", "", "")
	f.Add("\xff", "{}", "a=b,c", strings.Repeat("é", 100))
	f.Fuzz(func(t *testing.T, scope, name, attr, value string) {
		e := NewExporter(nil, ExporterOptions{})
		seen := map[string]bool{}
		for _, scope := range []string{scope, scope + "2"} {
			for _, set := range []attribute.Set{attribute.NewSet(), attribute.NewSet(attribute.String(attr, value)), attribute.NewSet(attribute.String(attr, value+"2"))} {
				key, ok := e.key(scope, name, set)
				require.True(t, ok)
				require.False(t, seen[key], "two series have the key %q", key)
				require.True(t, utf8.ValidString(key))
				require.Less(t, len(key), 400)
				seen[key] = true
			}
		}
	})
}
