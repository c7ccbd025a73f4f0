package main

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestCommandLine(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name           string
		args           []string
		status         int
		stdout, stderr string // what must be in them; "" means empty
	}{
		{"nothing", nil, exitUsage, "", "Usage: wandgo <command>"},
		{"unknown command", []string{"docter"}, exitUsage, "", "did you mean doctor?"},
		{"unknown flag", []string{"doctor", "--frob"}, exitUsage, "", "flag provided but not defined: -frob"},
		{"stray argument", []string{"whoami", "jo"}, exitUsage, "", `unexpected argument "jo"`},
		{"help", []string{"help"}, exitAllowed, "Examples:", ""},
		{"--help", []string{"--help"}, exitAllowed, "Examples:", ""},
		{"help of a command", []string{"help", "doctor"}, exitAllowed, "--second-key-env", ""},
		{"-h of a command", []string{"doctor", "-h"}, exitAllowed, "--second-key-env", ""},
		{"help of help", []string{"help", "help"}, exitAllowed, "Usage: wandgo help", ""},
		{"help --help", []string{"help", "--help"}, exitAllowed, "Examples:", ""},
		{"help of nothing known", []string{"help", "serv"}, exitUsage, "", "did you mean serve?"},
		{"help of two", []string{"help", "a", "b"}, exitUsage, "", "one command at a time"},
		{"version", []string{"version"}, exitAllowed, "wandgo ", ""},
		{"--version", []string{"--version"}, exitAllowed, "wandgo ", ""},
		{"no time", []string{"doctor", "--timeout", "0s"}, exitUsage, "", "--timeout must be positive"},
		{"no time for whoami", []string{"whoami", "--timeout", "-1s"}, exitUsage, "", "--timeout must be positive"},
		{"two documents at once", []string{"doctor", "--json", "--report", "-"}, exitUsage, "", "would both print"},
		{"questions without a second key", []string{"doctor", "--write"}, exitUsage, "", "--second-key-env is missing"},
		{"an empty second key", []string{"doctor", "--second-key-env", "NONE"}, exitUsage, "", "the variable NONE"},
		{"a second key that is none", []string{"doctor", "--second-key-env", "SHORT"}, exitUsage, "", "is too short"},
		{"half a project", []string{"doctor", "--second-key-env", "K", "--restricted-project", "x"}, exitUsage, "", "must be entity/project"},
		{"unknown generation", []string{"serve", "--generation", "1999"}, exitUsage, "", "2024-01, 2024-10, 2026"},
		{"open to the world", []string{"serve", "--addr", "0.0.0.0:0"}, exitUsage, "", "only addresses of this machine"},
		{"open by omission", []string{"serve", "--addr", ":0"}, exitUsage, "", "only addresses of this machine"},
		{"no port", []string{"serve", "--addr", "127.0.0.1"}, exitUsage, "", "want HOST:PORT"},
		{"no world", []string{"serve", "--world", "nowhere.json"}, exitInternal, "", "nowhere.json"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			r := in(t, map[string]string{"SHORT": "notakey"}).run(t, test.args...)
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

func TestHelpGolden(t *testing.T) {
	t.Parallel()
	var all strings.Builder
	writeOverview(&all)
	for _, c := range commands() {
		all.WriteString("\n---- wandgo help " + c.name + "\n")
		c.writeHelp(&all)
		assert.Contains(t, c.long, "Example", "%s", c.name)
	}
	for line := range strings.Lines(all.String()) {
		assert.LessOrEqual(t, len(line), pageWidth, line)
	}
	golden(t, "help.golden", all.String())
}

func TestReportArgument(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, args, want string }{
		{"alone", "--report", "--report=wandgo-report.md"},
		{"before a flag", "--report --json", "--report=wandgo-report.md --json"},
		{"with its file", "--report a.md --json", "--report=a.md --json"},
		{"with one dash", "-report a.md", "--report=a.md"},
		{"to standard output", "--report -", "--report=-"},
		{"joined", "--report=a.md", "--report=a.md"},
		{"absent", "--json", "--json"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			assert.Equal(t, strings.Fields(test.want), reportArgument(strings.Fields(test.args)))
		})
	}
}

func TestWrap(t *testing.T) {
	t.Parallel()
	assert.Equal(t, []string{"aa bb", "cc"}, wrap("aa  bb cc", 6))
	assert.Equal(t, []string{"…… b"}, wrap("…… b", 4), "characters, not bytes")
	assert.Equal(t, []string{""}, wrap("", 4))
	assert.Equal(t, []string{"longer-than-that"}, wrap("longer-than-that", 4))
}
