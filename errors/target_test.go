package errors

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestRequest_PartOfTheTargetKnown_SaysWhichPart(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		target target
		want   string
	}{
		{target{op: "create run", entity: "acme", project: "digits"}, "create run acme/digits"},
		{target{op: "create run", project: "digits"}, `create a run in project "digits"`},
		{target{op: "create run", project: "digits", runID: "x8f3"}, `create a run in project "digits"`}, // it does not exist
		{target{op: "resume run", project: "digits", runID: "r1"}, `resume run "r1" in project "digits"`},
		{target{op: "resume run", project: "digits"}, `resume a run in project "digits"`},
		{target{op: "create run", entity: "acme"}, `create a run for entity "acme"`},
		{target{op: "update settings of run", project: "digits"}, `update settings of a run in project "digits"`},
		{target{op: "read project", project: "digits"}, `read project "digits"`},
		{target{op: "check access to", entity: "acme"}, `check access to entity "acme"`},
		{target{op: "identify the account"}, "identify the account"},
		{target{project: "digits"}, `project "digits"`},
		{target{}, ""},
	} {
		assert.Equal(t, tt.want, tt.target.request())
	}
	assert.Equal(t, "Cannot create a run in project \"digits\": it is full.", (&target{op: "create run", project: "digits"}).headline("it is full."))
	assert.Equal(t, "It is full.", (&target{project: "digits"}).headline("it is full"))
}
