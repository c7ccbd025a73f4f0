package client_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/client"
	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/wandbtest"
)

// The test runs every attempt against every generation of server with the default
// policy, and a sample with each other policy. What Check denies must not succeed.
// What it allows is never certain, because some of it is refused.
func TestCheck_EachAttempt_PredictsInit(t *testing.T) { //nolint:tparallel // waits for its subtests, so that they can be counted
	t.Parallel()
	var mu sync.Mutex
	counts := make(map[string]int)
	t.Run("worlds", func(t *testing.T) {
		for g, gen := range generations {
			for v, variant := range variants() {
				if v > 0 && (underRace || v%len(generations) != g) {
					continue
				}
				t.Run(gen.String()+"/"+variant.name, func(t *testing.T) {
					t.Parallel()
					s := newWorld(t, variant.policy, append(slices.Clip(variant.opts), wandbtest.WithGeneration(gen))...)
					before := len(s.Requests())
					runs := len(s.Runs())
					clients := make(map[string]*client.Client)
					answers := make(map[string]*client.Access)
					all := attempts(variant.policy)
					if v > 0 {
						all = sampled(all, matrixSample, v)
					} else { // a quarter of them, each in one generation
						all = sampled(all, 4*len(generations), g)
					}
					for _, a := range all {
						if clients[a.user] == nil {
							clients[a.user] = newClient(t, s, key(a.user), environ("WANDB_DISABLE_GIT", "true"))
						}
						access, err := clients[a.user].Check(t.Context(), a.entity, a.project)
						require.NoError(t, err)
						answers[a.name()] = access
					}
					assert.Len(t, s.Runs(), runs, "Check creates nothing")
					for _, r := range s.Requests()[before:] {
						assert.NotContains(t, string(r.Body), "mutation", "Check changes nothing")
					}
					for _, a := range all {
						run, err := clients[a.user].Init(t.Context(), a.options())
						outcome := "refused"
						if err == nil {
							outcome = "succeeds"
							assert.NoError(t, run.Finish(t.Context()))
						}
						access := answers[a.name()]
						assertForetold(t, a, access, err)
						mu.Lock()
						counts[fmt.Sprintf("%v, %v: %s", access.Decision, access.Confidence, outcome)]++
						mu.Unlock()
					}
				})
			}
		}
	})
	t.Logf("Check and Init: %v", counts)
}

func TestCheck_PersonalEntity_IsInViewer(t *testing.T) {
	t.Parallel()
	for _, gen := range generations {
		for user, want := range map[string]errors.PersonalEntity{
			"oldtimer": errors.PersonalEntityPresent, "newcomer": errors.PersonalEntityAbsent, "disabled": errors.PersonalEntityAbsent,
		} {
			t.Run(fmt.Sprintf("%v/%s", gen, user), func(t *testing.T) {
				t.Parallel()
				s := wandbtest.New(t, everybody(), wandbtest.WithGeneration(gen))
				a, err := newClient(t, s, key(user)).Check(t.Context(), "acme", "team")
				require.NoError(t, err)
				require.NotNil(t, a.Viewer)
				assert.Equal(t, want, a.Viewer.PersonalEntity)
			})
		}
	}
}

func assertForetold(t *testing.T, of attempt, a *client.Access, err error) {
	t.Helper()
	assert.NotEmpty(t, a.Explain())
	text, jsonErr := json.Marshal(a)
	require.NoError(t, jsonErr)
	assert.NotContains(t, string(text), "notakey")
	switch a.Decision {
	case client.Allowed:
		require.NoError(t, a.Err())
		require.NoError(t, a.Cause())
		assert.Equal(t, errors.Likely, a.Confidence, "%s: only creating the run decides", of.name())
		assert.Regexp(t, `as\s+far\s+as\s+the\s+server\s+shows|Note: `, a.Explain())
	case client.Denied:
		require.ErrorIs(t, a.Err(), errors.ErrPermissionDenied)
		require.ErrorIs(t, err, errors.ErrPermissionDenied, "%s: denied, and succeeded", of.name())
		p, _ := errors.AsType[*errors.PermissionError](err)
		if of.forced == "" && a.Confidence == errors.Certain && p.Confidence == errors.Certain {
			assert.Equal(t, p.Cause, a.Cause(), "%s: both certain, and of different causes", of.name())
		}
		if a.Confidence == errors.Certain {
			assert.True(t, slices.ContainsFunc(of.truth, func(cause error) bool { return errors.Is(a.Cause(), cause) }),
				"%s: certain of a wrong cause: %v", of.name(), a.Err())
		}
	default:
		require.ErrorIs(t, a.Err(), errors.ErrPermissionDenied)
		assert.NoError(t, a.Cause())
	}
}

// An incomplete response is Unknown or an error, never a verdict.
func TestCheck_Trouble_IsNeverAWrongVerdict(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name     string
		user     string
		fault    wandbtest.Fault
		err      error // of Check itself
		decision client.Decision
		cause    error
	}{
		{"all refused", "member", wandbtest.Fault{Status: 403, Body: `{"error":"no"}`}, nil, client.Unknown, nil},
		{"all 401", "member", wandbtest.Fault{Status: 401, Body: `{"error":"unauthorized"}`}, nil, client.Denied, errors.ErrBadAPIKey},
		{"proxy", "member", wandbtest.Fault{Status: 403, Body: loginPage}, nil, client.Denied, errors.ErrIntermediary},
		{"web page", "member", wandbtest.Fault{Body: loginPage}, errors.ErrWrongBaseURL, 0, nil},
		{"down", "member", wandbtest.Fault{Status: 503}, errors.ErrServerUnavailable, 0, nil},
		{"rate limit", "member", wandbtest.Fault{Status: 429}, errors.ErrRateLimited, 0, nil},
		{"cut", "member", wandbtest.Fault{Cut: wandbtest.CutBefore}, errors.ErrServerUnavailable, 0, nil},
		{"teams not disclosed, but the members", "member", wandbtest.Fault{RefuseField: "User.teams"}, nil, client.Allowed, nil},
		{"entity not disclosed", "member", wandbtest.Fault{RefuseField: "Entity.readOnly"}, nil, client.Unknown, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := wandbtest.New(t, everybody())
			s.Inject(tt.fault)
			a, err := newClient(t, s, key(tt.user)).Check(t.Context(), "acme", "team")
			if tt.err != nil {
				require.ErrorIs(t, err, tt.err)
				require.NotErrorIs(t, err, errors.ErrPermissionDenied)
				assert.Nil(t, a)
				return
			}
			require.NoError(t, err)
			assert.Equal(t, tt.decision, a.Decision, "%v", a.Err())
			assert.Equal(t, tt.cause, a.Cause())
			if tt.name == "all refused" {
				p, _ := errors.AsType[*errors.PermissionError](a.Err())
				assert.Contains(t, p.Candidates, errors.ErrIntermediary, "W&B would disclose the account")
			}
		})
	}
}

func TestDecision_String_NamesTheDecision(t *testing.T) {
	t.Parallel()
	for d, want := range map[client.Decision]string{client.Unknown: "unknown", client.Allowed: "allowed", client.Denied: "denied", 9: "unknown"} {
		text, err := d.MarshalText()
		require.NoError(t, err)
		assert.Equal(t, want, string(text))
		assert.Equal(t, want, d.String())
	}
}

func TestCheckAccess_ReadProject_FollowsVisibility(t *testing.T) {
	t.Parallel()
	s := newWorld(t, wandbtest.Policy{})
	c := newClient(t, s, key("member"), environ())
	for _, tc := range []struct {
		name, entity, project string
		want                  client.Decision
	}{
		{"a project of one's own team", "acme", "open", client.Allowed},
		{"a project that does not exist", "acme", "no-such-project", client.Denied},
		{"a team", "acme", "", client.Allowed},
		{"a team that does not exist", "no-such-team", "", client.Denied},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			a, err := c.CheckAccess(t.Context(), client.AccessRequest{
				Entity: tc.entity, Project: tc.project, Action: errors.ActionRead, Resource: errors.ResourceProject,
			})
			require.NoError(t, err)
			assert.Equal(t, tc.want, a.Decision, a.Explain())
			assert.Equal(t, errors.ActionRead, a.Action)
			assert.Equal(t, errors.ResourceProject, a.Resource)
			if p, ok := errors.AsType[*errors.PermissionError](a.Err()); ok {
				assert.Equal(t, errors.ActionRead, p.Action)
			}
		})
	}
}

func TestCheckAccess_UnsupportedPair_ReturnsInputError(t *testing.T) {
	t.Parallel()
	s := newWorld(t, wandbtest.Policy{})
	c := newClient(t, s, key("member"), environ())
	before := len(s.Requests())
	for _, r := range []client.AccessRequest{
		{Action: errors.ActionDelete, Resource: errors.ResourceRun},
		{Action: errors.ActionRead},
		{Resource: errors.ResourceAlert},
	} {
		_, err := c.CheckAccess(t.Context(), r)
		require.ErrorIs(t, err, errors.ErrInvalidInput)
	}
	assert.Len(t, s.Requests(), before, "nothing is sent")
}

// A misspelled entity has the same cause before a run is tried as after. That it is hidden is
// excluded only by the server's refusal.
func TestCheck_MisspelledEntity_HasTheCauseOfInit(t *testing.T) {
	t.Parallel()
	s := wandbtest.New(t, everybody())
	c := newClient(t, s, key("member"), quickly)
	a, err := c.Check(t.Context(), "acmee", "team")
	require.NoError(t, err)
	assert.Equal(t, client.Denied, a.Decision)
	assert.Equal(t, errors.ErrEntityMissing, a.Cause())
	assert.Equal(t, errors.Likely, a.Confidence)
	assert.True(t, slices.ContainsFunc(a.Evidence, func(p errors.Probe) bool { return p.Name == "entity" && p.Outcome == errors.Empty }))
	text := errors.Explain(a.Err())
	assert.Contains(t, text, `Did you mean "acme"?`)
	assert.Contains(t, strings.Join(strings.Fields(text), " "), "it does not exist, or it is hidden from non-members")

	_, err = c.Init(t.Context(), client.RunOptions{Entity: "acmee", Project: "team"})
	p, ok := errors.AsType[*errors.PermissionError](err)
	require.True(t, ok)
	assert.Equal(t, errors.ErrEntityMissing, p.Cause)
	assert.Equal(t, errors.Certain, p.Confidence)
	assert.Contains(t, errors.Explain(err), "HTTP 404 entity acmee not found")
}
