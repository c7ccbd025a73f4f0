package gomlx

import (
	"fmt"
	"strings"
	"unicode"

	"github.com/gomlx/gomlx/pkg/core/shapes"
	"github.com/gomlx/gomlx/pkg/core/tensors"
	"github.com/gomlx/gomlx/pkg/ml/train/metrics"

	"github.com/wandgo/wandgo/client"
)

// defineMetrics puts the metrics with a prefix on the x-axis of train steps, which need no
// chart of their own.
func defineMetrics(run *client.Run, prefix string) error {
	if err := run.DefineMetric(Step, client.MetricOptions{Hidden: true}); err != nil {
		return err
	}
	return run.DefineMetric(strings.ReplaceAll(prefix, ".", `\.`)+"*", client.MetricOptions{StepMetric: Step})
}

// metricKeys returns the names under which metrics are logged. Metrics of the same name
// get a number.
func metricKeys(prefix string, list []metrics.Interface) []string {
	keys := make([]string, len(list))
	taken := make(map[string]bool, len(list))
	for i, m := range list {
		key := prefix + keyOf(m.Name())
		for n := 2; taken[key]; n++ {
			key = fmt.Sprintf("%s%s_%d", prefix, keyOf(m.Name()), n)
		}
		taken[key] = true
		keys[i] = key
	}
	return keys
}

// keyOf makes a name fit for filters and the configuration of sweeps: letters and digits
// in lower case, with '_' for everything between them.
func keyOf(name string) string {
	words := strings.FieldsFunc(strings.ToLower(name), func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r)
	})
	if len(words) == 0 {
		return "metric"
	}
	return strings.Join(words, "_")
}

// rowOf returns the row of a step, with the values that are numbers.
func rowOf(step int, keys []string, values []*tensors.Tensor) map[string]any {
	row := make(map[string]any, len(values)+1)
	row[Step] = step
	for i, value := range values[:min(len(values), len(keys))] {
		if t := value.Shape(); t.IsScalar() && (t.DType.IsFloat() || t.DType.IsInt()) {
			row[keys[i]] = shapes.ConvertTo[float64](value.Value())
		}
	}
	return row
}
