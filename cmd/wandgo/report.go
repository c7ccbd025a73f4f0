package main

import (
	"fmt"
	"strings"
	"time"

	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/internal/doctor"
	"github.com/wandgo/wandgo/internal/plaintext"
)

// report is the Markdown text for a bug report, redacted.
func report(x *doctor.Checkup, redact doctor.Redactor) string {
	var b strings.Builder
	b.WriteString("# wandgo doctor report\n\n")
	b.WriteString("Keys, email addresses and the home directory are removed. Names of users, teams and projects " +
		"are not: review this report before you share it.\n\n")
	fmt.Fprintf(&b, "- Verdict: %s, %s", x.Decision(), x.Confidence())
	if code := errors.Code(x.Err); code != "" {
		fmt.Fprintf(&b, ", cause `%s`", code)
	}
	fmt.Fprintf(&b, " (exit status %d)\n", checkupStatus(x))
	fmt.Fprintf(&b, "- %s\n", versionLine())
	fmt.Fprintf(&b, "- Time: %s\n", time.Now().UTC().Format(time.RFC3339))
	if x.Settings != nil {
		reportSettings(&b, x)
	}
	b.WriteString("\n## Checks\n\n```text\n")
	p := &printer{w: &b}
	for _, c := range x.Checks {
		p.check(c)
	}
	b.WriteString("```\n\n## Explanation\n\n" + fenced(explanation(x)))
	if x.Settings != nil {
		reportRequests(&b, x.Exchanges(), redact)
	}
	return redact.Text(b.String())
}

func reportSettings(b *strings.Builder, x *doctor.Checkup) {
	s := x.Settings
	b.WriteString("\n## Settings\n\n| setting | value | from |\n|---|---|---|\n")
	row := func(name, value, source string) {
		if value == "" {
			value = "none"
		}
		fmt.Fprintf(b, "| %s | %s | %s |\n", name, cell(value), cell(source))
	}
	row("base URL", s.BaseURL.Text, s.BaseURL.Source)
	row("API key", x.KeyForm, s.KeySource)
	row("entity", s.Entity.Text, s.Entity.Source)
	row("project", s.Project.Text, s.Project.Source)
	row("mode", s.Mode.Text, s.Mode.Source)
	if s.HTTPProxy != nil || s.HTTPSProxy != nil {
		row("proxy", "set", "settings")
	}
	if s.InsecureDisableSSL {
		row("certificates", "not verified", "settings")
	}
	if len(s.ExtraHeaders) > 0 {
		row("extra headers", fmt.Sprintf("%d, not shown", len(s.ExtraHeaders)), "settings")
	}
	if len(s.Files) > 0 {
		row("settings files", strings.Join(s.Files, ", "), "")
	}
	b.WriteString("\nPlaces searched for a key:\n\n")
	for _, l := range s.KeyLookups {
		b.WriteString("- " + cell(l) + "\n")
	}
	if len(s.Warnings) > 0 {
		b.WriteString("\nWarnings:\n\n")
		for _, w := range s.Warnings {
			b.WriteString("- " + cell(w) + "\n")
		}
	}
}

// maxReportedBody is how much of a body a report shows.
const maxReportedBody = 2 << 10

func reportRequests(b *strings.Builder, all []doctor.Exchange, redact doctor.Redactor) {
	b.WriteString("\n## Requests\n")
	if len(all) == 0 {
		b.WriteString("\nNone.\n")
	}
	for i, e := range all {
		operation := e.Operation
		if operation == "" {
			operation = "(no operation)"
		}
		fmt.Fprintf(b, "\n### %d. %s\n\n%s `%s` with %s: ", i+1, cell(operation), cell(e.Method), cell(e.Path), cell(e.As))
		if e.StatusCode == 0 {
			fmt.Fprintf(b, "no response after %s: %s\n", doctor.Milliseconds(e.Duration), cell(e.Err))
			continue
		}
		fmt.Fprintf(b, "HTTP %d, %s, %s", e.StatusCode, cell(e.ContentType), doctor.Milliseconds(e.Duration))
		if e.RequestID != "" {
			fmt.Fprintf(b, ", request id `%s`", cell(e.RequestID))
		}
		// Redacted before it is cut: half a key is not recognized.
		b.WriteString("\n\n" + fenced(head(redact.Text(e.BodyHead), maxReportedBody)))
	}
}

// head returns the beginning of text.
func head(text string, limit int) string {
	if len(text) <= limit {
		return text
	}
	return strings.ToValidUTF8(text[:limit], "") + "…"
}

// fenced puts text between Markdown fences that it cannot close.
func fenced(text string) string {
	fence := "```"
	for strings.Contains(text, fence) {
		fence += "`"
	}
	if text = strings.TrimRight(text, "\n"); text == "" {
		text = "(empty)"
	}
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		lines[i] = plaintext.Escape(strings.TrimSuffix(line, "\r"), plaintext.NoLimit)
	}
	return fence + "text\n" + strings.Join(lines, "\n") + "\n" + fence + "\n"
}

// cell makes text fit on one line of Markdown, in a table or outside.
func cell(text string) string { return strings.ReplaceAll(printable(text), "|", `\|`) }
