package interop

import (
	"cmp"
	"errors"
	"flag"
	"fmt"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/interop/official"
	"github.com/wandgo/wandgo/interop/scenario"
	"github.com/wandgo/wandgo/interop/stored"
	"github.com/wandgo/wandgo/wandbtest"
)

// batches is how many Python processes run the scenarios that can share a process.
const batches = 2

// only selects scenarios while working on them.
var only = flag.String("scenario", "", "run only the scenarios whose name matches this regular expression")

// result is one client's result of a scenario.
type result struct {
	outcomes []outcome
	runs     map[string]stored.Fields
	requests []wandbtest.Request
	unknown  []string
	// violations are what the client did against the protocol.
	violations []string
	err        error
}

// TestSameRuns runs all scenarios with both clients and compares what the servers stored.
func TestSameRuns(t *testing.T) { //nolint:tparallel // the parts only compare, and are reported after them
	t.Parallel()
	sdk, err := official.Find(t.Context())
	if errors.Is(err, official.ErrUnreachable) {
		t.Skipf("SKIPPED, nothing was compared: %v", err)
	}
	require.NoError(t, err)
	t.Logf("official client %s, asked PyPI: %v", sdk.Version, sdk.Fresh)
	script, err := filepath.Abs(filepath.Join("testdata", "scenarios.py"))
	require.NoError(t, err)

	pattern, err := regexp.Compile(*only)
	require.NoError(t, err)
	all := slices.DeleteFunc(scenario.All(), func(sc scenario.Scenario) bool { return !pattern.MatchString(sc.Name) })
	require.NotEmpty(t, all, "no scenario matches")
	both := sides{official: officialSide(sdk, script), ours: ourSide(t)}
	theirs := playOfficial(t, both, all)
	ours := playOurs(t, both, all)

	report := newReport()
	for i, sc := range all {
		t.Run(sc.Name, func(t *testing.T) { compare(t, report, sc, theirs[i], ours[i]) })
	}
	report.finish(t, *only == "")
}

// playOfficial runs the official side: many scenarios in few processes, the others alone.
func playOfficial(t *testing.T, both sides, all []scenario.Scenario) []result {
	t.Helper()
	results := make([]result, len(all))
	tasks := make(chan func())
	var workers sync.WaitGroup
	for range 2 * max(2, runtime.GOMAXPROCS(0)) { // they mostly wait
		workers.Go(func() {
			for task := range tasks {
				task()
			}
		})
	}
	shared := make([][]int, batches)
	n := 0
	for i, sc := range all {
		if !sc.Alone {
			shared[n%batches] = append(shared[n%batches], i)
			n++
		}
	}
	for _, members := range shared {
		if len(members) > 0 {
			tasks <- func() { playTogether(t, both.official, all, members, results) }
		}
	}
	for _, i := range slowestFirst(all) {
		if sc := all[i]; sc.Alone {
			tasks <- func() { results[i] = playAlone(t, both, sc, false) }
		}
	}
	close(tasks)
	workers.Wait()
	return results
}

// slowestFirst orders the scenarios so that the slow ones start first.
func slowestFirst(all []scenario.Scenario) []int {
	order := make([]int, len(all))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(all[b].Seconds, all[a].Seconds) })
	return order
}

// playTogether runs several scenarios in one process against one server.
func playTogether(t *testing.T, by side, all []scenario.Scenario, members []int, results []result) {
	t.Helper()
	s := wandbtest.New(t, scenario.Server())
	var halves []string
	for _, i := range members {
		halves = append(halves, all[i].Name)
	}
	out := execute(t.Context(), by, s, t.TempDir(), nil, scenario.Phase{}, halves...)
	for _, i := range members {
		own := out
		own.said = map[string][]string{all[i].Name: out.said[all[i].Name]}
		own.exit = 0
		if slices.ContainsFunc(own.said[all[i].Name], func(l string) bool { return strings.HasPrefix(l, "@@@ failed") }) {
			own.exit = 1
		}
		results[i] = read(s, all[i], []outcome{own})
		results[i].requests = nil // not known for each
	}
}

// playAlone runs one side of a scenario with its own server.
func playAlone(t *testing.T, both sides, sc scenario.Scenario, ours bool) result {
	t.Helper()
	s := wandbtest.New(t, scenario.Server(), sc.Server...)
	if sc.Prepare != nil {
		sc.Prepare(s)
	}
	dir := t.TempDir()
	var outcomes []outcome
	for _, phase := range sc.PhasesOf(ours) {
		by := both.official
		if ours != phase.ByOther {
			by = both.ours
			if !scenario.Has(phase.Half) {
				return result{err: fmt.Errorf("there is no wandgo half %s", phase.Half)}
			}
		}
		outcomes = append(outcomes, execute(t.Context(), by, s, dir, sc.Env, phase, phase.Half))
	}
	return read(s, sc, outcomes)
}

func playOurs(t *testing.T, both sides, all []scenario.Scenario) []result {
	t.Helper()
	results := make([]result, len(all))
	var playing sync.WaitGroup
	slots := make(chan struct{}, max(2, runtime.GOMAXPROCS(0)))
	for i, sc := range all {
		slots <- struct{}{}
		playing.Go(func() {
			defer func() { <-slots }()
			results[i] = playAlone(t, both, sc, true)
		})
	}
	playing.Wait()
	return results
}

// read returns the scenario's runs on the server.
func read(s *wandbtest.Server, sc scenario.Scenario, outcomes []outcome) result {
	r := result{outcomes: outcomes, runs: map[string]stored.Fields{}, requests: s.Requests(), unknown: s.Unknown()}
	ids := sc.Runs
	if ids == nil {
		ids = []string{sc.Name}
	}
	for _, key := range s.Runs() {
		name := key.ID
		if len(ids) == 1 && ids[0] == "(only)" {
			name = "(only)"
		}
		if !slices.Contains(ids, name) {
			continue
		}
		v, _ := s.Run(key.Entity, key.Project, key.ID)
		for _, violation := range v.Violations(sc.Pace()) {
			r.violations = append(r.violations, name+": "+violation)
		}
		fields := stored.Of(v)
		if sc.Environment {
			fields.WithEnvironment()
		}
		if name == "(only)" {
			fields["id"] = name
		}
		r.runs[name] = fields
	}
	return r
}

// compare fails for each difference that no rule allows.
func compare(t *testing.T, report *report, sc scenario.Scenario, theirs, ours result) {
	t.Helper()
	phases := sc.PhasesOf(false)
	assert.Empty(t, theirs.unknown, "the official client asked what the server does not know")
	assert.Empty(t, theirs.violations, "the official client does not keep what the server takes for rules")
	for i, out := range theirs.outcomes {
		require.NoError(t, out.err, "official half %s", phases[i].Half)
		for half, said := range out.said {
			assert.Empty(t, complaints(said, sc.Warnings), "the official client complains in %s", half)
		}
		assert.Equal(t, phases[i].Exit, out.exit, "exit code of the official half %s; it said:\n%s",
			phases[i].Half, strings.Join(out.said[phases[i].Half], "\n"))
	}
	var found []string
	if ours.err != nil {
		found = append(found, ours.err.Error())
	} else {
		found = differences(report, sc, theirs, ours)
	}
	switch {
	case sc.Pending != "" && len(found) == 0:
		assert.Fail(t, "equal by now", "take %s off the list: it is pending because %s", sc.Name, sc.Pending)
	case sc.Pending != "":
		report.pending(sc, found)
	case len(found) > 0:
		assert.Fail(t, "the stored runs differ", "%s", strings.Join(head(found, 25), "\n"))
	default:
		report.equal++
	}
	if sc.Alone && ours.err == nil {
		countRequests(t, report, sc, theirs, ours)
	}
	if sc.Alone {
		report.timed(sc.Name, theirs, ours)
	}
	if len(theirs.runs) == 0 && sc.Alone && ours.err == nil { // refused: what does each tell the user?
		report.told(sc.Name, theirs, ours)
	}
}

// countRequests checks that wandgo creates a run with one request, and needs at most two
// if it is refused.
func countRequests(t *testing.T, report *report, sc scenario.Scenario, theirs, ours result) {
	t.Helper()
	until := func(r result) int {
		return 1 + slices.IndexFunc(r.requests, func(q wandbtest.Request) bool { return q.Operation == "UpsertBucket" })
	}
	switch {
	case sc.Name == "machine":
		assert.Equal(t, 1, until(ours), "requests of Init")
		report.lines = append(report.lines, fmt.Sprintf("requests until a run is created: official %d, wandgo %d", until(theirs), until(ours)))
	case len(ours.runs) == 0:
		assert.LessOrEqual(t, len(ours.requests), 2, "requests of a refused Init")
	}
}

// differences lists the differences, one per line.
func differences(report *report, sc scenario.Scenario, theirs, ours result) []string {
	phases := sc.PhasesOf(true)
	var found []string
	if len(ours.unknown) > 0 {
		found = append(found, fmt.Sprintf("wandgo asked what the server does not know: %v", ours.unknown))
	}
	for _, violation := range ours.violations {
		found = append(found, "wandgo breaks a rule of the protocol: "+violation)
	}
	for i, out := range ours.outcomes {
		if out.err != nil {
			found = append(found, fmt.Sprintf("wandgo half %s: %v", phases[i].Half, out.err))
		}
		if out.exit != phases[i].Exit {
			found = append(found, fmt.Sprintf("exit code of %s: official %d, wandgo %d, which said:\n%s",
				phases[i].Half, phases[i].Exit, out.exit, strings.Join(out.said[phases[i].Half], "\n")))
		}
	}
	names := map[string]bool{}
	for name := range theirs.runs {
		names[name] = true
	}
	for name := range ours.runs {
		names[name] = true
	}
	for name := range names {
		if theirs.runs[name] == nil || ours.runs[name] == nil {
			found = append(found, fmt.Sprintf("run %s: stored by the official client: %v, by wandgo: %v",
				name, theirs.runs[name] != nil, ours.runs[name] != nil))
			continue
		}
		report.fields += len(theirs.runs[name])
		for _, d := range report.compare(sc, theirs.runs[name], ours.runs[name]) {
			found = append(found, name+": "+d.String())
		}
	}
	return found
}

func head(lines []string, n int) []string {
	if len(lines) <= n {
		return lines
	}
	return append(slices.Clone(lines[:n]), fmt.Sprintf("… and %d more", len(lines)-n))
}
