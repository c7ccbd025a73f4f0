package client_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/graphql"
	"github.com/wandgo/wandgo/internal/diagnose"
	"github.com/wandgo/wandgo/wandbtest"
)

// recording is a refused attempt with all that the server said about it. It stands for
// the attempt in any number of decisions, which cost no request.
type recording struct {
	attempt  attempt
	refusal  *diagnose.Failure
	findings *diagnose.Findings
}

// record sends the request of each attempt to the server and, if it is refused, the
// follow-up questions. It returns the refused ones by the attempt's name.
func record(t *testing.T, s *wandbtest.Server, attempts []attempt) map[string]recording {
	t.Helper()
	recordings := make(map[string]recording)
	clients := make(map[string]*graphql.Client)
	for i, a := range attempts {
		if clients[a.user] == nil {
			c, err := graphql.New(graphql.Options{BaseURL: s.URL(), APIKey: key(a.user), HTTPClient: &http.Client{Transport: inProcess{s}}})
			require.NoError(t, err)
			clients[a.user] = c
		}
		c, o := clients[a.user], a.options()
		q := diagnose.Question{Op: diagnose.OpCreateRun, Entity: o.Entity, Project: o.Project, RunID: o.ID}
		if o.ID == "" {
			o.ID = fmt.Sprintf("recorded-%d", i)
		}
		_, err := graphql.UpsertBucket(t.Context(), c, graphql.UpsertBucketInput{Name: &o.ID, ModelName: &o.Project, EntityName: optional(o.Entity)})
		if err == nil {
			continue
		}
		r := diagnose.Classify(t.Context(), err)
		require.True(t, r.IsRefusal(), "%s: %v", a.name(), err)
		f := &diagnose.Findings{Entity: q.Entity}
		if r.NeedsProbes() {
			f = diagnose.Ask(t.Context(), c.ForProbes(), r.Class, q)
		}
		recordings[a.name()] = recording{a, r, f}
	}
	return recordings
}

// facts is all that a decision about the recording can depend on, and the truth.
func (r *recording) facts() string {
	refusal := *r.refusal
	refusal.Err, refusal.RequestID = nil, ""
	f := *r.findings
	viewer := errors.Viewer{}
	if f.Who.Viewer != nil {
		viewer = *f.Who.Viewer
	}
	known := f.Who.Viewer != nil
	f.Who.Viewer = nil
	return fmt.Sprintf("%+v %+v %v %+v %v %v", refusal, f, known, viewer, r.attempt.entity, r.attempt.truth)
}

// without decides about the recording as if trouble with the questions had taken some
// of the answers away.
func (r *recording) without(losses []loss, instead diagnose.Answer) diagnose.Verdict {
	f := *r.findings
	if f.Who.Viewer != nil {
		viewer := *f.Who.Viewer
		f.Who.Viewer = &viewer
	}
	for _, l := range losses {
		l.take(&f, instead)
	}
	if r.attempt.entity == "" && f.Who.Viewer == nil {
		f.Entity = "" // only the viewer says which one is meant
	}
	return diagnose.Decide(r.refusal, &f)
}

// loss takes one answer, or a part of one, out of findings.
type loss struct {
	// harms names the answer, in the words of trouble.harms.
	harms []string
	take  func(f *diagnose.Findings, instead diagnose.Answer)
}

func losses() []loss {
	// Members are found by the viewer's name, which is gone.
	forgetMembers := func(f *diagnose.Findings) {
		role, projectRole, seat := f.Role.Answer, f.ProjectRole.Answer, f.Seat
		f.Role, f.ProjectRole, f.Seat = diagnose.Findings{}.Role, diagnose.Findings{}.ProjectRole, diagnose.Findings{}.Seat
		f.Role.Answer, f.ProjectRole.Answer, f.Seat.Answer, f.Seat.Organization = role, projectRole, seat.Answer, seat.Organization
	}
	byName := []string{"viewer", "role", "project-role", "seat"}
	return []loss{
		{slices.Concat(byName, []string{"teams", "account type"}), func(f *diagnose.Findings, instead diagnose.Answer) {
			f.Who = diagnose.Findings{}.Who
			f.Who.Answer = instead
			forgetMembers(f)
		}},
		{byName, func(f *diagnose.Findings, instead diagnose.Answer) {
			if f.Who.Viewer != nil {
				f.Who.Answer = instead
				f.Who.Viewer.Username = ""
			}
			forgetMembers(f)
		}},
		{[]string{"teams"}, func(f *diagnose.Findings, instead diagnose.Answer) {
			if f.Who.Viewer != nil {
				f.Who.Answer = instead
				f.Who.Viewer.Teams, f.Who.Viewer.TeamsComplete = nil, false
			}
		}},
		{[]string{"account type"}, func(f *diagnose.Findings, instead diagnose.Answer) {
			if f.Who.Viewer != nil {
				f.Who.Answer = instead
				f.Who.Viewer.AccountType = ""
			}
		}},
		{[]string{"account"}, func(f *diagnose.Findings, instead diagnose.Answer) {
			f.Account = diagnose.Findings{}.Account
			f.Account.Answer = instead
		}},
		{[]string{"entity"}, func(f *diagnose.Findings, instead diagnose.Answer) {
			f.Team = diagnose.Findings{}.Team
			f.Team.Answer = instead
		}},
		{[]string{"entity"}, func(f *diagnose.Findings, instead diagnose.Answer) { // in part
			f.Team.Answer, f.Team.ReadOnly = instead, diagnose.Unknown
		}},
		{[]string{"entity-kind"}, func(f *diagnose.Findings, instead diagnose.Answer) {
			f.Kind = diagnose.Findings{}.Kind
			f.Kind.Answer = instead
		}},
		{[]string{"role"}, func(f *diagnose.Findings, instead diagnose.Answer) {
			f.Role = diagnose.Findings{}.Role
			f.Role.Answer = instead
		}},
		{[]string{"seat"}, func(f *diagnose.Findings, instead diagnose.Answer) {
			f.Seat = diagnose.Findings{}.Seat
			f.Seat.Answer = instead
		}},
		{[]string{"project"}, func(f *diagnose.Findings, instead diagnose.Answer) {
			f.Project = diagnose.Findings{}.Project
			f.Project.Answer = instead
		}},
		{[]string{"project"}, func(f *diagnose.Findings, instead diagnose.Answer) { // in part
			f.Project.Answer, f.Project.ReadOnly = instead, diagnose.Unknown
		}},
		{[]string{"project-role"}, func(f *diagnose.Findings, instead diagnose.Answer) {
			f.ProjectRole = diagnose.Findings{}.ProjectRole
			f.ProjectRole.Answer = instead
		}},
		{[]string{"run"}, func(f *diagnose.Findings, instead diagnose.Answer) {
			f.Run = diagnose.Findings{}.Run
			f.Run.Answer = instead
		}},
	}
}

// combinations calls f with every choice of at most n losses.
func combinations(all []loss, n int, f func([]loss)) {
	var choose func(chosen []loss, from int)
	choose = func(chosen []loss, from int) {
		f(chosen)
		for i := from; i < len(all) && len(chosen) < n; i++ {
			choose(append(slices.Clip(chosen), all[i]), i+1)
		}
	}
	choose(nil, 0)
}

// insteadOf are the ways in which a question fails to be answered.
var insteadOf = []diagnose.Answer{
	{Outcome: errors.Refused, Status: http.StatusOK, Detail: "permission denied"},
	{Outcome: errors.Unsupported, Status: http.StatusOK},
	{Outcome: errors.Failed, Status: http.StatusBadGateway},
}

// verdictOf is verdict for a decision.
func verdictOf(v diagnose.Verdict) string {
	return strings.TrimSpace(v.Confidence.String() + " " + errors.Code(v.Cause))
}

// inProcess is a transport to a server of the same process.
type inProcess struct{ http.Handler }

func (p inProcess) RoundTrip(req *http.Request) (*http.Response, error) {
	rec := httptest.NewRecorder()
	p.ServeHTTP(rec, req)
	return rec.Result(), nil
}

func optional(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}
