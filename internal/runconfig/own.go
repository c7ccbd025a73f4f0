package runconfig

import (
	"bytes"
	"encoding/json"
	"maps"
	"runtime"
	"slices"

	"github.com/wandgo/wandgo/internal/record"
	"github.com/wandgo/wandgo/internal/version"
)

// Feature is the telemetry number of a feature that a run used.
type Feature int

// The features that wandgo reports. The official client has 66 for an explicit step_sync,
// which here is implied by the step metric.
const (
	FeatureFinish     Feature = 2
	FeatureSave       Feature = 3
	FeatureOffline    Feature = 4
	FeatureResumed    Feature = 5
	FeatureMetric     Feature = 7
	FeatureInitName   Feature = 13
	FeatureInitID     Feature = 14
	FeatureInitTags   Feature = 15
	FeatureInitConfig Feature = 16
	FeatureRunName    Feature = 17
	FeatureRunTags    Feature = 18
	FeatureConfigItem Feature = 19
	FeatureStepLog    Feature = 61
	FeatureSummary    Feature = 62
	FeatureSummaryOps Feature = 63
	FeatureGoal       Feature = 64
	FeatureHidden     Feature = 65
	FeatureSharedMode Feature = 67
	FeatureLabel      Feature = 69
	FeatureFork       Feature = 71
	FeatureRewind     Feature = 72
	FeatureSync       Feature = 76
)

// BranchPoint is the step at which a forked or rewound run leaves its origin.
type BranchPoint struct {
	RunID string `json:"run_id"`
	Step  int64  `json:"step"`
}

// Own is the part of the config that the web UI and resuming rely on. A server
// counts a run as started only if there is telemetry in it, so that is always
// written.
type Own struct {
	// Metrics is the list of metric definitions in wire form; nil is none.
	Metrics json.RawMessage
	// Environments holds wandb-metadata.json of each process, by writer id.
	Environments map[string]json.RawMessage
	// Branch is where the run leaves another; nil if it does not.
	Branch *BranchPoint
	// Launch says which queue the run came from; see [settings.Settings].
	Launch map[string]string
	// Logged is the telemetry of a log that is replayed. Otherwise it is that of this
	// process.
	Logged *record.Telemetry

	features map[Feature]bool
	kept     map[string]json.RawMessage
	sections map[string]map[string]json.RawMessage
}

// Sections are the names of entries that are objects, to which processes add members:
// charts and class labels.
func Sections() []string {
	return []string{"viz", "visualize", "mask/class_labels", "bounding_box/class_labels"}
}

// Put sets a member of a section, and reports whether that changed it.
func (o *Own) Put(section, key string, raw json.RawMessage) bool {
	if bytes.Equal(o.sections[section][key], raw) {
		return false
	}
	if o.sections == nil {
		o.sections = make(map[string]map[string]json.RawMessage)
	}
	if o.sections[section] == nil {
		o.sections[section] = make(map[string]json.RawMessage)
	}
	o.sections[section][key] = raw
	return true
}

// PutAll sets the members of a section that is encoded, if it is an object.
func (o *Own) PutAll(section string, raw json.RawMessage) {
	for key, v := range object(raw) {
		o.Put(section, key, v)
	}
}

// Entries are the entries that a log has under _wandb.
func (o *Own) Entries() map[string]any {
	entries := make(map[string]any)
	for key, text := range o.Launch {
		entries[key] = text
	}
	for section, members := range o.sections {
		entries[section] = members
	}
	return entries
}

// Use records that the run used a feature.
func (o *Own) Use(f Feature) { o.UseIf(f, true) }

// UseIf is Use if used is set.
func (o *Own) UseIf(f Feature, used bool) {
	if !used || o.features[f] {
		return
	}
	if o.features == nil {
		o.features = make(map[Feature]bool)
	}
	o.features[f] = true
}

// Features returns the numbers of the features in use, in order.
func (o *Own) Features() []Feature { return slices.Sorted(maps.Keys(o.features)) }

// Keep keeps an entry that belongs to the run rather than to the process. What the
// process sets itself goes before it.
func (o *Own) Keep(key string, raw json.RawMessage) {
	if o.kept == nil {
		o.kept = make(map[string]json.RawMessage)
	}
	o.kept[key] = raw
}

// Telemetry returns which features the run uses, and of what client.
func (o *Own) Telemetry() *record.Telemetry {
	t := &record.Telemetry{CLIVersion: version.Module(), Platform: Platform(), Feature: []int32{}}
	if o.Logged != nil {
		logged := *o.Logged
		t = &logged
		t.Feature = slices.Clone(t.Feature)
	}
	for _, f := range o.Features() {
		if !slices.Contains(t.Feature, int32(f)) {
			t.Feature = append(t.Feature, int32(f))
		}
	}
	slices.Sort(t.Feature)
	return t
}

func (o *Own) encode() json.RawMessage {
	all := maps.Clone(o.kept)
	if all == nil {
		all = make(map[string]json.RawMessage)
	}
	set := func(key string, v any) {
		if text, err := json.Marshal(v); err == nil {
			all[key] = text
		}
	}
	for section, members := range o.sections {
		merged := object(all[section])
		if merged == nil {
			merged = make(map[string]json.RawMessage, len(members))
		}
		maps.Copy(merged, members)
		set(section, merged)
	}
	t := o.Telemetry()
	all["t"] = t.JSON()
	for key, version := range map[string]string{"cli_version": t.CLIVersion, "python_version": t.PythonVersion} {
		if version != "" {
			set(key, version)
		}
	}
	all["m"] = json.RawMessage("[]")
	if len(o.Metrics) > 0 {
		all["m"] = o.Metrics
	}
	if len(o.Environments) > 0 {
		set("e", o.Environments)
	}
	if o.Branch != nil {
		set("branch_point", o.Branch)
	}
	for key, text := range o.Launch {
		set(key, text)
	}
	return writeObject(all)
}

// Platform returns the operating system and processor under the official client's names.
func Platform() string {
	arch := runtime.GOARCH
	if arch == "amd64" {
		arch = "x86_64"
	}
	return runtime.GOOS + "-" + arch
}
