package errors_test

import (
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/wandgo/wandgo/errors"
)

func TestExplain_SeveralInvalidInputs_AreOneText(t *testing.T) {
	t.Parallel()
	one := &errors.InputError{Field: "methd", Rule: "is not a known key; did you mean method?", Source: "s.yaml, line 1"}
	two := &errors.InputError{Field: "parameters.b.min", Value: "5", Rule: "must not be greater than max, which is 2", Source: "s.yaml, line 5"}
	assert.Equal(t, `Invalid methd: is not a known key; did you mean method? (from s.yaml, line 1).
Invalid parameters.b.min "5": must not be greater than max, which is 2 (from
  s.yaml, line 5).
Nothing was sent to the server.

What to do:
  1. Correct methd in s.yaml, line 1.
  2. Correct parameters.b.min in s.yaml, line 5.`, errors.Explain(errors.Join(one, fmt.Errorf("check: %w", two), one)))
}

func TestExplain_WrappedOrJoined_FindsTexts(t *testing.T) {
	t.Parallel()
	p := refused(errors.ErrNotTeamMember, errors.Certain)
	r := &errors.RequestError{Op: "read run", Err: io.ErrUnexpectedEOF}
	assert.Empty(t, errors.Explain(nil))
	assert.Equal(t, "EOF", errors.Explain(io.EOF))
	assert.Equal(t, p.Explain(), errors.Explain(p))
	assert.Equal(t, p.Explain(), errors.Explain(fmt.Errorf("a: %w", fmt.Errorf("b: %w", p))))
	assert.Equal(t, p.Explain()+"\n\n"+r.Explain(), errors.Explain(errors.Join(p, io.EOF, fmt.Errorf("c: %w", r), p)))
	assert.Equal(t, "start: rate limited\nWait and try again.", errors.Explain(fmt.Errorf("start: %w", errors.ErrRateLimited)))
}

func TestExplain_SameCauseTwice_ExplainsItOnce(t *testing.T) {
	t.Parallel()
	of := func(op string, cause error) *errors.PermissionError {
		return refused(cause, errors.Certain, func(e *errors.PermissionError) { e.Op = op })
	}
	rows, files := of("upload run", errors.ErrViewerRole), of("upload files of run", errors.ErrViewerRole)
	headline, _, _ := strings.Cut(files.Explain(), "\n\n")
	assert.Equal(t, rows.Explain()+"\n\n"+headline, errors.Explain(errors.Join(rows, files)))
	other := of("upload files of run", errors.ErrSeatRequired)
	assert.Equal(t, rows.Explain()+"\n\n"+other.Explain(), errors.Explain(errors.Join(rows, other)))
	unknown := of("upload run", nil)
	assert.Equal(t, unknown.Explain(), errors.Explain(errors.Join(unknown, unknown)))
}

func TestExplain_RefusedRead_GivesNoAdviceForWrites(t *testing.T) {
	t.Parallel()
	for _, op := range []string{"read project", "list projects", "list runs of", "read run", "list sweeps of", "read sweep of"} {
		for _, cause := range []error{errors.ErrNotTeamMember, errors.ErrProjectMissing, errors.ErrProjectHidden} {
			text := errors.Explain(refused(cause, errors.Likely, reading(op, errors.ResourceRun)))
			assert.NotContains(t, text, "create", op)
			assert.NotContains(t, text, "new project", op)
			assert.NotContains(t, text, "WANDB_ENTITY=", op)
		}
	}
}
