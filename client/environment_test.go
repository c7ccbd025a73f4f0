package client_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/client"
	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/wandbtest"
)

// quicklyWith is quickly with more variables.
func quicklyWith(pairs ...string) func(*client.Options) {
	return func(o *client.Options) {
		quickly(o)
		fast := o.Getenv
		environ(pairs...)(o)
		more := o.Getenv
		o.Getenv = func(name string) string {
			if v := more(name); v != "" {
				return v
			}
			return fast(name)
		}
	}
}

// TestWhatTheEnvironmentSaysOfARun: what the server is told of program and machine.
func TestWhatTheEnvironmentSaysOfARun(t *testing.T) {
	t.Parallel()
	host, err := os.Hostname()
	require.NoError(t, err)
	tests := []struct {
		name string
		env  []string
		want map[string]any // of the first upsert; nil is absent
		// with and without are names of files that were uploaded, and were not.
		with, without []string
	}{
		{
			name: "nothing", want: map[string]any{"jobProgram": os.Args[0], "host": host, "sweep": nil},
			with: []string{"wandb-metadata.json", "requirements.txt"},
		},
		{name: "program", env: []string{"WANDB_PROGRAM", "train.go"}, want: map[string]any{"jobProgram": "train.go"}},
		{name: "host", env: []string{"WANDB_HOST", "node7"}, want: map[string]any{"host": "node7"}},
		{name: "sweep", env: []string{"WANDB_SWEEP_ID", "sw1", "WANDB_ENTITY", "acme", "WANDB_PROJECT", "vision"}, want: map[string]any{"sweep": "sw1"}},
		{
			name: "repository", env: []string{"WANDB_GIT_COMMIT", "abc", "WANDB_GIT_REMOTE_URL", "https://jo:pw@example.com/a", "WANDB_DISABLE_GIT", "true"},
			want: map[string]any{"commit": "abc", "jobRepo": "https://jo:@example.com/a"},
		},
		{
			name: "no metadata", env: []string{"WANDB_X_DISABLE_META", "true", "WANDB_GIT_COMMIT", "abc"},
			want: map[string]any{"host": host, "commit": "abc"}, with: []string{"requirements.txt"}, without: []string{"wandb-metadata.json"},
		},
		{name: "no modules", env: []string{"WANDB_X_SAVE_REQUIREMENTS", "false"}, with: []string{"wandb-metadata.json"}, without: []string{"requirements.txt"}},
		{
			name: "nothing of the machine", env: []string{"WANDB_X_DISABLE_MACHINE_INFO", "true", "WANDB_HOST", "node7"},
			want: map[string]any{"host": nil, "commit": nil, "jobRepo": nil}, without: []string{"wandb-metadata.json", "requirements.txt"},
		},
		{name: "files to leave out", env: []string{"WANDB_IGNORE_GLOBS", "*.txt"}, with: []string{"wandb-metadata.json"}, without: []string{"requirements.txt"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			st := newStage(t, client.RunOptions{}, quicklyWith(tt.env...))
			v := st.finish(t)
			first := st.upserts(t)[0]
			for key, want := range tt.want {
				assert.Equal(t, want, first[key], key)
			}
			for _, name := range tt.with {
				assert.Contains(t, v.Files, name)
			}
			for _, name := range tt.without {
				assert.NotContains(t, v.Files, name)
			}
		})
	}
}

// TestRepositoryElsewhere: the repository is where WANDB_GIT_ROOT says.
func TestRepositoryElsewhere(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	const commit = "deadbeefdeadbeefdeadbeefdeadbeefdeadbeef"
	require.NoError(t, os.MkdirAll(filepath.Join(root, ".git"), 0o755))
	require.NoError(t, os.WriteFile(filepath.Join(root, ".git", "HEAD"), []byte(commit+"\n"), 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(root, ".git", "config"), []byte("[remote \"mirror\"]\n\turl = https://example.com/a\n"), 0o600))
	st := newStage(t, client.RunOptions{}, quicklyWith("WANDB_GIT_ROOT", root, "WANDB_GIT_REMOTE", "mirror"))
	st.finish(t)
	first := st.upserts(t)[0]
	assert.Equal(t, commit, first["commit"])
	assert.Equal(t, "https://example.com/a", first["jobRepo"])
}

// TestLaunchedRun: what an agent says of its queue is in the config, also of a run
// that is synced.
func TestLaunchedRun(t *testing.T) {
	t.Parallel()
	st := newStage(t, client.RunOptions{}, quicklyWith("WANDB_LAUNCH_QUEUE_NAME", "q", "WANDB_LAUNCH_TRACE_ID", "t1"))
	offlineRun(t, st.c, client.RunOptions{Entity: "acme", Project: "vision", ID: "off1", Config: map[string]any{"lr": 1}}, 1)
	synced(t, st.c, client.SyncOptions{})
	for _, v := range []wandbtest.RunView{st.finish(t), onServer(t, st.s, "acme", "vision", "off1")} {
		own := wandbPart(t, v.RawConfig)
		assert.Equal(t, "q", own["launch_queue_name"])
		assert.Equal(t, "t1", own["launch_trace_id"])
		assert.NotContains(t, own, "launch_queue_entity")
		assert.Contains(t, own, "t")
	}
}

// TestConsoleOff: nothing the program writes is kept, and everything gets through.
func TestConsoleOff(t *testing.T) {
	t.Parallel()
	st := newStage(t, client.RunOptions{}, quicklyWith("WANDB_CONSOLE", "off"))
	var out bytes.Buffer
	_, err := fmt.Fprintln(st.run.Stdout(&out), "hello")
	require.NoError(t, err)
	assert.Equal(t, "hello\n", out.String())
	v := st.finish(t)
	assert.Empty(t, v.Logs)
	assert.NotContains(t, v.Files, "output.log")
	assert.NoFileExists(t, filepath.Join(st.run.Dir(), "files", "output.log"))
}

// TestFinishTimeout: Finish gives up when the time that the environment allows is
// over, and keeps what the server does not have.
func TestFinishTimeout(t *testing.T) {
	t.Parallel()
	st := newStage(t, client.RunOptions{}, quicklyWith("WANDB_FINISH_TIMEOUT", "0.05"))
	st.s.Inject(wandbtest.Fault{Operation: "file_stream", Hang: true})
	require.NoError(t, st.run.Log(map[string]any{"x": 1}))
	err := st.run.Finish(t.Context())
	require.ErrorIs(t, err, context.DeadlineExceeded)
	require.NoError(t, t.Context().Err())
	assert.Len(t, onDisk(t, st.run.Dir()).Rows, 1)
}

// TestStopOnFatalError: a run that the server takes no more of is stopped where
// the environment says so, and only there.
func TestStopOnFatalError(t *testing.T) {
	t.Parallel()
	for name, stop := range map[string]string{"set": "true", "not set": ""} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			lost := make(chan error, 1)
			st := newStage(t, client.RunOptions{OnLost: func(err error) { lost <- err }}, quicklyWith("WANDB_STOP_ON_FATAL_ERROR", stop))
			require.NoError(t, st.s.SetRole("acme", "alice", wandbtest.RoleViewer))
			require.NoError(t, st.run.Log(map[string]any{"x": 1}))
			require.ErrorIs(t, <-lost, errors.ErrViewerRole)
			if stop == "" {
				require.NoError(t, st.run.Context().Err())
			} else {
				require.ErrorIs(t, context.Cause(st.run.Context()), errors.ErrViewerRole)
			}
			require.NoError(t, st.run.Log(map[string]any{"x": 2}), "the journal goes on")
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			require.ErrorIs(t, st.run.Finish(ctx), errors.ErrViewerRole)
		})
	}
}

// TestSyncTellsTheCommit: what an offline run was made from is known once it is
// synced.
func TestSyncTellsTheCommit(t *testing.T) {
	t.Parallel()
	s := wandbtest.New(t, everybody())
	c := newClient(t, s, key("member"), environ("WANDB_GIT_COMMIT", "abc", "WANDB_X_DISABLE_META", "true"))
	offlineRun(t, c, client.RunOptions{Entity: "acme", Project: "team", ID: "off1"}, 1)
	synced(t, c, client.SyncOptions{})
	assert.Equal(t, "abc", onServer(t, s, "acme", "team", "off1").Commit)
}
