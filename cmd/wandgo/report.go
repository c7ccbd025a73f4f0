package main

import (
	"fmt"
	"runtime"
	"strings"
	"time"

	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/internal/version"
)

// report is what a person pastes into a bug report: Markdown, redacted.
func report(x *examination, questions []question, redact redactor) string {
	var b strings.Builder
	b.WriteString("# wandgo doctor report\n\n")
	b.WriteString("Keys, email addresses and the home directory are taken out. Names of users, teams and projects " +
		"are not: look through it before you show it to others.\n\n")
	fmt.Fprintf(&b, "- Verdict: %s, %s", x.decision(), x.confidence())
	if code := errors.Code(x.err); code != "" {
		fmt.Fprintf(&b, ", cause `%s`", code)
	}
	fmt.Fprintf(&b, " (exit status %d)\n", x.status())
	fmt.Fprintf(&b, "- wandgo %s, %s, %s/%s\n", version.Module(), runtime.Version(), runtime.GOOS, runtime.GOARCH)
	fmt.Fprintf(&b, "- Time: %s\n", time.Now().UTC().Format(time.RFC3339))
	if x.settings != nil {
		reportSettings(&b, x)
	}
	b.WriteString("\n## Checks\n\n```text\n")
	p := &printer{w: &b}
	for _, c := range x.checks {
		c.print(p)
	}
	b.WriteString("```\n\n## Explanation\n\n" + fenced(x.explanation()))
	if x.conn != nil {
		reportRequests(&b, x.conn.record.all(), redact)
	}
	if len(questions) > 0 {
		b.WriteString("\n## Questions to the server\n")
		for _, q := range redactQuestions(questions, redact) {
			q.markdown(&b)
		}
	}
	return redact.text(b.String())
}

func reportSettings(b *strings.Builder, x *examination) {
	s := x.settings
	b.WriteString("\n## Settings\n\n| setting | value | from |\n|---|---|---|\n")
	row := func(name, value, source string) {
		if value == "" {
			value = "none"
		}
		fmt.Fprintf(b, "| %s | %s | %s |\n", name, cell(value), cell(source))
	}
	row("base URL", s.BaseURL.Text, s.BaseURL.Source)
	row("API key", x.form, s.KeySource)
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
	b.WriteString("\nWhere a key was looked for:\n\n")
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

func reportRequests(b *strings.Builder, all []exchange, redact redactor) {
	b.WriteString("\n## Requests\n")
	if len(all) == 0 {
		b.WriteString("\nNone were made.\n")
	}
	for i, e := range all {
		operation := e.Operation
		if operation == "" {
			operation = "(no operation)"
		}
		fmt.Fprintf(b, "\n### %d. %s\n\n%s `%s` with %s: ", i+1, cell(operation), e.Method, e.Path, cell(e.As))
		if e.Status == 0 {
			fmt.Fprintf(b, "no response after %s: %s\n", milliseconds(e.Duration), cell(e.Err))
			continue
		}
		fmt.Fprintf(b, "HTTP %d, %s, %s", e.Status, cell(e.ContentType), milliseconds(e.Duration))
		if e.RequestID != "" {
			fmt.Fprintf(b, ", request id `%s`", cell(e.RequestID))
		}
		b.WriteString("\n\n" + fenced(head(redact.text(e.Body), maxReportedBody)))
	}
}

// maxReportedBody bounds the start of a body in a report. It is cut after the
// redaction, so that no half of a key is left at the end.
const maxReportedBody = 2 << 10

func head(text string, limit int) string {
	if len(text) <= limit {
		return text
	}
	return strings.ToValidUTF8(text[:limit], "") + "…"
}

// fenced puts text between fences that nothing in it can close.
func fenced(text string) string {
	fence := "```"
	for strings.Contains(text, fence) {
		fence += "`"
	}
	if text = strings.TrimRight(text, "\n"); text == "" {
		text = "(empty)"
	}
	return fence + "text\n" + strings.ToValidUTF8(text, "\uFFFD") + "\n" + fence + "\n"
}

// cell makes text fit for one line of Markdown, in a table or outside.
func cell(text string) string { return strings.ReplaceAll(printable(text), "|", `\|`) }
