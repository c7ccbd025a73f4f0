package syncrun

import (
	"bytes"
	"cmp"
	"encoding/json"
	"path/filepath"
	"slices"
	"strconv"

	"github.com/wandgo/wandgo/graphql"
	"github.com/wandgo/wandgo/internal/jsonx"
	"github.com/wandgo/wandgo/internal/record"
	"github.com/wandgo/wandgo/internal/runconfig"
	"github.com/wandgo/wandgo/internal/sink"
	"github.com/wandgo/wandgo/internal/smallfile"
)

// ownKey is the part of the config that is not the user's.
const ownKey = "_wandb"

// config is the run's config in wire form. old is what the server has, of which
// keys that the log does not set are kept; machine describes one.
func (s *Contents) config(old map[string]json.RawMessage, machine func(*record.Environment) []byte) []byte {
	c := &s.Config
	for key, v := range old {
		if key != ownKey && c.Get(key) == nil {
			c.Set([]string{key}, v)
		}
	}
	var own map[string]json.RawMessage
	_ = json.Unmarshal(old[ownKey], &own)
	for _, key := range []string{"viz", "visualize", "mask/class_labels", "branch_point"} {
		if v := own[key]; v != nil && c.Get(ownKey, key) == nil {
			c.Set([]string{ownKey, key}, v)
		}
	}
	t := s.Telemetry
	if !slices.Contains(t.Feature, int32(runconfig.FeatureSync)) {
		t.Feature = append(slices.Clone(t.Feature), int32(runconfig.FeatureSync))
		slices.Sort(t.Feature)
	}
	set := func(v []byte, path ...string) { c.Set(append([]string{ownKey}, path...), v) }
	set(t.AppendJSON(nil), "t")
	// Globs as they are: current servers expand them.
	set(record.AppendMetricsJSON(nil, s.Metrics, true), "m")
	if t.CLIVersion != "" {
		set(jsonx.AppendQuoted(nil, []byte(t.CLIVersion)), "cli_version")
	}
	if t.PythonVersion != "" {
		set(jsonx.AppendQuoted(nil, []byte(t.PythonVersion)), "python_version")
	}
	for i := range s.Environments {
		e := &s.Environments[i]
		set(machine(e), "e", cmp.Or(e.WriterID, "wandgo"))
	}
	if b := s.Run.BranchPoint; b != nil && b.Run != "" {
		point := append(jsonx.AppendQuoted([]byte(`{"run_id":`), []byte(b.Run)), `,"step":`...)
		set(append(strconv.AppendInt(point, int64(b.Value), 10), '}'), "branch_point")
	}
	wire := []byte{'{'}
	for _, key := range c.Keys() {
		v := c.Get(key)
		if v == nil {
			continue
		}
		wire = append(jsonx.AppendQuoted(wire, []byte(key)), `:{"value":`...)
		wire = append(append(wire, v...), '}', ',')
	}
	wire[len(wire)-1] = '}' // there is _wandb at least
	return jsonx.NullNonFinite(wire)
}

// environment is the description of a machine. Where this client wrote the log, the
// file in which it described the machine says more than the log has room for.
func (j *job) environment(e *record.Environment) []byte {
	if j.log.Ours() && e.WriterID != "" {
		var file struct{ WriterID string }
		var b bytes.Buffer
		text, err := smallfile.Read(filepath.Join(j.log.Dir.Files(), fileMetadata))
		if err == nil && json.Unmarshal(text, &file) == nil && file.WriterID == e.WriterID && json.Compact(&b, text) == nil {
			return b.Bytes()
		}
	}
	return e.JSON()
}

// upsert is the request that creates or updates the run. Without labels, the config is
// the only setting in it.
func (s *Contents) upsert(at Target, storageID string, config []byte, labels bool) graphql.UpsertBucketInput {
	var rec record.Run
	var program string
	if labels {
		rec = *s.Run
		for i := range s.Environments {
			program = cmp.Or(s.Environments[i].Program, program)
		}
	}
	rec.ID, rec.Entity, rec.Project, rec.StorageID = at.RunID, at.Entity, at.Project, storageID
	return sink.Upsert(&rec, config, program)
}

// summary is the whole summary as one line, over what the server had where the
// log continues a run; nil if there is none.
func (s *Contents) summary(old []byte, shift int64) []byte {
	if shift != 0 {
		if step, err := strconv.ParseInt(string(s.Summary.Get(keyStep)), 10, 64); err == nil {
			s.Summary.Set([]string{keyStep}, strconv.AppendInt(nil, step+shift, 10))
		}
	}
	line := s.Summary.AppendJSON(nil)
	if old != nil {
		var t record.Tree
		t.Merge(nil, old)
		t.Merge(nil, line)
		line = t.AppendJSON(nil)
	}
	if string(line) == "{}" {
		return nil
	}
	return line
}

// metadata is the file wandb-metadata.json; nil if the log tells no machine.
func (s *Contents) metadata() []byte {
	if len(s.Environments) == 0 {
		return nil
	}
	text, err := s.Environments[len(s.Environments)-1].File()
	if err != nil {
		return nil
	}
	return text
}
