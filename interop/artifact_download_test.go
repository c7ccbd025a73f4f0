package interop

import (
	"encoding/json"
	"io/fs"
	"maps"
	"net/http"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/artifact"
	"github.com/wandgo/wandgo/client"
	wandb "github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/interop/official"
	"github.com/wandgo/wandgo/interop/scenario"
	"github.com/wandgo/wandgo/wandbtest"
)

// TestArtifacts_DownloadedByTheOther downloads what one client logged with the other.
func TestArtifacts_DownloadedByTheOther(t *testing.T) {
	t.Parallel()
	_, both := artifactSides(t)
	s := wandbtest.New(t, artifactWorld(), wandbtest.WithPolicy(wandbtest.Policy{XXH128: true}))
	names := []string{
		"art_files", "art_renamed", "art_written", "art_names", "art_same_bytes", "art_large", "art_xxh128", "art_versions",
		"art_incremental", "art_distributed", "art_new_draft", "art_ref_http", "art_ref_artifact",
	}
	playArtifacts(t, both, s, names)
	var theirs, ours []wandbtest.ArtifactView
	for _, v := range s.Artifacts() {
		if v.Project == "wandgo" {
			ours = append(ours, v)
		} else {
			theirs = append(theirs, v)
		}
	}
	require.Len(t, ours, len(theirs))

	t.Run("by the official client", func(t *testing.T) {
		t.Parallel()
		var paths []string
		for i := range ours {
			paths = append(paths, pathOf(&ours[i]))
		}
		dir := t.TempDir()
		out := execute(t.Context(), both.official, s, dir, []string{"WANDGO_INTEROP_PATHS=" + strings.Join(paths, ",")}, scenario.Phase{}, "download")
		require.NoError(t, out.err)
		require.Zero(t, out.exit, "%v", out.said)
		for i := range ours {
			assertTree(t, &ours[i], filepath.Join(dir, "downloaded", path.Base(paths[i])))
		}
	})
	t.Run("by wandgo", func(t *testing.T) {
		t.Parallel()
		c := artifactClient(t, s)
		for i := range theirs {
			v, err := c.Artifact(t.Context(), pathOf(&theirs[i]))
			require.NoError(t, err)
			dir, err := v.Download(t.Context(), artifact.DownloadOptions{Dir: filepath.Join(t.TempDir(), "d")})
			require.NoError(t, err)
			assertTree(t, &theirs[i], dir)
			require.NoError(t, v.Verify(t.Context(), dir))
		}
	})
}

func pathOf(v *wandbtest.ArtifactView) string {
	return v.Entity + "/" + v.Project + "/" + v.Collection + ":v" + strconv.Itoa(v.Version)
}

// artifactClient is wandgo with directories of its own.
func artifactClient(t *testing.T, s *wandbtest.Server) *client.Client {
	t.Helper()
	dir := t.TempDir()
	c, err := client.New(client.Options{BaseURL: s.URL(), APIKey: scenario.Key, Dir: dir, Getenv: func(name string) string {
		return map[string]string{"WANDB_CACHE_DIR": filepath.Join(dir, "cache"), "HOME": dir}[name]
	}})
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, c.Close()) })
	return c
}

// assertTree compares a directory with what the server has.
func assertTree(t *testing.T, v *wandbtest.ArtifactView, dir string) {
	t.Helper()
	want := map[string]string{}
	for _, f := range v.Files {
		content, err := f.Content()
		switch {
		case strings.HasPrefix(f.Ref, "http"):
			content = []byte("external")
		case strings.HasPrefix(f.Ref, "wandb-artifact"):
			content = []byte("hello")
		default:
			require.NoError(t, err)
		}
		want[f.Name] = string(content)
	}
	got := map[string]string{}
	require.NoError(t, filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		rel, err := filepath.Rel(dir, name)
		require.NoError(t, err)
		content, err := os.ReadFile(name)
		got[filepath.ToSlash(rel)] = string(content)
		return err
	}), v.Collection)
	assert.Equal(t, slices.Sorted(maps.Keys(want)), slices.Sorted(maps.Keys(got)), v.Collection)
	assert.True(t, maps.Equal(want, got), "%s: contents differ", v.Collection)
}

// damages are what a store or a network may do to a file of 1000 bytes.
var damages = map[string]func(body []byte) []byte{
	"a flipped byte": func(body []byte) []byte {
		other := slices.Clone(body)
		other[len(other)/2] ^= 1
		return other
	},
	"truncated":                   func(body []byte) []byte { return body[:len(body)-1] },
	"too long":                    func(body []byte) []byte { return append(slices.Clone(body), 'x') },
	"the content of another file": func(body []byte) []byte { return []byte(strings.Repeat("y", len(body))) },
}

// TestArtifacts_Damaged_IsNoticed downloads files that arrive damaged. wandgo must notice
// every one; the log says what the official client does.
func TestArtifacts_Damaged_IsNoticed(t *testing.T) {
	t.Parallel()
	sdk, both := artifactSides(t)
	times := 10
	if os.Getenv("WANDGO_TEST_LONG") != "" {
		times = 100
	}
	for name, damage := range damages {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := wandbtest.New(t, artifactWorld())
			out := execute(t.Context(), both.ours, s, t.TempDir(), nil, scenario.Phase{}, "art_files")
			require.NoError(t, out.err)
			require.Zero(t, out.exit, "%v", out.said)
			s.Inject(wandbtest.Fault{Operation: "GET", Alter: damage, Match: func(r *http.Request, _ []byte) bool {
				return strings.HasSuffix(r.URL.Path, "/x.bin")
			}})
			artifactPath := "acme/" + scenario.Project + "/art_files:v0"

			noticed := 0
			for range times {
				c := artifactClient(t, s)
				v, err := c.Artifact(t.Context(), artifactPath)
				require.NoError(t, err)
				dir := t.TempDir()
				_, err = v.Download(t.Context(), artifact.DownloadOptions{Dir: dir})
				require.ErrorIs(t, err, wandb.ErrDigestMismatch)
				require.NoFileExists(t, filepath.Join(dir, "dir", "x.bin"))
				noticed++
			}
			accepted, refused := damagedOfficially(t, sdk, s, artifactPath, times)
			t.Logf("%s: noticed by wandgo %d of %d; by the official client %d, which accepted %d", name, noticed, times, refused, accepted)
		})
	}
}

// damagedOfficially returns how often the official client accepts damaged files.
func damagedOfficially(t *testing.T, sdk *official.SDK, s *wandbtest.Server, artifactPath string, times int) (accepted, refused int) {
	t.Helper()
	script, err := filepath.Abs(filepath.Join("testdata", "artifacts.py"))
	require.NoError(t, err)
	out := execute(t.Context(), officialSide(sdk, script), s, t.TempDir(),
		[]string{"WANDGO_INTEROP_PATHS=" + artifactPath, "WANDGO_INTEROP_TIMES=" + strconv.Itoa(times)}, scenario.Phase{}, "damaged")
	require.NoError(t, out.err)
	require.Zero(t, out.exit, "%v", out.said)
	for _, line := range out.said["damaged"] {
		if text, ok := strings.CutPrefix(line, "@@@ counts "); ok {
			var counts struct{ Accepted, Refused int }
			require.NoError(t, json.Unmarshal([]byte(text), &counts))
			return counts.Accepted, counts.Refused
		}
	}
	require.Fail(t, "no counts", "%v", out.said)
	return 0, 0
}
