package diagnose

import (
	"fmt"
	"net"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/wandgo/wandgo/errors"
)

func TestRequestError_Unreachable_HintsAtHostName(t *testing.T) {
	t.Parallel()
	dial := func(err error) error { return fmt.Errorf("post: %w", &net.OpError{Op: "dial", Err: err}) }
	for _, test := range []struct {
		name string
		err  error
		hint bool
	}{
		{"no such host", dial(&net.DNSError{Err: "no such host", Name: "api.test", IsNotFound: true}), true},
		{"resolver busy", dial(&net.DNSError{Err: "server misbehaving", Name: "api.test", IsTemporary: true}), false},
		{"refused", dial(syscall.ECONNREFUSED), false},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			err := report{Question: Question{Op: OpCreateRun}}.requestError(t.Context(), &Failure{Class: Unreachable, Err: test.err})
			assert.ErrorIs(t, err, errors.ErrServerUnavailable)
			assert.ErrorIs(t, err, test.err)
			if test.hint {
				assert.Contains(t, errors.Explain(err), "misspelled")
			} else {
				assert.NotContains(t, errors.Explain(err), "misspelled")
			}
		})
	}
}

// The findings do not change, because requests share them.
func TestPermissionError_PersonalEntity_IsCopied(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name          string
		disabled, has Tri
		want          errors.PersonalEntity
	}{
		{"there", No, Yes, errors.PersonalEntityPresent},
		{"there, says an old server", Unknown, Yes, errors.PersonalEntityPresent},
		{"disabled", Yes, Yes, errors.PersonalEntityAbsent},
		{"none", No, No, errors.PersonalEntityAbsent},
		{"none, says an old server", Unknown, No, errors.PersonalEntityAbsent},
		{"unknown", Unknown, Unknown, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			f := findings(viewer("acme-research"), entityIs("j0"), personal(tt.disabled, tt.has))
			e := report{Question: Question{Entity: "j0"}}.permissionError(&Failure{Class: Forbidden}, f, Verdict{})
			assert.Equal(t, tt.want, e.Viewer.PersonalEntity)
			assert.Empty(t, f.Who.Viewer.PersonalEntity)
			if tt.want == errors.PersonalEntityPresent {
				assert.Equal(t, []string{"jo"}, e.Suggestions, "the own name is an entity to log to")
			} else {
				assert.Empty(t, e.Suggestions)
			}
		})
	}
	e := report{}.permissionError(&Failure{}, &Findings{}, Verdict{})
	assert.Nil(t, e.Viewer)
}
