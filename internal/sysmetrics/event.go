package sysmetrics

import (
	"maps"
	"math"
	"slices"
	"strconv"
	"time"

	"github.com/wandgo/wandgo/internal/jsonx"
)

// AppendEvent appends the row of wandb-events.jsonl for a sample: JSON without a newline,
// sorted by name. runtime is the time since this process started the run. Values that are
// not finite are left out, because the row is read as plain JSON.
func AppendEvent(dst []byte, values map[string]float64, at time.Time, runtime time.Duration) []byte {
	dst = append(dst, `{"_wandb":true,"_timestamp":`...)
	dst = strconv.AppendFloat(dst, float64(at.UnixMicro())/1e6, 'f', -1, 64)
	dst = append(dst, `,"_runtime":`...)
	dst = strconv.AppendFloat(dst, runtime.Seconds(), 'f', -1, 64)
	for _, name := range slices.Sorted(maps.Keys(values)) {
		value := values[name]
		if math.IsNaN(value) || math.IsInf(value, 0) {
			continue
		}
		dst = append(dst, ',')
		dst = jsonx.AppendQuoted(dst, []byte("system."+name))
		dst = append(dst, ':')
		dst = strconv.AppendFloat(dst, value, 'g', -1, 64)
	}
	return append(dst, '}')
}
