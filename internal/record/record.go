// Package record has the records that a run consists of. They are the one vocabulary
// between a live run, its log on disk and the server: a session makes records, and a
// sink takes them.
package record

import (
	"time"

	"github.com/wandgo/wandgo/internal/jsonx"
)

// Record is something that happens in a run: one of the pointer types of this
// package.
type Record interface{ record() }

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
	// Resume: the process was to continue the run if it exists. Resumed is only known online.
	Resume bool
}

// Git is the state of the repository.
type Git struct {
	RemoteURL string `json:"remote,omitempty"` // without password
	Commit    string `json:"commit,omitempty"` // in hex
}

// BranchPoint is where a forked or rewound run leaves another.
type BranchPoint struct {
	Run    string
	Value  float64
	Metric string
}

// Snapshot is the whole summary as one JSON object. Only the log has it: it is written
// now and then, so that a crash costs the summary no more than a second.
type Snapshot struct{ Line []byte }

// ConsoleLine is a line of the console as a terminal shows it. Only the server gets
// it: the log has the raw output. Setting an index again replaces the line.
type ConsoleLine struct {
	Index int64
	Text  []byte
}

// EventLine is a sample of system metrics as a line of wandb-events.jsonl, from a log
// that is replayed. Only the server gets it.
type EventLine struct{ Text []byte }

// Lines are numbers of lines of a run's files on the server.
type Lines struct {
	History int64 `json:"history"`
	Events  int64 `json:"events"`
	Console int64 `json:"console"`
}

// Config changes the config.
type Config struct{ Update, Remove []Item }

// Summary changes the summary.
type Summary struct{ Update, Remove []Item }

// Row is a history row on its way to disk and server. It is not a [Record], because
// it takes a path without allocation; a log has it as a [History].
type Row struct {
	// Line is the row as the server gets it: one JSON object, with NaN, Infinity and
	// -Infinity, that has _step, _runtime and _timestamp.
	Line []byte
	// Layout is where the members of Line are, or nil.
	Layout jsonx.Layout
	// Step is the value of _step.
	Step int64
}

// History is a row as a log has it. A nested value is one item for each leaf.
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

// Raw is a body of a kind not decoded here, such as an event file of TensorBoard.
type Raw struct {
	Field int32
	Data  []byte
}

func (*Header) record()       {}
func (*Run) record()          {}
func (*Config) record()       {}
func (*Summary) record()      {}
func (*History) record()      {}
func (*Metric) record()       {}
func (*Stats) record()        {}
func (*OutputRaw) record()    {}
func (*OutputLogger) record() {}
func (*Files) record()        {}
func (*Telemetry) record()    {}
func (*Exit) record()         {}
func (*Alert) record()        {}
func (*Environment) record()  {}
func (*Preempting) record()   {}
func (*Final) record()        {}
func (*Footer) record()       {}
func (*Raw) record()          {}
func (*Snapshot) record()     {}
func (*ConsoleLine) record()  {}
func (*EventLine) record()    {}
