package record

// Goals of a [Metric].
const (
	GoalNone     = 0
	GoalMinimize = 1
	GoalMaximize = 2
)

// Summary kinds of a [Metric], a set.
const (
	SummaryMin SummaryKinds = 1 << (iota + 1)
	SummaryMax
	SummaryMean
	SummaryBest
	SummaryLast
	SummaryNone
	SummaryCopy
	SummaryFirst
)

// SummaryKinds is a set of what the summary shows for a metric. The bit of a
// kind is the number of its field.
type SummaryKinds uint16

// Metric is a definition of a metric. Either Name or Glob is set.
type Metric struct {
	Name, Glob, StepMetric    string
	StepSync, Hidden, Defined bool
	Summary                   SummaryKinds
	Goal                      int32
	// Overwrite: the definition replaces an earlier one instead of adding to it.
	Overwrite bool
	// Expanded: it was made from a glob.
	Expanded bool
}

// Telemetry says which features and libraries a run used. The lists hold the
// numbers of the official client's telemetry fields, ascending. As JSON, a list that is
// missing is omitted, but not an empty one.
type Telemetry struct {
	ImportsInit        []int32         `json:"1,omitzero"`
	ImportsFinish      []int32         `json:"2,omitzero"`
	Feature            []int32         `json:"3,omitzero"`
	PythonVersion      string          `json:"4,omitempty"`
	CLIVersion         string          `json:"5,omitempty"`
	HuggingfaceVersion string          `json:"6,omitempty"`
	Env                []int32         `json:"8,omitzero"`
	Label              *TelemetryLabel `json:"9,omitempty"`
	Deprecated         []int32         `json:"10,omitzero"`
	CoreVersion        string          `json:"12,omitempty"`
	Platform           string          `json:"13,omitempty"`
}

// TelemetryLabel is a label that a program gave itself.
type TelemetryLabel struct {
	Code    string `json:"1,omitempty"`
	Repo    string `json:"2,omitempty"`
	Version string `json:"3,omitempty"`
}
