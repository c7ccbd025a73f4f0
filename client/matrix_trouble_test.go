package client_test

import (
	"slices"

	"github.com/wandgo/wandgo/wandbtest"
)

// trouble is what goes wrong with the follow-up questions.
type trouble struct {
	name   string
	faults []wandbtest.Fault
	// harms says which answers it takes away: names of probes, and "teams" and
	// "account type" for those parts of the viewer.
	harms []string
	// ofCombined: what fails is the combined question.
	ofCombined bool
}

// spares reports whether the trouble leaves alone all that a verdict rests on.
func (tr trouble) spares(verdict string) bool {
	rests := evidence(verdict)
	if slices.Contains(tr.harms, "teams") && slices.Contains(tr.harms, "role") {
		return false // each shows who is a member, where the other does not
	}
	return len(rests) > 0 && !slices.ContainsFunc(rests, func(e string) bool { return slices.Contains(tr.harms, e) })
}

// singles are the follow-up questions that are sent alone where the combined
// request fails.
var singles = []string{
	"Viewer", "ProbeAccount", "ProbeEntity", "ProbeEntityKind", "ProbeProject",
	"ProbeRoles", "ProbeProjectRoles", "ProbeSeats", "ProbeRunOwner",
}

// troubles are the ways in which each question, alone and within the combined
// one, can be refused or broken.
func troubles() []trouble {
	const refusal = `{"errors":[{"message":"permission denied"}]}`
	combined := func(f wandbtest.Fault) []wandbtest.Fault {
		named, byDefault := f, f
		named.Operation, byDefault.Operation = "Diagnose", "DiagnoseDefault"
		return []wandbtest.Fault{named, byDefault}
	}
	everything := func(f wandbtest.Fault) []wandbtest.Fault {
		f.Match = isQuestion
		return []wandbtest.Fault{f}
	}
	ofViewer := []string{"viewer", "teams", "account", "account type"}
	ofEntity := []string{"entity", "entity-kind", "role", "seat"}
	ofProject := []string{"project", "project-role", "run"}
	all := slices.Concat(ofViewer, ofEntity, ofProject)
	noCombined := combined(wandbtest.Fault{Status: 403, Body: refusal})
	troubles := []trouble{
		{"combined refused", noCombined, nil, true},
		{"combined garbage", combined(wandbtest.Fault{Garbage: true}), nil, true},
		{"combined cut", []wandbtest.Fault{{Operation: "Diagnose", Cut: wandbtest.CutBefore}, {Operation: "DiagnoseDefault", Cut: wandbtest.CutMidBody}}, nil, true},
		{"everything refused", everything(wandbtest.Fault{Status: 403, Body: refusal}), all, false},
		{"everything refused by a gateway", everything(wandbtest.Fault{Status: 403, Body: `{"error":"Forbidden"}`}), all, false},
		{"everything unauthorized", everything(wandbtest.Fault{Status: 401, Body: `{"error":"unauthorized"}`}), all, false},
		{"everything wants another program", everything(wandbtest.Fault{Status: 401, Body: `{"errors":[{"message":"relogin required"}]}`}), all, false},
		{"everything a web page", everything(wandbtest.Fault{Status: 200, Body: `<html><body>log in</body></html>`}), all, false},
		{"everything down", everything(wandbtest.Fault{Status: 502, Body: `bad gateway`}), all, false},
	}
	for _, f := range []struct {
		field string
		harms []string
	}{
		{"User.username", []string{"viewer", "role", "project-role", "seat"}},
		{"User.teams", []string{"teams"}},
		{"User.accountType", []string{"account type"}},
		{"User.personalEntityDisabled", []string{"account"}},
		{"User.userEntity", []string{"account"}},
		{"Entity.readOnly", []string{"entity"}},
		{"Entity.members", []string{"role"}},
		{"Entity.readOnlyAdmin", []string{"entity-kind"}},
		{"Entity.organization", []string{"seat"}},
		{"Organization.members", []string{"seat"}},
		{"OrganizationMember.modelsSeat", []string{"seat"}},
		{"Project.readOnly", []string{"project"}},
		{"Project.access", []string{"project"}},
		{"Project.members", []string{"project-role"}},
		{"Query.viewer", ofViewer},
		{"Query.entity", ofEntity},
		{"Query.project", ofProject},
	} {
		refused := wandbtest.Fault{RefuseField: f.field, Match: isQuestion}
		troubles = append(troubles,
			trouble{f.field + " refused", []wandbtest.Fault{refused}, f.harms, false},
			trouble{f.field + " refused, alone", append([]wandbtest.Fault{refused}, noCombined...), f.harms, true})
	}
	harmsOf := map[string][]string{
		"Viewer": {"viewer", "teams", "account type"}, "ProbeAccount": {"account"}, "ProbeEntity": {"entity"},
		"ProbeEntityKind": {"entity-kind"}, "ProbeProject": {"project"}, "ProbeRoles": {"role"},
		"ProbeProjectRoles": {"project-role"}, "ProbeSeats": {"seat"}, "ProbeRunOwner": {"run"},
	}
	for _, op := range singles {
		harms := harmsOf[op]
		troubles = append(troubles,
			trouble{op + " refused", append([]wandbtest.Fault{{Operation: op, Status: 403, Body: refusal}}, noCombined...), harms, false},
			trouble{op + " garbage", append([]wandbtest.Fault{{Operation: op, Garbage: true}}, noCombined...), harms, false},
			trouble{op + " cut", append([]wandbtest.Fault{{Operation: op, Cut: wandbtest.CutAfter}}, noCombined...), harms, false})
	}
	return troubles
}
