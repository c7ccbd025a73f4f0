package main

import (
	"image"
	"maps"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/client"
	"github.com/wandgo/wandgo/internal/plaintext/hostile"
	"github.com/wandgo/wandgo/media"
	"github.com/wandgo/wandgo/wandbtest"
)

// hostileWorld has the text as the name of a user, an organization and a team, as far as
// a server can have it.
func hostileWorld(text string) wandbtest.World {
	name := strings.TrimSpace(strings.NewReplacer("/", "", "\n", "", "\t", "").Replace(text))
	return wandbtest.World{
		Users: []wandbtest.User{
			{Username: name, Email: name, Keys: []string{joKey}, DefaultEntity: "acme", PersonalEntity: wandbtest.PersonalEnabled},
			{Username: "olga", Keys: []string{otherKey}},
		},
		Organizations: []wandbtest.Organization{{Name: name + " corp"}},
		Teams: []wandbtest.Team{
			{Name: "acme", Members: []wandbtest.TeamMember{{Username: name}}},
			{Name: name + " team", Organization: name + " corp", Members: []wandbtest.TeamMember{{Username: name, Role: wandbtest.RoleViewer}}},
			{Name: "globex", Members: []wandbtest.TeamMember{{Username: "olga"}}},
		},
		Projects: []wandbtest.Project{{Entity: "acme", Name: "vision", Owner: name}},
	}
}

// runPrintable runs a command and looks at all that it prints.
func (i *invocation) runPrintable(t *testing.T, args ...string) {
	t.Helper()
	r := i.run(t, args...)
	if args[0] == "ls" { // tabs are only between its columns
		for line := range strings.Lines(r.stdout) {
			assert.Contains(t, []int{0, 8}, strings.Count(line, "\t"), "%.60q", args)
		}
		r.stdout = strings.ReplaceAll(r.stdout, "\t", "")
	}
	assert.Empty(t, hostile.Raw(r.stdout), "%.60q: stdout", args)
	assert.Empty(t, hostile.Raw(r.stderr), "%.60q: stderr", args)
}

// TestCommands_HostileText_PrintNothingRaw puts hostile texts where a server, a variable or
// an argument can put them.
func TestCommands_HostileText_PrintNothingRaw(t *testing.T) {
	t.Parallel()
	texts := hostile.Texts()
	for n, name := range slices.Sorted(maps.Keys(texts)) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			text := texts[name]
			s := wandbtest.New(t, hostileWorld(text))
			check := func(vars map[string]string, args ...string) {
				t.Helper()
				i := in(t, map[string]string{"WANDB_BASE_URL": s.URL(), "WANDB_API_KEY": joKey, "WANDB_ENTITY": "acme"})
				maps.Copy(i.vars, vars)
				i.runPrintable(t, args...)
			}
			for i, args := range [][]string{
				{"doctor"},
				{"doctor", "--json"},
				{"doctor", "--report=-"},
				{"doctor", "--project", "vision"},
				{"doctor", "--entity", text, "--project", text},
				{"doctor", "--entity", "globex"},
				{"doctor", "--json", "--entity", text},
				{"whoami"},
				{"whoami", "--json"},
				{"status"},
				{"status", "--json"},
				{"login", "--relogin", joKey},
				{"login", "--host", text, joKey},
				{"login", text},
				{"ls", text},
				{"ls", "--json", text},
				{"sync", text},
				{"import", "tensorboard", text},
				{"sync", "--json", text},
				{"sync", "--entity", text},
				{"inspect", text},
				{"verify", text},
				{"serve", "--world", text},
				{"serve", "--addr", text},
				{"completion", text},
				{"explain", text},
				{"help", text},
				{text},
				{"--" + text},
				{"ls", "--" + text},
			} {
				if long || i%3 == n%3 { // each command meets a third of the texts
					check(nil, args...)
				}
			}
			if strings.Contains(text, "\x00") { // no variable can hold it
				return
			}
			for v, variable := range []string{
				"WANDB_ENTITY", "WANDB_PROJECT", "WANDB_BASE_URL", "WANDB_MODE", "WANDB_DIR", "WANDB_INIT_TIMEOUT", "WANDB_API_KEY", "WANDB_RUN_ID",
				"HTTPS_PROXY", "NETRC", "WANDB_IGNORE_GLOBS", "WANDB_CONFIG_DIR",
			} {
				commands := [][]string{{"status"}, {"status", "--json"}, {"doctor"}, {"whoami"}, {"ls"}}
				if !long { // each command meets each variable with some of the texts
					one := (n + v) % len(commands)
					commands = commands[one : one+1]
				}
				for _, args := range commands {
					check(map[string]string{variable: text}, args...)
				}
			}
		})
	}
}

// TestCommands_HostileRun_PrintNothingRaw looks at what is printed about runs that have the
// texts in their logs.
func TestCommands_HostileRun_PrintNothingRaw(t *testing.T) {
	t.Parallel()
	texts := hostile.Texts()
	for n, name := range slices.Sorted(maps.Keys(texts)) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			text := texts[name]
			s := wandbtest.New(t, hostileWorld(text))
			i := in(t, map[string]string{"WANDB_BASE_URL": s.URL(), "WANDB_API_KEY": joKey, "WANDB_ENTITY": "acme"})
			c, err := client.New(client.Options{Dir: i.dir, Getenv: func(string) string { return "" }})
			require.NoError(t, err)
			defer c.Close()
			short := text[:min(len(text), 60)]
			for o, opts := range []client.RunOptions{
				{Config: map[string]any{text: text}},
				{Name: short},
				{Notes: text},
				{Group: short},
				{JobType: short},
				{Tags: []string{short}},
				{Entity: short},
				{Project: short},
				{ID: short},
			} {
				if !long && (n+o)%3 != 0 { // each option with some of the texts
					continue
				}
				opts.Mode = client.ModeOffline
				run, err := c.Init(t.Context(), opts)
				if err != nil {
					continue // the client knows that no server accepts it
				}
				pixel := media.Image(image.NewGray(image.Rect(0, 0, 1, 1)), media.ImageOptions{Caption: text})
				require.NoError(t, run.Log(map[string]any{text: 1, "text": text, text + " image": pixel}))
				require.NoError(t, run.Finish(t.Context()))
				for _, args := range [][]string{
					{"inspect", run.Dir()},
					{"inspect", "--summary", run.Dir()},
					{"inspect", "--plot", text, run.Dir()},
					{"inspect", "--plot", "missing", run.Dir()},
					{"inspect", "--show", run.Dir()},
					{"inspect", "--media", filepath.Join(i.dir, "media"), run.Dir()},
					{"ls", i.dir},
					{"ls", "--json", i.dir},
					{"sync", "--json", run.Dir()},
					{"sync", run.Dir()},
					{"ls", i.dir},
					{"verify", run.Dir()},
				} {
					i.runPrintable(t, args...)
				}
			}
		})
	}
}

// TestServe_HostileRequests_PrintsNothingRaw makes requests whose paths, users and bodies
// have the texts.
func TestServe_HostileRequests_PrintsNothingRaw(t *testing.T) {
	t.Parallel()
	s := serve(t, t.TempDir())
	var hc http.Client
	for _, text := range hostile.Texts() {
		for _, path := range []string{"/graphql", "/files/" + text + "/p/r/file_stream", "/" + text} {
			body := strings.NewReader(`{"operationName":"` + text + `","query":"{ ` + text + ` }"}`)
			req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.url, body)
			require.NoError(t, err)
			req.URL.Path = path
			req.SetBasicAuth(text, text)
			resp, err := hc.Do(req)
			require.NoError(t, err)
			require.NoError(t, resp.Body.Close())
		}
	}
	hc.CloseIdleConnections()
	_, out := s.stop()
	assert.NotEmpty(t, out)
	assert.Empty(t, hostile.Raw(out))
	assert.Empty(t, hostile.Raw(s.stderr.String()))
}
