package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestRun_CommandLine_StatusAndOutput(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name           string
		args           []string
		status         int
		stdout, stderr string // what must be in them; "" means empty
	}{
		{"nothing", nil, exitUsage, "", "Usage: wandgo <command>"},
		{"unknown command", []string{"docter"}, exitUsage, "", "did you mean doctor?"},
		{"another name of ls", []string{"list"}, exitUsage, "", "did you mean ls?"},
		{"another name of a verb", []string{"sweep", "list"}, exitUsage, "", "did you mean ls?"},
		{"another name of two", []string{"show", "x"}, exitUsage, "", "did you mean inspect --show, or sweep show?"},
		{"unknown flag", []string{"doctor", "--frob"}, exitUsage, "", "flag provided but not defined: -frob"},
		{"stray argument", []string{"whoami", "jo"}, exitUsage, "", `unexpected argument "jo"`},
		{"help", []string{"help"}, exitAllowed, "Examples:", ""},
		{"--help", []string{"--help"}, exitAllowed, "Examples:", ""},
		{"help of a command", []string{"help", "doctor"}, exitAllowed, "--exit-codes", ""},
		{"-h of a command", []string{"doctor", "-h"}, exitAllowed, "--exit-codes", ""},
		{"help of help", []string{"help", "help"}, exitAllowed, "Usage: wandgo help", ""},
		{"help --help", []string{"help", "--help"}, exitAllowed, "Examples:", ""},
		{"help of nothing known", []string{"help", "serv"}, exitUsage, "", "did you mean serve?"},
		{"help of two", []string{"help", "a", "b"}, exitUsage, "", `unknown command "a"`},
		{"help of a verb", []string{"help", "artifact", "ls"}, exitAllowed, "Usage: wandgo artifact ls", ""},
		{"help of no verb", []string{"help", "artifact", "lss"}, exitUsage, "", "did you mean ls?"},
		{"help of board export", []string{"help", "board", "export"}, exitAllowed, "wandgo board export RUN", ""},
		{"version", []string{"version"}, exitAllowed, "wandgo ", ""},
		{"--version", []string{"--version"}, exitAllowed, "wandgo ", ""},
		{"no time", []string{"doctor", "--timeout", "0s"}, exitUsage, "", "--timeout must be positive"},
		{"no time for whoami", []string{"whoami", "--timeout", "-1s"}, exitUsage, "", "--timeout must be positive"},
		{"two documents at once", []string{"doctor", "--json", "--report", "-"}, exitUsage, "", "both print to stdout"},
		{"unknown generation", []string{"serve", "--generation", "1999"}, exitUsage, "", "2024-01, 2024-10, 2026"},
		{"open to the world", []string{"serve", "--addr", "0.0.0.0:0"}, exitUsage, "", "must be a loopback address"},
		{"open by omission", []string{"serve", "--addr", ":0"}, exitUsage, "", "must be a loopback address"},
		{"no port", []string{"serve", "--addr", "127.0.0.1"}, exitUsage, "", "must be HOST:PORT"},
		{"no world", []string{"serve", "--world", "nowhere.json"}, exitInternal, "", "nowhere.json"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			r := in(t, nil).run(t, test.args...)
			assert.Equal(t, test.status, r.status, r.stderr)
			for _, out := range []struct{ want, got string }{{test.stdout, r.stdout}, {test.stderr, r.stderr}} {
				if out.want == "" {
					assert.Empty(t, out.got)
				} else {
					assert.Contains(t, out.got, out.want)
				}
			}
		})
	}
}

func TestHelp_AllCommands_Golden(t *testing.T) {
	t.Parallel()
	var all strings.Builder
	program().writeHelp(&all)
	for _, c := range commands() {
		for _, c := range append([]command{c}, c.verbs...) {
			all.WriteString("\n---- wandgo help " + c.name + "\n")
			c.writeHelp(&all)
			assert.Regexp(t, `(?m)^Examples?:$`, c.long, "the help of %s needs an example", c.name)
		}
	}
	for line := range strings.Lines(all.String()) {
		assert.LessOrEqual(t, len([]rune(line)), defaultColumns+1, line) // with its line break
	}
	golden(t, "help.golden", all.String())
}

func TestDoc_AllCommands_AreListed(t *testing.T) {
	t.Parallel()
	doc, err := os.ReadFile("doc.go")
	require.NoError(t, err)
	for _, c := range commands() {
		line := fmt.Sprintf("//\twandgo %-10s  %s\n", c.name, c.summary)
		assert.True(t, strings.Contains(string(doc), line), "the package comment in doc.go needs the line\n%s", line) //nolint:testifylint // Contains would print the whole file
	}
}

var (
	shellBlock   = regexp.MustCompile("(?ms)^```sh\n(.*?)^```")
	shellCommand = regexp.MustCompile("(?m)^wandgo ([a-z]+)([^#|\n]*)")
	namedCommand = regexp.MustCompile("`wandgo ([a-z]+)([^`]*)`")
	flagOf       = regexp.MustCompile(`\s(--[a-z-]+)`)
)

// TestPages_Commands_Exist checks the commands and flags that the pages name.
func TestPages_Commands_Exist(t *testing.T) {
	t.Parallel()
	flags := map[string][]string{}
	for _, c := range commands() {
		flags[c.name] = c.argumentWords()
	}
	pages, err := filepath.Glob("../../docs/*.md")
	require.NoError(t, err)
	for _, page := range append(pages, "../../README.md", "../../examples/README.md", "../../CHANGELOG.md") {
		text, err := os.ReadFile(page)
		require.NoError(t, err)
		found := namedCommand.FindAllSubmatch(text, -1)
		for _, block := range shellBlock.FindAllSubmatch(text, -1) {
			found = append(found, shellCommand.FindAllSubmatch(block[1], -1)...)
		}
		for _, m := range found {
			known, ok := flags[string(m[1])]
			assert.True(t, ok, "%s: no such command: %s", page, m[0])
			for _, f := range flagOf.FindAllSubmatch(m[2], -1) {
				assert.Contains(t, known, string(f[1]), "%s: %s", page, m[0])
			}
		}
	}
}
