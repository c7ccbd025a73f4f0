package diagnose

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestFindings_About_OtherRun_DropsRun(t *testing.T) {
	t.Parallel()
	f := findings(viewer("acme"), func(f *Findings) {
		f.RunID, f.Run.Answer, f.Run.Owner = "r1", answered, "bo"
	})
	assert.Same(t, f, f.about("r1"))
	other := f.about("r2")
	assert.Empty(t, other.Run.Owner)
	assert.Empty(t, other.Run.Outcome)
	assert.Equal(t, f.Who, other.Who)
	assert.Equal(t, "bo", f.Run.Owner, "the shared findings stay")
	for _, p := range other.Evidence("p") {
		assert.NotEqual(t, "run", p.Name)
	}
}
