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
	ReqResp     bool
	MailboxSlot string
	AlwaysSend  bool
}

// Fields of an entry. Those of most bodies are in [kinds].
const (
	fieldNum     protowire.Number = 1
	fieldHistory protowire.Number = 2
	fieldSummary protowire.Number = 3
	fieldControl protowire.Number = 16
	fieldUUID    protowire.Number = 19 // a text
	fieldInfo    protowire.Number = 200
)

// kinds are the bodies that have a layout. Rows have none: there are many of them.
var kinds = []kind{
	kindOf[record.Summary](fieldSummary, layoutSummary),
	kindOf[record.Config](5, layoutConfig),
	kindOf[record.Files](6, layoutFiles),
	kindOf[record.Stats](7, layoutStats),
	kindOf[record.Artifact](8, layoutArtifact),
	kindOf[record.Alert](10, layoutAlert),
	kindOf[record.Telemetry](11, layoutTelemetry),
	kindOf[record.Metric](12, layoutMetric),
	kindOf[record.OutputRaw](13, layoutOutputRaw),
	kindOf[record.Run](17, layoutRun),
	kindOf[record.Exit](18, layoutExit),
	kindOf[record.Final](20, noFields),
	kindOf[record.Header](21, layoutHeader),
	kindOf[record.Footer](22, noFields),
	kindOf[record.Preempting](23, noFields),
	kindOf[record.UseArtifact](25, layoutUseArtifact),
	kindOf[record.Environment](26, layoutEnvironment),
	kindOf[record.OutputLogger](27, layoutOutputLogger),
}

// kind is a kind of body.
type kind struct {
	num   protowire.Number // of its field within an entry
	empty func() record.Record
	// layout returns the layout of a body's fields, nil if the body is of another kind.
	layout func(record.Record) func(*coder)
}

func kindOf[M any, P interface {
	*M
	record.Record
}](num protowire.Number, layout func(*coder, P)) kind {
	return kind{
		num:   num,
		empty: func() record.Record { return P(new(M)) },
		layout: func(r record.Record) func(*coder) {
			if body, ok := r.(P); ok {
				return func(c *coder) { layout(c, body) }
			}
			return nil
		},
	}
}

func noFields[M any](*coder, *M) {}

// layoutOf returns the number of a body within an entry, and the layout of its fields.
// A body whose number is 0 is not in logs.
func layoutOf(r record.Record) (protowire.Number, func(*coder)) {
	for i := range kinds {
		if layout := kinds[i].layout(r); layout != nil {
			return kinds[i].num, layout
		}
	}
	if raw, ok := r.(*record.Raw); ok { // a reader keeps its bytes
		return protowire.Number(raw.Field), func(c *coder) { c.dst = append(c.dst, raw.Data...) }
	}
	return 0, func(*coder) {}
}

// newBody makes the body of a number, nil for a number that is not known here.
func newBody(num protowire.Number) record.Record {
	for i := range kinds {
		if kinds[i].num == num {
			return kinds[i].empty()
		}
	}
	return nil
}
