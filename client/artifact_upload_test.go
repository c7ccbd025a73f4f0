package client_test

import (
	"context"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/artifact"
	"github.com/wandgo/wandgo/client"
	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/internal/plaintext"
	"github.com/wandgo/wandgo/internal/rundir"
	"github.com/wandgo/wandgo/wandbtest"
)

// checkpoint is an artifact with two files.
func checkpoint(t *testing.T, weights string) *artifact.Artifact {
	t.Helper()
	a := artifact.New("net", "model")
	require.NoError(t, a.AddBytes("weights", []byte(weights)))
	require.NoError(t, a.AddBytes("dir/config.json", []byte(`{"layers":2}`)))
	return a
}

// assertArtifact checks that the server has a version, whole.
func assertArtifact(t *testing.T, s *wandbtest.Server, path, weights string) {
	t.Helper()
	v, ok := s.Artifact(path)
	require.True(t, ok, path)
	assert.Equal(t, "COMMITTED", v.State)
	assert.Empty(t, v.Violations())
	require.Len(t, v.Files, 2)
	f, ok := v.File("weights")
	require.True(t, ok)
	content, err := f.Content()
	require.NoError(t, err)
	assert.Equal(t, weights, string(content))
}

// committed counts the versions on the server.
func committed(s *wandbtest.Server) (n int) {
	for _, v := range s.Artifacts() {
		if v.State == "COMMITTED" {
			n++
		}
	}
	return n
}

func TestUploadWait_ArtifactWithTags_VersionHasThem(t *testing.T) {
	t.Parallel()
	s := wandbtest.New(t, wandbtest.Solo())
	c := newClient(t, s, wandbtest.AliceKey)
	run, err := c.Init(t.Context(), client.RunOptions{Entity: "acme", Project: "vision", StatsInterval: -1})
	require.NoError(t, err)
	a := checkpoint(t, "hello")
	a.Tags = []string{"good"}
	up, err := run.LogArtifact(a, client.ArtifactOptions{})
	require.NoError(t, err)
	v, err := up.Wait(t.Context())
	require.NoError(t, err)
	require.NoError(t, run.Finish(t.Context()))
	assert.Equal(t, []string{"good"}, v.Tags())
	read, err := c.Artifact(t.Context(), v.Path())
	require.NoError(t, err)
	assert.Equal(t, read.Tags(), v.Tags())
}

func TestLogArtifact_Online_IsOnTheServerOnce(t *testing.T) {
	t.Parallel()
	s := wandbtest.New(t, everybody())
	c := newClient(t, s, key("member"), quickly)
	run, err := c.Init(t.Context(), client.RunOptions{Entity: "acme", Project: "team"})
	require.NoError(t, err)
	log(t, run, 0, 3)
	up, err := run.LogArtifact(checkpoint(t, "one"), client.ArtifactOptions{Aliases: []string{"best"}})
	require.NoError(t, err)
	version, err := up.Wait(t.Context())
	require.NoError(t, err)
	assert.Equal(t, "acme/team/net:v0", version.Path())
	assertArtifact(t, s, "acme/team/net:best", "one")
	v, _ := s.Artifact("acme/team/net")
	assert.Equal(t, 3, v.HistoryStep)
	assert.Equal(t, run.ID(), v.Run.ID)
	assert.NoDirExists(t, filepath.Join(run.Dir(), "artifacts"), "the server has the files")
	for _, weights := range []string{"one", "two"} { // the first is a version that the server has
		_, err := run.LogArtifact(checkpoint(t, weights), client.ArtifactOptions{})
		require.NoError(t, err)
	}
	require.NoError(t, run.Finish(t.Context()))
	assertArtifact(t, s, "acme/team/net:v1", "two")
	assert.Equal(t, 2, committed(s))

	assert.Len(t, loggedArtifacts(t, run.Dir()), 3)
	report, err := c.Sync(t.Context(), []string{run.Dir()}, client.SyncOptions{})
	require.NoError(t, err)
	require.NoError(t, report.Err())
	assert.Equal(t, 0, report.Runs[0].Artifacts)
}

// TestLogArtifact_NotUploaded_SyncUploadsItOnce is that no cause loses an artifact.
func TestLogArtifact_NotUploaded_SyncUploadsItOnce(t *testing.T) {
	t.Parallel()
	denied := `{"errors":[{"message":"permission denied","path":["createArtifact"],"extensions":{"code":"PERMISSION_ERROR"}}],"data":{"createArtifact":null}}`
	for _, tt := range []struct {
		name   string
		mode   client.Mode
		fault  wandbtest.Fault
		want   error // of Finish
		within time.Duration
	}{
		{name: "offline", mode: client.ModeOffline},
		{name: "creation refused", fault: wandbtest.Fault{Operation: "CreateArtifact", Status: http.StatusForbidden, Body: denied}, want: errors.ErrPermissionDenied},
		{name: "store refuses", fault: wandbtest.Fault{Operation: "PUT", Match: isArtifactFile, Status: http.StatusForbidden, Body: "<Error><Code>AccessDenied</Code></Error>"}, want: errors.ErrStoreRefused},
		{name: "store hangs", fault: wandbtest.Fault{Operation: "PUT", Match: isArtifactFile, Hang: true}, want: context.DeadlineExceeded, within: 500 * time.Millisecond},
		{name: "network goes", fault: wandbtest.Fault{Operation: "CommitArtifact", Cut: wandbtest.CutBefore}, want: errors.ErrServerUnavailable},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := wandbtest.New(t, everybody())
			c := newClient(t, s, key("member"), quickly)
			lost := make(chan error, 5)
			run, err := c.Init(t.Context(), client.RunOptions{
				Entity: "acme", Project: "team", Mode: tt.mode, OnLost: func(err error) { lost <- err },
			})
			require.NoError(t, err)
			h := s.Inject(tt.fault)
			log(t, run, 0, 3)
			_, err = run.LogArtifact(checkpoint(t, "one"), client.ArtifactOptions{})
			require.NoError(t, err)
			if tt.want != nil && tt.within == 0 {
				require.ErrorIs(t, <-lost, tt.want, "the failure is reported although no one waits for the upload")
			}
			ctx := t.Context()
			if tt.within > 0 {
				var cancel context.CancelFunc
				ctx, cancel = context.WithTimeout(ctx, tt.within)
				defer cancel()
			}
			err = run.Finish(ctx)
			if tt.want == nil {
				require.NoError(t, err)
			} else {
				require.ErrorIs(t, err, tt.want)
			}
			if refused, ok := errors.AsType[*errors.PermissionError](err); ok && !errors.Is(tt.want, errors.ErrStoreRefused) {
				assert.Equal(t, errors.ActionLogArtifact, refused.Action)
				assert.Contains(t, string(refused.Resource), "net")
				assert.Equal(t, run.Dir(), refused.Dir)
			}
			assert.Zero(t, committed(s))
			assert.DirExists(t, filepath.Join(run.Dir(), "artifacts"))

			h.Remove()
			for range 2 {
				report, err := c.Sync(t.Context(), []string{run.Dir()}, client.SyncOptions{})
				require.NoError(t, err)
				require.NoError(t, report.Err())
				assertArtifact(t, s, "acme/team/net", "one")
				assert.Equal(t, 1, committed(s))
			}
			left, _ := os.ReadDir(filepath.Join(run.Dir(), "artifacts"))
			assert.Empty(t, left)
			note, ok := rundir.Of(filepath.Join(run.Dir(), "run-"+run.ID()+".wandb")).LoadUploaded()
			assert.True(t, ok)
			assert.Equal(t, []int64{0}, note.Artifacts)
			v, ok := s.Run("acme", "team", run.ID())
			require.True(t, ok)
			assert.Len(t, v.HistoryLines, 3)
		})
	}
}

// TestDownload_ServerHasOnlyItsOwnAddresses_FollowsThem: the server returns no signed
// addresses of files.
func TestDownload_ServerHasOnlyItsOwnAddresses_FollowsThem(t *testing.T) {
	t.Parallel()
	s := wandbtest.New(t, everybody(), wandbtest.WithoutFileURLs(), wandbtest.WithStoreHost("localhost"))
	c := newClient(t, s, key("member"), quickly)
	run, err := c.Init(t.Context(), client.RunOptions{Entity: "acme", Project: "team"})
	require.NoError(t, err)
	up, err := run.LogArtifact(checkpoint(t, "one"), client.ArtifactOptions{})
	require.NoError(t, err)
	v, err := up.Wait(t.Context())
	require.NoError(t, err)
	dir, err := v.Download(t.Context(), artifact.DownloadOptions{Dir: t.TempDir()})
	require.NoError(t, err)
	got, err := os.ReadFile(filepath.Join(dir, "weights"))
	require.NoError(t, err)
	assert.Equal(t, "one", string(got))
	require.NoError(t, run.Finish(t.Context()))
}

// isArtifactFile matches uploads into the store of artifacts.
func isArtifactFile(r *http.Request, _ []byte) bool {
	return strings.HasPrefix(r.URL.Path, "/storage/artifacts/")
}

// TestLogArtifact_RowsRefused_SyncUploadsItOnce: the run goes offline while an artifact is on
// its way.
func TestLogArtifact_RowsRefused_SyncUploadsItOnce(t *testing.T) {
	t.Parallel()
	s := wandbtest.New(t, everybody())
	c := newClient(t, s, key("member"), quickly)
	run, err := c.Init(t.Context(), client.RunOptions{Entity: "acme", Project: "team"})
	require.NoError(t, err)
	hang := s.Inject(wandbtest.Fault{Operation: "CreateArtifact", Hang: true})
	up, err := run.LogArtifact(checkpoint(t, "one"), client.ArtifactOptions{})
	require.NoError(t, err)
	deny := s.Inject(wandbtest.Fault{Operation: "file_stream", Status: http.StatusForbidden, Body: `{"error":"permission denied"}`})
	failed(t, run, 0)
	_, err = up.Wait(t.Context())
	require.ErrorIs(t, err, errors.ErrPermissionDenied, "the reason is that of the run")
	require.ErrorContains(t, err, "wandgo sync "+plaintext.ShellPath(run.Dir()))
	later, err := run.LogArtifact(checkpoint(t, "two"), client.ArtifactOptions{})
	require.NoError(t, err)
	_, err = later.Wait(t.Context())
	require.ErrorIs(t, err, client.ErrOffline)
	require.ErrorIs(t, err, errors.ErrPermissionDenied, "the reason is that of the run")
	require.ErrorContains(t, err, "wandgo sync "+plaintext.ShellPath(run.Dir()))
	assert.NotContains(t, err.Error(), "\n")
	t.Log(err)
	_, err = run.UseArtifact(t.Context(), "net")
	require.ErrorIs(t, err, client.ErrOffline)
	require.ErrorIs(t, err, errors.ErrPermissionDenied)
	require.Error(t, run.Finish(t.Context()))
	hang.Remove()
	deny.Remove()
	report, err := c.Sync(t.Context(), []string{run.Dir()}, client.SyncOptions{})
	require.NoError(t, err)
	require.NoError(t, report.Err())
	assert.Equal(t, 2, report.Runs[0].Artifacts)
	assertArtifact(t, s, "acme/team/net:v0", "one")
	assertArtifact(t, s, "acme/team/net:latest", "two")
}

// TestLogArtifact_Immutable_SyncReadsTheFileInPlace: nothing is copied, so a file that was
// changed after all is refused instead of uploaded.
func TestLogArtifact_Immutable_SyncReadsTheFileInPlace(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, content string
		want          error
	}{
		{"unchanged", "hello", nil},
		{"changed", "jello", errors.ErrDigestMismatch},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := wandbtest.New(t, everybody())
			c := newClient(t, s, key("member"), quickly)
			run, err := c.Init(t.Context(), client.RunOptions{Entity: "acme", Project: "team", Mode: client.ModeOffline})
			require.NoError(t, err)
			file := filepath.Join(t.TempDir(), "weights")
			require.NoError(t, os.WriteFile(file, []byte("hello"), 0o600))
			a := artifact.New("net", "model")
			require.NoError(t, a.AddFile(file, ""))
			_, err = run.LogArtifact(a, client.ArtifactOptions{Immutable: true})
			require.NoError(t, err)
			require.NoError(t, run.Finish(t.Context()))
			assert.NoDirExists(t, filepath.Join(run.Dir(), "artifacts"))
			require.NoError(t, os.WriteFile(file, []byte(tt.content), 0o600))
			_, err = c.Sync(t.Context(), []string{run.Dir()}, client.SyncOptions{})
			if tt.want == nil {
				require.NoError(t, err)
			} else {
				require.ErrorIs(t, err, tt.want)
			}
			assert.Equal(t, tt.want == nil, committed(s) == 1)
			assert.FileExists(t, file)
		})
	}
}
