package client_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/wandgo/wandgo/client"
	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/wandbtest"
)

// tally counts the verdicts of the matrix.
type tally struct {
	mu                                                           sync.Mutex
	runs, allowed, refused, certain, likely, undetermined, wrong int
	// held counts the verdicts that had to be those of a run without trouble;
	// late those left out because this machine took too long to answer.
	held, late int
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
	c.held += o.held
	c.late += o.late
}

func (c *tally) String() string {
	return fmt.Sprintf("%d attempts, %d allowed, %d refused: %d certain, %d likely (%d of them with a wrong cause), %d undetermined; "+
		"%d verdicts held to that of a run without trouble (%d left out as late)",
		c.runs, c.allowed, c.refused, c.certain, c.likely, c.wrong, c.undetermined, c.held, c.late)
}

// generations are the ages of servers.
var generations = []wandbtest.Generation{wandbtest.Gen2026, wandbtest.Gen2024Oct, wandbtest.Gen2024Jan}

// variant is a server whose policy differs from the default in one point.
type variant struct {
	name   string
	policy wandbtest.Policy
	opts   []wandbtest.Option
}

// variants are the default, which comes first, and every answer to a question
// that W&B's documentation leaves open.
func variants() []variant {
	return []variant{
		{name: "default"},
		{name: "view-only roles may not write to open projects", policy: wandbtest.Policy{OpenToViewOnlyRole: wandbtest.Refuse}},
		{name: "viewer seats may write to open projects", policy: wandbtest.Policy{OpenToViewerSeat: wandbtest.Allow}},
		{name: "project viewers may write to open projects", policy: wandbtest.Policy{OpenToProjectViewer: wandbtest.Allow}},
		{name: "restricted projects answer 403", policy: wandbtest.Policy{RestrictedStatus: 403}},
		{name: "organizations answer 404", policy: wandbtest.Policy{OrganizationStatus: 404}},
		{name: "organization keys answer 401", policy: wandbtest.Policy{OrgKeyStatus: 401}},
		{name: "organization keys answer 404", policy: wandbtest.Policy{OrgKeyStatus: 404}},
		{name: "organization keys answer 404 and the team is shown", policy: wandbtest.Policy{OrgKeyStatus: 404, OrgKeyVisible: true}},
		{name: "organization keys answer 403 and the team is shown", policy: wandbtest.Policy{OrgKeyVisible: true}},
		{name: "teams are hidden from those without a seat", policy: wandbtest.Policy{NoSeatHidden: true}},
		{name: "runs belong to their users", policy: wandbtest.Policy{OwnRunsOnly: true}},
		{name: "member lists are public", policy: wandbtest.Policy{MembersPublic: true}},
		{name: "refused fields answer 401", policy: wandbtest.Policy{FieldRefusalStatus: 401}},
		{name: "refused fields answer 403", policy: wandbtest.Policy{FieldRefusalStatus: 403}},
		{name: "refused fields answer 404", policy: wandbtest.Policy{FieldRefusalStatus: 404}},
		{name: "refused fields answer 500", policy: wandbtest.Policy{FieldRefusalStatus: 500}},
		{name: "the view-only role has its name of the web pages", policy: wandbtest.Policy{ViewOnlyName: "View-Only"}},
		{name: "the view-only role has an unknown name", policy: wandbtest.Policy{ViewOnlyName: "Spectator"}},
		{name: "teams are listed ten at a time", policy: wandbtest.Policy{TeamPageSize: 10}},
		{name: "the case of entities does not count", policy: wandbtest.Policy{FoldEntityCase: true}},
		{name: "invalid documents answer 400", opts: []wandbtest.Option{wandbtest.WithValidationStatus(400)}},
	}
}

// TestMatrix drives every attempt over HTTP through every generation of server,
// with every policy and every kind of trouble for the follow-up questions. No
// verdict may be Certain of a wrong cause, without trouble none may even find
// one likely, and trouble with what a verdict does not rest on must not change
// it. With the default policy every trouble is tried; each of the other policies
// meets one, another one in each generation.
func TestMatrix(t *testing.T) { //nolint:tparallel // waits for its subtests, so that they can be counted
	t.Parallel()
	var total tally
	servers := 0
	t.Run("cells", func(t *testing.T) {
		for _, gen := range generations {
			for v, variant := range variants() {
				if underRace && v > 0 && v%len(generations) != int(gen) {
					continue
				}
				met := troublesOf(v, gen)
				servers += 1 + len(met)
				t.Run(gen.String()+"/"+variant.name, func(t *testing.T) {
					t.Parallel()
					opts := append([]wandbtest.Option{wandbtest.WithGeneration(gen)}, variant.opts...)
					// What is allowed asks no questions, so trouble with them makes no
					// difference to it.
					undisturbed := map[string]string{}
					count, refused := runCells(t, newWorld(t, variant.policy, opts...), trouble{name: "none"}, attempts(variant.policy), undisturbed)
					total.add(count)
					for _, tr := range met {
						t.Run(tr.name, func(t *testing.T) {
							t.Parallel()
							count, still := runCells(t, newWorld(t, variant.policy, opts...), tr, refused, undisturbed)
							assert.Len(t, still, len(refused), "trouble with the questions changes who is refused")
							total.add(count)
						})
					}
				})
			}
		}
	})
	t.Logf("matrix: %d attempts × %d generations × %d policies, %d troubles, %d servers: %v",
		len(attempts(wandbtest.Policy{})), len(generations), len(variants()), len(troubles()), servers, &total)
}

// troublesOf chooses the troubles that a policy meets in a generation: with the
// default all of them, but for those with the combined question where the server
// is too old for it anyway, and with another policy one. The race detector needs
// every path, not every cell.
func troublesOf(variant int, gen wandbtest.Generation) []trouble {
	every, all := 1, troubles()
	if variant > 0 {
		every = len(all)
	}
	if underRace {
		every *= 6
	}
	var met []trouble
	for i, tr := range all {
		moot := gen == wandbtest.Gen2024Jan && tr.ofCombined
		if (i+5*variant+int(gen))%every == 0 && !moot {
			met = append(met, tr)
		}
	}
	return met
}

// runCells makes the attempts, and returns those that were refused. Without
// trouble it notes the verdicts, with trouble it holds to them.
func runCells(t *testing.T, s *wandbtest.Server, tr trouble, all []attempt, undisturbed map[string]string) (*tally, []attempt) {
	t.Helper()
	for _, f := range tr.faults {
		s.Inject(f)
	}
	// One set of connections for everybody, and no look at the machine's git: the
	// matrix is large.
	connections := &http.Transport{MaxIdleConnsPerHost: 256}
	t.Cleanup(connections.CloseIdleConnections)
	clients := make(map[string]*client.Client)
	for _, a := range all {
		if clients[a.user] == nil {
			clients[a.user] = newClient(t, s, key(a.user), environ("WANDB_DISABLE_GIT", "true"), func(o *client.Options) {
				o.HTTPClient = &http.Client{Transport: connections}
				o.DiagnosisTimeout = time.Minute // how busy this machine is, is not among the troubles
			})
		}
	}
	// Many at a time, because some troubles make each of them wait for a retry.
	var count tally
	var group crowd
	var mu sync.Mutex
	var refused []attempt
	for _, a := range all {
		group.Go(func() {
			cell, got := runCell(t, clients[a.user], a, tr)
			mu.Lock()
			defer mu.Unlock()
			switch want := undisturbed[a.name()]; {
			case cell.late > 0:
			case tr.name == "none":
				undisturbed[a.name()] = got
			case tr.spares(want):
				cell.held++
				assert.Equal(t, want, got, "%s: trouble with %v changes a verdict that does not rest on it", a.name(), tr.harms)
			}
			count.add(cell)
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
	g.once.Do(func() { g.slots = make(chan struct{}, 16) })
	g.slots <- struct{}{}
	g.WaitGroup.Go(func() {
		defer func() { <-g.slots }()
		f()
	})
}

func runCell(t *testing.T, c *client.Client, a attempt, tr trouble) (*tally, string) {
	t.Helper()
	count := tally{runs: 1}
	run, err := c.Init(t.Context(), a.options())
	if err == nil {
		count.allowed++
		assert.NoError(t, run.Finish(t.Context()))
		return &count, verdict(nil)
	}
	assert.ErrorIs(t, err, errors.ErrPermissionDenied)
	p, ok := errors.AsType[*errors.PermissionError](err)
	if !assert.True(t, ok, "%s: %v", a.name(), err) {
		return &count, verdict(err)
	}
	count.refused++
	if slices.ContainsFunc(p.Evidence, func(e errors.Probe) bool {
		return e.Outcome == errors.Failed && e.StatusCode == 0 && !slices.Contains(tr.harms, e.Name)
	}) {
		count.late++
	}
	right := slices.ContainsFunc(a.truth, func(cause error) bool { return errors.Is(p.Cause, cause) })
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
	return &count, verdict(err)
}

// evidence is what a verdict rests on, by the words that trouble.harms uses.
func evidence(verdict string) []string {
	_, code, _ := strings.Cut(verdict, " ")
	switch code {
	case "bad_api_key":
		return []string{"viewer"}
	case "anonymous_key":
		return []string{"viewer", "account type"}
	case "not_team_member", "service_account_scope":
		return []string{"viewer", "account type", "teams", "entity", "project", "entity-kind"}
	case "viewer_role":
		return []string{"viewer", "account type", "entity", "role"}
	case "seat_required":
		return []string{"viewer", "entity", "seat"}
	case "team_frozen":
		return []string{"viewer", "entity", "role", "entity-kind"}
	case "project_hidden":
		return []string{"viewer", "entity", "project"}
	case "project_restricted":
		return []string{"viewer", "entity", "project", "project-role"}
	case "no_personal_entity":
		return []string{"viewer", "account", "teams", "entity"}
	case "entity_missing", "no_team":
		return []string{"viewer", "account", "teams", "entity"}
	}
	return nil // undetermined: nothing to hold to
}
