package dashboard

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/internal/plaintext"
	"github.com/wandgo/wandgo/internal/runstore"
)

// trouble is what went wrong with a run, and what to do.
type trouble struct {
	Kind  string `json:"kind"`
	Title string `json:"title"`
	// Detail is a line, Text the whole text for a terminal.
	Detail     string          `json:"detail"`
	Text       string          `json:"text"`
	Cause      string          `json:"cause,omitempty"`
	Confidence string          `json:"confidence,omitempty"`
	Evidence   []string        `json:"evidence"`
	Remedies   []errors.Remedy `json:"remedies"`
	// Commands settle it.
	Commands []string `json:"commands"`
}

// troubleOf returns the kind of a run's worst trouble, "" if it has none. That a run is not
// uploaded is no trouble in the list.
func troubleOf(i *runstore.Info) string {
	switch {
	case i.Refusal != nil:
		return "refused"
	case i.Err != nil:
		return "unreadable"
	case i.DamageTotal > 0:
		return "damaged"
	case i.Missing > 0:
		return "lost"
	}
	return ""
}

// troublesOf lists a run's troubles, the worst first. gaps are those of its log.
func troublesOf(i *runstore.Info, gaps []runstore.Gap) []trouble {
	all := []trouble{}
	sync := syncCommand(i)
	if i.Refusal != nil {
		all = append(all, refusal(i, sync))
	}
	if i.Err != nil {
		all = append(all, trouble{
			Kind: "damaged", Title: "The log cannot be read",
			Text: plaintext.Line(i.Err.Error(), maxErrorText), Commands: []string{"wandgo inspect --summary " + plaintext.ShellPath(i.Dir)},
		})
	}
	if t, ok := lost(gaps); ok {
		all = append(all, t)
	}
	if i.State == runstore.Crashed {
		all = append(all, trouble{
			Kind: "crashed", Title: "The log ends without an exit code",
			Text: "The process was killed, or its machine stopped. Rows of the last second may be missing.",
		})
	}
	if i.Unsent > 0 && i.Refusal == nil && (i.Offline || i.State != runstore.Running && i.State != runstore.Preempting) {
		t := trouble{Kind: "unsent", Title: plural(i.Unsent, "row is", "rows are") + " on this disk only", Commands: []string{sync}}
		if i.Offline {
			t.Kind, t.Text = "offline", "The run was logged offline."
		}
		all = append(all, t)
	}
	for n := range all { // lists are never null
		all[n].Evidence = append([]string{}, all[n].Evidence...)
		all[n].Remedies = append([]errors.Remedy{}, all[n].Remedies...)
		all[n].Commands = append([]string{}, all[n].Commands...)
	}
	return all
}

// syncCommand returns the command that uploads all logs of a run.
func syncCommand(i *runstore.Info) string {
	if len(i.Lives) == 0 {
		return "wandgo sync " + plaintext.ShellPath(i.Dir)
	}
	words := []string{"wandgo sync"}
	for _, l := range i.Lives {
		words = append(words, plaintext.ShellPath(l.Dir))
	}
	return strings.Join(words, " ")
}

// maxLost bounds the places that a trouble names.
const maxLost = 10

// lost says which records were not written, as the disk took nothing and the memory for them
// was full. What is in a damaged part is told with the damage.
func lost(gaps []runstore.Gap) (t trouble, ok bool) {
	gaps = slices.DeleteFunc(slices.Clone(gaps), func(g runstore.Gap) bool { return g.Length > 0 })
	total := int64(0)
	lines := []string{"They were not written, because the disk took nothing for too long or a record was too large. The server has them if it was reached at that time."}
	for n, g := range gaps {
		total += g.Records
		where := ""
		switch {
		case g.Before >= 0 && g.After >= 0:
			where = fmt.Sprintf(" between step %d and step %d", g.Before, g.After)
		case g.Before >= 0:
			where = fmt.Sprintf(" after step %d", g.Before)
		case g.After >= 0:
			where = fmt.Sprintf(" before step %d", g.After)
		}
		if n < maxLost {
			lines = append(lines, plural(int(g.Records), "record", "records")+where)
		}
	}
	if more := len(gaps) - maxLost; more > 0 {
		lines = append(lines, "and at "+plural(more, "other place", "other places"))
	}
	return trouble{Kind: "lost", Title: plural(int(total), "record is", "records are") + " missing in the log", Text: strings.Join(lines, "\n")}, total > 0
}

func plural(n int, one, more string) string {
	if n == 1 {
		return "1 " + one
	}
	return plaintext.Grouped(int64(n)) + " " + more
}

// refusal explains why the server refused a run.
func refusal(i *runstore.Info, sync string) trouble {
	t := trouble{
		Kind: "refused", Title: "The server refused this run", Detail: i.Refusal.Error(), Text: i.Refusal.Error(),
		Cause: errors.Code(i.Refusal), Commands: []string{sync, "wandgo doctor"},
	}
	if i.Unsent > 0 {
		t.Title += fmt.Sprintf("; %s on this disk only", plural(i.Unsent, "row is", "rows are"))
	}
	switch e := i.Refusal.(type) { //nolint:errorlint // FromJSON wraps nothing
	case *errors.PermissionError:
		t.Text, t.Remedies, t.Confidence = e.Explain(), e.Remedies(), e.Confidence.String()
		for _, p := range e.Evidence {
			t.Evidence = append(t.Evidence, evidence(p))
		}
	case *errors.RequestError:
		t.Text, t.Remedies = e.Explain(), e.Remedies()
		t.Title = "The server did not store this run"
	}
	return t
}

// evidence is a question of the diagnosis and its answer.
func evidence(p errors.Probe) string {
	return plaintext.Line(cmp.Or(p.Question, p.Name)+" → "+cmp.Or(p.Result, string(p.Outcome)), maxErrorText)
}
