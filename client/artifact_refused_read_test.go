package client_test

import (
	"context"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/artifact"
	"github.com/wandgo/wandgo/client"
	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/wandbtest"
)

func TestArtifact_AccountThatMayNotRead_IsTold(t *testing.T) {
	t.Parallel()
	s := wandbtest.New(t, everybody())
	owner := newClient(t, s, key("member"))
	run, err := owner.Init(t.Context(), client.RunOptions{Entity: "acme", Project: "team", StatsInterval: -1})
	require.NoError(t, err)
	a := artifact.New("data", "dataset")
	require.NoError(t, a.AddBytes("a", []byte("hello")))
	up, err := run.LogArtifact(a, client.ArtifactOptions{})
	require.NoError(t, err)
	v, err := up.Wait(t.Context())
	require.NoError(t, err)
	require.NoError(t, run.Finish(t.Context()))
	c := newClient(t, s, key("outsider"))
	_, err = c.Artifact(t.Context(), v.Path())
	require.ErrorIs(t, err, errors.ErrPermissionDenied)
	p, ok := errors.AsType[*errors.PermissionError](err)
	require.True(t, ok)
	assert.Equal(t, errors.ActionUseArtifact, p.Action)
	assert.Equal(t, errors.Resource(v.Path()), p.Resource)
	assert.NotErrorIs(t, err, errors.ErrBadAPIKey)
}

func TestArtifact_NotCommitted_IsNotReady(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		policy wandbtest.Policy
		want   error
	}{
		"found by its name":       {wandbtest.Policy{ShowPending: true}, errors.ErrArtifactNotReady},
		"in the list only":        {wandbtest.Policy{ListPending: true}, errors.ErrArtifactNotReady},
		"not shown by the server": {wandbtest.Policy{}, errors.ErrArtifactMissing},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := wandbtest.New(t, wandbtest.Solo(), wandbtest.WithPolicy(c.policy))
			cl := newClient(t, s, wandbtest.AliceKey)
			s.Inject(wandbtest.Fault{Operation: "CommitArtifact", Status: http.StatusForbidden, Body: `{"errors":[{"message":"permission denied"}]}`})
			run, err := cl.Init(t.Context(), client.RunOptions{Entity: "acme", Project: "vision", StatsInterval: -1})
			require.NoError(t, err)
			a := artifact.New("data", "dataset")
			require.NoError(t, a.AddBytes("a", []byte("hello")))
			up, err := run.LogArtifact(a, client.ArtifactOptions{})
			require.NoError(t, err)
			_, err = up.Wait(t.Context())
			require.Error(t, err)
			_, err = run.UseArtifact(t.Context(), "data")
			require.ErrorIs(t, err, c.want)
			_, err = cl.Artifact(t.Context(), "acme/vision/data:best")
			require.ErrorIs(t, err, errors.ErrArtifactMissing, "another alias may never have existed")
			assert.Contains(t, strings.Join(strings.Fields(errors.Explain(err)), " "), "no version of it: the upload of its first one may not be complete")
			require.Error(t, run.Finish(t.Context()))
		})
	}
}

func TestDownload_DamagedByTheFake_IsFoundAndNotCached(t *testing.T) {
	t.Parallel()
	s := wandbtest.New(t, wandbtest.Solo())
	c := newClient(t, s, wandbtest.AliceKey)
	v := loggedVersion(t, c, "data", map[string]string{"a": "hello"})
	v, err := c.Artifact(t.Context(), v.Path())
	require.NoError(t, err)
	for _, err := range v.Files(t.Context()) { // the manifest is right
		require.NoError(t, err)
	}
	damage := s.Inject(wandbtest.Fault{Operation: "GET", Alter: func(body []byte) []byte { return append(body[:len(body)-1:len(body)-1], 'O') }})
	dir := t.TempDir()
	_, err = v.Download(t.Context(), artifact.DownloadOptions{Dir: dir})
	require.ErrorIs(t, err, errors.ErrDigestMismatch)
	assert.Contains(t, errors.Explain(err), "XUFAKrxLKna5cZ2REBfFkg==")
	left, err := os.ReadDir(dir)
	require.NoError(t, err)
	assert.Empty(t, left)
	damage.Remove()
	_, err = v.Download(t.Context(), artifact.DownloadOptions{Dir: dir})
	require.NoError(t, err)
	require.NoError(t, v.Verify(t.Context(), dir))

	s.ExpireURLs()
	_, err = v.Download(t.Context(), artifact.DownloadOptions{Dir: t.TempDir(), SkipCache: true})
	require.NoError(t, err)
}

// TestUploadWait_RoleLowered_WaitsForTheDiagnosis: the questions of the diagnosis are still
// open when a program asks why its artifact is not uploaded.
func TestUploadWait_RoleLowered_WaitsForTheDiagnosis(t *testing.T) {
	t.Parallel()
	s := wandbtest.New(t, everybody())
	c := newClient(t, s, key("member"), quickly, func(o *client.Options) { o.DiagnosisTimeout = time.Hour })
	run, err := c.Init(t.Context(), client.RunOptions{Entity: "acme", Project: "team"})
	require.NoError(t, err)
	release := make(chan struct{})
	questions := s.Inject(wandbtest.Fault{Match: isQuestion, Alter: func(body []byte) []byte {
		<-release
		return body
	}})
	defer questions.Remove()
	require.NoError(t, s.SetRole("acme", "member", wandbtest.RoleViewer))
	failed(t, run, 0)
	up, err := run.LogArtifact(checkpoint(t, "one"), client.ArtifactOptions{})
	require.NoError(t, err)
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = up.Wait(ended)
	require.ErrorIs(t, err, client.ErrOffline, "what is known so far")
	require.ErrorIs(t, err, errors.ErrPermissionDenied)
	require.NotErrorIs(t, err, errors.ErrViewerRole)
	_, err = run.UseArtifact(ended, "net")
	require.ErrorIs(t, err, errors.ErrPermissionDenied)

	require.NoError(t, questions.Wait(t.Context(), 1))
	results := make(chan error, 2)
	go func() { _, err := up.Wait(t.Context()); results <- err }()
	go func() { _, err := run.UseArtifact(t.Context(), "net"); results <- err }()
	close(release)
	for range cap(results) {
		err := <-results
		require.ErrorIs(t, err, client.ErrOffline)
		require.ErrorIs(t, err, errors.ErrViewerRole)
		assert.Contains(t, err.Error(), "viewer")
	}
	require.ErrorIs(t, run.Finish(t.Context()), errors.ErrViewerRole)
}
