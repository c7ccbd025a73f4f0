package main

import (
	"bufio"
	"context"
	"io"
	"net"
	"net/http"
	"net/http/cookiejar"
	"os"
	"path/filepath"
	"regexp"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/internal/journal"
	"github.com/wandgo/wandgo/internal/record"
	"github.com/wandgo/wandgo/internal/rundir"
)

// boardRun writes a finished run below dir.
func boardRun(t *testing.T, dir, id string) *rundir.Dir {
	t.Helper()
	d, err := rundir.Create(filepath.Join(dir, "wandb"), id, false, time.Now())
	require.NoError(t, err)
	w, err := journal.Create(d.Journal(), journal.Options{})
	require.NoError(t, err)
	require.NoError(t, w.Append(&record.Run{ID: id, Entity: "jo", Project: "vision", StartTime: time.Now()}))
	for i := range 10 {
		require.NoError(t, w.AppendRow(&record.Row{Line: []byte(`{"loss":1}`), Step: int64(i)}))
	}
	require.NoError(t, w.Append(&record.Exit{}))
	require.NoError(t, w.Close())
	return d
}

// board starts wandgo board, and returns its link and what stops it.
func board(t *testing.T, dir string, args ...string) (link string, stop func() int) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	read, write := io.Pipe()
	status := make(chan int, 1)
	go func() {
		env := environment{vars: map[string]string{"HOME": filepath.Join(dir, "home")}, workDir: dir}
		status <- run(ctx, append([]string{"board"}, args...), env, write, io.Discard)
		write.Close()
	}()
	out := bufio.NewReader(read)
	stop = func() int {
		cancel()
		return <-status
	}
	for link == "" {
		line, err := out.ReadString('\n')
		require.NoError(t, err)
		if m := regexp.MustCompile(`^Board: +(\S+)`).FindStringSubmatch(line); m != nil {
			link = m[1]
		}
	}
	go func() { _, _ = io.Copy(io.Discard, out) }() // the rest of the greeting
	return link, stop
}

func fetch(t *testing.T, c *http.Client, url string) (int, string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	require.NoError(t, err)
	response, err := c.Do(request)
	require.NoError(t, err)
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	return response.StatusCode, string(text)
}

func TestBoard_RunsOfTheSettings_AreServedUntilItIsStopped(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	boardRun(t, dir, "r1")
	c := &http.Client{Transport: &http.Transport{}}
	defer c.CloseIdleConnections()
	link, stop := board(t, dir)
	assert.Regexp(t, `^http://127\.0\.0\.1:\d+/$`, link)
	for {
		status, text := fetch(t, c, link+"-/runs?filter=rows%3E9")
		require.Equal(t, http.StatusOK, status)
		if regexp.MustCompile(`"id":"r1"`).MatchString(text) {
			break
		}
	}
	_, text := fetch(t, c, link)
	assert.Contains(t, text, "<!doctype html>")
	assert.Equal(t, 0, stop())
}

func TestBoard_OtherAddress_NeedsTheTokenOfTheLink(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	d := boardRun(t, dir, "r1")
	link, stop := board(t, dir, "--no-open", "--addr", "0.0.0.0:0", "--no-cache", d.Path())
	m := regexp.MustCompile(`^http://[^/]+:(\d+)/(\?token=\w{20,})$`).FindStringSubmatch(link)
	require.NotNil(t, m, link)
	jar, err := cookiejar.New(nil)
	require.NoError(t, err)
	c := &http.Client{Jar: jar, Transport: &http.Transport{}}
	defer c.CloseIdleConnections()
	base := "http://127.0.0.1:" + m[1] + "/"
	status, _ := fetch(t, c, base)
	assert.Equal(t, http.StatusUnauthorized, status)
	status, _ = fetch(t, c, base+m[2])
	assert.Equal(t, http.StatusOK, status)
	status, _ = fetch(t, c, base+"-/info")
	assert.Equal(t, http.StatusOK, status, "the cookie")
	assert.Equal(t, 0, stop())
	assert.NoDirExists(t, filepath.Join(dir, "home", ".cache"))
}

func TestBoard_WrongUse(t *testing.T) {
	t.Parallel()
	r := in(t, nil).run(t, "board", "missing")
	assert.Equal(t, 33, r.status)
	assert.Contains(t, r.stderr, "missing")
	assert.Contains(t, r.stderr, "no such file")
	r = in(t, nil).run(t, "board", "--addr", "8080")
	assert.Equal(t, exitUsage, r.status)
	r = in(t, nil).run(t, "board", "--addr", "256.0.0.1:1")
	assert.Equal(t, exitInternal, r.status)
	assert.Equal(t, 0, in(t, nil).run(t, "board", "-h").status)
}

func TestCache_Environments(t *testing.T) {
	t.Parallel()
	assert.Empty(t, environment{vars: map[string]string{}}.cache())
	home := string(os.PathSeparator) + "home"
	assert.Equal(t, filepath.Join(home, ".cache", "wandgo", "board"), environment{vars: map[string]string{"HOME": home}}.cache())
	assert.Equal(t, filepath.Join(home, "wandgo", "board"), environment{vars: map[string]string{"XDG_CACHE_HOME": home}}.cache())
}

func TestTunnelHint_ConnectedBySSH_IsTheCommandThatForwardsThePort(t *testing.T) {
	t.Parallel()
	addr := &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 8080}
	for name, tt := range map[string]struct{ connection, user, want string }{
		"not by SSH":   {"", "jo", ""},
		"not of sshd":  {"a b c", "jo", ""},
		"no address":   {"10.0.0.9 51000 $(id) 22", "jo", ""},
		"usual port":   {"10.0.0.9 51000 10.0.0.5 22", "jo", "On your own machine, first: ssh -L 8080:127.0.0.1:8080 jo@10.0.0.5\n"},
		"another port": {"10.0.0.9 51000 fd00::5 2222", "", "On your own machine, first: ssh -L 8080:127.0.0.1:8080 -p 2222 fd00::5\n"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			assert.Equal(t, tt.want, tunnelHint(addr, tt.connection, tt.user))
		})
	}
}
