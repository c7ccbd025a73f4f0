package syncrun

import (
	"bytes"
	"cmp"
	"encoding/json"
	"maps"
	"slices"
	"strconv"

	"github.com/wandgo/wandgo/graphql"
	"github.com/wandgo/wandgo/internal/jsonx"
	"github.com/wandgo/wandgo/internal/record"
	"github.com/wandgo/wandgo/internal/runconfig"
	"github.com/wandgo/wandgo/internal/secret"
	"github.com/wandgo/wandgo/internal/sink"
	"github.com/wandgo/wandgo/internal/smallfile"
)

// ownKey is the part of the config that is not the user's.
const ownKey = "_wandb"

// config returns the run's config in wire form. old is the server's config; its keys that
// the log does not set are kept. machine returns the description of a machine.
func (s *Contents) config(old map[string]json.RawMessage, machine func(*record.Environment) []byte) []byte {
	values := maps.Clone(old)
	if values == nil {
		values = make(map[string]json.RawMessage)
	}
	delete(values, ownKey)
	for _, key := range s.Config.Keys() {
		if v := s.Config.Get(key); len(v) > 0 && key != ownKey { // an empty object has no text
			values[key] = v
		}
	}
	// Globs as they are: current servers expand them.
	own := runconfig.Own{Logged: &s.Telemetry, Metrics: record.MetricsJSON(s.Metrics, true)}
	own.Use(runconfig.FeatureSync)
	var onServer, logged map[string]json.RawMessage
	_ = json.Unmarshal(old[ownKey], &onServer)
	for _, key := range append(runconfig.Sections(), "branch_point") {
		if v := onServer[key]; v != nil {
			own.Keep(key, v)
		}
	}
	_ = json.Unmarshal(jsonx.NullNonFinite(s.Config.Get(ownKey)), &logged)
	for key, v := range logged {
		if slices.Contains(runconfig.Sections(), key) { // other processes have members, too
			own.PutAll(key, v)
			continue
		}
		own.Keep(key, v)
	}
	for i := range s.Environments {
		e := &s.Environments[i]
		if own.Environments == nil {
			own.Environments = make(map[string]json.RawMessage)
		}
		own.Environments[cmp.Or(e.WriterID, "wandgo")] = machine(e)
	}
	if b := s.Run.BranchPoint; b != nil && b.Run != "" {
		own.Branch = &runconfig.BranchPoint{RunID: b.Run, Step: int64(b.Value)}
	}
	return jsonx.NullNonFinite(runconfig.Wire(values, &own))
}

// environment returns the description of a machine. If this client wrote the log, that is
// wandb-metadata.json, which has more fields than the log's record.
func (j *job) environment(e *record.Environment) []byte {
	if j.log.Ours() && e.WriterID != "" {
		var file struct{ WriterID string }
		var b bytes.Buffer
		var text []byte
		path, err := j.log.source(fileMetadata, false, secret.Key{})
		if err == nil {
			text, err = smallfile.Read(path)
		}
		if err == nil && json.Unmarshal(text, &file) == nil && file.WriterID == e.WriterID && json.Compact(&b, text) == nil {
			return b.Bytes()
		}
	}
	return e.JSON()
}

// upsert is the request that creates or updates the run. Without labels, the config is
// the only setting in it.
func (s *Contents) upsert(at sink.Target, storageID string, config []byte, labels bool) graphql.UpsertBucketInput {
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

// summary returns the whole summary as one line, or nil. If the log
// continues a run, old is the summary that it changes.
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

// metadata returns the content of wandb-metadata.json, nil if the log does not describe a
// machine.
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
