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
	fieldEnvironment  protowire.Number = 26
	fieldOutputLogger protowire.Number = 27
	fieldInfo         protowire.Number = 200
)

// fieldOf is the number of a body within an entry.
func fieldOf(r record.Record) protowire.Number {
	switch b := r.(type) {
	case *record.Header:
		return fieldHeader
	case *record.Run:
		return fieldRun
	case *record.Config:
		return fieldConfig
	case *record.Summary:
		return fieldSummary
	case *record.History:
		return fieldHistory
	case *record.Metric:
		return fieldMetric
	case *record.Stats:
		return fieldStats
	case *record.OutputRaw:
		return fieldOutputRaw
	case *record.OutputLogger:
		return fieldOutputLogger
	case *record.Files:
		return fieldFiles
	case *record.Telemetry:
		return fieldTelemetry
	case *record.Exit:
		return fieldExit
	case *record.Alert:
		return fieldAlert
	case *record.Environment:
		return fieldEnvironment
	case *record.Preempting:
		return fieldPreempting
	case *record.Final:
		return fieldFinal
	case *record.Footer:
		return fieldFooter
	case *record.Raw:
		return protowire.Number(b.Field)
	}
	return 0
}

// appendBody appends the fields of a body.
func appendBody(dst []byte, r record.Record) []byte {
	switch b := r.(type) {
	case *record.Header:
		return appendHeader(dst, b)
	case *record.Run:
		return appendRun(dst, b)
	case *record.Config:
		return appendConfig(dst, b)
	case *record.Summary:
		return appendSummary(dst, b)
	case *record.History:
		return appendHistory(dst, b)
	case *record.Metric:
		return appendMetric(dst, b)
	case *record.Stats:
		return appendStats(dst, b)
	case *record.OutputRaw:
		return appendOutputRaw(dst, b)
	case *record.OutputLogger:
		return appendOutputLogger(dst, b)
	case *record.Files:
		return appendFiles(dst, b)
	case *record.Telemetry:
		return appendTelemetry(dst, b)
	case *record.Exit:
		return appendExit(dst, b)
	case *record.Alert:
		return appendAlert(dst, b)
	case *record.Environment:
		return appendEnvironment(dst, b)
	case *record.Raw:
		return appendRaw(dst, b)
	}
	return dst // the other bodies have no fields
}
