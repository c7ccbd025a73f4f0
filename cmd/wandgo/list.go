package main

import (
	"time"

	"github.com/wandgo/wandgo/internal/settings"
	"github.com/wandgo/wandgo/internal/term"
)

// listRule is how all commands that list things print, for the help.
const listRule = `
Commands that list things print a table on a terminal. In a pipe they print one
line for each thing, without a header, in columns separated by tabs. No column
is cut or left out there, sizes are in bytes, times are in UTC, and messages go
to stderr. With --json they print one JSON document.
`

// list prints rows by the listRule. none is what a person reads in place of an empty list.
func (a *app) list(columns []column, rows [][]string, none string) error {
	p := a.printer(true)
	switch {
	case len(rows) == 0:
		if !a.interactive() {
			p.w = a.stderr
		}
		p.printf("%s\n", printable(none))
	case a.interactive():
		p.table(columns, rows)
	default:
		for _, row := range rows {
			p.line(row...)
		}
	}
	return p.err
}

// result prints what a command did: as JSON, as a text for a person, or as one line of columns.
func (a *app) result(document any, asJSON bool, person string, columns ...string) error {
	p := a.printer(true)
	switch {
	case asJSON:
		return encodeJSON(a.stdout, document)
	case a.interactive():
		p.printf("%s\n", person)
	default:
		p.line(columns...)
	}
	return p.err
}

// interactive reports whether the output is for a person.
func (a *app) interactive() bool { return term.IsTerminal(a.stdout) }

// time is a time in the local zone on a terminal, and in UTC elsewhere.
func (a *app) time(t time.Time) string {
	switch {
	case t.IsZero():
		return ""
	case a.interactive():
		return t.Local().Format("2006-01-02 15:04")
	}
	return t.UTC().Format(time.RFC3339)
}

// size is a number of bytes, with a unit on a terminal.
func (a *app) size(bytes int64) string {
	if a.interactive() {
		return size(bytes)
	}
	return plain(bytes)
}

// noteDefaultProject notes on stderr that a list is of the default project, because the settings name none.
func (a *app) noteDefaultProject() error {
	s, err := a.settings()
	if err != nil || s.Project.Source != settings.SourceDefault {
		return err
	}
	return a.tell(a.stderr, "wandgo: no project is set, so this is "+printable(s.Project.Text)+
		", the default. Name another one as the argument, in WANDB_PROJECT, or in the settings file wandb/settings.")
}
