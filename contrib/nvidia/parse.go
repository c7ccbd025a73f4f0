package nvidia

import (
	"encoding/csv"
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
)

// metric is a value and the field of nvidia-smi that it comes from.
type metric struct {
	field, name string
	scale       float64
}

// metrics are the values that are a field each. The units of nvidia-smi are
// percent, °C, W and MHz, as the web UI wants them, but MiB of memory.
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

// row is a line of output by the names of the fields.
type row map[string]string

// parse reads output in CSV. Lines of another width are messages of the program
// and skipped, unless there is nothing else.
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

// text returns a field, or nothing for what the GPU does not have.
func (r row) text(field string) string {
	if strings.HasPrefix(r[field], "[") {
		return ""
	}
	return r[field]
}

// number returns a field as a number; [N/A], [Not Supported] and other messages
// are none.
func (r row) number(field string) (float64, bool) {
	n, err := strconv.ParseFloat(r[field], 64)
	return n, err == nil && !math.IsNaN(n) && !math.IsInf(n, 0)
}

// addTo adds the values of a GPU under a prefix.
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

var cudaLine = regexp.MustCompile(`(?m)^CUDA Version\s*:\s*([0-9]+(?:\.[0-9]+)*)\s*$`)

// cudaVersion finds the version of CUDA in a report, "" if it is not there.
func cudaVersion(report string) string {
	match := cudaLine.FindStringSubmatch(report)
	if match == nil {
		return ""
	}
	return match[1]
}

var notValid = regexp.MustCompile(`Field "([^"]+)" is not a valid field to query`)

// unknownField finds the complaint about a field.
func unknownField(out string) (string, bool) {
	match := notValid.FindStringSubmatch(out)
	if match == nil {
		return "", false
	}
	return match[1], true
}
