package wire

import (
	"bytes"

	"github.com/wandgo/wandgo/internal/record"
)

func (d *Decoder) run(b []byte) *record.Run {
	r := new(record.Run)
	d.each(b, func(f *fields) {
		switch f.num {
		case 1:
			r.ID = f.str()
		case 2:
			r.Entity = f.str()
		case 3:
			r.Project = f.str()
		case 4:
			r.Config = new(record.Config)
			d.changes(&r.Config.Update, &r.Config.Remove, f.data)
		case 5:
			r.Summary = new(record.Summary)
			d.changes(&r.Summary.Update, &r.Summary.Remove, f.data)
		case 6:
			r.Group = f.str()
		case 7:
			r.JobType = f.str()
		case 8:
			r.DisplayName = f.str()
		case 9:
			r.Notes = f.str()
		case 10:
			if d.part() {
				r.Tags = append(r.Tags, f.str())
			}
		case 12:
			r.SweepID = f.str()
		case 13:
			r.Host = f.str()
		case 14:
			r.StartingStep = f.int()
		case 16:
			r.StorageID = f.str()
		case 17:
			r.StartTime = d.time(f)
		case 18:
			r.Resumed = f.bool()
		case 19:
			r.Telemetry = d.telemetry(f.data)
		case 20:
			r.Runtime = f.int32()
		case 21:
			r.Git = d.git(f.data)
		case 22:
			r.Forked = f.bool()
		case 23:
			r.BranchPoint = d.branchPoint(f.data)
		}
	})
	return r
}

func (d *Decoder) git(b []byte) *record.Git {
	g := new(record.Git)
	d.each(b, func(f *fields) {
		switch f.num {
		case 1:
			g.RemoteURL = f.str()
		case 2:
			g.Commit = f.str()
		}
	})
	return g
}

func (d *Decoder) branchPoint(b []byte) *record.BranchPoint {
	p := new(record.BranchPoint)
	d.each(b, func(f *fields) {
		switch f.num {
		case 1:
			p.Run = f.str()
		case 2:
			p.Value = f.double()
		case 3:
			p.Metric = f.str()
		}
	})
	return p
}

func (d *Decoder) metric(b []byte) *record.Metric {
	m := new(record.Metric)
	d.each(b, func(f *fields) {
		switch f.num {
		case 1:
			m.Name = f.str()
		case 2:
			m.Glob = f.str()
		case 4:
			m.StepMetric = f.str()
		case 5:
			m.StepMetricIndex = f.int32()
		case 6:
			for _, n := range d.flags(f.data) {
				m.StepSync = m.StepSync || n == 1
				m.Hidden = m.Hidden || n == 2
				m.Defined = m.Defined || n == 3
			}
		case 7:
			for _, n := range d.flags(f.data) {
				if n <= int32(numSummaryKinds) {
					m.Summary |= 1 << n
				}
			}
		case 8:
			m.Goal = f.int32()
		case 9:
			for _, n := range d.flags(f.data) {
				m.Overwrite = m.Overwrite || n == 1
			}
		case 10:
			m.Expanded = f.bool()
		}
	})
	return m
}

func (d *Decoder) telemetry(b []byte) *record.Telemetry {
	t := new(record.Telemetry)
	d.each(b, func(f *fields) {
		switch f.num {
		case 1:
			t.ImportsInit = d.flags(f.data)
		case 2:
			t.ImportsFinish = d.flags(f.data)
		case 3:
			t.Feature = d.flags(f.data)
		case 4:
			t.PythonVersion = f.str()
		case 5:
			t.CLIVersion = f.str()
		case 6:
			t.HuggingfaceVersion = f.str()
		case 8:
			t.Env = d.flags(f.data)
		case 9:
			t.Label = new(record.TelemetryLabel)
			d.each(f.data, func(f *fields) {
				switch f.num {
				case 1:
					t.Label.Code = f.str()
				case 2:
					t.Label.Repo = f.str()
				case 3:
					t.Label.Version = f.str()
				}
			})
		case 10:
			t.Deprecated = d.flags(f.data)
		case 12:
			t.CoreVersion = f.str()
		case 13:
			t.Platform = f.str()
		}
	})
	return t
}

func (d *Decoder) environment(b []byte) *record.Environment {
	e := new(record.Environment)
	d.each(b, func(f *fields) {
		switch f.num {
		case 1:
			e.OS = f.str()
		case 2:
			e.Python = f.str()
		case 3:
			e.StartedAt.Time = d.time(f)
		case 4:
			e.Docker = f.str()
		case 5:
			if d.part() {
				e.Args = append(e.Args, f.str())
			}
		case 6:
			e.Program = f.str()
		case 7:
			e.CodePath = f.str()
		case 8:
			e.CodePathLocal = f.str()
		case 9:
			e.Git = d.git(f.data)
		case 10:
			e.Email = f.str()
		case 11:
			e.Root = f.str()
		case 12:
			e.Host = f.str()
		case 13:
			e.Username = f.str()
		case 14:
			e.Executable = f.str()
		case 15:
			e.Colab = f.str()
		case 16:
			e.CPUCount = f.uint32()
		case 17:
			e.LogicalCPUs = f.uint32()
		case 18:
			e.GPU = f.str()
		case 19:
			e.GPUCount = f.uint32()
		case 20:
			if d.part() {
				d.disk(e, f.data)
			}
		case 21:
			d.each(f.data, func(f *fields) {
				if f.num == 1 {
					e.Memory.Total = f.uint()
				}
			})
		case 22:
			d.each(f.data, func(f *fields) {
				if f.num == 3 {
					e.CPU.Model = f.str()
				}
			})
		case 24:
			if d.part() {
				e.NVIDIA = append(e.NVIDIA, d.gpu(f.data))
			}
		case 25:
			e.CUDAVersion = f.str()
		case 199:
			e.WriterID = f.str()
		default:
			e.Unknown = append(e.Unknown, bytes.Clone(f.raw)...)
		}
	})
	return e
}

func (d *Decoder) gpu(b []byte) record.GPU {
	var g record.GPU
	d.each(b, func(f *fields) {
		switch f.num {
		case 1:
			g.Name = f.str()
		case 2:
			g.MemoryTotal = f.uint()
		case 3:
			g.CUDACores = f.uint32()
		case 4:
			g.Architecture = f.str()
		case 5:
			g.UUID = f.str()
		}
	})
	return g
}

func (d *Decoder) disk(e *record.Environment, b []byte) {
	var path string
	var size record.Disk
	d.each(b, func(f *fields) {
		switch f.num {
		case 1:
			path = f.str()
		case 2:
			d.each(f.data, func(f *fields) {
				switch f.num {
				case 1:
					size.Total = f.uint()
				case 2:
					size.Used = f.uint()
				}
			})
		}
	})
	if e.Disk == nil {
		e.Disk = make(map[string]record.Disk)
	}
	e.Disk[path] = size
}
