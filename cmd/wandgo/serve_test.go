package main

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/client"
	"github.com/wandgo/wandgo/wandbtest"
)

// serving is a wandgo serve in the background.
type serving struct {
	url, key string
	stderr   *safeBuffer
	// stop stops it as a signal would, and returns its exit status and the rest
	// of its output.
	stop func() (status int, rest string)
}

func serve(t *testing.T, dir string, args ...string) *serving {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	read, write := io.Pipe()
	s := &serving{stderr: &safeBuffer{}}
	status := make(chan int, 1)
	go func() {
		status <- run(ctx, append([]string{"serve"}, args...), environment{vars: map[string]string{}, workDir: dir}, write, s.stderr)
		write.Close()
	}()
	var rest bytes.Buffer
	out := bufio.NewReader(read)
	s.stop = func() (int, string) {
		cancel()
		_, _ = io.Copy(&rest, out)
		return <-status, rest.String()
	}
	t.Cleanup(func() { cancel(); _, _ = io.Copy(io.Discard, out) })
	for s.url == "" || s.key == "" {
		line, err := out.ReadString('\n')
		require.NoError(t, err)
		if m := regexp.MustCompile(`^export (WANDB_\w+)=(\S+)`).FindStringSubmatch(line); m != nil {
			if m[1] == "WANDB_BASE_URL" {
				s.url = m[2]
			} else {
				s.key = m[2]
			}
		}
	}
	return s
}

type safeBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *safeBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *safeBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}

// train makes a run with two rows on the server.
func train(t *testing.T, s *serving, entity string) {
	t.Helper()
	home := t.TempDir()
	c, err := client.New(client.Options{BaseURL: s.url, APIKey: s.key, Dir: home, Getenv: func(name string) string {
		return map[string]string{"HOME": home}[name]
	}})
	require.NoError(t, err)
	defer c.Close()
	r, err := c.Init(t.Context(), client.RunOptions{Entity: entity, Project: "vision"})
	require.NoError(t, err)
	require.NoError(t, r.Log(map[string]any{"loss": 1}))
	require.NoError(t, r.Log(map[string]any{"loss": 0.5}))
	require.NoError(t, r.Finish(t.Context()))
}

func TestServe_OneRun_PrintsRequestsAndSummary(t *testing.T) {
	t.Parallel()
	s := serve(t, t.TempDir())
	assert.Equal(t, wandbtest.AliceKey, s.key)
	train(t, s, "acme")
	status, rest := s.stop()
	assert.Zero(t, status)
	assert.Regexp(t, `\nStopped after \d+ requests; stored 1 run \(1 finished\) with 2 rows of history\.\n$`, rest)
	log := s.stderr.String()
	assert.Regexp(t, `(?m)^\d\d:\d\d:\d\d  POST UpsertBucket +200  alice$`, log)
	assert.NotContains(t, log, s.key)
}

func TestServe_RateLimit_RespondsWith429(t *testing.T) {
	t.Parallel()
	s := serve(t, t.TempDir(), "--rate-limit", "2/1h")
	var statuses []int
	for range 3 {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.url+"/graphql", strings.NewReader(`{"query":"{ viewer { username } }"}`))
		require.NoError(t, err)
		req.SetBasicAuth("api", s.key)
		resp, err := http.DefaultTransport.RoundTrip(req)
		require.NoError(t, err)
		require.NoError(t, resp.Body.Close())
		statuses = append(statuses, resp.StatusCode)
		assert.Equal(t, "2", resp.Header.Get("RateLimit-Limit"))
	}
	assert.Equal(t, []int{http.StatusOK, http.StatusOK, http.StatusTooManyRequests}, statuses)
	s.stop()
}

func TestServe_WorldFile_DefinesUsers(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "w.json"), []byte(exampleWorld), 0o600))
	for _, g := range generations {
		s := serve(t, dir, "--world", "w.json", "--generation", g.String(), "--quiet")
		i := in(t, map[string]string{"WANDB_BASE_URL": s.url, "WANDB_API_KEY": s.key})
		var out, errs bytes.Buffer
		assert.Zero(t, run(t.Context(), []string{"doctor"}, environment{vars: i.vars, workDir: i.dir}, &out, &errs), out.String())
		status, rest := s.stop()
		assert.Zero(t, status)
		assert.Contains(t, rest, "# export WANDB_API_KEY=", "the other users, commented out")
		assert.Regexp(t, `Stopped after \d+ requests; no runs were stored\.\n$`, rest)
		assert.Empty(t, s.stderr.String())
	}
}

func TestServe_InvalidWorld_NamesThePosition(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, world, want string }{
		{"unknown field", `{"users":[{"username":"jo","keyz":["x"]}]}`, "users[0].keyz: unknown field"},
		{"no JSON", `{`, "parse world"},
		{"contradiction", `{"teams":[{"name":"acme","members":[{"username":"ghost"}]}]}`, "teams[0].members[0]"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			i := in(t, nil)
			require.NoError(t, os.WriteFile(filepath.Join(i.dir, "w.json"), []byte(test.world), 0o600))
			r := i.run(t, "serve", "--world", "w.json")
			assert.Equal(t, exitInternal, r.status)
			assert.Contains(t, r.stderr, test.want)
		})
	}
}

func TestServe_AddressInUse_ReturnsError(t *testing.T) {
	t.Parallel()
	s := serve(t, t.TempDir())
	r := in(t, nil).run(t, "serve", "--addr", strings.TrimPrefix(s.url, "http://"))
	assert.Equal(t, exitInternal, r.status)
	assert.Contains(t, r.stderr, "in use")
	s.stop()
}

func TestServe_PrintWorld_IsValid(t *testing.T) {
	t.Parallel()
	var out, errs bytes.Buffer
	assert.Zero(t, run(t.Context(), []string{"serve", "--print-world"}, environment{vars: map[string]string{}}, &out, &errs))
	w, err := wandbtest.ParseWorld(out.Bytes())
	require.NoError(t, err)
	require.NotEmpty(t, w.Users)
	for _, u := range w.Users {
		for _, key := range u.Keys {
			assert.Contains(t, key, "notakey", "recognizable as made up")
			assert.GreaterOrEqual(t, len(key), 40, "as long as a real one")
		}
	}
}

func TestParseRate_RequestsPerTime(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]time.Duration{"60/1m": time.Minute, "60/250ms": 250 * time.Millisecond} {
		requests, window, err := parseRate(text)
		require.NoError(t, err)
		assert.Equal(t, 60, requests)
		assert.Equal(t, want, window)
	}
	for _, text := range []string{"", "60", "60/", "/1m", "0/1m", "-1/1m", "60/0s", "60/-1s", "60/m", "x/1m", "1e3/1m", "60/1m/1m"} {
		_, _, err := parseRate(text)
		assert.Error(t, err, text)
	}
	r := in(t, nil).run(t, "serve", "--rate-limit", "60")
	assert.Equal(t, exitUsage, r.status)
	assert.Contains(t, r.stderr, "such as 60/1m")
}
