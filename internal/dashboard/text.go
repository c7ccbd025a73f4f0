package dashboard

import (
	"math"
	"net/http"
	"strings"

	"github.com/wandgo/wandgo/internal/runstore"
)

// Limits of text.
const (
	defaultLines  = 1000
	maxLines      = 10_000
	defaultValues = 100
	maxValues     = 1000
)

// consoleOf sends lines of the console: from a number on, which counts from the end if it is
// negative, or those with a text.
func consoleOf(r *http.Request, run *runstore.Run) (any, error) {
	q := query{Values: r.URL.Query()}
	limit, from := q.whole("limit", defaultLines, 0, maxLines), q.whole("from", 0, math.MinInt32, math.MaxInt32)
	if q.err != nil {
		return nil, q.err
	}
	lines, err := run.Console(r.Context())
	if err != nil {
		return nil, err
	}
	return consoleAnswer(lines, q.Get("search"), from, limit), nil
}

// consoleAnswer selects lines as a request does.
func consoleAnswer(lines []runstore.ConsoleLine, search string, from, limit int) any {
	out := struct {
		Lines   []runstore.ConsoleLine `json:"lines"`
		Total   int                    `json:"total"`
		Matched int                    `json:"matched"`
		First   int                    `json:"first"` // earlier ones are not kept
	}{}
	if len(lines) > 0 {
		out.First = lines[0].Number
		out.Total = lines[len(lines)-1].Number + 1
	}
	search = strings.ToLower(search)
	matching := lines
	if search != "" {
		matching = nil
		for _, l := range lines {
			if strings.Contains(strings.ToLower(l.Text), search) {
				matching = append(matching, l)
			}
		}
	}
	out.Matched = len(matching)
	if from < 0 {
		matching = matching[max(0, len(matching)+from):]
	} else {
		for len(matching) > 0 && matching[0].Number < from {
			matching = matching[1:]
		}
	}
	out.Lines = append([]runstore.ConsoleLine{}, matching[:min(len(matching), limit)]...)
	return out
}

// valuesOf sends the values of a metric that are not numbers, the latest first.
func valuesOf(r *http.Request, run *runstore.Run) (any, error) {
	q := query{Values: r.URL.Query()}
	limit, before := q.whole("limit", defaultValues, 1, maxValues), q.whole("before", math.MaxInt, 0, math.MaxInt)
	if q.err != nil {
		return nil, q.err
	}
	list, more, err := run.Values(r.Context(), q.Get("m"), before, limit)
	if err != nil {
		return nil, err
	}
	return valuesAnswer(list, more), nil
}

func valuesAnswer(list []runstore.Value, more bool) any {
	out := struct {
		Values []runstore.Value `json:"values"`
		More   bool             `json:"more"`
	}{append([]runstore.Value{}, list...), more}
	for i := range out.Values {
		out.Values[i].Value = shown(out.Values[i].Value)
	}
	return out
}
