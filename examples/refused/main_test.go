package main

import (
	"bytes"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/examples/internal/page"
	"github.com/wandgo/wandgo/graphql"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// TestCases_EachMatchesItsSentinel provokes each case on a server of its own.
func TestCases_EachMatchesItsSentinel(t *testing.T) {
	t.Parallel()
	for _, c := range cases() {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			l, err := newLab()
			require.NoError(t, err)
			defer l.close()
			err = c.provoke(t.Context(), l)
			require.ErrorIs(t, err, c.sentinel)
			assert.True(t, strings.HasPrefix(c.name, code(t, c.sentinel)), "the name starts with the sentinel's code")
			assert.Equal(t, code(t, c.sentinel), errors.Code(err), "the most specific sentinel")
			assert.NotContains(t, err.Error(), "\n")
			assert.NotEmpty(t, errors.Explain(err))
			assert.NotContains(t, errors.Explain(err), "notakey")
			assert.NotContains(t, err.Error(), "notakey")

			refused, isRefusal := errors.AsType[*errors.PermissionError](err)
			assert.Equal(t, isRefusal, errors.Is(err, errors.ErrPermissionDenied))
			if isRefusal && refused.StatusCode >= http.StatusMultipleChoices { // null is no error
				_, reachable := errors.AsType[*graphql.HTTPError](err)
				assert.True(t, reachable, "the server's own error is reachable")
			}
			if code(t, c.sentinel) == "permission_denied" {
				assert.Equal(t, errors.Undetermined, refused.Confidence)
				assert.NotEmpty(t, refused.Candidates)
			}
		})
	}
}

func code(t *testing.T, err error) string {
	t.Helper()
	s, ok := errors.AsType[*errors.Sentinel](err)
	require.True(t, ok)
	return s.Code()
}

// TestCases_EverySentinelHasOne also checks that names are unique.
func TestCases_EverySentinelHasOne(t *testing.T) {
	t.Parallel()
	l, err := newLab()
	require.NoError(t, err)
	defer l.close()
	seen := map[string]bool{}
	matched := map[*errors.Sentinel]string{}
	for _, c := range cases() { // in sequence, as in the program
		assert.False(t, seen[c.name], "two cases are named %s", c.name)
		seen[c.name] = true
		err := c.provoke(t.Context(), l)
		require.ErrorIs(t, err, c.sentinel, c.name)
		for _, s := range errors.Sentinels() {
			if errors.Is(err, s) {
				matched[s] = c.name
			}
		}
	}
	for _, s := range errors.Sentinels() {
		if slices.Contains([]error{errors.ErrSweepMissing, errors.ErrRowsExported}, error(s)) {
			continue // sweeps and reads have examples of their own
		}
		assert.Contains(t, matched, s, "%s needs a case", s.Code())
	}
}

func runWith(t *testing.T, args ...string) (code int, text string) {
	t.Helper()
	var out bytes.Buffer
	code = run(t.Context(), args, &out)
	return code, out.String()
}

func TestRun_PrintsTheNamedCases(t *testing.T) {
	t.Parallel()
	code, text := runWith(t)
	require.Zero(t, code, text)
	for _, c := range cases() {
		assert.Contains(t, "\n"+text, "\n"+c.name+": "+c.story+"\n")
	}
	assert.NotContains(t, text, "notakey")
	assert.NotContains(t, text, "did not refuse")

	code, text = runWith(t, "-v", "viewer_role", "no_team")
	require.Zero(t, code, text)
	assert.Contains(t, text, "What to do:")
	assert.Contains(t, text, "matches ErrNoTeam, ErrPermissionDenied, ErrEntityMissing (likely); 2 requests\n")

	code, text = runWith(t, "unknown")
	assert.Equal(t, 2, code)
	assert.Contains(t, text, `no case "unknown"`)
	code, _ = runWith(t, "-unknown")
	assert.Equal(t, 2, code)
	code, text = runWith(t, "-help")
	assert.Zero(t, code)
	assert.Contains(t, text, "viewer_role ")
}

var port = regexp.MustCompile(`127\.0\.0\.1:\d+`)

// TestPages_ShowWhatTheProgramPrints compares the pages' refusal with the program's
// output. The port differs each time.
func TestPages_ShowWhatTheProgramPrints(t *testing.T) {
	t.Parallel()
	const name = "not_team_member"
	code, text := runWith(t, "-v", name)
	require.Zero(t, code)
	text = port.ReplaceAllString(text, "127.0.0.1:41234")
	page.Check(t, "docs/causes.md", "refusal", page.Fence("text", text))
	page.Check(t, "README.md", "refusal", page.Fence("text", abridge(text)))
	_, text = runWith(t, name)
	lines := strings.Split(text, "\n")
	require.Greater(t, len(lines), 2)
	page.Check(t, "README.md", "line", page.Fence("text", strings.TrimSpace(lines[2])))
}

// abridge leaves the problem, the reason and the remedies of the program's output.
func abridge(text string) string {
	explained, _, _ := strings.Cut(text, "\n  matches ")
	paragraphs := strings.Split(explained, "\n\n")[1:] // without the case's name
	kept := paragraphs[:1:1]
	for _, paragraph := range paragraphs {
		if strings.HasPrefix(paragraph, "  Why: ") || strings.HasPrefix(paragraph, "  What to do:") {
			kept = append(kept, paragraph)
		}
	}
	return strings.TrimRight(strings.Join(kept, "\n\n"), "\n")
}
