package repo_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// handlers are the files that decide what happens to a record, each with the record types
// that it does not name and the reason.
var handlers = map[string]map[string]string{
	"internal/record/wire/entry.go": {
		"Snapshot": notInLogs["Snapshot"], "ConsoleLine": notInLogs["ConsoleLine"], "EventLine": notInLogs["EventLine"],
		"History": "a row: see encode.go and decode.go",
	},
	"internal/journal/replay.go": {
		"Snapshot": notInLogs["Snapshot"], "ConsoleLine": notInLogs["ConsoleLine"], "EventLine": notInLogs["EventLine"],
		"Final": "says nothing", "Footer": "says nothing", "Raw": "unknown to us; the handler gets it as Other",
		"UseArtifact": "the server knows it; the handler gets it as Other",
	},
	"internal/sink/server.go": {
		"Header": "about the log", "Final": "about the log", "Footer": "about the log", "Raw": "only in logs that are read",
		"History": "a live run sends a Row", "Snapshot": "the summary is sent with each row",
		"OutputRaw": "sent as ConsoleLine", "OutputLogger": "sent as ConsoleLine",
		"Files": "see internal/sink/files.go", "Alert": "see internal/sink/alert.go",
		"Artifact": "see internal/sink/artifact.go", "UseArtifact": "the server knows it from the request that reads the artifact",
		"Exit": "see internal/sink/finish.go", "Environment": "part of the config",
	},
	"cmd/wandgo/inspectjson.go":       notInLogs,
	"internal/journal/writer_test.go": notInLogs, // the round trips
}

// notInLogs are the records that a log does not have.
var notInLogs = map[string]string{
	"Snapshot":    "logged as a Summary",
	"ConsoleLine": "logged as OutputRaw",
	"EventLine":   "logged as Stats",
}

// TestRecords_EveryTypeIsHandled finds the record types and checks that each file in
// handlers names each of them, or has a reason.
func TestRecords_EveryTypeIsHandled(t *testing.T) {
	t.Parallel()
	dir := root(t)
	types := recordTypes(t, filepath.Join(dir, "internal", "record"))
	require.Greater(t, len(types), 15)
	for file, excepted := range handlers {
		paths, err := filepath.Glob(filepath.Join(dir, filepath.FromSlash(file)))
		require.NoError(t, err)
		require.NotEmpty(t, paths, file)
		var source []byte
		for _, path := range paths {
			text, err := os.ReadFile(path)
			require.NoError(t, err)
			source = append(source, text...)
		}
		for _, name := range types {
			named := regexp.MustCompile(`\brecord\.` + name + `\b`).Match(source)
			reason, ok := excepted[name]
			assert.NotEqual(t, ok, named, "%s must name record.%s, or handlers must say why not (%q)", file, name, reason)
		}
	}
}

// route is how a record comes about and where it ends up. Each field is a name, or a reason
// with a space if there is none.
type route struct {
	method string // of client.Run
	sync   string // field of journal.State or journal.Handler that package syncrun reads
	view   string // field of wandbtest.RunView
}

const (
	byInit   = "written by Init"
	byWriter = "written by the journal"
	notSent  = "not sent"
	notOurs  = "only the official client writes it"
)

// routes has an entry for each record type.
var routes = map[string]route{
	"Header":       {byWriter, "read by journal.Open", notSent},
	"Final":        {byWriter, notSent, notSent},
	"Footer":       {byWriter, notSent, notSent},
	"Raw":          {notOurs, notSent, notSent},
	"Run":          {"SetName", "Run", "DisplayName"},
	"Config":       {"UpdateConfig", "Config", "Config"},
	"Summary":      {"SetSummary", "Summary", "Summary"},
	"Snapshot":     {"Log", notInLogs["Snapshot"], "Summary"},
	"History":      {"Log", "History", "HistoryLines"},
	"Metric":       {"DefineMetric", "Metrics", "Config"},
	"Stats":        {"sampled in the background", "Event", "EventLines"},
	"EventLine":    {"made by a sync", notInLogs["EventLine"], "EventLines"},
	"OutputRaw":    {"Stdout", "Console", "Logs"},
	"OutputLogger": {notOurs, "Console", "Logs"},
	"ConsoleLine":  {"Stdout", notInLogs["ConsoleLine"], "Logs"},
	"Files":        {"SaveFile", "File", "Files"},
	"Alert":        {"Alert", "Alert", "Alerts"},
	"Artifact":     {"LogArtifact", "Artifact", "not the run's: a version of an artifact"},
	"UseArtifact":  {notSent, notSent, notSent},
	"Telemetry":    {byInit, "Telemetry", "Config"},
	"Environment":  {byInit, "Environments", "Config"},
	"Preempting":   {"MarkPreempting", "Preempting", "Preempting"},
	"Exit":         {"FinishWithCode", "Exit", "ExitCode"},
}

// TestRecords_EveryTypeHasARoute checks routes against the sources.
func TestRecords_EveryTypeHasARoute(t *testing.T) {
	t.Parallel()
	dir := root(t)
	public := sources(t, filepath.Join(dir, "client"))
	sync := sources(t, filepath.Join(dir, "internal", "syncrun"))
	journal := sources(t, filepath.Join(dir, "internal", "journal"))
	fake := sources(t, filepath.Join(dir, "wandbtest"))
	check := func(name, pattern string, source []byte, what string) {
		if !strings.Contains(name, " ") {
			assert.Regexp(t, "(?m)"+strings.ReplaceAll(pattern, "NAME", name), string(source), what)
		}
	}
	types := recordTypes(t, filepath.Join(dir, "internal", "record"))
	for _, name := range types {
		r, ok := routes[name]
		if !assert.True(t, ok, "routes must say how record.%s comes about and where it ends up", name) {
			continue
		}
		check(r.method, `^func \(r \*Run\) NAME\(`, public, name+": a method of client.Run")
		check(r.sync, `^\t([A-Za-z]+, )*NAME(, [A-Za-z]+)* +\S`, journal, name+": a field of journal.State or journal.Handler")
		check(r.sync, `(\.|\b)NAME\b`, sync, name+": read by package syncrun")
		check(r.view, `^\t([A-Za-z]+, )*NAME(, [A-Za-z]+)* +\S`, fake, name+": a field of wandbtest.RunView")
	}
	for name := range routes {
		assert.True(t, slices.Contains(types, name), "routes has %s, which is not a record type", name)
	}
}

// sources returns the package in a directory, without its tests.
func sources(t *testing.T, dir string) []byte {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(dir, "*.go"))
	require.NoError(t, err)
	var source []byte
	for _, path := range paths {
		if !strings.HasSuffix(path, "_test.go") {
			text, err := os.ReadFile(path)
			require.NoError(t, err)
			source = append(source, text...)
		}
	}
	require.NotEmpty(t, source, dir)
	return source
}

// recordTypes returns the names of the types with a method record.
func recordTypes(t *testing.T, dir string) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*.go"))
	require.NoError(t, err)
	var names []string
	for _, file := range files {
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.SkipObjectResolution)
		require.NoError(t, err)
		for _, decl := range parsed.Decls {
			f, ok := decl.(*ast.FuncDecl)
			if !ok || f.Name.Name != "record" || f.Recv == nil {
				continue
			}
			if star, ok := f.Recv.List[0].Type.(*ast.StarExpr); ok {
				if id, ok := star.X.(*ast.Ident); ok {
					names = append(names, id.Name)
				}
			}
		}
	}
	return names
}
