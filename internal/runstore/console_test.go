package runstore

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/internal/record"
)

func newOutput(text string) *record.OutputRaw {
	return &record.OutputRaw{Stdout: true, Timestamp: noon, Text: text}
}

func TestConsole_AsATerminalShowsIt_AndGrows(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	l := start(t, root, "r1")
	bad := &record.OutputRaw{Timestamp: noon.Add(time.Second), Text: "\x1b[31mbad\x1b[0m\n"}
	l.add(newOutput("one\n"), newOutput("10%\r20%\r"), bad, &record.OutputLogger{Text: "logged\n"})
	l.row("")
	l.flush()
	s := open(t, Options{}, root)
	r := only(t, s)
	lines, err := r.Console(t.Context())
	require.NoError(t, err)
	assert.Equal(t, []ConsoleLine{
		{Number: 0, Text: "one", Time: Seconds(noon)},
		{Number: 1, Text: "20%", Time: Seconds(noon)},
		{Number: 2, Text: "\x1b[31mbad\x1b[0m", Stderr: true, Time: Seconds(noon) + 1},
		{Number: 3, Text: "logged"},
	}, lines)

	l.add(newOutput("100%\n"))
	for range 10 {
		l.row("")
	}
	l.finish(0)
	s.Refresh(t.Context())
	lines, err = r.Console(t.Context())
	require.NoError(t, err)
	require.Len(t, lines, 4)
	assert.Equal(t, "100%", lines[1].Text, "the line that was begun")
}

func TestConsole_VeryLong_KeepsTheLastLines(t *testing.T) {
	t.Parallel()
	var c consoleReader
	c.reset()
	for i := range maxConsole + maxConsole/4 + 100 {
		c.set(int64(i), fmt.Appendf(nil, "2026-11-28T12:00:00.000000 line %d", i))
	}
	assert.LessOrEqual(t, len(c.lines), maxConsole+maxConsole/4)
	last := c.lines[len(c.lines)-1]
	assert.Equal(t, maxConsole+maxConsole/4+99, last.Number)
	assert.Equal(t, fmt.Sprintf("line %d", last.Number), last.Text)
	c.set(0, []byte("too late"))
	require.NoError(t, c.terminal.Close())
}

func TestParseConsoleLine_AnyForm(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]ConsoleLine{
		"2026-11-28T12:00:00.000000 a":       {Text: "a", Time: Seconds(noon)},
		"2026-11-28T12:00:00.000000 ":        {Time: Seconds(noon)},
		"ERROR 2026-11-28T12:00:00.000000 a": {Text: "a", Stderr: true, Time: Seconds(noon)},
		"ERROR in the program":               {Text: "ERROR in the program"},
		"":                                   {},
	} {
		assert.Equal(t, want, parseConsoleLine(text), text)
	}
}
