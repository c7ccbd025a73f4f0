// Refused provokes every refusal and failure of a W&B server and prints the errors that
// this library returns. The errors are real: a W&B server in this process has users,
// teams, roles and projects, and refuses by its rules.
//
//	go run ./examples/refused                    one line for each cause
//	go run ./examples/refused -v                 the full text for each
//	go run ./examples/refused -v viewer_role     the full text for one
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/examples/internal/sentinel"
)

func main() { os.Exit(run(context.Background(), os.Args[1:], os.Stdout)) }

func run(ctx context.Context, args []string, out io.Writer) int {
	flags := flag.NewFlagSet("refused", flag.ContinueOnError)
	flags.SetOutput(out)
	verbose := flags.Bool("v", false, "print the text of errors.Explain instead of one line")
	flags.Usage = func() {
		fmt.Fprintf(out, "usage: refused [-v] [case …]\n\nThe cases:\n")
		for _, c := range cases() {
			fmt.Fprintf(out, "  %-24s %s\n", c.name, c.story)
		}
	}
	if err := flags.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return 0
		}
		return 2
	}
	chosen, err := choose(flags.Args())
	if err != nil {
		fmt.Fprintln(out, err)
		return 2
	}
	l, err := newLab()
	if err != nil {
		fmt.Fprintln(out, err)
		return 1
	}
	defer l.close()
	for i, c := range chosen {
		if i > 0 {
			fmt.Fprintln(out)
		}
		before := l.requests()
		err := c.provoke(ctx, l)
		show(out, c, err, l.requests()-before, *verbose)
	}
	return 0
}

// choose returns the named cases, or all if there are no names.
func choose(names []string) ([]refusal, error) {
	all := cases()
	if len(names) == 0 {
		return all, nil
	}
	var chosen []refusal
	for _, name := range names {
		i := slices.IndexFunc(all, func(c refusal) bool { return c.name == name })
		if i < 0 {
			return nil, fmt.Errorf("no case %q; see refused -help", name)
		}
		chosen = append(chosen, all[i])
	}
	return chosen, nil
}

// show prints one case.
func show(out io.Writer, c refusal, err error, requests int, verbose bool) {
	fmt.Fprintf(out, "%s: %s\n\n", c.name, c.story)
	if err == nil {
		fmt.Fprintln(out, "  The server did not refuse this.")
		return
	}
	text := err.Error()
	if verbose {
		text = errors.Explain(err)
	}
	for line := range strings.Lines(text) {
		fmt.Fprintln(out, strings.TrimRight("  "+line, " \n"))
	}
	fmt.Fprintf(out, "\n  matches %s%s; %s\n", strings.Join(sentinel.Matching(err), ", "), confidence(err), count(requests))
}

func confidence(err error) string {
	p, ok := errors.AsType[*errors.PermissionError](err)
	if !ok {
		return ""
	}
	if p.Confidence != errors.Undetermined {
		return " (" + p.Confidence.String() + ")"
	}
	var candidates []string
	for _, c := range p.Candidates {
		if s, ok := errors.AsType[*errors.Sentinel](c); ok {
			candidates = append(candidates, sentinel.Name(s))
		}
	}
	return " only (undetermined; possible: " + strings.Join(candidates, " or ") + ")"
}

func count(requests int) string {
	switch requests {
	case 0:
		return "no request"
	case 1:
		return "1 request"
	}
	return fmt.Sprintf("%d requests", requests)
}
