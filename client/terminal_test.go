package client_test

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/client"
	"github.com/wandgo/wandgo/internal/plaintext"
	"github.com/wandgo/wandgo/internal/ptytest"
	"github.com/wandgo/wandgo/wandbtest"
)

// on makes a client's runs visible on a terminal, with an environment.
func on(tty *ptytest.Terminal, env map[string]string) func(*client.Options) {
	return func(o *client.Options) {
		o.Output = tty.File
		o.Getenv = func(name string) string { return env[name] }
	}
}

func TestShows(t *testing.T) {
	t.Parallel()
	tty := ptytest.Open(t)
	for _, tt := range []struct {
		name  string
		out   io.Writer
		env   map[string]string
		shows bool
	}{
		{"a terminal", tty.File, nil, true},
		{"a terminal without colours", tty.File, map[string]string{"NO_COLOR": "1"}, true},
		{"a buffer", &bytes.Buffer{}, nil, false},
		{"nothing on request", io.Discard, nil, false},
		{"WANDB_SILENT", tty.File, map[string]string{"WANDB_SILENT": "true"}, false},
		{"WANDB_QUIET", tty.File, map[string]string{"WANDB_QUIET": "true"}, false},
		{"WANDB_SILENT that says no", tty.File, map[string]string{"WANDB_SILENT": "false"}, true},
		{"an environment and no output", nil, nil, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c, err := client.New(client.Options{Output: tt.out, Getenv: func(name string) string { return tt.env[name] }})
			require.NoError(t, err)
			defer c.Close()
			assert.Equal(t, tt.shows, c.Interactive())
		})
	}
}

// TestTerminal plays runs before a person at a terminal and compares what is on the
// screen at the end.
func TestTerminal(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		env  map[string]string
		opts client.RunOptions
		play func(t *testing.T, s *wandbtest.Server, run *client.Run)
		want []string // lines; DIR and URL stand for the run's
	}{
		{
			name: "finished",
			want: []string{"run my run", "URL", "run my run finished", "  loss  █▃▂▁                      1 → 0.25", "4 rows uploaded: URL"},
		},
		{
			name: "failed", play: func(t *testing.T, _ *wandbtest.Server, run *client.Run) {
				t.Helper()
				assert.NoError(t, run.FinishWithCode(t.Context(), 3))
			},
			want: []string{"run my run", "URL", "run my run failed with exit code 3", "  loss  █▃▂▁                      1 → 0.25", "4 rows uploaded: URL"},
		},
		{
			name: "offline", opts: client.RunOptions{Mode: "offline"},
			want: []string{
				"run my run: offline; stored in DIR",
				"run my run finished", "  loss  █▃▂▁                      1 → 0.25", "4 rows stored in DIR", "to upload the run: wandgo sync PATH",
			},
		},
		{
			name: "refused", opts: client.RunOptions{Entity: "globex", OnRefused: client.GoOfflineOnRefusal},
			want: []string{
				`create run globex/p: user "alice" is not a member of team "globex" (HTTP 403 permission denied; key from Options.APIKey)`,
				"run my run: continuing offline; stored in DIR",
				"run my run finished", "  loss  █▃▂▁                      1 → 0.25", "4 rows stored in DIR", "to upload the run: wandgo sync PATH",
			},
		},
		{
			name: "lost midway", env: map[string]string{"WANDB_X_FILE_STREAM_TRANSMIT_INTERVAL": "0.01"},
			play: func(t *testing.T, s *wandbtest.Server, run *client.Run) {
				t.Helper()
				stored(t, s, run, 4)
				require.NoError(t, s.RemoveMember("acme", "alice"))
				require.NoError(t, run.Log(map[string]any{"loss": 0.25}))
			},
			want: []string{
				"run my run", "URL",
				`run my run: upload run acme/p: user "alice" is probably not a member of team "acme" (HTTP 404 project not found; key from Options.APIKey)`,
				"run my run: continuing offline; unsent data is stored in DIR",
				"run my run finished", "  loss  █▃▂▁▁                     1 → 0.25",
				`upload run acme/p: user "alice" is probably not a member of team "acme" (HTTP 404 project not found; key from Options.APIKey)`,
				"unsent data is stored in DIR", "to upload it: wandgo sync PATH",
			},
		},
		{
			name: "stopped", env: map[string]string{"WANDB_X_FILE_STREAM_TRANSMIT_INTERVAL": "0.01"},
			play: func(t *testing.T, s *wandbtest.Server, run *client.Run) {
				t.Helper()
				require.NoError(t, s.StopRun("acme", "p", "r"))
			},
			want: []string{
				"run my run", "URL", "run my run: stopped in the web UI",
				"run my run finished", "  loss  █▃▂▁                      1 → 0.25", "4 rows uploaded: URL",
			},
		},
		{name: "silent", env: map[string]string{"WANDB_SILENT": "1"}},
		{name: "disabled", opts: client.RunOptions{Mode: "disabled"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := wandbtest.New(t, wandbtest.Solo())
			tty := ptytest.Open(t)
			c := newClient(t, s, wandbtest.AliceKey, on(tty, tt.env))
			tt.opts.Project, tt.opts.ID, tt.opts.Name = "p", "r", "my run"
			run, err := c.Init(t.Context(), tt.opts)
			require.NoError(t, err)
			for i := range 4 {
				require.NoError(t, run.Log(map[string]any{"loss": 1 / float64(i+1)}))
			}
			if tt.play != nil {
				tt.play(t, s, run)
			}
			switch tt.name { // it is told at once, and not at the end
			case "lost midway":
				tty.Wait(t, "unsent data is stored in")
			case "stopped":
				tty.Wait(t, "stopped in the web UI")
			}
			finished := run.Finish(t.Context())
			assert.Equal(t, tt.name == "lost midway", finished != nil, "%v", finished)

			want := ""
			for _, line := range tt.want {
				full := "wandgo: " + strings.NewReplacer("DIR", run.Dir(), "PATH", plaintext.ShellPath(run.Dir()), "URL", run.URL()).Replace(line) + "\n"
				if len(full) > 81 { // the words before a path wrap
					command := " wandgo sync " + plaintext.ShellPath(run.Dir())
					full = strings.NewReplacer(command, "\nwandgo:  "+command, " "+run.Dir(), "\nwandgo:   "+run.Dir()).Replace(full)
				}
				want += full
			}
			assert.Equal(t, want, tty.Text())
		})
	}
}

// TestTerminalColours holds NO_COLOR to its word.
func TestTerminalColours(t *testing.T) {
	t.Parallel()
	for name, env := range map[string]map[string]string{
		"colours": nil, "NO_COLOR": {"NO_COLOR": "1"}, "a dumb terminal": {"TERM": "dumb"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tty := ptytest.Open(t)
			c := newClient(t, wandbtest.New(t, wandbtest.Solo()), wandbtest.AliceKey, on(tty, env))
			run, err := c.Init(t.Context(), client.RunOptions{Project: "p"})
			require.NoError(t, err)
			require.NoError(t, run.Finish(t.Context()))
			assert.Equal(t, env == nil, strings.Contains(tty.Raw(), "\x1b["))
			assert.Contains(t, tty.Text(), "wandgo: "+run.URL()+"\n")
		})
	}
}

// TestTerminalProgress holds a file up in Finish until its progress is shown, bytes
// and all.
func TestTerminalProgress(t *testing.T) {
	t.Parallel()
	s := wandbtest.New(t, wandbtest.Solo())
	tty := ptytest.Open(t)
	c := newClient(t, s, wandbtest.AliceKey, on(tty, map[string]string{"NO_COLOR": "1", "WANDB_X_DISABLE_META": "true"}))
	run, err := c.Init(t.Context(), client.RunOptions{Project: "p", ID: "r", Name: "my run"})
	require.NoError(t, err)
	shown, release := context.WithCancel(t.Context())
	defer release()
	s.Inject(wandbtest.Fault{Operation: "PUT", Match: func(r *http.Request, _ []byte) bool {
		if strings.Contains(r.URL.Path, "model.bin") {
			<-shown.Done()
		}
		return false
	}})
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "model.bin"), make([]byte, 2_500_000), 0o600))
	_, err = run.SaveFile(filepath.Join(dir, "model.bin"), dir, client.SaveNow)
	require.NoError(t, err)
	require.NoError(t, run.Log(map[string]any{"loss": 1}))
	var finishing sync.WaitGroup
	finishing.Go(func() { assert.NoError(t, run.Finish(t.Context())) })
	tty.Wait(t, "wandgo: run my run: uploading ")
	tty.Wait(t, " of 2.5 MB)")
	release()
	finishing.Wait()
	assert.True(t, strings.HasSuffix(tty.Raw(), "wandgo:   loss  ▁                         1\r\nwandgo: 1 row uploaded: "+run.URL()+"\r\n"))
	assert.NotContains(t, tty.Text(), "uploading", "it is written over")
}

// TestTerminalManyRuns has runs of one client end at once: each has a table of its
// own, under its name.
func TestTerminalManyRuns(t *testing.T) {
	t.Parallel()
	s := wandbtest.New(t, wandbtest.Solo())
	tty := ptytest.Open(t)
	c := newClient(t, s, wandbtest.AliceKey, on(tty, nil))
	var all sync.WaitGroup
	var urls sync.Map
	for _, name := range []string{"one", "two", "three"} {
		all.Go(func() {
			run, err := c.Init(t.Context(), client.RunOptions{Project: "p", Name: name})
			if assert.NoError(t, err) {
				urls.Store(name, run.URL())
				assert.NoError(t, run.Log(map[string]any{name + " loss": 1}))
				assert.NoError(t, run.Finish(t.Context()))
			}
		})
	}
	all.Wait()
	text := tty.Text()
	urls.Range(func(name, url any) bool {
		assert.Contains(t, text, "wandgo: run "+name.(string)+" finished\nwandgo:   "+name.(string)+" loss  ▁                         1\nwandgo: 1 row uploaded: "+url.(string)+"\n")
		return true
	})
}
