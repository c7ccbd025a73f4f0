// Package wire is the codec of records in the official client's log: protobuf
// messages, without the framing of the file.
package wire

import (
	"bytes"

	"google.golang.org/protobuf/encoding/protowire"

	"github.com/wandgo/wandgo/internal/record"
)

// Entry is one record in its envelope.
type Entry struct {
	// Num counts from 1.
	Num     int64
	Control Control
	UUID    string
	Body    record.Record

	// Offset is where in the file an entry that was read begins.
	Offset int64
	// Payload is the entry as it was read, including fields that are not known here.
	// [Append] ignores it.
	Payload []byte
}

// Clone copies an entry that a [Decoder] returned.
func (r *Entry) Clone() *Entry {
	out, err := Decode(bytes.Clone(r.Payload))
	if err != nil || r.Payload == nil { // r was not read from a file
		copied := *r
		return &copied
	}
	out.Offset = r.Offset
	return out
}

// Control says how the parts of the official client pass an entry on. Its sync
// needs MailboxSlot on the first [record.Run].
type Control struct {
	ReqResp      bool
	Local        bool
	RelayID      string
	MailboxSlot  string
	AlwaysSend   bool
	FlowControl  bool
	EndOffset    int64
	ConnectionID string
}

// Fields of bodies within an entry.
const (
	fieldNum     protowire.Number = 1
	fieldControl protowire.Number = 16
	fieldUUID    protowire.Number = 19

	fieldHistory      protowire.Number = 2
	fieldSummary      protowire.Number = 3
	fieldConfig       protowire.Number = 5
	fieldFiles        protowire.Number = 6
	fieldStats        protowire.Number = 7
	fieldArtifact     protowire.Number = 8
	fieldAlert        protowire.Number = 10
	fieldTelemetry    protowire.Number = 11
	fieldMetric       protowire.Number = 12
	fieldOutputRaw    protowire.Number = 13
	fieldRun          protowire.Number = 17
	fieldExit         protowire.Number = 18
	fieldFinal        protowire.Number = 20
	fieldHeader       protowire.Number = 21
	fieldFooter       protowire.Number = 22
	fieldPreempting   protowire.Number = 23
	fieldUseArtifact  protowire.Number = 25
	fieldEnvironment  protowire.Number = 26
	fieldOutputLogger protowire.Number = 27
	fieldInfo         protowire.Number = 200
)

// layoutOf returns the number of a body within an entry, and the layout of its fields.
// A body whose number is 0 is not in logs. Rows have no layout: there are many of them.
func layoutOf(r record.Record) (protowire.Number, func(*coder)) {
	switch b := r.(type) {
	case *record.Header:
		return fieldHeader, func(c *coder) { layoutHeader(c, b) }
	case *record.Run:
		return fieldRun, func(c *coder) { layoutRun(c, b) }
	case *record.Config:
		return fieldConfig, func(c *coder) { layoutConfig(c, b) }
	case *record.Summary:
		return fieldSummary, func(c *coder) { layoutSummary(c, b) }
	case *record.Metric:
		return fieldMetric, func(c *coder) { layoutMetric(c, b) }
	case *record.Stats:
		return fieldStats, func(c *coder) { layoutStats(c, b) }
	case *record.OutputRaw:
		return fieldOutputRaw, func(c *coder) { layoutOutputRaw(c, b) }
	case *record.OutputLogger:
		return fieldOutputLogger, func(c *coder) { layoutOutputLogger(c, b) }
	case *record.Files:
		return fieldFiles, func(c *coder) { layoutFiles(c, b) }
	case *record.Telemetry:
		return fieldTelemetry, func(c *coder) { layoutTelemetry(c, b) }
	case *record.Exit:
		return fieldExit, func(c *coder) { layoutExit(c, b) }
	case *record.Alert:
		return fieldAlert, func(c *coder) { layoutAlert(c, b) }
	case *record.Environment:
		return fieldEnvironment, func(c *coder) { layoutEnvironment(c, b) }
	case *record.Artifact:
		return fieldArtifact, func(c *coder) { layoutArtifact(c, b) }
	case *record.UseArtifact:
		return fieldUseArtifact, func(c *coder) { layoutUseArtifact(c, b) }
	case *record.Preempting:
		return fieldPreempting, noFields
	case *record.Final:
		return fieldFinal, noFields
	case *record.Footer:
		return fieldFooter, noFields
	case *record.Raw: // a reader keeps its bytes
		return protowire.Number(b.Field), func(c *coder) { c.dst = append(c.dst, b.Data...) }
	}
	return 0, noFields
}

func noFields(*coder) {}

// newBody makes the body of a number, nil for a number that is not known here.
func newBody(num protowire.Number) record.Record {
	switch num {
	case fieldHeader:
		return new(record.Header)
	case fieldRun:
		return new(record.Run)
	case fieldConfig:
		return new(record.Config)
	case fieldMetric:
		return new(record.Metric)
	case fieldStats:
		return new(record.Stats)
	case fieldOutputRaw:
		return new(record.OutputRaw)
	case fieldOutputLogger:
		return new(record.OutputLogger)
	case fieldFiles:
		return new(record.Files)
	case fieldTelemetry:
		return new(record.Telemetry)
	case fieldExit:
		return new(record.Exit)
	case fieldAlert:
		return new(record.Alert)
	case fieldEnvironment:
		return new(record.Environment)
	case fieldArtifact:
		return new(record.Artifact)
	case fieldUseArtifact:
		return new(record.UseArtifact)
	case fieldPreempting:
		return new(record.Preempting)
	case fieldFinal:
		return new(record.Final)
	case fieldFooter:
		return new(record.Footer)
	}
	return nil
}
