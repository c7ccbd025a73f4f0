package main

import (
	"cmp"
	"context"
	"strings"

	"github.com/wandgo/wandgo/internal/settings"
)

var statusCommand = command{
	name: "status", args: "[--json]",
	summary: "show the settings and where they come from",
	long: `
Prints the settings that a program started here would use, and where each comes
from. Nothing is sent to the server, and the key is not shown. wandgo whoami
asks the server for the account; wandgo doctor checks everything.

Flags:
  --json      print a JSON document instead: base_url, app_url, entity, project,
              mode, root_dir, git_remote, ignore_globs, key (its form),
              key_source, files, warnings

Examples:
  wandgo status
  wandgo status --json | jq -r .base_url
`,
	run: runStatus,
}

// statusDocument is the JSON of status. It uses the names of wandb status.
type statusDocument struct {
	BaseURL     string   `json:"base_url"`
	AppURL      string   `json:"app_url"`
	Entity      *string  `json:"entity"`
	Project     *string  `json:"project"`
	Mode        string   `json:"mode"`
	RootDir     string   `json:"root_dir"`
	GitRemote   string   `json:"git_remote"`
	IgnoreGlobs []string `json:"ignore_globs"`
	Key         string   `json:"key"`
	KeySource   string   `json:"key_source"`
	Files       []string `json:"files"`
	Warnings    []string `json:"warnings"`
}

func runStatus(_ context.Context, a *app, c command, args []string) error {
	set := c.flags()
	asJSON := set.Bool("json", false, "")
	set.Bool("settings", true, "") // as the official client spells it
	if err := a.parse(c, set, args); err != nil {
		return err
	}
	s, err := a.settings()
	if err != nil {
		return err
	}
	if *asJSON {
		err = encodeJSON(a.stdout, newStatusDocument(s))
	} else {
		p := &printer{w: a.stdout}
		p.settings(s)
		err = p.err
	}
	return failed("print the settings", err)
}

func newStatusDocument(s *settings.Settings) *statusDocument {
	orNull := func(text string) *string {
		if text == "" {
			return nil
		}
		return &text
	}
	return &statusDocument{
		BaseURL: s.BaseURL.Text, AppURL: s.AppURL, Entity: orNull(s.Entity.Text), Project: orNull(s.Project.Text),
		Mode: cmp.Or(s.Mode.Text, "online"), RootDir: s.RunRoot(), GitRemote: cmp.Or(s.Machine.Git.Remote, "origin"),
		IgnoreGlobs: append([]string{}, s.Machine.IgnoreGlobs...), Key: settings.KeyHint(s.Key), KeySource: s.KeySource,
		Files: append([]string{}, s.Files...), Warnings: append([]string{}, s.Warnings...),
	}
}

// settings prints one setting per line, with its source.
func (p *printer) settings(s *settings.Settings) {
	line := func(name, value, source string) {
		if source != "" {
			source = "  (" + source + ")"
		}
		p.hanging("  "+name+strings.Repeat(" ", 13-len(name)), strings.Repeat(" ", 15), printable(value+source))
	}
	key := settings.KeyHint(s.Key)
	if s.IdentityTokenFile != "" {
		key = "identity token"
	}
	line("server", s.BaseURL.Text, cmp.Or(s.BaseURL.Source, "default"))
	line("web pages", s.AppURL, "")
	line("API key", key, s.KeySource)
	line("entity", cmp.Or(s.Entity.Text, "the account's default"), s.Entity.Source)
	line("project", cmp.Or(s.Project.Text, settings.UncategorizedProject), projectSource(s.Project))
	line("mode", cmp.Or(s.Mode.Text, "online"), s.Mode.Source)
	line("runs are in", s.RunRoot(), "")
	for _, file := range s.Files {
		line("read", file, "")
	}
	for _, w := range s.Warnings {
		line("warning", w, "")
	}
}

// projectSource says where the project comes from, the default's name too.
func projectSource(project settings.Value) string {
	if project.Source == settings.SourceDefault && project.Text != settings.UncategorizedProject {
		return "the default: the Git repository and the folder in it"
	}
	return project.Source
}
