package errors_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/errors"
)

func TestRemedies_AreTheStepsOfExplain(t *testing.T) {
	t.Parallel()
	refusal := refused(errors.ErrNotTeamMember, errors.Certain, func(e *errors.PermissionError) { e.Dir = "/job/wandb/run-1" })
	steps := refusal.Remedies()
	require.NotEmpty(t, steps)
	assert.Equal(t, "wandgo sync /job/wandb/run-1", steps[len(steps)-1].Command)
	flat := strings.Join(strings.Fields(refusal.Explain()), " ")
	for _, step := range steps {
		assert.Contains(t, flat, strings.TrimSpace(step.Text+" "+step.Command))
	}
	request := &errors.RequestError{Op: "create run", Cause: errors.ErrServerUnavailable, Dir: "/job/wandb/run-1"}
	steps = request.Remedies()
	require.NotEmpty(t, steps)
	assert.Equal(t, "wandgo sync /job/wandb/run-1", steps[len(steps)-1].Command)
	assert.Nil(t, (*errors.PermissionError)(nil).Remedies())
	assert.Nil(t, (*errors.RequestError)(nil).Remedies())
}

// TestSuggestedEntity_EveryGolden_IsThatOfTheExplanation: the value is in the command of the
// text, if that has one.
func TestSuggestedEntity_EveryGolden_IsThatOfTheExplanation(t *testing.T) {
	t.Parallel()
	suggested := 0
	for _, g := range append(refusals(), syncs()...) {
		e, ok := errors.AsType[*errors.PermissionError](g.err)
		if !ok {
			continue
		}
		_, command, found := strings.Cut(e.Explain(), "wandgo sync --entity ")
		if !found {
			assert.Empty(t, e.SuggestedEntity(), g.name)
			continue
		}
		suggested++
		assert.Equal(t, strings.Fields(command)[0], e.SuggestedEntity(), g.name)
	}
	assert.Greater(t, suggested, 2)
	assert.Empty(t, (*errors.PermissionError)(nil).SuggestedEntity())
}
