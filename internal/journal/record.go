package journal

import (
	"bytes"
	"time"

	"google.golang.org/protobuf/encoding/protowire"
)

// MaxRecordBytes is the size of the largest record that is written or read.
const MaxRecordBytes = 64 << 20

// Record is one entry of the log. Num counts from 1; a [Writer] sets it.
type Record struct {
	Num     int64
	Control Control
	UUID    string
	Body    Body

	// Offset is where in the file a record that was read begins.
	Offset int64
	// Payload is the record as it was read, so that fields not known here can be
	// kept. A writer ignores it.
	Payload []byte
}

// Clone copies a record, whose memory a [Reader] uses again.
func (r *Record) Clone() *Record {
	out, err := DecodeRecord(bytes.Clone(r.Payload))
	if err != nil || r.Payload == nil { // r was not read from a file
		copied := *r
		return &copied
	}
	out.Offset = r.Offset
	return out
}

// Body is what a record says: one of the pointer types below, or a [*Raw].
type Body interface {
	// field is the number of the body within the record.
	field() protowire.Number
	// appendTo appends the fields of the body.
	appendTo(dst []byte) []byte
}

// Control is how the parts of the official client pass a record on. Its sync
// needs MailboxSlot on the first [Run]; a [Writer] sees to that.
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

// Header says who wrote the log; it comes first.
type Header struct {
	// Producer is the version of the writer, MinConsumer the least version of the
	// official client that can read it.
	Producer, MinConsumer string
}

// Item is one value of config, of the summary, of a history row or of system
// metrics. Either Key or NestedKey is set.
type Item struct {
	Key       string
	NestedKey []string
	// Value is JSON with NaN, Infinity and -Infinity. It is empty for a removal.
	Value []byte
}

// Run describes the run. Later ones update the first.
type Run struct {
	ID, Entity, Project         string
	Config                      *Config
	Summary                     *Summary
	Group, JobType, DisplayName string
	Notes                       string
	Tags                        []string
	SweepID, Host               string
	StartingStep                int64
	StorageID                   string
	StartTime                   time.Time
	Resumed                     bool
	Telemetry                   *Telemetry
	// Runtime is in seconds, of an earlier part of a resumed run.
	Runtime     int32
	Git         *Git
	Forked      bool
	BranchPoint *BranchPoint
}

// Git is the state of the repository.
type Git struct{ RemoteURL, Commit string }

// BranchPoint is where a forked or rewound run leaves another.
type BranchPoint struct {
	Run    string
	Value  float64
	Metric string
}

// Config changes the config.
type Config struct{ Update, Remove []Item }

// Summary changes the summary.
type Summary struct{ Update, Remove []Item }

// History is a row. A nested value is one item for each leaf.
type History struct {
	Items []Item
	Step  int64
}

// Stats is a sample of system metrics. Keys are without "system.".
type Stats struct {
	Type      int32
	Timestamp time.Time
	Items     []Item
}

// OutputRaw is a piece of console output, not necessarily a line.
type OutputRaw struct {
	Stdout    bool
	Timestamp time.Time
	Text      string
}

// OutputLogger is text for the console log that no terminal has seen.
type OutputLogger struct{ Text string }

// File policies and types, see [File].
const (
	PolicyNow  = 0
	PolicyEnd  = 1
	PolicyLive = 2

	FileOther    = 0
	FileWandb    = 1
	FileMedia    = 2
	FileArtifact = 3
)

// File names a file below the run's files directory.
type File struct {
	Path         string
	Policy, Type int32
}

// Files names files to upload.
type Files struct{ Files []File }

// Exit is the end of the run.
type Exit struct {
	Code        int32
	Runtime     int32 // seconds
	NotComplete bool
}

// Alert is a message to the run's owner.
type Alert struct {
	Title, Text string
	Level       string // INFO, WARN or ERROR
	Wait        time.Duration
}

// Preempting says that the machine is about to be taken away.
type Preempting struct{}

// Final ends some logs. Readers do not need it.
type Final struct{}

// Footer ends some logs. Readers do not need it.
type Footer struct{}

// Raw is a body of a kind not decoded here, such as an artifact.
type Raw struct {
	Field int32
	Data  []byte
}

// Fields of bodies within a record.
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

func (*Header) field() protowire.Number       { return fieldHeader }
func (*Run) field() protowire.Number          { return fieldRun }
func (*Config) field() protowire.Number       { return fieldConfig }
func (*Summary) field() protowire.Number      { return fieldSummary }
func (*History) field() protowire.Number      { return fieldHistory }
func (*Metric) field() protowire.Number       { return fieldMetric }
func (*Stats) field() protowire.Number        { return fieldStats }
func (*OutputRaw) field() protowire.Number    { return fieldOutputRaw }
func (*OutputLogger) field() protowire.Number { return fieldOutputLogger }
func (*Files) field() protowire.Number        { return fieldFiles }
func (*Telemetry) field() protowire.Number    { return fieldTelemetry }
func (*Exit) field() protowire.Number         { return fieldExit }
func (*Alert) field() protowire.Number        { return fieldAlert }
func (*Environment) field() protowire.Number  { return fieldEnvironment }
func (*Preempting) field() protowire.Number   { return fieldPreempting }
func (*Final) field() protowire.Number        { return fieldFinal }
func (*Footer) field() protowire.Number       { return fieldFooter }
func (r *Raw) field() protowire.Number        { return protowire.Number(r.Field) }
