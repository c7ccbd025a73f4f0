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
	"github.com/wandgo/wandgo/internal/diagnose"
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
	return fmt.Sprintf("%d refusals: %d certain, %d likely (%d of them with a wrong cause), %d undetermined; %d verdicts compared with that without trouble (%d skipped as late)",
		c.refused, c.certain, c.likely, c.wrong, c.undetermined, c.held, c.late)
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

// matrixSample is how many of the attempts the matrix makes with a client: one in so
// many. The long one makes them all.
const matrixSample = 96

// sampled returns one in n of the attempts, and other ones in each of the first n worlds.
// The long tests take all.
func sampled(all []attempt, n, world int) []attempt {
	if long {
		return all
	}
	var sample []attempt
	for i := world % n; i < len(all); i += n {
		sample = append(sample, all[i])
	}
	return sample
}

// TestMatrix holds the verdict on every attempt, in every generation of server with
// every policy (only in the long run: else each policy but the default in one
// generation), to the truth: none may be Certain of a wrong cause, without trouble
// none may even find one likely, and trouble with what a verdict does not rest on must
// not change it.
//
// Each attempt is made once over HTTP and what the server says is recorded. Answers are
// then taken out of the recording, one by one and in every way (in the long run, up to
// four at a time), and it is decided again. A sample of the attempts is made by a client, with the faults
// injected into the server; the verdict must be that on the recording.
func TestMatrix(t *testing.T) { //nolint:tparallel // waits for its subtests, so that they can be counted
	t.Parallel()
	var overHTTP, decisions tally
	servers, recorded, worlds := 0, 0, 0
	var mu sync.Mutex
	distinct := make(map[string]recording)
	t.Run("cells", func(t *testing.T) {
		for _, gen := range generations {
			for v, variant := range variants() {
				if (underRace || !long) && v > 0 && v%len(generations) != int(gen) {
					continue
				}
				met := troublesOf(v, gen)
				servers += 2 + len(met)
				worlds++
				world := worlds
				t.Run(gen.String()+"/"+variant.name, func(t *testing.T) {
					t.Parallel()
					opts := append([]wandbtest.Option{wandbtest.WithGeneration(gen)}, variant.opts...)
					all := attempts(variant.policy)
					recordings := record(t, newWorld(t, variant.policy, opts...), all)
					// What is allowed asks no questions, so trouble with them makes no
					// difference to it.
					undisturbed := make(map[string]string, len(all))
					for _, a := range all {
						undisturbed[a.name()] = verdict(nil)
					}
					mu.Lock()
					recorded += len(recordings)
					for name, r := range recordings {
						undisturbed[name] = verdictOf(r.without(nil, diagnose.Answer{}))
						distinct[r.facts()] = r
					}
					mu.Unlock()
					count, refused := runCells(t, newWorld(t, variant.policy, opts...), trouble{name: "none"}, sampled(all, matrixSample, world), undisturbed)
					overHTTP.add(count)
					for _, tr := range met {
						t.Run(tr.name, func(t *testing.T) {
							t.Parallel()
							count, still := runCells(t, newWorld(t, variant.policy, opts...), tr, refused, undisturbed)
							assert.Len(t, still, len(refused), "trouble with the questions changes who is refused")
							overHTTP.add(count)
						})
					}
				})
			}
		}
	})
	for _, r := range distinct {
		decisions.add(decideInTrouble(t, &r))
	}
	t.Logf("matrix: %d attempts × %d worlds of %d generations and %d policies: %d refusals recorded, %d of them distinct; decided without some answers: %v",
		len(attempts(wandbtest.Policy{})), worlds, len(generations), len(variants()), recorded, len(distinct), &decisions)
	t.Logf("matrix: %d troubles on %d servers, %d attempts made by a client, %d allowed, %v", len(troubles()), servers, overHTTP.runs, overHTTP.allowed, &overHTTP)
}

// decideInTrouble decides about a recording without any one of its answers. The long
// matrix takes four.
func decideInTrouble(t *testing.T, r *recording) *tally {
	t.Helper()
	most := 1
	if long {
		most = 4
	}
	var count tally
	undisturbed := verdictOf(r.without(nil, diagnose.Answer{}))
	combinations(losses(), most, func(taken []loss) {
		tr := trouble{name: "none"}
		for _, l := range taken {
			tr.name, tr.harms = "loss", append(tr.harms, l.harms...)
		}
		spares := tr.spares(undisturbed)
		for _, instead := range insteadOf {
			v := r.without(taken, instead)
			count.runs++
			count.judge(t, r.attempt, tr, v.Cause, v.Confidence)
			if spares {
				count.held++
				if got := verdictOf(v); got != undisturbed {
					t.Errorf("%s: %v instead of %v changes %q, which does not rest on it, to %q", r.attempt.name(), instead.Outcome, tr.harms, undisturbed, got)
				}
			}
		}
	})
	return &count
}

// troublesOf chooses the troubles that a policy meets in a generation: with the default
// all of them (each in one generation only, unless the run is long), but for those with
// the combined question where the server is too old for it anyway, and with another policy
// one. The race detector needs every path, not every cell.
func troublesOf(variant int, gen wandbtest.Generation) []trouble {
	every, all := 1, troubles()
	switch {
	case variant > 0:
		every = len(all)
	case !long:
		every = len(generations)
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

// runCells makes the attempts with clients, and returns those that were refused. It
// holds the verdicts to those of no trouble, as far as the trouble spares them.
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
				assert.Equal(t, want, got, "%s: the client finds another verdict than was recorded", a.name())
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
	if slices.ContainsFunc(p.Evidence, func(e errors.Probe) bool {
		return e.Outcome == errors.Failed && e.StatusCode == 0 && !slices.Contains(tr.harms, e.Name)
	}) {
		count.late++
	}
	count.judge(t, a, tr, p.Cause, p.Confidence)
	return &count, verdict(err)
}

// judge counts a verdict and holds it to the truth about the attempt.
func (c *tally) judge(t *testing.T, a attempt, tr trouble, cause error, confidence errors.Confidence) {
	t.Helper()
	c.refused++
	right := slices.ContainsFunc(a.truth, func(truth error) bool { return errors.Is(cause, truth) })
	switch confidence {
	case errors.Certain:
		c.certain++
		if !right {
			t.Errorf("%s: certain of a wrong cause: %v, without %v", a.name(), cause, tr.harms)
		}
	case errors.Likely:
		c.likely++
		if !right {
			c.wrong++
			if tr.name == "none" {
				t.Errorf("%s: finds a wrong cause likely although nothing is in its way: %v", a.name(), cause)
			}
		}
	default:
		c.undetermined++
		if cause != nil {
			t.Errorf("%s: undetermined with a cause: %v", a.name(), cause)
		}
	}
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
	case "organization_entity":
		return []string{"viewer", "account type", "teams", "entity-kind"}
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
