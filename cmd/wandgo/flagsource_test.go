package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/wandbtest"
)

// There is no code on a command line: the text names the flag.
func TestInvalidFlag_ExplanationNamesTheFlag(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "net.pt")
	require.NoError(t, os.WriteFile(file, []byte("x"), 0o600))
	for _, tt := range []struct {
		args []string
		want string
	}{
		{[]string{"sync", "--entity", "a/b", "."}, "--entity"},
		{[]string{"sync", "--project", "a/b", "."}, "--project"},
		{[]string{"sync", "--id", "a/b", "."}, "--id"},
		{[]string{"login", "--host", "nothere"}, "--host"},
		{[]string{"verify", "--host", "nothere"}, "--host"},
		{[]string{"artifact", "put", file, "--name", "net:v3"}, "--name"},
		{[]string{"artifact", "put", file, "--type", "job"}, "--type"},
		{[]string{"artifact", "put", file, "--alias", "v3"}, "--alias"},
		{[]string{"export", "acme/vision", "--filter", "{", "-o", filepath.Join(t.TempDir(), "f.csv")}, "--filter"},
	} {
		r := in(t, nil).run(t, tt.args...)
		assert.Equal(t, 33, r.status, "%v", tt.args)
		assert.Contains(t, flat(r.stderr), "(from "+tt.want+").", "%v", tt.args)
		assert.Contains(t, flat(r.stderr), "Correct "+tt.want+" on the command line.", "%v", tt.args)
		assert.NotContains(t, flat(r.stderr), "your code", "%v", tt.args)
	}
}

func TestNoKey_CommandLine_DoesNotNameOptions(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"whoami", "verify", "doctor"} {
		r := in(t, map[string]string{"WANDB_BASE_URL": wandbtest.New(t, testWorld()).URL()}).run(t, name)
		assert.Equal(t, 11, r.status, name)
		assert.Contains(t, r.stdout+r.stderr, "WANDB_API_KEY is not set", name)
		assert.NotContains(t, r.stdout+r.stderr, "Options.", name)
	}
}

// Every command says the same of a path without a run, and exits with the same status.
func TestPathWithoutRun_SyncLsAndInspect_SameTextAndStatus(t *testing.T) {
	t.Parallel()
	missing, empty := filepath.Join(t.TempDir(), "nothere"), t.TempDir()
	for _, name := range []string{"sync", "ls", "inspect"} {
		r := in(t, nil).run(t, name, missing)
		assert.Equal(t, 33, r.status, name)
		assert.Equal(t, "Invalid path \""+missing+"\": no such file or directory. "+
			"What to do: Give the path of a run's log or directory, or of a directory of runs. "+
			"To see which runs there are: wandgo ls", flat(r.stderr), name)

		r = in(t, nil).run(t, name, empty)
		assert.Equal(t, 33, r.status, name)
		assert.Contains(t, flat(r.stderr), "Invalid path \""+empty+"\": no run log (.wandb file) there.", name)
	}
}
