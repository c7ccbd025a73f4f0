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
	Name, Glob, StepMetric string
	// StepMetricIndex stands for StepMetric in some forms; it is 0 in logs.
	StepMetricIndex           int32
	StepSync, Hidden, Defined bool
	Summary                   SummaryKinds
	Goal                      int32
	// Overwrite: the definition replaces an earlier one instead of adding to it.
	Overwrite bool
	// Expanded: it was made from a glob.
	Expanded bool
}

// Telemetry says which features and libraries a run used. The lists hold the
// numbers of the official client's telemetry fields, ascending.
type Telemetry struct {
	ImportsInit, ImportsFinish, Feature []int32
	PythonVersion, CLIVersion           string
	HuggingfaceVersion                  string
	Env                                 []int32
	Label                               *TelemetryLabel
	Deprecated                          []int32
	CoreVersion, Platform               string
}

// TelemetryLabel is a label that a program gave itself.
type TelemetryLabel struct{ Code, Repo, Version string }
