package interop

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/interop/official"
	"github.com/wandgo/wandgo/interop/scenario"
	"github.com/wandgo/wandgo/interop/stored"
	"github.com/wandgo/wandgo/wandbtest"
)

// artifactWorld is the world of the scenarios about artifacts: alice is a member of acme, and
// of an organization with a registry.
func artifactWorld() wandbtest.World {
	w := scenario.Server()
	w.Organizations = append(w.Organizations, wandbtest.Organization{Name: "Acme Inc", Entity: "acme-inc"})
	w.Teams[0].Organization = "Acme Inc"
	w.Projects = append(w.Projects, wandbtest.Project{Entity: "acme-inc", Name: "wandb-registry-model"})
	return w
}

// artifactSides are both clients with the scripts about artifacts.
func artifactSides(t *testing.T) (*official.SDK, sides) {
	t.Helper()
	sdk, err := official.Find(t.Context())
	if errors.Is(err, official.ErrUnreachable) {
		t.Skipf("SKIPPED, nothing was compared: %v", err)
	}
	require.NoError(t, err)
	script, err := filepath.Abs(filepath.Join("testdata", "artifacts.py"))
	require.NoError(t, err)
	return sdk, sides{official: officialSide(sdk, script), ours: ourSide(t)}
}

// web serves the data of references.
func web(t *testing.T) string {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !strings.HasPrefix(r.URL.Path, "/plain") {
			w.Header().Set("Etag", `"etag-1"`)
		}
		w.Write([]byte("external"))
	}))
	t.Cleanup(s.Close)
	return s.URL
}

// playArtifacts runs the scenarios with both clients against one server, each in a project
// with the client's name. It returns the directories in which they ran.
func playArtifacts(t *testing.T, both sides, s *wandbtest.Server, names []string, more ...string) (theirDir, ourDir string) {
	t.Helper()
	env := append([]string{scenario.WebVariable + "=" + web(t)}, more...)
	theirDir, ourDir = t.TempDir(), t.TempDir()
	var playing sync.WaitGroup
	playing.Go(func() {
		out := execute(t.Context(), both.official, s, theirDir, append([]string{"WANDB_PROJECT=official"}, env...), scenario.Phase{}, names...)
		assert.NoError(t, out.err)
		for name, said := range out.said {
			assert.Empty(t, complaints(said, artifactWarnings), "the official client complains in %s", name)
		}
		assert.Zero(t, out.exit, "%v", out.said)
	})
	for _, name := range names {
		out := execute(t.Context(), both.ours, s, ourDir, append([]string{"WANDB_PROJECT=wandgo"}, env...), scenario.Phase{}, name)
		assert.NoError(t, out.err)
		assert.Zero(t, out.exit, "%s: %v", name, out.said[name])
	}
	playing.Wait()
	return theirDir, ourDir
}

// artifactWarnings are parts of what the official client may say as a warning, because a
// scenario asks for it.
var artifactWarnings = []string{
	"Creating an artifact with the XXH128 digest algorithm", "references with unsupported schemes cannot be checksummed",
	"already exists with the same content", "Using experimental arg `incremental`",
}

// compareArtifacts compares the artifacts of both projects, and fails for rules that match
// nothing.
func compareArtifacts(t *testing.T, s *wandbtest.Server, names []string, theirDir, ourDir string, more ...stored.Rule) {
	t.Helper()
	all := s.Artifacts()
	theirs, ours := stored.ArtifactsOf(all, "official", theirDir), stored.ArtifactsOf(all, "wandgo", ourDir)
	rules := append(stored.ArtifactsMayDiffer(), more...)
	used, fields := make([]bool, len(rules)), 0
	for _, name := range names {
		if !assert.NotEmpty(t, theirs[name], "%s: the official client stored nothing", name) {
			continue
		}
		for _, d := range stored.Compare(theirs[name], ours[name], rules, used) {
			assert.Fail(t, "the artifacts differ", "%s: %s", name, d)
		}
		fields += len(theirs[name])
	}
	assert.Empty(t, s.Unknown(), "what the server does not know")
	for i, r := range rules {
		assert.True(t, used[i], "the rule for %s matches nothing", r.Path)
	}
	t.Logf("%d scenarios with artifacts, %d fields compared", len(names), fields)
}

// TestSameArtifacts runs all scenarios about artifacts with both clients and compares what
// the server stored.
func TestSameArtifacts(t *testing.T) {
	t.Parallel()
	_, both := artifactSides(t)
	s := wandbtest.New(t, artifactWorld(), wandbtest.WithPolicy(wandbtest.Policy{XXH128: true}))
	names := scenario.Artifacts()
	require.Greater(t, len(names), 25)
	theirDir, ourDir := playArtifacts(t, both, s, names)
	compareArtifacts(t, s, names, theirDir, ourDir, stored.Rule{
		Path: "art_aliases_changed:v0.metadata", How: stored.Anything, Reason: "the official client always sends the metadata, {} if there are none, with a change of aliases",
	})
}

// TestArtifacts_OlderServers runs all scenarios of wandgo with older servers, and with one
// that has none of the optional features. What is stored must be the same, but for what such a
// server does not know.
func TestArtifacts_OlderServers(t *testing.T) { //nolint:tparallel // the parts compare what was played before
	t.Parallel()
	unknown := []stored.Rule{
		{Path: "*.region", How: stored.Anything, Reason: "older servers have no regions"},
		{Path: "art_xxh128*", How: stored.Anything, Reason: "older servers have no XXH128"},
	}
	noTags := stored.Rule{Path: "*.tags*", How: stored.Anything, Reason: "a server of January 2024 has no tags"}
	newer := []string{"art_described_later", "art_registry", "art_unlinked"} // they change tags, or need a registry
	site := web(t)
	play := func(names []string, options ...wandbtest.Option) stored.Artifacts {
		s := wandbtest.New(t, artifactWorld(), append(options, wandbtest.WithPolicy(wandbtest.Policy{XXH128: true}))...)
		dir := t.TempDir()
		for _, name := range names {
			out := execute(t.Context(), ourSide(t), s, dir, []string{scenario.WebVariable + "=" + site, "WANDB_PROJECT=wandgo"}, scenario.Phase{}, name)
			assert.NoError(t, out.err)
			assert.Zero(t, out.exit, "%s: %v", name, out.said[name])
		}
		return stored.ArtifactsOf(s.Artifacts(), "wandgo", dir)
	}
	want := play(scenario.Artifacts())
	for name, tc := range map[string]struct {
		option  wandbtest.Option
		without []string
		rules   []stored.Rule
	}{
		"January 2024": {wandbtest.WithGeneration(wandbtest.Gen2024Jan), newer, append(unknown, noTags)},
		"October 2024": {wandbtest.WithGeneration(wandbtest.Gen2024Oct), nil, unknown},
		"no features":  {wandbtest.WithFeatures(), nil, unknown},
	} {
		t.Run(name, func(t *testing.T) {
			names := slices.DeleteFunc(scenario.Artifacts(), func(name string) bool { return slices.Contains(tc.without, name) })
			got := play(names, tc.option)
			fields := 0
			rules := append(stored.ArtifactsMayDiffer(), tc.rules...)
			for _, name := range names {
				for _, d := range stored.Compare(want[name], got[name], rules, nil) {
					assert.Fail(t, "the artifacts differ", "%s: %s", name, strings.NewReplacer("official", "current server", "wandgo", "older server").Replace(d.String()))
				}
				fields += len(got[name])
			}
			t.Logf("%d scenarios, %d fields compared", len(names), fields)
		})
	}
}

// TestArtifacts_OfficialClient_IsSatisfied has the official client do what no other scenario
// does, and checks that it gets what it expects.
func TestArtifacts_OfficialClient_IsSatisfied(t *testing.T) {
	t.Parallel()
	_, both := artifactSides(t)
	for name, options := range map[string][]wandbtest.Option{
		"store on another host": {wandbtest.WithStoreHost("localhost")},
		"addresses expire":      nil,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := wandbtest.New(t, artifactWorld(), options...)
			if options == nil {
				var expired atomic.Int32
				s.Inject(wandbtest.Fault{Operation: "GET", Match: func(r *http.Request, _ []byte) bool {
					if expired.Add(1) <= 3 && !r.URL.Query().Has("redirected") && strings.HasSuffix(r.URL.Path, "/c.txt") {
						s.ExpireURLs()
					}
					return false
				}})
			}
			out := execute(t.Context(), both.official, s, t.TempDir(), nil, scenario.Phase{}, "satisfied")
			require.NoError(t, out.err)
			assert.Zero(t, out.exit, "%s", strings.Join(out.said["satisfied"], "\n"))
			assert.Empty(t, s.Unknown())
			for _, v := range s.Artifacts() {
				assert.Empty(t, v.Violations(), v.Collection)
			}
		})
	}
}
