package history

import (
	"bytes"
	"strconv"
)

// StepOf returns the _step of a line that [Encoder.AppendRow] wrote, 0 if it has
// none. The client's own keys are the last of a row.
func StepOf(line []byte) int64 {
	i := bytes.LastIndex(line, []byte(`"_step":`))
	if i < 0 {
		return 0
	}
	digits := bytes.TrimRight(line[i+len(`"_step":`):], "}")
	step, err := strconv.ParseInt(string(digits), 10, 64)
	if err != nil {
		return 0
	}
	return step
}
