package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/wandbtest"
)

// withFiles makes files below the working directory.
func (i *invocation) withFiles(t *testing.T, files map[string]string) *invocation {
	t.Helper()
	for name, text := range files {
		path := filepath.Join(i.dir, name)
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o750))
		require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	}
	i.vars["WANDB_DIR"] = i.dir
	return i
}

func TestArtifactPut_Directory_UploadsAVersion(t *testing.T) {
	t.Parallel()
	srv := wandbtest.New(t, testWorld())
	i := on(t, srv.URL(), joKey).withFiles(t, map[string]string{"images/iris.png": "hello", "images/b/rose.png": "world"})
	i.vars["WANDB_RUN_ID"], i.vars["WANDB_RESUME"] = "training", "must" // of another run
	r := i.run(t, "artifact", "put", "images", "--name", "flowers", "--alias", "best", "--description", "of the garden")
	require.Zero(t, r.status, r.stderr)
	v, ok := srv.Artifact("acme-research/vision/flowers:best")
	require.True(t, ok)
	assert.Equal(t, "acme-research/vision/flowers:v0\t"+v.ID+"\t"+v.Digest+"\t2\t10\n", r.stdout)
	assert.Equal(t, []string{"dataset", "of the garden"}, []string{v.Type, v.Description})
	assert.Equal(t, []string{"best", "latest"}, v.Aliases)
	assert.Empty(t, v.Violations())
	f, ok := v.File("b/rose.png")
	require.True(t, ok)
	content, err := f.Content()
	require.NoError(t, err)
	assert.Equal(t, "world", string(content))
	run, ok := srv.Run("acme-research", "vision", v.Run.ID)
	require.True(t, ok)
	assert.NotEqual(t, "training", v.Run.ID)
	assert.Equal(t, "cli_put", run.JobType)

	r = i.run(t, "artifact", "put", "images", "--name", "vision/flowers", "--json") // the same content
	require.Zero(t, r.status, r.stderr)
	var d putDocument
	require.NoError(t, json.Unmarshal([]byte(r.stdout), &d))
	assert.True(t, strings.HasPrefix(d.Run, "acme-research/vision/"))
	d.Run = ""
	assert.Equal(t, putDocument{
		Path: "acme-research/vision/flowers:v0", ID: v.ID, Version: "v0", Digest: v.Digest, Type: "dataset", Aliases: []string{"best", "latest"}, Files: 2, Size: 10,
	}, d)
	_, ok = srv.Artifact("acme-research/vision/flowers:v1")
	assert.False(t, ok)

	r = on(t, srv.URL(), joKey).run(t, "artifact", "ls", "acme-research/vision/flowers")
	require.Zero(t, r.status, r.stderr)
	assert.Regexp(t, "^v0\tbest,latest\tcommitted\t2\t10\t.*\t"+v.Digest+"\n$", r.stdout)
}

func TestArtifactPut_FileOrReference_HasTheDefaultName(t *testing.T) {
	t.Parallel()
	srv := wandbtest.New(t, testWorld())
	i := on(t, srv.URL(), joKey).withFiles(t, map[string]string{"net.pt": "weights"})
	r := i.run(t, "artifact", "put", "net.pt", "--type", "model", "--immutable")
	require.Zero(t, r.status, r.stderr)
	v, ok := srv.Artifact("acme-research/vision/net.pt")
	require.True(t, ok)
	assert.Equal(t, "net.pt", v.Files[0].Name)

	r = i.run(t, "artifact", "put", "s3://bucket/raw/iris.csv", "--name", "raw")
	require.Zero(t, r.status, r.stderr)
	v, ok = srv.Artifact("acme-research/vision/raw")
	require.True(t, ok)
	assert.Equal(t, "s3://bucket/raw/iris.csv", v.Files[0].Ref)
	r = i.run(t, "artifact", "put", "s3://bucket/raw/tulip.csv")
	require.Zero(t, r.status, r.stderr)
	assert.Contains(t, r.stdout, "acme-research/vision/tulip.csv:v0\t")
}

func TestArtifactPut_WorkingDirectory_HasItsName(t *testing.T) {
	t.Parallel()
	srv := wandbtest.New(t, testWorld())
	i := on(t, srv.URL(), joKey).withFiles(t, map[string]string{"images/raw/iris.png": "hello"})
	for _, tt := range []struct{ dir, path, want string }{
		{"images", ".", "images"},
		{"images", "./", "images"},
		{"images/raw", "..", "images"},
		{"images/raw", "../raw/.", "raw"},
	} {
		inside := *i
		inside.dir = filepath.Join(i.dir, tt.dir)
		r := inside.run(t, "artifact", "put", tt.path)
		require.Zero(t, r.status, r.stderr)
		assert.Contains(t, r.stdout, "acme-research/vision/"+tt.want+":v0\t", tt.path)
	}
	inside := *i
	inside.dir = "/"
	r := inside.run(t, "artifact", "put", ".")
	assert.Equal(t, exitStatus(errors.ErrInvalidInput), r.status)
	assert.Contains(t, r.stderr, "    wandgo artifact put . --name NAME\n")
}

func TestArtifactPut_Fails_HasTheStatusOfTheCause(t *testing.T) {
	t.Parallel()
	srv := wandbtest.New(t, testWorld())
	files := map[string]string{"f": "x"}
	for name, tt := range map[string]struct {
		key    string
		args   []string
		status int
		stderr string
	}{
		"no path":      {joKey, []string{}, exitUsage, "expected exactly one path"},
		"two paths":    {joKey, []string{"f", "g"}, exitUsage, "expected exactly one path"},
		"bad name":     {joKey, []string{"f", "--name", "a/b/c/d"}, exitUsage, "--name must be"},
		"missing file": {joKey, []string{"no-such-file"}, exitStatus(errors.ErrInvalidInput), "no such file or directory"},
		"invalid name": {joKey, []string{"f", "--name", "a b"}, exitStatus(errors.ErrInvalidInput), "name"},
		"view-only":    {viewerKey, []string{"f", "--name", "acme-research/vision/f"}, exitStatus(errors.ErrViewerRole), "role"},
		"outsider":     {joKey, []string{"f", "--name", "acme/private/f"}, exitStatus(errors.ErrNotTeamMember), "not a member"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := on(t, srv.URL(), tt.key).withFiles(t, files).run(t, append([]string{"artifact", "put"}, tt.args...)...)
			assert.Equal(t, tt.status, r.status, r.stderr)
			assert.Contains(t, r.stderr, tt.stderr)
			assert.Empty(t, r.stdout)
		})
	}
}

func TestArtifactPut_InvalidName_CreatesNoRun(t *testing.T) {
	t.Parallel()
	srv := wandbtest.New(t, testWorld())
	i := on(t, srv.URL(), joKey).withFiles(t, map[string]string{"f": "x"})
	for _, args := range [][]string{{"--name", "a b"}, {"--type", "job"}, {"--alias", "a:b"}} {
		r := i.run(t, append([]string{"artifact", "put", "f"}, args...)...)
		assert.Equal(t, exitStatus(errors.ErrInvalidInput), r.status, args)
	}
	assert.Empty(t, srv.Requests())
}

func TestArtifactPut_Offline_PrintsACommandThatUploadsIt(t *testing.T) {
	t.Parallel()
	srv := wandbtest.New(t, testWorld())
	i := on(t, srv.URL(), joKey).withFiles(t, map[string]string{"f": "x"})
	i.vars["WANDB_MODE"], i.vars["WANDB_DIR"] = "offline", filepath.Join(i.dir, "my runs")
	r := i.run(t, "artifact", "put", "f")
	require.Zero(t, r.status, r.stderr)
	dirs, err := filepath.Glob(filepath.Join(i.dir, "my runs", "wandb", "offline-run-*"))
	require.NoError(t, err)
	require.Len(t, dirs, 1)
	assert.Equal(t, "vision/f waits on this disk. To upload it: wandgo sync '"+dirs[0]+"'\n", r.stdout)
	var d putDocument
	require.NoError(t, json.Unmarshal([]byte(i.run(t, "artifact", "put", "f", "--json").stdout), &d))
	assert.Contains(t, d.Stored, "my runs")
}

func TestArtifactPut_StoreRefuses_SyncFinishesIt(t *testing.T) {
	t.Parallel()
	srv := wandbtest.New(t, testWorld())
	i := on(t, srv.URL(), joKey).withFiles(t, map[string]string{"f": "x"})
	h := srv.Inject(wandbtest.Fault{Operation: "PUT", Status: 403, Body: "<Error><Code>AccessDenied</Code></Error>"})
	r := i.run(t, "artifact", "put", "f")
	assert.Equal(t, exitStatus(errors.ErrStoreRefused), r.status)
	assert.Contains(t, r.stderr, "Cannot log artifact acme-research/vision/f")
	h.Remove()
	r = i.run(t, "sync")
	require.Zero(t, r.status, r.stderr)
	_, ok := srv.Artifact("acme-research/vision/f:v0")
	assert.True(t, ok)
}

func TestArtifactPut_Offline_WaitsForASync(t *testing.T) {
	t.Parallel()
	srv := wandbtest.New(t, testWorld())
	i := on(t, srv.URL(), joKey).withFiles(t, map[string]string{"f": "x"})
	i.vars["WANDB_MODE"] = "offline"
	r := i.run(t, "artifact", "put", "f")
	require.Zero(t, r.status, r.stderr)
	assert.Contains(t, r.stdout, "To upload it: wandgo sync ")
	delete(i.vars, "WANDB_MODE")
	r = i.run(t, "sync")
	require.Zero(t, r.status, r.stderr)
	_, ok := srv.Artifact("acme-research/vision/f:v0")
	assert.True(t, ok)
}

func TestArtifactPut_NoSuchFile_NamesWhatIsExpected(t *testing.T) {
	t.Parallel()
	srv := wandbtest.New(t, testWorld())
	r := on(t, srv.URL(), joKey).run(t, "artifact", "put", "nope")
	assert.Equal(t, 33, r.status)
	text := flat(r.stderr)
	assert.Contains(t, text, `Invalid file path "nope": no such file or directory.`)
	assert.Contains(t, text, "Give the path of a file or a directory, or a reference such as s3://bucket/key.")
	assert.NotContains(t, text, "wandgo ls")
}

func TestArtifactPut_OtherType_OffersNoSync(t *testing.T) {
	t.Parallel()
	srv := wandbtest.New(t, testWorld())
	i := on(t, srv.URL(), joKey).withFiles(t, map[string]string{"data.txt": "hello"})
	require.Zero(t, i.run(t, "artifact", "put", "data.txt", "--name", "flowers").status)
	r := i.run(t, "artifact", "put", "data.txt", "--name", "flowers", "--type", "model")
	assert.Equal(t, 45, r.status)
	text := flat(r.stderr)
	assert.NotContains(t, text, "wandgo sync")
	assert.Contains(t, text, "Log it again with the type of the existing artifact, or under another name.")

	text = flat(i.onTerminal(t, 120, "ls"))
	assert.Contains(t, text, "1 of 1 artifact not uploaded: its name has another type on the server.")
	assert.NotContains(t, text, "wandgo sync")
}

func TestArtifactPut_NotAMember_SuggestsAnotherName(t *testing.T) {
	t.Parallel()
	srv := wandbtest.New(t, wandbtest.Solo())
	i := on(t, srv.URL(), wandbtest.AliceKey).withFiles(t, map[string]string{"data.txt": "hello"})
	r := i.run(t, "artifact", "put", "data.txt", "--name", "globex/x/flowers")
	assert.Equal(t, 13, r.status, r.stderr)
	text := flat(r.stderr)
	assert.Contains(t, text, "--name acme/x/flowers")
	assert.NotContains(t, text, "WANDB_ENTITY=")
}

func TestArtifactPut_PathIsNoName_OffersACommandThatWorks(t *testing.T) {
	t.Parallel()
	srv := wandbtest.New(t, testWorld())
	i := on(t, srv.URL(), joKey).withFiles(t, map[string]string{"my dir/f": "x"})
	r := i.run(t, "artifact", "put", "my dir", "--type", "data")
	assert.Equal(t, exitStatus(errors.ErrInvalidInput), r.status)
	assert.Equal(t, `The path's name "my dir" cannot be the artifact's name, which must consist of letters, digits, '_', '-' and '.'.
Nothing was sent to the server.

To give the artifact a name:

    wandgo artifact put 'my dir' --type data --name my-dir
`, r.stderr)
	r = i.run(t, "artifact", "put", "my dir", "--type", "data", "--name", "my-dir")
	require.Zero(t, r.status, r.stderr)
	assert.Contains(t, r.stdout, "acme-research/vision/my-dir:v0")

	for name, tc := range map[string]struct {
		args []string
		want string
	}{
		"in a project":  {[]string{"my dir", "--name", "vision/"}, "    wandgo artifact put 'my dir' --name vision/ --name vision/my-dir\n"},
		"empty name":    {[]string{"my dir", "--name", ""}, "    wandgo artifact put 'my dir' --name '' --name my-dir\n"},
		"a key":         {[]string{"hf_abcdefghijklmnopqrstuvwxyzabcdefgh dir"}, "\nGive the artifact a name with --name.\n"},
		"a key in args": {[]string{"my dir", "--description", joKey}, "\nGive the artifact a name with --name.\n"},
		"type as well":  {[]string{"my dir", "--type", ""}, "must consist of letters"},
	} {
		r := i.run(t, append([]string{"artifact", "put"}, tc.args...)...)
		assert.Equal(t, exitStatus(errors.ErrInvalidInput), r.status, name)
		assert.Contains(t, r.stderr, tc.want, name)
		assert.NotContains(t, r.stderr, "abcdefghijklmnop", name)
		assert.NotContains(t, r.stderr, joKey, name)
	}
}
