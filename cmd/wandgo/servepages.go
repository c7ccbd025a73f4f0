package main

import (
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/wandgo/wandgo/internal/jsonx"
	"github.com/wandgo/wandgo/internal/metric"
	"github.com/wandgo/wandgo/internal/record"
	"github.com/wandgo/wandgo/internal/runstore"
	"github.com/wandgo/wandgo/wandbtest"
)

// serverFeeds returns the runs of a server, for its pages.
func serverFeeds(s *wandbtest.Server) map[string]runstore.Feed {
	feeds := map[string]runstore.Feed{}
	for _, key := range s.Runs() {
		if v, ok := s.ReadRun(key.Entity, key.Project, key.ID); ok && !v.Deleted {
			feeds[strings.Join([]string{key.Entity, key.Project, key.ID}, "/")] = serverFeed{s, key}
		}
	}
	return feeds
}

// serverFeed is a run of a server.
type serverFeed struct {
	server *wandbtest.Server
	key    wandbtest.RunKey
}

// Read returns the run as it is now.
func (f serverFeed) Read() runstore.Fed {
	v, _ := f.server.ReadRun(f.key.Entity, f.key.Project, f.key.ID) // empty if it was deleted
	fed := runstore.Fed{
		Run: record.Run{
			ID: f.key.ID, Entity: f.key.Entity, Project: f.key.Project, DisplayName: v.DisplayName, Group: v.Group, JobType: v.JobType,
			Notes: v.Notes, Tags: v.Tags, SweepID: v.Sweep, Host: v.Host, StartTime: v.CreatedAt, Git: &record.Git{Commit: v.Commit},
		},
		Config: unwrapConfig([]byte(v.RawConfig)), Summary: []byte(v.RawSummary),
		State: stateOf(v), History: v.HistoryLines, Events: v.EventLines, Console: v.Logs,
		Edits: v.Overwritten, Files: v.Uploaded, Changed: slices.MaxFunc([]time.Time{v.HeartbeatAt, v.CreatedAt}, time.Time.Compare),
		Details: func() runstore.Details { return f.details([]byte(v.RawConfig)) },
	}
	if v.ExitCode != nil {
		code := int32(*v.ExitCode) //nolint:gosec // an exit code
		fed.Exit = &code
	}
	return fed
}

// details reads what the client's own part of a config and wandb-metadata.json say.
func (f serverFeed) details(config []byte) (d runstore.Details) {
	var own struct {
		Wandb struct {
			Value struct {
				Metrics json.RawMessage `json:"m"`
				Client  string          `json:"cli_version"`
				Python  string          `json:"python_version"`
			} `json:"value"`
		} `json:"_wandb"`
	}
	if json.Unmarshal(config, &own) != nil {
		return d // a client may send anything
	}
	var set metric.Set
	if list := own.Wandb.Value.Metrics; len(list) > 0 && set.Load(list) == nil {
		d.Metrics = set.Records()
	}
	d.Writer = own.Wandb.Value.Client
	if d.Writer != "" && own.Wandb.Value.Python == "" {
		d.Writer = "wandgo " + d.Writer
	}
	if text, ok := f.File("wandb-metadata.json"); ok {
		var e record.Environment
		_ = json.Unmarshal(text, &e) // older clients have numbers where newer ones have texts
		d.Environment = &e
	}
	return d
}

// stateOf is the state of a run as the board names it.
func stateOf(v wandbtest.RunView) runstore.State {
	switch s := runstore.State(v.State); s {
	case "pending":
		return runstore.Running
	case "preempted":
		return runstore.Crashed
	default:
		return s
	}
}

// File returns the content of a file.
func (f serverFeed) File(name string) ([]byte, bool) {
	return f.server.RunFile(f.key.Entity, f.key.Project, f.key.ID, name)
}

// Artifact returns the content of a file of an artifact.
func (f serverFeed) Artifact(id, path string) ([]byte, bool) { return artifactFile(f.server, id, path) }

// unwrapConfig returns a config as a server has it without the object around each value.
func unwrapConfig(config []byte) []byte {
	out := []byte{'{'}
	start := jsonx.SkipSpace(config, 0)
	if start >= len(config) || config[start] != '{' || !jsonx.Valid(config) {
		return []byte("{}")
	}
	jsonx.EachMember(config, start, func(key, keyEnd, at int) int {
		end := jsonx.Skip(config, at, 0)
		if end < 0 {
			return end
		}
		value := config[at:end]
		if value[0] == '{' {
			if from, to := jsonx.Find(value, "value"); from >= 0 && to > from {
				value = value[from:to]
			}
		}
		if len(out) > 1 {
			out = append(out, ',')
		}
		out = append(append(append(out, config[key:keyEnd]...), ':'), value...)
		return end
	})
	return append(out, '}')
}
