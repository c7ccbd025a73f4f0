package display

import (
	"fmt"
	"io"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/internal/oneline"
)

func TestRemedy_OnlyTypeClashes_OffersNoSync(t *testing.T) {
	t.Parallel()
	const other = "log the artifact under another name, or with the type that the existing one has"
	const sync = "wandgo sync /data/wandb/run-1"
	clash := &errors.RequestError{Cause: errors.ErrTypeClash}
	for _, tt := range []struct {
		name string
		err  error
		want string
	}{
		{"one", clash, other},
		{"wrapped", oneline.Error(fmt.Errorf("finish: %w", errors.Join(clash, clash))), other},
		{"and lost rows", errors.Join(clash, io.ErrUnexpectedEOF), sync},
		{"another refusal", &errors.RequestError{Cause: errors.ErrRateLimited}, sync},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			assert.Equal(t, tt.want, new(Display).remedy(End{Dir: "/data/wandb/run-1", Err: tt.err}))
		})
	}
}

// Two sentences: what failed, and what to do.
func TestPlainEnd_TypeClash_TwoSentences(t *testing.T) {
	t.Parallel()
	clash := &errors.RequestError{Op: "log artifact", Entity: "acme", Project: "p", Artifact: "flowers", Cause: errors.ErrTypeClash}
	d := &Display{name: "dew-1", screen: &Screen{}}
	assert.Equal(t, `run dew-1 finished; `+clash.Error()+`. Log it under another name, or with the type of the existing one; the unsent data is in /data/run-1`,
		d.plainEnd(End{Dir: "/data/run-1", Err: clash}, "3 rows"))
}
