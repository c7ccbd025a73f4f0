//go:build unix

package crashtest_test

import (
	"bufio"
	"bytes"
	"crypto/md5" //nolint:gosec // the format's digest
	"encoding/hex"
	"fmt"
	"io/fs"
	"math/rand/v2"
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
	"github.com/wandgo/wandgo/wandbtest"
)

// TestKillDownload kills processes while they download, some of them several times. No file
// that is visible is incomplete, in the directory and in the cache, and in the end all are
// there.
func TestKillDownload(t *testing.T) {
	t.Parallel()
	kills := killsWanted(3, 0.4)
	s := wandbtest.New(t, wandbtest.Solo())
	files := map[string][]byte{"large": bytes.Repeat([]byte("0123456789abcdef"), 200_000)}
	for i := range 60 {
		files[fmt.Sprintf("dir%d/%d", i%7, i)] = bytes.Repeat([]byte{byte(i)}, 250*i)
	}
	logDownloaded(t, s, files)
	var whole, unfinished int
	eachKill(t, kills, 2, func(t *testing.T, n int) int { return killDownload(t, s, n, files) }, func(visible int) {
		if whole += visible; visible < len(files) {
			unfinished++
		}
	})
	t.Cleanup(func() {
		t.Logf("%d kills inside Download, %d of them before its end, with %d whole files of %d each", kills, unfinished, whole, len(files))
	})
}

func logDownloaded(t *testing.T, s *wandbtest.Server, files map[string][]byte) {
	t.Helper()
	c := clientIn(t, s, t.TempDir())
	run, err := c.Init(t.Context(), client.RunOptions{Entity: "acme", Project: "crash", StatsInterval: -1})
	require.NoError(t, err)
	a := artifact.New("downloaded", "dataset")
	for name, content := range files {
		require.NoError(t, a.AddBytes(name, content))
	}
	_, err = run.LogArtifact(a, client.ArtifactOptions{})
	require.NoError(t, err)
	require.NoError(t, run.Finish(t.Context()))
}

func clientIn(t *testing.T, s *wandbtest.Server, dir string) *client.Client {
	t.Helper()
	c, err := client.New(client.Options{BaseURL: s.URL(), APIKey: wandbtest.AliceKey, Dir: dir, Getenv: func(name string) string {
		if name == "WANDB_CACHE_DIR" {
			return filepath.Join(dir, "cache")
		}
		return ""
	}})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, c.Close()) })
	return c
}

func killDownload(t *testing.T, s *wandbtest.Server, n int, files map[string][]byte) (visible int) {
	t.Helper()
	rng := rand.New(rand.NewPCG(uint64(n), 12))
	dir := t.TempDir()
	target, cache := filepath.Join(dir, "target"), filepath.Join(dir, "cache")
	slow := s.Inject(wandbtest.Fault{
		Delay: time.Duration(rng.IntN(10)) * time.Millisecond,
		Match: func(r *http.Request, _ []byte) bool { return r.Method == http.MethodGet },
	})
	for range 1 + n%2 {
		cmd := child(t, s, dir, envChild+"="+download, "WANDB_CACHE_DIR="+cache)
		cmd.Dir = dir
		var trouble bytes.Buffer
		cmd.Stderr = &trouble
		out, err := cmd.StdoutPipe()
		require.NoError(t, err)
		require.NoError(t, cmd.Start())
		lines := bufio.NewScanner(out)
		require.True(t, lines.Scan(), "the process says that it downloads")
		kill := time.AfterFunc(time.Duration(rng.IntN(300_000))*time.Microsecond, func() { _ = cmd.Process.Kill() })
		_ = cmd.Wait() // it was killed
		kill.Stop()
		assert.Empty(t, trouble.String())
		visible = wholeFiles(t, target, files)
		wholeObjects(t, cache)
	}
	slow.Remove()
	v, err := clientIn(t, s, dir).Artifact(t.Context(), downloadPath)
	require.NoError(t, err)
	_, err = v.Download(t.Context(), artifact.DownloadOptions{Dir: target})
	require.NoError(t, err)
	require.NoError(t, v.Verify(t.Context(), target))
	require.Len(t, files, wholeFiles(t, target, files))
	wholeObjects(t, cache)
	require.NoDirExists(t, filepath.Join(target, ".wandgo-partial"))
	return visible
}

// wholeFiles counts the files of the artifact in a directory, all of which are right.
func wholeFiles(t *testing.T, dir string, files map[string][]byte) (n int) {
	t.Helper()
	walk(t, dir, func(name string, content []byte) {
		if strings.HasPrefix(name, ".wandgo-partial/") {
			return
		}
		require.True(t, bytes.Equal(files[name], content), "%s is not whole", name)
		n++
	})
	return n
}

// wholeObjects checks the names of the cache's entries, which are their digests.
func wholeObjects(t *testing.T, cache string) {
	t.Helper()
	walk(t, filepath.Join(cache, "artifacts", "obj", "md5"), func(name string, content []byte) {
		sum := md5.Sum(content) //nolint:gosec // as above
		require.Equal(t, strings.ReplaceAll(name, "/", ""), hex.EncodeToString(sum[:]))
	})
}

func walk(t *testing.T, dir string, visit func(name string, content []byte)) {
	t.Helper()
	if _, err := os.Stat(dir); err != nil {
		return
	}
	require.NoError(t, fs.WalkDir(os.DirFS(dir), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		content, err := os.ReadFile(filepath.Join(dir, name))
		if err == nil {
			visit(name, content)
		}
		return err
	}))
}
