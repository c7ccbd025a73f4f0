package wire

import (
	"maps"
	"slices"

	"google.golang.org/protobuf/encoding/protowire"

	"github.com/wandgo/wandgo/internal/record"
)

// The layouts of the messages. Rows, console output and items, of which there are many,
// are written and read without them.

func layoutControl(c *coder, m *Control) {
	c.bool(1, &m.ReqResp)
	c.text(4, &m.MailboxSlot)
	c.bool(5, &m.AlwaysSend)
}

func layoutHeader(c *coder, m *record.Header) {
	c.group(1, true, func() {
		c.text(1, &m.Producer)
		c.text(2, &m.MinConsumer)
	})
}

func layoutRun(c *coder, m *record.Run) {
	c.text(1, &m.ID)
	c.text(2, &m.Entity)
	c.text(3, &m.Project)
	message(c, 4, &m.Config, layoutConfig)
	message(c, 5, &m.Summary, layoutSummary)
	c.text(6, &m.Group)
	c.text(7, &m.JobType)
	c.text(8, &m.DisplayName)
	c.text(9, &m.Notes)
	c.texts(10, &m.Tags)
	c.text(12, &m.SweepID)
	c.text(13, &m.Host)
	number(c, 14, &m.StartingStep)
	c.text(16, &m.StorageID)
	c.time(17, &m.StartTime)
	c.bool(18, &m.Resumed)
	message(c, 19, &m.Telemetry, layoutTelemetry)
	number(c, 20, &m.Runtime)
	message(c, 21, &m.Git, layoutGit)
	c.bool(22, &m.Forked)
	message(c, 23, &m.BranchPoint, layoutBranchPoint)
	c.bool(24, &m.Resume)
}

func layoutGit(c *coder, m *record.Git) {
	c.text(1, &m.RemoteURL)
	c.text(2, &m.Commit)
}

func layoutBranchPoint(c *coder, m *record.BranchPoint) {
	c.text(1, &m.Run)
	c.double(2, &m.Value)
	c.text(3, &m.Metric)
}

func layoutConfig(c *coder, m *record.Config) {
	c.items(1, &m.Update)
	c.items(2, &m.Remove)
}

func layoutSummary(c *coder, m *record.Summary) {
	c.items(1, &m.Update)
	c.items(2, &m.Remove)
}

func layoutStats(c *coder, m *record.Stats) {
	number(c, 1, &m.Type)
	c.time(2, &m.Timestamp)
	c.items(3, &m.Items)
}

func layoutOutputRaw(c *coder, m *record.OutputRaw) {
	c.bool(1, &m.Stdout)
	c.time(2, &m.Timestamp)
	c.text(3, &m.Text)
}

func layoutOutputLogger(c *coder, m *record.OutputLogger) { c.text(1, &m.Text) }

func layoutFiles(c *coder, m *record.Files) {
	messages(c, 1, &m.Files, func(c *coder, m *record.File) {
		c.text(1, &m.Path)
		number(c, 2, &m.Policy)
		number(c, 3, &m.Type)
	})
}

func layoutExit(c *coder, m *record.Exit) {
	number(c, 1, &m.Code)
	number(c, 2, &m.Runtime)
	c.bool(3, &m.NotComplete)
}

func layoutAlert(c *coder, m *record.Alert) {
	c.text(1, &m.Title)
	c.text(2, &m.Text)
	c.text(3, &m.Level)
	c.millis(4, &m.Wait)
}

func layoutMetric(c *coder, m *record.Metric) {
	c.text(1, &m.Name)
	c.text(2, &m.Glob)
	c.text(4, &m.StepMetric)
	c.group(6, m.StepSync || m.Hidden || m.Defined, func() {
		c.bool(1, &m.StepSync)
		c.bool(2, &m.Hidden)
		c.bool(3, &m.Defined)
	})
	c.group(7, m.Summary != 0, func() {
		for n := range numSummaryKinds {
			c.bit(n+1, &m.Summary)
		}
	})
	number(c, 8, &m.Goal)
	c.group(9, m.Overwrite, func() { c.bool(1, &m.Overwrite) })
	c.bool(10, &m.Expanded)
}

// numSummaryKinds is how many kinds of [record.SummaryKinds] there are.
const numSummaryKinds protowire.Number = 8

func layoutTelemetry(c *coder, m *record.Telemetry) {
	c.flags(1, &m.ImportsInit)
	c.flags(2, &m.ImportsFinish)
	c.flags(3, &m.Feature)
	c.text(4, &m.PythonVersion)
	c.text(5, &m.CLIVersion)
	c.text(6, &m.HuggingfaceVersion)
	c.flags(8, &m.Env)
	message(c, 9, &m.Label, func(c *coder, m *record.TelemetryLabel) {
		c.text(1, &m.Code)
		c.text(2, &m.Repo)
		c.text(3, &m.Version)
	})
	c.flags(10, &m.Deprecated)
	c.text(12, &m.CoreVersion)
	c.text(13, &m.Platform)
}

func layoutEnvironment(c *coder, m *record.Environment) {
	c.text(1, &m.OS)
	c.text(2, &m.Python)
	c.time(3, &m.StartedAt.Time)
	c.text(4, &m.Docker)
	c.texts(5, &m.Args)
	c.text(6, &m.Program)
	c.text(7, &m.CodePath)
	c.text(8, &m.CodePathLocal)
	message(c, 9, &m.Git, layoutGit)
	c.text(10, &m.Email)
	c.text(11, &m.Root)
	c.text(12, &m.Host)
	c.text(13, &m.Username)
	c.text(14, &m.Executable)
	c.text(15, &m.Colab)
	number(c, 16, &m.CPUCount)
	number(c, 17, &m.LogicalCPUs)
	c.text(18, &m.GPU)
	number(c, 19, &m.GPUCount)
	layoutDisks(c, 20, &m.Disk)
	c.group(21, m.Memory.Total != 0, func() { number(c, 1, &m.Memory.Total) })
	c.group(22, m.CPU.Model != "", func() { c.text(3, &m.CPU.Model) })
	messages(c, 24, &m.NVIDIA, func(c *coder, m *record.GPU) {
		c.text(1, &m.Name)
		number(c, 2, &m.MemoryTotal)
		number(c, 3, &m.CUDACores)
		c.text(4, &m.Architecture)
		c.text(5, &m.UUID)
	})
	c.text(25, &m.CUDAVersion)
	c.text(199, &m.WriterID)
	c.unknown(&m.Unknown)
}

// layoutDisks is for a map, which is a list of entries with key and value.
func layoutDisks(c *coder, num protowire.Number, disks *map[string]record.Disk) { //nolint:gocritic // it makes the map
	type entry struct {
		path string
		size record.Disk
	}
	var list []entry
	if c.writes() {
		for _, path := range slices.Sorted(maps.Keys(*disks)) {
			list = append(list, entry{path, (*disks)[path]})
		}
	}
	messages(c, num, &list, func(c *coder, e *entry) {
		c.text(1, &e.path)
		c.group(2, true, func() {
			number(c, 1, &e.size.Total)
			number(c, 2, &e.size.Used)
		})
	})
	for _, e := range list {
		if *disks == nil {
			*disks = make(map[string]record.Disk)
		}
		(*disks)[e.path] = e.size
	}
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
	var w coder
	layoutEnvironment(&w, at)
	layoutEnvironment(&w, part)
	r := coder{d: new(Decoder)}
	merged := new(record.Environment)
	r.read(w.dst, func() { layoutEnvironment(&r, merged) })
	merged.Go, merged.Slurm = at.Go, at.Slurm // they are not in wire form
	*at = *merged
}
