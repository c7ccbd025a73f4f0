package errors

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestProseOf_EveryCauseOfARefusal_IsComplete(t *testing.T) {
	t.Parallel()
	for _, source := range []string{"WANDB_API_KEY", identitySource + "/run/token"} {
		for _, viewer := range []*Viewer{nil, {Username: "jo"}} {
			for _, s := range Sentinels() {
				if s == umbrella || !s.Is(ErrPermissionDenied) {
					continue
				}
				e := &PermissionError{KeySource: source, Viewer: viewer, Cause: s, Confidence: Certain}
				p := e.proseOf(s)
				assert.NotNil(t, p.advise, s.Code())
				for _, text := range []string{p.clause, p.phrase, p.about, p.check, p.sure} {
					assert.NotEmpty(t, text, "a text of %s is missing", s.Code())
					assert.NotContains(t, text, "$", "%s: fill does not know the word", s.Code())
				}
				for _, step := range e.advice().steps {
					assert.NotContains(t, step.Text, "$", "%s: fill does not know the word", s.Code())
				}
			}
		}
	}
}

// A variable that was not filled in is a name, not a word to replace.
func TestFill_NamesWithDollarSigns_StayAsTheyAre(t *testing.T) {
	t.Parallel()
	e := &PermissionError{Op: "create run", Entity: "$who", Project: "${team}", Cause: ErrNotTeamMember, Confidence: Certain, StatusCode: 403}
	assert.Contains(t, e.Error(), `is not a member of team "$who"`)
	assert.Contains(t, e.Explain(), `ask an admin of team "$who" to invite you`)
}
