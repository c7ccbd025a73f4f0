package api_test

import (
	"context"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/api"
	"github.com/wandgo/wandgo/client"
	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/wandbtest"
)

// withFiles makes a run with files.
func withFiles(t *testing.T, opts ...wandbtest.Option) (*wandbtest.Server, *api.Run) {
	t.Helper()
	srv, c, a := serve(t, opts...)
	logged(t, c, client.RunOptions{ID: "r"}, 0, nil)
	for name, content := range map[string]string{"a.txt": "hello", "media/ü 1%.png": "\x00\x01", "media/b.json": "{}", "wandb-metadata.json": `{"host":"h","gpu_count":2}`, "empty": ""} {
		require.NoError(t, srv.SetFile("acme", "vision", "r", name, []byte(content)))
	}
	run, err := a.Run(t.Context(), "acme/vision/r")
	require.NoError(t, err)
	return srv, run
}

func names(t *testing.T, run *api.Run, options ...api.FileOption) []string {
	t.Helper()
	var list []string
	for f, err := range run.Files(t.Context(), options...) {
		require.NoError(t, err)
		list = append(list, f.Name)
	}
	return list
}

func TestFiles_Options_LimitTheList(t *testing.T) {
	t.Parallel()
	_, run := withFiles(t)
	assert.Subset(t, names(t, run), []string{"a.txt", "empty", "media/b.json", "media/ü 1%.png", "wandb-metadata.json"})
	assert.Equal(t, []string{"media/b.json", "media/ü 1%.png"}, names(t, run, api.Like("media/%")))
	assert.Equal(t, []string{"a.txt", "empty"}, names(t, run, api.Named("empty", "a.txt", "none")))
	for _, err := range run.Files(t.Context(), api.Like("a"), api.Named("b")) {
		require.ErrorIs(t, err, errors.ErrInvalidInput)
	}
}

func TestFiles_MoreThanAPage_AreAllListed(t *testing.T) {
	t.Parallel()
	srv, run := withFiles(t)
	for i := range 120 {
		require.NoError(t, srv.SetFile("acme", "vision", "r", fmt.Sprintf("many/%03d", i), nil))
	}
	assert.Len(t, names(t, run, api.Like("many/%")), 120)
}

func TestDownload_FileWithDirectories_IsStoredBelow(t *testing.T) {
	t.Parallel()
	_, run := withFiles(t)
	dir := filepath.Join(t.TempDir(), "new")
	for f, err := range run.Files(t.Context()) {
		require.NoError(t, err)
		path, err := f.Download(t.Context(), dir)
		require.NoError(t, err)
		assert.Equal(t, filepath.Join(dir, filepath.FromSlash(f.Name)), path)
	}
	for name, want := range map[string]string{"a.txt": "hello", "media/ü 1%.png": "\x00\x01", "empty": ""} {
		got, err := os.ReadFile(filepath.Join(dir, name))
		require.NoError(t, err)
		assert.Equal(t, want, string(got))
	}
	f, err := run.File(t.Context(), "a.txt")
	require.NoError(t, err)
	_, err = f.Download(t.Context(), dir) // again
	require.NoError(t, err)
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	for _, e := range entries {
		assert.NotContains(t, e.Name(), ".part")
	}
}

func TestDownload_NameThatLeadsOut_IsRefused(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"../out.txt", "a/../../out.txt", "/etc/out.txt", "link/out.txt"} {
		srv, run := withFiles(t)
		top := t.TempDir()
		dir := filepath.Join(top, "in")
		require.NoError(t, os.Mkdir(dir, 0o777))
		require.NoError(t, os.Symlink(top, filepath.Join(dir, "link")))
		require.NoError(t, srv.SetFile("acme", "vision", "r", name, []byte("x")))
		for f, err := range run.Files(t.Context(), api.Named(name)) {
			require.NoError(t, err)
			_, err = f.Download(t.Context(), dir)
			require.Error(t, err, name)
		}
		assert.NoFileExists(t, filepath.Join(top, "out.txt"), name)
	}
}

func TestOpen_StoreFails_UsesTheServerOrSaysWhy(t *testing.T) {
	t.Parallel()
	srv, run := withFiles(t)
	f, err := run.File(t.Context(), "a.txt")
	require.NoError(t, err)
	srv.Inject(wandbtest.Fault{Operation: "GET", Count: 1, Cut: wandbtest.CutMidBody})
	read(t, f, "hello")
	srv.Inject(wandbtest.Fault{Operation: "GET", Count: 1, Status: 403, Body: `<?xml version="1.0"?><Error><Code>AccessDenied</Code><Message>Request has expired</Message></Error>`})
	read(t, f, "hello")
	for _, r := range srv.Requests() {
		if r.Operation == "GET" && r.Path[:9] == "/storage/" {
			assert.Empty(t, r.Header.Get("Authorization"), "a store gets no credentials")
		}
	}
	srv.Inject(wandbtest.Fault{Operation: "GET", Status: 200, Body: "hallo"})
	_, err = f.Open(t.Context())
	require.ErrorIs(t, err, errors.ErrDigestMismatch)
	_, err = f.Download(t.Context(), t.TempDir())
	require.ErrorIs(t, err, errors.ErrDigestMismatch)
	require.NoError(t, srv.RevokeKey(wandbtest.AliceKey))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = f.Open(ctx)
	require.ErrorIs(t, err, context.Canceled)
}

func read(t *testing.T, f *api.File, want string) {
	t.Helper()
	body, err := f.Open(t.Context())
	require.NoError(t, err)
	defer body.Close()
	got, err := io.ReadAll(body)
	require.NoError(t, err)
	assert.Equal(t, want, string(got))
}

func TestFile_MissingOrDeleted_DoesNotExist(t *testing.T) {
	t.Parallel()
	_, run := withFiles(t)
	_, err := run.File(t.Context(), "none")
	require.ErrorIs(t, err, fs.ErrNotExist)
	f, err := run.File(t.Context(), "a.txt")
	require.NoError(t, err)
	require.NoError(t, f.Delete(t.Context()))
	_, err = run.File(t.Context(), "a.txt")
	require.ErrorIs(t, err, fs.ErrNotExist)
}

func TestMetadata_UploadedFile_IsRead(t *testing.T) {
	t.Parallel()
	_, run := withFiles(t)
	m, err := run.Metadata(t.Context())
	require.NoError(t, err)
	assert.Equal(t, map[string]any{"host": "h", "gpu_count": int64(2)}, m)
}

func TestLogsAndSystemMetrics_OfBothServerGenerations_AreRead(t *testing.T) {
	t.Parallel()
	for _, generation := range []wandbtest.Generation{wandbtest.Gen2026, wandbtest.Gen2024Jan} {
		_, c, a := serve(t, wandbtest.WithGeneration(generation))
		run, err := c.Init(t.Context(), client.RunOptions{Entity: "acme", Project: "vision", ID: "r"})
		require.NoError(t, err)
		stdout := run.Stdout(io.Discard)
		for i := range 2500 {
			fmt.Fprintf(stdout, "line %d\n", i)
		}
		require.NoError(t, run.Finish(t.Context()))
		stored, err := a.Run(t.Context(), "acme/vision/r")
		require.NoError(t, err)
		n := 0
		for l, err := range stored.Logs(t.Context()) {
			require.NoError(t, err)
			require.Equal(t, fmt.Sprintf("line %d", n), l.Text)
			require.Equal(t, n, l.Number)
			n++
		}
		assert.Equal(t, 2500, n)
		rows, err := stored.SystemMetrics(t.Context())
		require.NoError(t, err)
		assert.Empty(t, rows)
	}
}
