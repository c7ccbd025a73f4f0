package interop

import (
	"flag"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/wandgo/wandgo/interop/scenario"
	"github.com/wandgo/wandgo/interop/stored"
)

var timeline = flag.Bool("timeline", false, "print the requests of scenarios that have a server of their own")

// report collects the output of the test.
type report struct {
	allowed []stored.Rule // differences that are right
	waiting []stored.Rule // differences that are not, for now
	used    []bool        // by which rules anything was allowed
	equal   int
	fields  int
	lines   []string
}

func newReport() *report {
	r := &report{allowed: stored.MayDiffer(), waiting: scenario.PendingFields()}
	r.used = make([]bool, len(r.allowed)+len(r.waiting))
	return r
}

// compare applies the permitted differences first, then the pending ones.
func (r *report) compare(sc scenario.Scenario, theirs, ours stored.Fields) []stored.Difference {
	rules := append(append(append([]stored.Rule{}, r.allowed...), r.waiting...), sc.Differ...)
	used := make([]bool, len(rules))
	found := stored.Compare(theirs, ours, rules, used)
	for i := range r.used {
		r.used[i] = r.used[i] || used[i]
	}
	return found
}

func (r *report) pending(sc scenario.Scenario, found []string) {
	r.lines = append(r.lines, fmt.Sprintf("pending: %s: %s", sc.Name, sc.Pending))
	for _, line := range head(found, 8) {
		r.lines = append(r.lines, "         "+line)
	}
}

// told records what both clients print after a refusal.
func (r *report) told(name string, theirs, ours result) {
	for _, who := range []struct {
		name string
		res  result
	}{{"official", theirs}, {"wandgo", ours}} {
		for _, out := range who.res.outcomes {
			r.lines = append(r.lines, fmt.Sprintf("%s: what %s says after %d requests and %d ms:",
				name, who.name, len(who.res.requests), out.took.Milliseconds()))
			for _, line := range head(out.said[name], 12) {
				r.lines = append(r.lines, "         "+ansi(line))
			}
		}
	}
}

// timed records the longest process of a scenario.
func (r *report) timed(name string, theirs, ours result) {
	var sum [2]time.Duration
	for i, res := range []result{theirs, ours} {
		for _, out := range res.outcomes {
			sum[i] += out.took
		}
	}
	if sum[0] > 4*time.Second || sum[1] > time.Second {
		r.lines = append(r.lines, fmt.Sprintf("time: %s: official %.1f s, wandgo %.1f s", name, sum[0].Seconds(), sum[1].Seconds()))
	}
	if *timeline {
		for i, res := range []result{theirs, ours} {
			r.lines = append(r.lines, "requests of "+[]string{"official", "wandgo"}[i])
			for _, q := range res.requests {
				r.lines = append(r.lines, fmt.Sprintf("         %7.3f s %-30s %d  %d bytes", q.Time.Sub(res.requests[0].Time).Seconds(), q.Operation, q.Status, q.BodySize))
			}
		}
	}
}

// finish prints the report and fails for rules that match nothing.
func (r *report) finish(t *testing.T, all bool) {
	t.Helper()
	for i, rule := range r.waiting {
		if r.used[len(r.allowed)+i] {
			r.lines = append(r.lines, fmt.Sprintf("pending field: %s: %s", rule.Path, rule.Reason))
		} else if all {
			assert.Fail(t, "a pending field is equal by now", "take %s off the list", rule.Path)
		}
	}
	t.Logf("%d scenarios equal, %d fields compared\n%s", r.equal, r.fields, strings.Join(r.lines, "\n"))
}
