package nvidia

import (
	"encoding/csv"
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
)

// metric is a system metric and its field in nvidia-smi.
type metric struct {
	field, name string
	scale       float64
}

// metrics are those with one field each. nvidia-smi and the web UI use the same units
// (percent, °C, W, MHz) except for memory, which nvidia-smi reports in MiB.
var metrics = []metric{
	{"utilization.gpu", "gpu", 1},
	{"utilization.memory", "memory", 1},
	{"memory.used", "memoryAllocatedBytes", 1 << 20},
	{"temperature.gpu", "temp", 1},
	{"power.draw", "powerWatts", 1},
	{"enforced.power.limit", "enforcedPowerLimitWatts", 1},
	{"clocks.sm", "smClock", 1},
	{"clocks.mem", "memoryClock", 1},
	{"clocks.gr", "graphicsClock", 1},
	{"fan.speed", "fanSpeed", 1},
	{"utilization.encoder", "encoderUtilization", 1},
	{"ecc.errors.corrected.volatile.device_memory", "correctedMemoryErrors", 1},
	{"ecc.errors.uncorrected.volatile.device_memory", "uncorrectedMemoryErrors", 1},
	{"pcie.link.gen.current", "pcieLinkGen", 1},
	{"pcie.link.gen.max", "maxPcieLinkGen", 1},
	{"pcie.link.width.current", "pcieLinkWidth", 1},
	{"pcie.link.width.max", "maxPcieLinkWidth", 1},
}

// sampleFields are all fields of a sample.
var sampleFields = func() []string {
	fields := []string{"index", "uuid", "memory.total"}
	for _, m := range metrics {
		fields = append(fields, m.field)
	}
	return fields
}()

// row is a line of output, by field.
type row map[string]string

// parse reads CSV output. Lines with another number of fields are messages and are
// skipped; it is an error if there are no other lines.
func parse(out string, fields []string) ([]row, error) {
	lines := csv.NewReader(strings.NewReader(out))
	lines.FieldsPerRecord = -1
	lines.TrimLeadingSpace = true
	lines.LazyQuotes = true
	records, err := lines.ReadAll()
	if err != nil {
		return nil, fmt.Errorf("read the output of nvidia-smi: %w", err)
	}
	var rows []row
	for _, record := range records {
		if len(record) != len(fields) {
			continue
		}
		r := make(row, len(fields))
		for i, value := range record {
			r[fields[i]] = strings.TrimSpace(value)
		}
		if index, ok := r["index"]; ok && !isIndex(index) {
			continue
		}
		rows = append(rows, r)
	}
	if len(rows) == 0 && len(records) > 0 {
		return nil, fmt.Errorf("read the output of nvidia-smi: no line has %d fields", len(fields))
	}
	return rows, nil
}

func isIndex(text string) bool {
	n, err := strconv.ParseUint(text, 10, 16)
	return err == nil && strconv.FormatUint(n, 10) == text
}

// text returns a field, or "" if the GPU does not have it.
func (r row) text(field string) string {
	if strings.HasPrefix(r[field], "[") {
		return ""
	}
	return r[field]
}

// number returns a field as a number. It reports false for [N/A], [Not Supported] and
// other messages.
func (r row) number(field string) (float64, bool) {
	n, err := strconv.ParseFloat(r[field], 64)
	return n, err == nil && !math.IsNaN(n) && !math.IsInf(n, 0)
}

// addTo adds a GPU's values under a prefix.
func (r row) addTo(values map[string]float64, prefix string) {
	for _, m := range metrics {
		if n, ok := r.number(m.field); ok {
			values[prefix+m.name] = n * m.scale
		}
	}
	percent := func(part, whole, name string) {
		p, ok := r.number(part)
		w, okWhole := r.number(whole)
		if ok && okWhole && w > 0 {
			values[prefix+name] = 100 * p / w
		}
	}
	percent("memory.used", "memory.total", "memoryAllocated")
	percent("power.draw", "enforced.power.limit", "powerPercent")
}

var cudaLine = regexp.MustCompile(`(?m)^CUDA Version\s*:\s*(\d+(?:\.\d+)*)\s*$`)

// cudaVersion returns the CUDA version in a report, or "".
func cudaVersion(report string) string {
	match := cudaLine.FindStringSubmatch(report)
	if match == nil {
		return ""
	}
	return match[1]
}

var notValid = regexp.MustCompile(`Field "([^"]+)" is not a valid field to query`)

// unknownField returns the field that an error message names as unknown.
func unknownField(out string) (string, bool) {
	match := notValid.FindStringSubmatch(out)
	if match == nil {
		return "", false
	}
	return match[1], true
}
