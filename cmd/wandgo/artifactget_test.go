package main

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/internal/artifacts/download"
	"github.com/wandgo/wandgo/internal/artifacts/manifest"
	"github.com/wandgo/wandgo/wandbtest"
)

func TestArtifactGet_DownloadsAndVerifies(t *testing.T) {
	t.Parallel()
	srv := wandbtest.New(t, testWorld())
	i := on(t, srv.URL(), joKey).withFiles(t, map[string]string{"images/iris.png": "hello", "images/b/rose.png": "world"})
	i.vars["WANDB_CACHE_DIR"] = filepath.Join(i.dir, "cache")
	i.vars["WANDB_ARTIFACT_DIR"] = filepath.Join(i.dir, "got")
	r := i.run(t, "artifact", "put", "images", "--name", "flowers")
	require.Zero(t, r.status, r.stderr)

	r = i.run(t, "artifact", "get", "flowers")
	require.Zero(t, r.status, r.stderr)
	dir := filepath.Join(i.dir, "got", "flowers:v0")
	assert.Equal(t, dir+"\tacme-research/vision/flowers:v0\t2\t10\t10\n", r.stdout)
	b, err := os.ReadFile(filepath.Join(dir, "b", "rose.png"))
	require.NoError(t, err)
	assert.Equal(t, "world", string(b))

	r = i.run(t, "artifact", "get", "vision/flowers:v0", "--dir", "part", "--prefix", "b/", "--json")
	require.Zero(t, r.status, r.stderr)
	var d gotArtifact
	require.NoError(t, json.Unmarshal([]byte(r.stdout), &d))
	assert.Equal(t, gotArtifact{Path: "acme-research/vision/flowers:v0", Dir: filepath.Join(i.dir, "part"), Files: 1, Bytes: 5, Reused: 5}, d)

	r = i.run(t, "artifact", "get", "flowers", "--verify", "--dir", dir)
	require.Zero(t, r.status, r.stderr)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "iris.png"), []byte("hellO"), 0o600))
	r = i.run(t, "artifact", "get", "flowers", "--verify", "--dir", dir)
	assert.Equal(t, exitStatus(errors.ErrDigestMismatch), r.status)
	assert.Contains(t, flat(r.stderr), `changed: "iris.png"`)
	assert.Equal(t, exitUsage, i.run(t, "artifact", "get", "flowers", "--verify").status)
	assert.Equal(t, exitUsage, i.run(t, "artifact", "get").status)
}

func TestArtifactGet_Trouble_HasTheStatusOfTheCause(t *testing.T) {
	t.Parallel()
	srv := wandbtest.New(t, testWorld())
	i := on(t, srv.URL(), joKey).withFiles(t, map[string]string{"f": "hello"})
	require.Zero(t, i.run(t, "artifact", "put", "f", "--name", "flowers").status)
	r := i.run(t, "artifact", "get", "flower")
	assert.Equal(t, exitStatus(errors.ErrArtifactMissing), r.status)
	assert.Contains(t, r.stderr, "flowers")

	srv.Inject(wandbtest.Fault{Operation: "GET", Alter: func(body []byte) []byte { return append(body, '!') }})
	r = i.run(t, "artifact", "get", "flowers", "--dir", "d", "--skip-cache")
	assert.Equal(t, exitStatus(errors.ErrDigestMismatch), r.status, r.stderr)
	assert.NoFileExists(t, filepath.Join(i.dir, "d", "f"))
}

func TestArtifactGet_PrefixThatNoFileHas_NamesNearOnesAndMakesNothing(t *testing.T) {
	t.Parallel()
	srv := wandbtest.New(t, testWorld())
	i := on(t, srv.URL(), joKey).withFiles(t, map[string]string{"d/train/iris.png": "a", "d/train/rose.png": "b", "d/README": "c"})
	require.Zero(t, i.run(t, "artifact", "put", "d", "--name", "flowers").status)
	for prefix, want := range map[string]string{
		"trian/":           `did you mean "train/"?`,
		"train/roes.png":   `did you mean "train/rose.png"`,
		"something else/x": `none of the 3 files of acme-research/vision/flowers:v0 starts with it; there are "README", "train/".`,
	} {
		r := i.run(t, "artifact", "get", "flowers", "--dir", "got", "--prefix", prefix)
		assert.Equal(t, exitStatus(errors.ErrInvalidInput), r.status)
		assert.Contains(t, flat(r.stderr), want)
		assert.NotContains(t, r.stderr, "Nothing was sent")
		assert.Contains(t, r.stderr, "Correct --prefix on the command line.")
		assert.Empty(t, r.stdout)
		assert.NoDirExists(t, filepath.Join(i.dir, "got"))
	}
}

func TestArtifactGet_ReferenceThatNothingReads_HasTheRemedyAndTheStatus(t *testing.T) {
	t.Parallel()
	srv := wandbtest.New(t, testWorld())
	i := on(t, srv.URL(), joKey)
	i.vars["WANDB_DIR"] = i.dir
	r := i.run(t, "artifact", "put", "s3://bucket/key", "--name", "far")
	require.Zero(t, r.status, r.stderr)
	r = i.run(t, "artifact", "get", "far", "--dir", "d")
	assert.Equal(t, exitStatus(errors.ErrInvalidInput), r.status)
	assert.Contains(t, flat(r.stderr), `nothing here reads the URIs (s3) of 1 reference: "key"; there are no other files`)
	assert.Contains(t, flat(r.stderr), "To leave it out, add --skip-references.")
	assert.NotContains(t, r.stderr, "DownloadOptions")
	assert.Empty(t, r.stdout)
	r = i.run(t, "artifact", "get", "far", "--dir", "d", "--skip-references")
	require.Zero(t, r.status, r.stderr)
}

func TestArtifactGet_ReferenceToAChangedFile_IsNotCalledDamaged(t *testing.T) {
	t.Parallel()
	srv := wandbtest.New(t, testWorld())
	i := on(t, srv.URL(), joKey).withFiles(t, map[string]string{"f": "hello"})
	i.vars["WANDB_DIR"] = i.dir
	file := filepath.Join(i.dir, "f")
	r := i.run(t, "artifact", "put", "file://"+file, "--name", "far")
	require.Zero(t, r.status, r.stderr)
	require.NoError(t, os.WriteFile(file, []byte("hellO"), 0o600))
	r = i.run(t, "artifact", "get", "far", "--dir", "d")
	assert.Equal(t, exitStatus(errors.ErrDigestMismatch), r.status)
	assert.Contains(t, flat(r.stderr), `the data of "f" has changed since it was logged: expected 5 bytes`)
	assert.NotContains(t, r.stderr, "store")
	require.NoError(t, os.Remove(file))
	r = i.run(t, "artifact", "get", "far", "--dir", "d")
	assert.Equal(t, exitStatus(errors.ErrInvalidInput), r.status)
	assert.Contains(t, flat(r.stderr), `"f" refers to a file of this machine`)
	assert.Contains(t, r.stderr, "add --skip-references.")
	assert.NotContains(t, r.stderr, "--dir")
}

func TestArtifactGet_DirectoryThatCannotBeUsed_IsAMistake(t *testing.T) {
	t.Parallel()
	srv := wandbtest.New(t, testWorld())
	i := on(t, srv.URL(), joKey).withFiles(t, map[string]string{"f": "hello", "d/f/g": "a directory in place of the file"})
	require.Zero(t, i.run(t, "artifact", "put", "f", "--name", "flowers").status)
	for args, want := range map[string]string{
		"--dir f/below":          "Give a directory that can be used here with --dir.",
		"--dir f":                "Give a directory that can be used here with --dir.",
		"--dir none --verify":    "verify artifact: open",
		"--dir d --skip-cache":   "Move it away, or download to another directory.",
		"--dir f/below --verify": "Give a directory that can be used here with --dir.",
	} {
		r := i.run(t, append([]string{"artifact", "get", "flowers"}, strings.Fields(args)...)...)
		assert.Equal(t, exitStatus(errors.ErrInvalidInput), r.status, "%s: %s", args, r.stderr)
		assert.Contains(t, r.stderr, want, args)
		assert.Empty(t, r.stdout, args)
	}
}

func TestGetFailure_Cause_DecidesTheStatus(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for name, tc := range map[string]struct {
		err    error
		status int
	}{
		"none":              {nil, exitAllowed},
		"refusal":           {errors.ErrStoreRefused, exitStatus(errors.ErrStoreRefused)},
		"reference":         {fmt.Errorf("get: %w", download.ErrReference), exitStatus(errors.ErrInvalidInput)},
		"manifest":          {fmt.Errorf("get: %w", manifest.ErrManifest), exitStatus(errors.ErrUnexpectedAnswer)},
		"name":              {fmt.Errorf("get: %w", manifest.ErrPath), exitStatus(errors.ErrUnexpectedAnswer)},
		"full disk":         {&fs.PathError{Op: "write", Path: "f", Err: errors.New("no space left on device")}, exitInternal},
		"not to be written": {&fs.PathError{Op: "open", Path: "f", Err: fs.ErrPermission}, exitStatus(errors.ErrInvalidInput)},
	} {
		err := getFailure(tc.err, "acme/vision/flowers:v0", dir)
		assert.Equal(t, tc.status, exitStatus(err), name)
		if tc.err != nil {
			assert.ErrorIs(t, err, tc.err, name)
			assert.Contains(t, errors.Explain(err), tc.err.Error(), name)
		}
	}
}
