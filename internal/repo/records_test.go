package repo_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
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
	},
	"internal/sink/server.go": {
		"Header": "about the log", "Final": "about the log", "Footer": "about the log", "Raw": "only in logs that are read",
		"History": "a live run sends a Row", "Snapshot": "the summary is sent with each row",
		"OutputRaw": "sent as ConsoleLine", "OutputLogger": "sent as ConsoleLine",
		"Files": "see internal/sink/files.go", "Alert": "see internal/sink/alert.go",
		"Exit": "see internal/sink/finish.go", "Environment": "part of the config",
	},
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
