package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"time"

	"github.com/wandgo/wandgo/internal/jsonx"
	"github.com/wandgo/wandgo/internal/metric"
	"github.com/wandgo/wandgo/internal/record"
	"github.com/wandgo/wandgo/internal/record/wire"
	"github.com/wandgo/wandgo/internal/syncrun"
)

// appendRecord appends a record as one JSON object.
func appendRecord(dst []byte, r *wire.Entry) []byte {
	o := object{dst: append(dst, '{')}
	o.value("num", r.Num)
	o.value("offset", r.Offset)
	o.body(r.Body)
	return append(dst, plainNumbers(append(o.dst, '}')[len(dst):])...)
}

// plainNumbers writes large numbers of a JSON text without an exponent, as times are in a log.
func plainNumbers(text []byte) []byte {
	if !bytes.Contains(text, []byte("e+")) {
		return text
	}
	plain := make([]byte, 0, len(text)+64)
	for i := 0; i < len(text); {
		end := i + 1
		if c := text[i]; c == '"' || c == '-' || c >= '0' && c <= '9' {
			if end = jsonx.Skip(text, i, 0); end < 0 { // no JSON
				return text
			}
		}
		token := text[i:end]
		i = end
		if f, err := strconv.ParseFloat(string(token), 64); err == nil && math.Abs(f) < 1e21 && bytes.Contains(token, []byte("e+")) {
			plain = strconv.AppendFloat(plain, f, 'f', -1, 64)
			continue
		}
		plain = append(plain, token...)
	}
	return plain
}

// object writes the members of a JSON object.
type object struct{ dst []byte }

func (o *object) raw(key string, v []byte) {
	if o.dst[len(o.dst)-1] != '{' {
		o.dst = append(o.dst, ',')
	}
	o.dst = append(append(o.dst, '"'), key...)
	o.dst = append(o.dst, '"', ':')
	o.dst = append(o.dst, v...)
}

func (o *object) value(key string, v any) {
	text, err := json.Marshal(v)
	if err != nil { // a number that JSON cannot express
		text = fmt.Appendf(nil, "%q", fmt.Sprint(v))
	}
	o.raw(key, text)
}

// text writes a member unless it is empty.
func (o *object) text(key, text string) {
	if text != "" {
		o.value(key, text)
	}
}

// flag writes a member if it is true.
func (o *object) flag(key string, on bool) {
	if on {
		o.value(key, true)
	}
}

// body appends the kind of a record and its fields.
func (o *object) body(b record.Record) {
	kind := func(k string) { o.value("kind", k) }
	switch b := b.(type) {
	case *record.History:
		kind("history")
		o.value("step", b.Step)
		o.raw("row", tree(b.Items))
	case *record.Summary:
		kind("summary")
		o.changes(b.Update, b.Remove)
	case *record.Config:
		kind("config")
		o.changes(b.Update, b.Remove)
	case *record.Stats:
		kind("stats")
		o.time("timestamp", b.Timestamp)
		o.raw("values", tree(b.Items))
	case *record.Run:
		kind("run")
		o.run(b)
	case *record.Header:
		kind("header")
		o.value("producer", b.Producer)
		o.value("minConsumer", b.MinConsumer)
	case *record.Files:
		kind("files")
		names := []string{}
		for _, f := range b.Files {
			names = append(names, f.Path)
		}
		o.value("files", names)
	case *record.OutputRaw:
		kind("output")
		o.time("timestamp", b.Timestamp)
		o.value("stderr", !b.Stdout)
		o.value("text", b.Text)
	case *record.OutputLogger:
		kind("output_logger")
		o.value("text", b.Text)
	case *record.Metric:
		kind("metric")
		o.metric(b)
	case *record.Telemetry:
		kind("telemetry")
		o.raw("telemetry", b.JSON())
	case *record.Environment:
		kind("environment")
		o.raw("environment", b.JSON())
	case *record.Alert:
		kind("alert")
		o.value("title", b.Title)
		o.value("text", b.Text)
		o.value("level", b.Level)
		o.value("waitSeconds", b.Wait.Seconds())
	case *record.Artifact:
		kind("artifact")
		o.artifact(b)
	case *record.UseArtifact:
		kind("use_artifact")
		o.value("id", b.ID)
		o.value("type", b.Type)
		o.value("name", b.Name)
	case *record.Exit:
		kind("exit")
		o.value("code", b.Code)
		o.value("runtimeSeconds", b.Runtime)
	case *record.Preempting:
		kind("preempting")
	case *record.Final:
		kind("final")
	case *record.Footer:
		kind("footer")
	case *record.Raw:
		kind("unknown")
		o.value("field", b.Field)
		o.value("data", b.Data)
	case nil:
		kind("empty")
	default: // only the server gets it; see the records that internal/repo excepts
		kind(fmt.Sprintf("%T", b))
		o.value("value", b)
	}
}

func (o *object) artifact(a *record.Artifact) {
	o.value("name", a.Name)
	o.value("type", a.Type)
	o.value("digest", a.Digest)
	o.value("aliases", a.Aliases)
	if len(a.Tags) > 0 {
		o.value("tags", a.Tags)
	}
	o.text("description", a.Description)
	if json.Valid([]byte(a.Metadata)) {
		o.raw("metadata", []byte(a.Metadata))
	}
	if a.Manifest == nil {
		return
	}
	var size int64
	for i := range a.Manifest.Entries {
		size += a.Manifest.Entries[i].Size
	}
	o.value("files", len(a.Manifest.Entries))
	o.value("bytes", size)
	o.text("filesListedIn", a.Manifest.EntriesFile)
}

func (o *object) changes(update, remove []record.Item) {
	o.raw("update", tree(update))
	if len(remove) > 0 {
		paths := [][]string{}
		for i := range remove {
			paths = append(paths, remove[i].Path())
		}
		o.value("remove", paths)
	}
}

func (o *object) time(key string, t time.Time) {
	if !t.IsZero() {
		o.value(key, t.UTC())
	}
}

func (o *object) run(r *record.Run) {
	o.value("id", r.ID)
	o.text("entity", r.Entity)
	o.text("project", r.Project)
	o.text("name", r.DisplayName)
	o.text("group", r.Group)
	o.text("jobType", r.JobType)
	o.text("notes", r.Notes)
	o.text("sweep", r.SweepID)
	o.text("host", r.Host)
	o.text("storageId", r.StorageID)
	if len(r.Tags) > 0 {
		o.value("tags", r.Tags)
	}
	o.time("started", r.StartTime)
	if r.StartingStep != 0 {
		o.value("startingStep", r.StartingStep)
	}
	o.flag("resumed", r.Resumed)
	if b := r.BranchPoint; b != nil {
		o.value("branchPoint", map[string]any{"run": b.Run, "step": b.Value})
	}
	if g := r.Git; g != nil {
		o.value("git", map[string]string{"remote": g.RemoteURL, "commit": g.Commit})
	}
	if r.Config != nil {
		o.raw("config", tree(r.Config.Update))
	}
	if r.Summary != nil {
		o.raw("summary", tree(r.Summary.Update))
	}
}

// tree is the JSON object that items make up.
func tree(items []record.Item) []byte {
	var t record.Tree
	t.ApplySummary(&record.Summary{Update: items})
	return jsonx.QuoteNonFinite(t.AppendJSON(nil))
}

// metric appends what a definition sets.
func (o *object) metric(m *record.Metric) {
	o.text("name", m.Name)
	o.text("glob", m.Glob)
	o.text("stepMetric", m.StepMetric)
	o.flag("stepSync", m.StepSync)
	o.flag("hidden", m.Hidden)
	o.flag("defined", m.Defined)
	o.flag("overwrite", m.Overwrite)
	o.flag("expanded", m.Expanded)
	var ops []string
	for op := metric.Min; op <= metric.First; op++ {
		if metric.Ops(m.Summary).Has(op) {
			ops = append(ops, op.String())
		}
	}
	if ops != nil {
		o.value("summary", ops)
	}
	switch m.Goal {
	case record.GoalMinimize:
		o.value("goal", "minimize")
	case record.GoalMaximize:
		o.value("goal", "maximize")
	}
}

// logDocument is the whole log as one JSON document.
func logDocument(s *syncrun.Contents) ([]byte, error) {
	o := object{dst: []byte{'{'}}
	if s.Header != nil {
		o.value("producer", s.Header.Producer)
	}
	run := object{dst: []byte{'{'}}
	if s.Run != nil {
		run.run(s.Run)
	}
	o.raw("run", append(run.dst, '}'))
	o.raw("config", jsonx.QuoteNonFinite(s.Config.AppendJSON(nil)))
	o.raw("summary", jsonx.QuoteNonFinite(s.Summary.AppendJSON(nil)))
	o.raw("metrics", record.MetricsJSON(s.Metrics, true))
	o.raw("telemetry", s.Telemetry.JSON())
	list := []byte{'['}
	for i := range s.Environments {
		if i > 0 {
			list = append(list, ',')
		}
		list = append(list, s.Environments[i].JSON()...)
	}
	o.raw("environments", append(list, ']'))
	if e := s.Exit; e == nil {
		o.value("exit", nil)
	} else {
		o.value("exit", map[string]int32{"code": e.Code, "runtimeSeconds": e.Runtime})
	}
	o.value("preempting", s.Preempting)
	o.value("rows", s.Rows)
	o.value("events", s.Events)
	o.value("records", s.Records)
	o.value("lastStep", s.LastStep)
	o.value("files", append([]string{}, s.Files...))
	o.value("badItems", s.BadItems)
	damage := []map[string]any{}
	for _, p := range s.Skipped {
		damage = append(damage, map[string]any{"offset": p.Offset, "length": p.Length, "reason": p.Reason})
	}
	o.value("damage", damage)
	o.value("damagedParts", s.SkippedTotal)
	var b bytes.Buffer
	if err := json.Indent(&b, plainNumbers(append(o.dst, '}')), "", "  "); err != nil {
		return nil, fmt.Errorf("encode the log: %w", err)
	}
	b.WriteByte('\n')
	return b.Bytes(), nil
}
