package record

import (
	"strconv"
	"time"

	"github.com/wandgo/wandgo/internal/jsonx"
)

// AppendLine appends the sample as a line of wandb-events.jsonl: keys have the prefix
// "system.", and the time counts from the start of the run. bad is how many values
// were omitted because they are not JSON.
func (s *Stats) AppendLine(dst []byte, started time.Time) (line []byte, bad int) {
	var runtime time.Duration
	if !started.IsZero() {
		runtime = s.Timestamp.Sub(started)
	}
	dst = append(dst, `{"_wandb":true,"_timestamp":`...)
	dst = appendSeconds(dst, s.Timestamp)
	dst = append(dst, `,"_runtime":`...)
	dst = strconv.AppendFloat(dst, runtime.Seconds(), 'f', -1, 64)
	for i := range s.Items {
		it := &s.Items[i]
		if !jsonx.Valid(it.Value) {
			bad++
			continue
		}
		dst = append(dst, ',')
		dst = jsonx.AppendQuoted(dst, []byte("system."+it.Key))
		dst = append(dst, ':')
		dst = jsonx.AppendLine(dst, it.Value)
	}
	return append(dst, '}'), bad
}

// appendSeconds appends a time as seconds since 1970, as exact as a float is.
func appendSeconds(dst []byte, t time.Time) []byte {
	return strconv.AppendFloat(dst, float64(t.Unix())+float64(t.Nanosecond())/1e9, 'f', -1, 64)
}
