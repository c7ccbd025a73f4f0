package runpath

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/wandgo/wandgo/errors"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestParse_ValidPaths_NameTheirParts(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		read func(string) (Path, error)
		text string
		want Path
	}{
		{Project, "acme/vision", Path{Entity: "acme", Project: "vision"}},
		{Project, "vision/", Path{Project: "vision"}},
		{Project, "https://forge.coreweave.com/wandb/acme/vision", Path{Entity: "acme", Project: "vision"}},
		{Run, "acme/vision/abc", Path{"acme", "vision", "abc"}},
		{Run, "vision/abc", Path{"", "vision", "abc"}},
		{Run, "acme/vision/runs/abc", Path{"acme", "vision", "abc"}},
		{Run, "https://wandb.example.com/acme/vision/runs/abc?nw=x", Path{"acme", "vision", "abc"}},
		{Sweep, "abc", Path{"", "", "abc"}},
		{Sweep, "https://forge.coreweave.com/wandb/acme/vision/sweeps/abc", Path{"acme", "vision", "abc"}},
	} {
		got, err := tc.read(tc.text)
		require.NoError(t, err, tc.text)
		assert.Equal(t, tc.want, got, tc.text)
	}
	assert.Equal(t, "vision/abc", Path{Project: "vision", ID: "abc"}.String())
}

func TestParse_InvalidPaths_AreInputErrors(t *testing.T) {
	t.Parallel()
	for _, read := range []func(string) (Path, error){Project, Run, Sweep} {
		for _, text := range []string{"", "/", "a//b", "a/b/c/d", "http://[", "a/b/c/d/e"} {
			_, err := read(text)
			require.ErrorIs(t, err, errors.ErrInvalidInput, text)
		}
	}
	_, err := Run("abc")
	require.ErrorIs(t, err, errors.ErrInvalidInput)
	_, err = Project("a/b#c")
	require.ErrorIs(t, err, errors.ErrInvalidInput)
}

func FuzzParse(f *testing.F) {
	for _, seed := range []string{"a/b", "a/b/c", "https://x/wandb/a/b/runs/c", "runs/runs/runs/runs", "//", "a/b/sweeps/c"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		for _, read := range []func(string) (Path, error){Project, Run, Sweep} {
			p, err := read(text)
			if err == nil {
				assert.NotContains(t, p.Project+p.Entity+p.ID, "/")
				assert.False(t, strings.HasPrefix(p.String(), "/"))
			}
		}
	})
}

func TestPath_Invalid_ExplanationNamesWhatIsExpected(t *testing.T) {
	t.Parallel()
	for want, err := range map[string]error{
		"Give the run as [entity/]project/run, or the address of its page.":       second(Run("x/y/z/w")),
		"Give the project as [entity/]project, or the address of its page.":       second(Project("x/y/z")),
		"Give the sweep as [entity/][project/]sweep, or the address of its page.": second(Sweep("x/y/z/w")),
	} {
		text := strings.Join(strings.Fields(errors.Explain(err)), " ")
		assert.Contains(t, text, want)
		assert.NotContains(t, text, "wandgo ls")
	}
}

func second(_ Path, err error) error { return err }
