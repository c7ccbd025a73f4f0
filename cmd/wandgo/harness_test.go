package main

import (
	"bytes"
	"context"
	"flag"
	"io"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/internal/ptytest"
	"github.com/wandgo/wandgo/wandbtest"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// The keys of the users. Each holds the word by which the search for leaked keys
// recognizes it, and has an end of its own.
const (
	joKey      = "notakey0jo000000000000000000000000000000a1"
	viewerKey  = "notakey0vera0000000000000000000000000000b2"
	otherKey   = "notakey0other000000000000000000000000000c3"
	unknownKey = "notakey0unknown0000000000000000000000000d4"
)

// testWorld has user jo in the team acme-research, vera View-only in it, and
// the team acme of olga.
func testWorld() wandbtest.World {
	return wandbtest.World{
		Users: []wandbtest.User{
			{
				Username: "jo", Email: "jo@example.com", Keys: []string{joKey}, DefaultEntity: "acme-research",
				PersonalEntity: wandbtest.PersonalEnabled,
			},
			{Username: "vera", Email: "vera@example.com", Keys: []string{viewerKey}},
			{Username: "olga", Email: "olga@example.com", Keys: []string{otherKey}},
		},
		Organizations: []wandbtest.Organization{{Name: "strict", EnforceOrgKeys: true}},
		Teams: []wandbtest.Team{
			{Name: "acme-research", Members: []wandbtest.TeamMember{
				{Username: "jo"}, {Username: "vera", Role: wandbtest.RoleViewer},
			}},
			{Name: "acme", Members: []wandbtest.TeamMember{{Username: "olga", Role: wandbtest.RoleAdmin}}},
			{Name: "secretive", Hidden: true},
			{Name: "vault", Organization: "strict", Members: []wandbtest.TeamMember{{Username: "jo"}}},
		},
		Projects: []wandbtest.Project{
			{Entity: "acme-research", Name: "vision", Owner: "jo"},
			{Entity: "acme-research", Name: "lab", Scope: wandbtest.ScopeRestricted, Owner: "vera"},
			{Entity: "acme", Name: "private", Owner: "olga"},
		},
	}
}

// invocation is one call of the program, in an environment of its own.
type invocation struct {
	vars  map[string]string
	dir   string
	stdin string
}

// in makes an invocation with an empty home and these variables.
func in(t *testing.T, vars map[string]string) *invocation {
	t.Helper()
	i := &invocation{vars: map[string]string{}, dir: t.TempDir()}
	maps.Copy(i.vars, vars)
	i.vars["HOME"] = filepath.Join(i.dir, "home")
	require.NoError(t, os.MkdirAll(i.vars["HOME"], 0o700))
	return i
}

// result is what the program printed and exited with.
type result struct {
	status         int
	stdout, stderr string
}

func (i *invocation) run(t *testing.T, args ...string) result {
	t.Helper()
	return i.runWith(t, t.Context(), args...)
}

func (i *invocation) runWith(t *testing.T, ctx context.Context, args ...string) result {
	t.Helper()
	var stdout, stderr bytes.Buffer
	status := run(ctx, args, environment{vars: i.vars, workDir: i.dir, stdin: strings.NewReader(i.stdin)}, &stdout, &stderr)
	r := result{status, stdout.String(), stderr.String()}
	noSecrets(t, r.stdout)
	noSecrets(t, r.stderr)
	return r
}

// onTerminal returns what the program prints on a terminal of this width if it succeeds.
func (i *invocation) onTerminal(t *testing.T, columns int, args ...string) string {
	t.Helper()
	tty, vars := ptytest.Open(t), maps.Clone(i.vars)
	vars["COLUMNS"] = strconv.Itoa(columns)
	require.Equal(t, exitAllowed, run(t.Context(), args, environment{vars: vars, workDir: i.dir}, tty.File, io.Discard))
	text := tty.Text()
	noSecrets(t, text)
	return text
}

// noSecrets fails the test when a text holds a key, plain or as it goes over
// the wire.
func noSecrets(t *testing.T, text string) {
	t.Helper()
	for _, secret := range []string{joKey[:20], viewerKey[:20], otherKey[:20], unknownKey[:20], "notakey", "bm90YWtleT"} {
		if before, _, found := strings.Cut(text, secret); found { // without printing the text, which would leak it
			t.Errorf("a key is shown in line %d", 1+strings.Count(before, "\n"))
		}
	}
}

// volatile matches what differs between runs of the tests.
var volatile = []struct {
	form *regexp.Regexp
	text string
}{
	{regexp.MustCompile(`127\.0\.0\.1:\d{2,5}`), "127.0.0.1:PORT"},
	{regexp.MustCompile(`\b\d+ ms`), "N ms"},
	{regexp.MustCompile(`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z`), "TIME"},
	{regexp.MustCompile(`wandgo \S+ \(go[^)]*\)|wandgo \S+, go\S+, \S+`), "wandgo VERSION"},
}

// quotedDir is a path below a temporary directory whose name a shell must have quoted.
var quotedDir = regexp.MustCompile(`'(DIR[^']*)'`)

// stable replaces what differs between runs. Lines are wrapped before that, so
// the temporary directory must not be part of the text.
func (i *invocation) stable(text string) string {
	text = strings.NewReplacer(i.dir, "DIR", strings.ReplaceAll(i.dir, "'", `'\''`), "DIR").Replace(text)
	text = quotedDir.ReplaceAllString(text, "$1")
	for _, v := range volatile {
		text = v.form.ReplaceAllString(text, v.text)
	}
	return text
}

// golden compares a text with a file of testdata.
func golden(t *testing.T, name, got string) {
	t.Helper()
	file := filepath.Join("testdata", name)
	if *update {
		require.NoError(t, os.WriteFile(file, []byte(got), 0o600))
	}
	want, err := os.ReadFile(file)
	require.NoError(t, err, "run the tests with -update to write it")
	assert.Equal(t, string(want), got)
	noSecrets(t, got)
}

// on is an invocation that talks to the server with the key.
func on(t *testing.T, url, key string) *invocation {
	t.Helper()
	return in(t, map[string]string{"WANDB_BASE_URL": url, "WANDB_API_KEY": key, "WANDB_PROJECT": "vision"})
}

// federated is an invocation of a job whose identity token is in a file.
func federated(t *testing.T, token string) (*invocation, *wandbtest.Server) {
	t.Helper()
	world := testWorld()
	world.Users[0].Subjects = []string{"repo:acme/vision"}
	srv := wandbtest.New(t, world)
	i := on(t, srv.URL(), "")
	i.vars["WANDB_IDENTITY_TOKEN_FILE"] = filepath.Join(i.dir, "token")
	require.NoError(t, os.WriteFile(i.vars["WANDB_IDENTITY_TOKEN_FILE"], []byte(token), 0o600))
	return i, srv
}

func jobToken(left time.Duration) string {
	return wandbtest.IdentityToken("repo:acme/vision", time.Now().Add(left))
}

// flat returns text without line breaks.
func flat(text string) string { return strings.Join(strings.Fields(text), " ") }
