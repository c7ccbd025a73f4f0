package client_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/artifact"
	"github.com/wandgo/wandgo/client"
	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/wandbtest"
)

// flowers is an artifact with these files.
func flowers(t *testing.T, name, typ string, files map[string]string) *artifact.Artifact {
	t.Helper()
	a := artifact.New(name, typ)
	for path, content := range files {
		require.NoError(t, a.AddBytes(path, []byte(content)))
	}
	return a
}

// logging is a run of acme/team whose artifacts are refused or not.
func logging(t *testing.T, s *wandbtest.Server, user string) (*client.Client, *client.Run, chan error) {
	t.Helper()
	c := newClient(t, s, key(user), quickly, at(briefly))
	told := make(chan error, 10)
	run, err := c.Init(t.Context(), client.RunOptions{Entity: "acme", Project: "team", OnLost: func(err error) { told <- err }})
	require.NoError(t, err)
	return c, run, told
}

func TestLogArtifact_Online_IsOnTheServer(t *testing.T) {
	t.Parallel()
	for _, gen := range generations {
		t.Run(gen.String(), func(t *testing.T) {
			t.Parallel()
			s := wandbtest.New(t, everybody(), wandbtest.WithGeneration(gen))
			_, run, _ := logging(t, s, "member")
			for i, content := range []string{"one", "two", "one"} {
				up, err := run.LogArtifact(flowers(t, "ds", "dataset", map[string]string{"a/x.txt": content, "b": ""}), client.ArtifactOptions{Aliases: []string{"best"}})
				require.NoError(t, err)
				version, err := up.Wait(t.Context())
				require.NoError(t, err)
				v, ok := s.Artifact("acme/team/ds:best")
				require.True(t, ok)
				assert.Equal(t, v.ID, version.ID())
				assert.Equal(t, i%2, v.Version, "the third has the content of the first")
				assert.Equal(t, []string{"best", "latest"}, v.Aliases)
				assert.Empty(t, v.Violations())
				f, _ := v.File("a/x.txt")
				text, err := f.Content()
				require.NoError(t, err)
				assert.Equal(t, content, string(text))
				assert.Equal(t, run.ID(), v.Run.ID)
			}
			require.NoError(t, run.Finish(t.Context()))
			for _, r := range s.Requests() {
				if r.Operation == "PUT" {
					assert.Empty(t, r.Header.Get("Authorization"))
				}
			}
		})
	}
}

// ofArtifacts matches the requests to the object store about artifacts.
func ofArtifacts(r *http.Request, _ []byte) bool {
	return strings.HasPrefix(r.URL.Path, "/storage/artifacts/")
}

// What the server refuses has the same diagnosis as a run, and nothing is lost: a sync
// finishes it once the reason is gone.
func TestLogArtifact_Refused_IsDiagnosedAndCanBeSynced(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name    string
		refuse  func(s *wandbtest.Server) (allow func())
		cause   error
		certain bool
	}{
		{"create", func(s *wandbtest.Server) func() {
			h := s.Inject(wandbtest.Fault{Operation: "CreateArtifact", Status: 403, Body: gqlError("permission denied")})
			return h.Remove
		}, errors.ErrPermissionDenied, false},
		{"store", func(s *wandbtest.Server) func() {
			h := s.Inject(wandbtest.Fault{Operation: "PUT", Status: 403, Body: storageXML, Match: ofArtifacts})
			return h.Remove
		}, errors.ErrStoreRefused, true},
		{"store is full", func(s *wandbtest.Server) func() {
			h := s.Inject(wandbtest.Fault{Operation: "PUT", Status: 507, Body: "no space", Match: ofArtifacts})
			return h.Remove
		}, errors.ErrStoreRefused, false},
		{"commit", func(s *wandbtest.Server) func() {
			h := s.Inject(wandbtest.Fault{Operation: "CommitArtifact", Status: 403, Body: gqlError("alias best is protected")})
			return h.Remove
		}, errors.ErrProtectedAlias, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := wandbtest.New(t, everybody(), wandbtest.WithStoreHost("localhost"))
			c, run, told := logging(t, s, "member")
			allow := tt.refuse(s)
			up, err := run.LogArtifact(flowers(t, "ds", "dataset", map[string]string{"a": "x"}), client.ArtifactOptions{})
			require.NoError(t, err, "it is stored on disk")
			check := func(err error, moment, op string) {
				t.Helper()
				require.ErrorIs(t, err, tt.cause, moment)
				p, ok := errors.AsType[*errors.PermissionError](err)
				require.True(t, ok, moment)
				assert.Equal(t, tt.certain, p.Confidence == errors.Certain, moment)
				assert.Equal(t, []string{op, "ds"}, []string{p.Op, p.Artifact}, moment)
				assert.Equal(t, errors.Action(op), p.Action, moment)
				assert.Equal(t, errors.Resource("acme/team/ds"), p.Resource, moment)
				assert.Contains(t, errors.Explain(err), "Cannot "+op+" acme/team/ds: ", moment)
				if errors.Is(tt.cause, errors.ErrStoreRefused) {
					assert.Contains(t, p.Store, "localhost:", moment)
					assert.Equal(t, "a", p.File, moment)
				}
			}
			_, err = up.Wait(t.Context())
			check(err, "wait", "log artifact")
			assert.Contains(t, errors.Explain(err), "wandgo sync ", "the remedy for what is on disk")
			check(<-told, "OnLost", "log artifact")
			check(run.Finish(t.Context()), "finish", "log artifact")
			report, err := c.Sync(t.Context(), []string{run.Dir()}, client.SyncOptions{})
			require.Error(t, err)
			require.ErrorIs(t, report.Runs[0].Err, tt.cause)
			allow()
			report, err = c.Sync(t.Context(), []string{run.Dir()}, client.SyncOptions{})
			require.NoError(t, err)
			assert.Equal(t, client.SyncDone, report.Runs[0].Outcome)
			v, ok := s.Artifact("acme/team/ds:v0")
			require.True(t, ok)
			assert.Empty(t, v.Violations())
			_, ok = s.Artifact("acme/team/ds:v1")
			assert.False(t, ok, "once")
		})
	}
}

func TestLogArtifact_AnotherType_ReturnsErrTypeClash(t *testing.T) {
	t.Parallel()
	s := wandbtest.New(t, everybody())
	_, run, _ := logging(t, s, "member")
	up, err := run.LogArtifact(flowers(t, "ds", "dataset", map[string]string{"a": "x"}), client.ArtifactOptions{})
	require.NoError(t, err)
	_, err = up.Wait(t.Context())
	require.NoError(t, err)
	require.NoError(t, run.Finish(t.Context()))

	for name, hide := range map[string]bool{"the client finds out": false, "the server refuses": true} {
		_, run, _ := logging(t, s, "member")
		if hide {
			h := s.Inject(wandbtest.Fault{Operation: "ArtifactTypeOf", Status: 403, Body: gqlError("permission denied")})
			defer h.Remove()
		}
		up, err := run.LogArtifact(flowers(t, "ds", "model", map[string]string{"a": "y"}), client.ArtifactOptions{})
		require.NoError(t, err, name)
		_, err = up.Wait(t.Context())
		require.ErrorIs(t, err, errors.ErrTypeClash, name)
		assert.Contains(t, errors.Explain(err), `artifact "ds" has another type`, name)
		assert.Contains(t, errors.Explain(err), "dataset", name)
		require.ErrorIs(t, run.Finish(t.Context()), errors.ErrTypeClash, name)
	}
}

// The official client fails at the first conflict.
func TestLogArtifact_CommitConflictsAndAddressesExpire_Succeeds(t *testing.T) {
	t.Parallel()
	s := wandbtest.New(t, everybody())
	_, run, _ := logging(t, s, "member")
	s.Inject(wandbtest.Fault{Operation: "CommitArtifact", Status: 409, Count: 2, Body: gqlError("Error 1062: Duplicate entry '1-2' for key 'unique_artifact_collection_membership_version'")})
	s.Inject(wandbtest.Fault{Operation: "PUT", Status: 403, Count: 2, Body: `<Error><Code>AccessDenied</Code><Message>Request has expired</Message></Error>`, Match: ofArtifacts})
	files := make(map[string]string)
	for i := range 30 {
		files[fmt.Sprintf("f%02d", i)] = fmt.Sprint(i)
	}
	up, err := run.LogArtifact(flowers(t, "ds", "dataset", files), client.ArtifactOptions{})
	require.NoError(t, err)
	_, err = up.Wait(t.Context())
	require.NoError(t, err)
	v, ok := s.Artifact("acme/team/ds")
	require.True(t, ok)
	assert.Len(t, v.Files, 30)
	assert.Empty(t, v.Violations())
	require.NoError(t, run.Finish(t.Context()))
}

// What CheckAccess says of an artifact is what happens.
func TestCheckAccess_UseArtifact_FollowsWhatTheServerShows(t *testing.T) {
	t.Parallel()
	s := wandbtest.New(t, everybody())
	_, run, _ := logging(t, s, "member")
	up, err := run.LogArtifact(flowers(t, "flowers", "dataset", map[string]string{"a": "x"}), client.ArtifactOptions{})
	require.NoError(t, err)
	_, err = up.Wait(t.Context())
	require.NoError(t, err)
	require.NoError(t, run.Finish(t.Context()))
	for _, tt := range []struct {
		user, path string
		decision   client.Decision
		cause      error
		suggest    []string
	}{
		{"member", "acme/team/flowers", client.Allowed, nil, nil},
		{"member", "acme/team/flowers:v0", client.Allowed, nil, nil},
		{"view-only", "acme/team/flowers:latest", client.Allowed, nil, nil},
		{"member", "acme/team/flowers:v7", client.Denied, errors.ErrArtifactMissing, []string{"flowers:v0"}},
		{"member", "acme/team/flower", client.Denied, errors.ErrArtifactMissing, []string{"flowers"}},
		{"outsider", "acme/team/flowers", client.Denied, errors.ErrNotTeamMember, nil},
		{"member", "acme/no-such-project/flowers", client.Denied, errors.ErrProjectMissing, nil},
	} {
		for _, action := range []errors.Action{errors.ActionUseArtifact, errors.ActionDownloadArtifact} {
			a, err := newClient(t, s, key(tt.user)).CheckAccess(t.Context(), client.AccessRequest{Action: action, Resource: errors.Resource(tt.path)})
			require.NoError(t, err)
			assert.Equal(t, tt.decision, a.Decision, "%s %s: %s", tt.user, tt.path, a.Explain())
			assert.Equal(t, tt.cause, a.Cause(), "%s %s", tt.user, tt.path)
			if p, ok := errors.AsType[*errors.PermissionError](a.Err()); ok && errors.Is(tt.cause, errors.ErrArtifactMissing) {
				assert.Equal(t, tt.suggest, p.Suggestions, tt.path)
			}
			assert.Equal(t, errors.Resource(tt.path), a.Resource)
		}
	}
	for _, r := range s.Requests() {
		assert.NotEqual(t, "UseArtifact", r.Operation, "nothing is changed")
	}
}
