package wire

import (
	"maps"
	"slices"
	"time"

	"google.golang.org/protobuf/encoding/protowire"

	"github.com/wandgo/wandgo/internal/record"
)

// Append appends the entry in wire form, without the framing of the file.
func Append(dst []byte, r *Entry) []byte {
	dst = appendInt(dst, fieldNum, r.Num)
	if r.Control != (Control{}) {
		dst = r.Control.appendTo(dst)
	}
	dst = appendString(dst, fieldUUID, r.UUID)
	if r.Body == nil {
		return dst
	}
	return appendMessage(dst, fieldOf(r.Body), r.Body)
}

func (c *Control) appendTo(dst []byte) []byte {
	dst, mark := begin(dst, fieldControl)
	dst = appendBool(dst, 1, c.ReqResp)
	dst = appendBool(dst, 2, c.Local)
	dst = appendString(dst, 3, c.RelayID)
	dst = appendString(dst, 4, c.MailboxSlot)
	dst = appendBool(dst, 5, c.AlwaysSend)
	dst = appendBool(dst, 6, c.FlowControl)
	dst = appendInt(dst, 7, c.EndOffset)
	dst = appendString(dst, 8, c.ConnectionID)
	return end(dst, mark)
}

func appendHeader(dst []byte, h *record.Header) []byte {
	dst, mark := begin(dst, 1)
	dst = appendString(dst, 1, h.Producer)
	dst = appendString(dst, 2, h.MinConsumer)
	return end(dst, mark)
}

func appendRun(dst []byte, r *record.Run) []byte {
	dst = appendString(dst, 1, r.ID)
	dst = appendString(dst, 2, r.Entity)
	dst = appendString(dst, 3, r.Project)
	if r.Config != nil {
		dst = appendMessage(dst, 4, r.Config)
	}
	if r.Summary != nil {
		dst = appendMessage(dst, 5, r.Summary)
	}
	dst = appendString(dst, 6, r.Group)
	dst = appendString(dst, 7, r.JobType)
	dst = appendString(dst, 8, r.DisplayName)
	dst = appendString(dst, 9, r.Notes)
	for _, tag := range r.Tags {
		dst = appendElem(dst, 10, tag)
	}
	dst = appendString(dst, 12, r.SweepID)
	dst = appendString(dst, 13, r.Host)
	dst = appendInt(dst, 14, r.StartingStep)
	dst = appendString(dst, 16, r.StorageID)
	dst = appendTime(dst, 17, r.StartTime)
	dst = appendBool(dst, 18, r.Resumed)
	if r.Telemetry != nil {
		dst = appendMessage(dst, 19, r.Telemetry)
	}
	dst = appendInt(dst, 20, int64(r.Runtime))
	dst = appendGit(dst, 21, r.Git)
	dst = appendBool(dst, 22, r.Forked)
	if b := r.BranchPoint; b != nil {
		var mark int
		dst, mark = begin(dst, 23)
		dst = appendString(dst, 1, b.Run)
		dst = appendDouble(dst, 2, b.Value)
		dst = appendString(dst, 3, b.Metric)
		dst = end(dst, mark)
	}
	return dst
}

func appendMessage(dst []byte, num protowire.Number, b record.Record) []byte {
	dst, mark := begin(dst, num)
	dst = appendBody(dst, b)
	return end(dst, mark)
}

func appendGit(dst []byte, num protowire.Number, g *record.Git) []byte {
	if g == nil {
		return dst
	}
	dst, mark := begin(dst, num)
	dst = appendString(dst, 1, g.RemoteURL)
	dst = appendString(dst, 2, g.Commit)
	return end(dst, mark)
}

func appendItems(dst []byte, num protowire.Number, items []record.Item) []byte {
	for i := range items {
		var mark int
		dst, mark = begin(dst, num)
		dst = appendString(dst, 1, items[i].Key)
		for _, k := range items[i].NestedKey {
			dst = appendElem(dst, 2, k)
		}
		dst = appendBytes(dst, 16, items[i].Value)
		dst = end(dst, mark)
	}
	return dst
}

func appendConfig(dst []byte, c *record.Config) []byte {
	return appendItems(appendItems(dst, 1, c.Update), 2, c.Remove)
}

func appendSummary(dst []byte, s *record.Summary) []byte {
	return appendItems(appendItems(dst, 1, s.Update), 2, s.Remove)
}

func appendHistory(dst []byte, h *record.History) []byte {
	return appendStep(appendItems(dst, 1, h.Items), h.Step)
}

// appendStep appends the step of a row, a message that step 0 leaves empty.
func appendStep(dst []byte, step int64) []byte {
	dst, mark := begin(dst, 2)
	dst = appendInt(dst, 1, step)
	return end(dst, mark)
}

func appendStats(dst []byte, s *record.Stats) []byte {
	dst = appendInt(dst, 1, int64(s.Type))
	dst = appendTime(dst, 2, s.Timestamp)
	return appendItems(dst, 3, s.Items)
}

func appendOutputRaw(dst []byte, o *record.OutputRaw) []byte {
	dst = appendBool(dst, 1, o.Stdout)
	dst = appendTime(dst, 2, o.Timestamp)
	return appendString(dst, 3, o.Text)
}

func appendOutputLogger(dst []byte, o *record.OutputLogger) []byte {
	return appendString(dst, 1, o.Text)
}

func appendFiles(dst []byte, f *record.Files) []byte {
	for _, file := range f.Files {
		var mark int
		dst, mark = begin(dst, 1)
		dst = appendString(dst, 1, file.Path)
		dst = appendInt(dst, 2, int64(file.Policy))
		dst = appendInt(dst, 3, int64(file.Type))
		dst = end(dst, mark)
	}
	return dst
}

func appendExit(dst []byte, e *record.Exit) []byte {
	dst = appendInt(dst, 1, int64(e.Code))
	dst = appendInt(dst, 2, int64(e.Runtime))
	return appendBool(dst, 3, e.NotComplete)
}

func appendAlert(dst []byte, a *record.Alert) []byte {
	dst = appendString(dst, 1, a.Title)
	dst = appendString(dst, 2, a.Text)
	dst = appendString(dst, 3, a.Level)
	return appendInt(dst, 4, int64(a.Wait/time.Millisecond))
}

func appendRaw(dst []byte, r *record.Raw) []byte { return append(dst, r.Data...) }

func appendMetric(dst []byte, m *record.Metric) []byte {
	dst = appendString(dst, 1, m.Name)
	dst = appendString(dst, 2, m.Glob)
	dst = appendString(dst, 4, m.StepMetric)
	dst = appendInt(dst, 5, int64(m.StepMetricIndex))
	if m.StepSync || m.Hidden || m.Defined {
		var mark int
		dst, mark = begin(dst, 6)
		dst = appendBool(dst, 1, m.StepSync)
		dst = appendBool(dst, 2, m.Hidden)
		dst = appendBool(dst, 3, m.Defined)
		dst = end(dst, mark)
	}
	if m.Summary != 0 {
		var mark int
		dst, mark = begin(dst, 7)
		for n := range numSummaryKinds {
			dst = appendBool(dst, n+1, m.Summary&(1<<(n+1)) != 0)
		}
		dst = end(dst, mark)
	}
	dst = appendInt(dst, 8, int64(m.Goal))
	if m.Overwrite {
		var mark int
		dst, mark = begin(dst, 9)
		dst = appendBool(dst, 1, true)
		dst = end(dst, mark)
	}
	return appendBool(dst, 10, m.Expanded)
}

// numSummaryKinds is how many kinds of [record.SummaryKinds] there are.
const numSummaryKinds protowire.Number = 8

func appendTelemetry(dst []byte, t *record.Telemetry) []byte {
	dst = appendFlags(dst, 1, t.ImportsInit)
	dst = appendFlags(dst, 2, t.ImportsFinish)
	dst = appendFlags(dst, 3, t.Feature)
	dst = appendString(dst, 4, t.PythonVersion)
	dst = appendString(dst, 5, t.CLIVersion)
	dst = appendString(dst, 6, t.HuggingfaceVersion)
	dst = appendFlags(dst, 8, t.Env)
	if l := t.Label; l != nil {
		var mark int
		dst, mark = begin(dst, 9)
		dst = appendString(dst, 1, l.Code)
		dst = appendString(dst, 2, l.Repo)
		dst = appendString(dst, 3, l.Version)
		dst = end(dst, mark)
	}
	dst = appendFlags(dst, 10, t.Deprecated)
	dst = appendString(dst, 12, t.CoreVersion)
	return appendString(dst, 13, t.Platform)
}

// appendFlags appends a message made of bools, given the numbers that are true.
// A list that is empty but not nil is a message with none.
func appendFlags(dst []byte, num protowire.Number, set []int32) []byte {
	if set == nil {
		return dst
	}
	dst, mark := begin(dst, num)
	for _, n := range set {
		if f := protowire.Number(n); f.IsValid() {
			dst = appendBool(dst, f, true)
		}
	}
	return end(dst, mark)
}

func appendEnvironment(dst []byte, e *record.Environment) []byte {
	dst = appendString(dst, 1, e.OS)
	dst = appendString(dst, 2, e.Python)
	dst = appendTime(dst, 3, e.StartedAt.Time)
	dst = appendString(dst, 4, e.Docker)
	for _, a := range e.Args {
		dst = appendElem(dst, 5, a)
	}
	dst = appendString(dst, 6, e.Program)
	dst = appendString(dst, 7, e.CodePath)
	dst = appendString(dst, 8, e.CodePathLocal)
	dst = appendGit(dst, 9, e.Git)
	dst = appendString(dst, 10, e.Email)
	dst = appendString(dst, 11, e.Root)
	dst = appendString(dst, 12, e.Host)
	dst = appendString(dst, 13, e.Username)
	dst = appendString(dst, 14, e.Executable)
	dst = appendString(dst, 15, e.Colab)
	dst = appendUint(dst, 16, uint64(e.CPUCount))
	dst = appendUint(dst, 17, uint64(e.LogicalCPUs))
	dst = appendString(dst, 18, e.GPU)
	dst = appendUint(dst, 19, uint64(e.GPUCount))
	for _, path := range slices.Sorted(maps.Keys(e.Disk)) {
		entry, mark := begin(dst, 20)
		entry = appendString(entry, 1, path)
		entry, size := begin(entry, 2)
		entry = appendUint(entry, 1, e.Disk[path].Total)
		entry = appendUint(entry, 2, e.Disk[path].Used)
		dst = end(end(entry, size), mark)
	}
	if e.Memory.Total != 0 {
		var mark int
		dst, mark = begin(dst, 21)
		dst = appendUint(dst, 1, e.Memory.Total)
		dst = end(dst, mark)
	}
	if e.CPU.Model != "" {
		var mark int
		dst, mark = begin(dst, 22)
		dst = appendString(dst, 3, e.CPU.Model)
		dst = end(dst, mark)
	}
	for i := range e.NVIDIA {
		g := &e.NVIDIA[i]
		var mark int
		dst, mark = begin(dst, 24)
		dst = appendString(dst, 1, g.Name)
		dst = appendUint(dst, 2, g.MemoryTotal)
		dst = appendUint(dst, 3, uint64(g.CUDACores))
		dst = appendString(dst, 4, g.Architecture)
		dst = appendString(dst, 5, g.UUID)
		dst = end(dst, mark)
	}
	dst = appendString(dst, 25, e.CUDAVersion)
	dst = appendString(dst, 199, e.WriterID)
	return append(dst, e.Unknown...)
}

// MergeEnvironment merges a later part of an environment into at.
func MergeEnvironment(at, part *record.Environment) {
	// In wire form, one message after another is the two merged.
	if len(part.Args) > 0 {
		at.Args = nil
	}
	if len(part.NVIDIA) > 0 {
		at.NVIDIA = nil
	}
	var d Decoder
	*at = *d.environment(appendEnvironment(appendEnvironment(nil, at), part))
}
