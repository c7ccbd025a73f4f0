package client_test

import (
	"fmt"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/wandgo/wandgo/client"
	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/wandbtest"
)

// tally counts the verdicts of the matrix.
type tally struct {
	mu                                                           sync.Mutex
	runs, allowed, refused, certain, likely, undetermined, wrong int
}

func (c *tally) add(o *tally) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.runs += o.runs
	c.allowed += o.allowed
	c.refused += o.refused
	c.certain += o.certain
	c.likely += o.likely
	c.undetermined += o.undetermined
	c.wrong += o.wrong
}

func (c *tally) String() string {
	return fmt.Sprintf("%d attempts, %d allowed, %d refused: %d certain, %d likely (%d of them with a wrong cause), %d undetermined",
		c.runs, c.allowed, c.refused, c.certain, c.likely, c.wrong, c.undetermined)
}

// trouble is what goes wrong with the follow-up questions.
type trouble struct {
	name   string
	faults []wandbtest.Fault
}

// singles are the follow-up questions that are sent alone where the combined
// request fails.
var singles = []string{
	"Viewer", "ProbeAccount", "ProbeEntity", "ProbeEntityKind", "ProbeProject",
	"ProbeRoles", "ProbeProjectRoles", "ProbeSeats", "ProbeRunOwner",
}

func troubles() []trouble {
	noCombined := []wandbtest.Fault{
		{Operation: "Diagnose", Status: 403, Body: `{"errors":[{"message":"permission denied"}]}`},
		{Operation: "DiagnoseDefault", Status: 403, Body: `{"errors":[{"message":"permission denied"}]}`},
	}
	all := []trouble{
		{"none", nil},
		{"combined refused", noCombined},
		{"combined garbage", []wandbtest.Fault{{Operation: "Diagnose", Garbage: true}, {Operation: "DiagnoseDefault", Garbage: true}}},
		{"combined cut", []wandbtest.Fault{{Operation: "Diagnose", Cut: wandbtest.CutBefore}, {Operation: "DiagnoseDefault", Cut: wandbtest.CutMidBody}}},
		{"everything refused", []wandbtest.Fault{{Match: isQuestion, Status: 403, Body: `{"errors":[{"message":"permission denied"}]}`}}},
		{"everything unauthorized", []wandbtest.Fault{{Match: isQuestion, Status: 401, Body: `{"error":"unauthorized"}`}}},
		{"everything a web page", []wandbtest.Fault{{Match: isQuestion, Status: 200, Body: `<html><body>log in</body></html>`}}},
		{"everything down", []wandbtest.Fault{{Match: isQuestion, Status: 502, Body: `bad gateway`}}},
	}
	for _, field := range []string{
		"User.teams", "User.accountType", "User.personalEntityDisabled", "User.userEntity", "Entity.readOnly", "Entity.members",
		"Entity.readOnlyAdmin", "Entity.organization", "Organization.members", "OrganizationMember.modelsSeat",
		"Project.readOnly", "Project.access", "Project.members", "Query.viewer", "Query.entity", "Query.project",
	} {
		all = append(all,
			trouble{field + " refused", []wandbtest.Fault{{RefuseField: field, Match: isQuestion}}},
			trouble{field + " refused, alone", append([]wandbtest.Fault{{RefuseField: field, Match: isQuestion}}, noCombined...)})
	}
	for _, op := range singles {
		all = append(all,
			trouble{op + " refused", append([]wandbtest.Fault{{Operation: op, Status: 403, Body: `{"errors":[{"message":"permission denied"}]}`}}, noCombined...)},
			trouble{op + " garbage", append([]wandbtest.Fault{{Operation: op, Garbage: true}}, noCombined...)},
			trouble{op + " cut", append([]wandbtest.Fault{{Operation: op, Cut: wandbtest.CutAfter}}, noCombined...)})
	}
	return all
}

// TestMatrix drives every attempt over HTTP through every generation of server,
// with every kind of trouble for the follow-up questions. No verdict may be
// Certain of a wrong cause, and without trouble none may even find one likely.
func TestMatrix(t *testing.T) { //nolint:tparallel // waits for its subtests, so that they can be counted
	t.Parallel()
	var total tally
	t.Run("cells", func(t *testing.T) {
		for _, gen := range []wandbtest.Generation{wandbtest.Gen2024Jan, wandbtest.Gen2024Oct, wandbtest.Gen2026} {
			t.Run(gen.String(), func(t *testing.T) {
				t.Parallel()
				// What is allowed asks no questions, so trouble with them makes no
				// difference to it.
				var refused []attempt
				for i, tr := range troubles() {
					if underRace && i > 0 && i%3 != int(gen)%3 {
						// The race detector needs every path, not every cell, and
						// each trouble still meets one generation.
						continue
					}
					if tr.name == "none" {
						var count *tally
						count, refused = runCells(t, gen, tr, attempts())
						total.add(count)
						continue
					}
					t.Run(tr.name, func(t *testing.T) {
						t.Parallel()
						count, still := runCells(t, gen, tr, refused)
						assert.Len(t, still, len(refused), "trouble with the questions changes who is refused")
						total.add(count)
					})
				}
			})
		}
	})
	t.Logf("matrix: %v", &total)
}

// runCells makes the attempts, and returns those that were refused.
func runCells(t *testing.T, gen wandbtest.Generation, tr trouble, all []attempt) (*tally, []attempt) {
	t.Helper()
	s := wandbtest.New(t, everybody(), wandbtest.WithGeneration(gen))
	for _, f := range tr.faults {
		s.Inject(f)
	}
	clients := make(map[string]*client.Client)
	for _, a := range all {
		if clients[a.user] == nil {
			clients[a.user] = newClient(t, s, key(a.user))
		}
	}
	// Many at a time, because some troubles make each of them wait for a retry.
	var count tally
	var group crowd
	var mu sync.Mutex
	var refused []attempt
	for _, a := range all {
		group.Go(func() {
			cell := runCell(t, clients[a.user], a, tr)
			count.add(cell)
			mu.Lock()
			defer mu.Unlock()
			if cell.refused > 0 {
				refused = append(refused, a)
			}
		})
	}
	group.Wait()
	return &count, refused
}

// crowd runs a bounded number of functions at a time.
type crowd struct {
	sync.WaitGroup
	slots chan struct{}
	once  sync.Once
}

func (g *crowd) Go(f func()) {
	g.once.Do(func() { g.slots = make(chan struct{}, 32) })
	g.slots <- struct{}{}
	g.WaitGroup.Go(func() {
		defer func() { <-g.slots }()
		f()
	})
}

func runCell(t *testing.T, c *client.Client, a attempt, tr trouble) *tally {
	t.Helper()
	count := tally{runs: 1}
	run, err := c.Init(t.Context(), client.RunOptions{Entity: a.entity, Project: a.project})
	if err == nil {
		count.allowed++
		assert.NoError(t, run.Finish(t.Context()))
		return &count
	}
	assert.ErrorIs(t, err, errors.ErrPermissionDenied)
	p, ok := errors.AsType[*errors.PermissionError](err)
	if !assert.True(t, ok, "%s: %v", a.name(), err) {
		return &count
	}
	count.refused++
	right := false
	for _, cause := range a.truth {
		right = right || errors.Is(p.Cause, cause)
	}
	switch p.Confidence {
	case errors.Certain:
		count.certain++
		assert.True(t, right, "%s: certain of a wrong cause: %v", a.name(), err)
	case errors.Likely:
		count.likely++
		if !right {
			count.wrong++
			assert.NotEqual(t, "none", tr.name, "%s: finds a wrong cause likely although nothing is in its way: %v", a.name(), err)
		}
	default:
		count.undetermined++
		assert.NoError(t, p.Cause, "%s: undetermined with a cause", a.name())
	}
	return &count
}
