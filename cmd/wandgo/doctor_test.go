package main

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/internal/doctor"
	"github.com/wandgo/wandgo/internal/plaintext"
	"github.com/wandgo/wandgo/internal/term"
	"github.com/wandgo/wandgo/wandbtest"
)

func TestDoctor_EachCause_Golden(t *testing.T) {
	t.Parallel()
	srv := wandbtest.New(t, testWorld())
	foreign := wandbtest.New(t, testWorld(), wandbtest.WithPolicy(wandbtest.Policy{Foreign: true}))
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		w.WriteHeader(http.StatusForbidden)
		_, _ = fmt.Fprint(w, "<html><body>Blocked by policy</body></html>")
	}))
	t.Cleanup(proxy.Close)
	page := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(page.Close)
	encrypted := httptest.NewUnstartedServer(http.NotFoundHandler())
	encrypted.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelDebug)
	encrypted.StartTLS()
	t.Cleanup(encrypted.Close)
	busy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusTooManyRequests)
		_, _ = fmt.Fprint(w, `{"error":"rate limit exceeded"}`)
	}))
	t.Cleanup(busy.Close)

	kim := wandbtest.New(t, wandbtest.World{
		Users: []wandbtest.User{{Username: "kim", Keys: []string{joKey}, PersonalEntity: wandbtest.PersonalDisabled}},
		Teams: []wandbtest.Team{{Name: "lab", Members: []wandbtest.TeamMember{{Username: "kim"}}}},
	})

	for _, test := range []struct {
		name, url, key string
		args           []string
		cause          error // nil: allowed
	}{
		{"all_good", srv.URL(), joKey, nil, nil},
		{"new_project", srv.URL(), joKey, []string{"--project", "brand-new"}, nil},
		{"project_hidden", srv.URL(), joKey, []string{"--project", "lab"}, nil},
		{"no_key", srv.URL(), "", nil, errors.ErrNoAPIKey},
		{"malformed_key", srv.URL(), " \"" + joKey + "\"\n", nil, errors.ErrBadAPIKey},
		{"bad_key", srv.URL(), unknownKey, []string{"--entity", "acme"}, errors.ErrBadAPIKey},
		{"not_a_member", srv.URL(), joKey, []string{"--entity", "acme"}, errors.ErrNotTeamMember},
		{"placeholder", srv.URL(), joKey, []string{"--entity", "your_entity_name"}, errors.ErrEntityMissing},
		{"viewer_role", srv.URL(), viewerKey, []string{"--entity", "acme-research"}, errors.ErrViewerRole},
		{"own_name", kim.URL(), joKey, []string{"--entity", "kim"}, errors.ErrNoPersonalEntity},
		{"undetermined", srv.URL(), joKey, []string{"--entity", "vault"}, errors.ErrPermissionDenied},
		{"invalid_entity", srv.URL(), joKey, []string{"--entity", "acme/vision"}, errors.ErrInvalidInput},
		{"unreachable", "http://127.0.0.1:1", joKey, nil, errors.ErrServerUnavailable},
		{"unreachable_malformed_key", "http://127.0.0.1:1", "\"" + joKey, nil, errors.ErrServerUnavailable},
		{"intermediary", proxy.URL, joKey, nil, errors.ErrIntermediary},
		{"wrong_base_url", page.URL, joKey, nil, errors.ErrWrongBaseURL},
		{"untrusted", encrypted.URL, joKey, nil, errors.ErrServerUnavailable},
		{"http_only", strings.Replace(page.URL, "http:", "https:", 1), joKey, nil, errors.ErrWrongBaseURL},
		{"rate_limited", busy.URL, joKey, nil, errors.ErrRateLimited},
		{"foreign_server", foreign.URL(), joKey, []string{"--entity", "acme-research"}, errors.ErrSchemaMismatch},
		{"not_a_url", "ftp://wandb", joKey, nil, errors.ErrInvalidInput},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			i := on(t, test.url, test.key)
			i.dir = i.vars["HOME"] // where settings files are looked for
			r := i.run(t, append([]string{"doctor"}, test.args...)...)
			assert.Equal(t, exitStatus(test.cause), r.status)
			assert.Empty(t, r.stderr)
			assert.NotContains(t, r.stdout, "\x1b", "no color in a pipe")
			switch test.name {
			case "no_key": // prints paths that are wrapped
			case "untrusted": // the words are those of the operating system
				assert.Contains(t, flat(r.stdout), "cannot connect: the server's certificate is not trusted: x509: ")
				assert.Contains(t, r.stdout, "SSL_CERT_FILE")
			default:
				golden(t, "doctor_"+test.name+".golden", i.stable(r.stdout))
			}
		})
	}
}

// The network comes first: without it, no key can be created or tried.
func TestDoctor_NoServerAndNoKey_ExplainsBothInOrder(t *testing.T) {
	t.Parallel()
	var requests atomic.Int32
	page := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		requests.Add(1)
		w.WriteHeader(http.StatusNotFound)
	}))
	t.Cleanup(page.Close)
	for url, first := range map[string]string{"http://127.0.0.1:1": "cannot reach http://127.0.0.1:1", page.URL: "WANDB_BASE_URL"} {
		r := on(t, url, "").run(t, "doctor")
		_, explanation, _ := strings.Cut(flat(r.stdout), "also: no API key was found")
		network, key, both := strings.Cut(explanation, "After that, a second problem remains: Cannot create a run")
		assert.True(t, both, r.stdout)
		assert.Contains(t, network, first)
		assert.Contains(t, key, "Set the environment variable WANDB_API_KEY, or run wandgo login")
	}
	assert.EqualValues(t, 1, requests.Load(), "only the request that needs no key is sent")
}

func TestDoctor_EachGeneration_CreatesNothing(t *testing.T) {
	t.Parallel()
	for _, g := range generations {
		t.Run(g.String(), func(t *testing.T) {
			t.Parallel()
			srv := wandbtest.New(t, testWorld(), wandbtest.WithGeneration(g))
			r := on(t, srv.URL(), joKey).run(t, "doctor", "--entity", "acme-research")
			assert.Equal(t, exitAllowed, r.status, r.stdout)
			r = on(t, srv.URL(), joKey).run(t, "doctor", "--entity", "acme")
			assert.Equal(t, exitStatus(errors.ErrNotTeamMember), r.status, r.stdout)
			assert.Empty(t, srv.Runs(), "the doctor creates nothing")
		})
	}
}

// With short paths, lines are always wrapped at the same words.
func TestDoctor_NoKey_Golden(t *testing.T) {
	t.Parallel()
	srv := wandbtest.New(t, testWorld())
	i := on(t, srv.URL(), "")
	i.vars["HOME"], i.dir = "/h", "/d"
	text := i.run(t, "doctor").stdout
	// The client reads the real working directory, whose path may wrap the line.
	text = regexp.MustCompile(`- Settings file\s+[^\n]*?/cmd/wandgo/wandb/settings\s+does\s+not\s+exist\.`).
		ReplaceAllString(text, "- Settings file CWD/wandb/settings does not exist.")
	golden(t, "doctor_no_key.golden", i.stable(text))
}

func TestDoctor_SeveralKeys_NamesTheUnused(t *testing.T) {
	t.Parallel()
	srv := wandbtest.New(t, testWorld())
	write := func(i *invocation, key string) {
		text := "machine " + srv.URL()[len("http://"):] + "\n  login user\n  password " + key + "\n"
		require.NoError(t, os.WriteFile(filepath.Join(i.vars["HOME"], ".netrc"), []byte(text), 0o600))
	}

	i := on(t, srv.URL(), joKey)
	write(i, otherKey)
	r := i.run(t, "doctor")
	assert.Contains(t, i.stable(flat(r.stdout)), "note other keys netrc DIR/home/.netrc (machine 127.0.0.1:PORT) has a different key (42 characters, ends …00c3)")

	i = on(t, srv.URL(), joKey)
	write(i, joKey)
	assert.NotContains(t, i.run(t, "doctor").stdout, "other keys", "the same key is not worth a note")
	var doc document
	require.NoError(t, json.Unmarshal([]byte(i.run(t, "doctor", "--json").stdout), &struct {
		*document
		Error    any `json:"error"`
		Decision any `json:"decision"`
	}{document: &doc}))
	require.Len(t, doc.Key.Others, 1)
	assert.True(t, doc.Key.Others[0].Same)

	// A third key in a settings file, behind netrc.
	delete(i.vars, "WANDB_API_KEY")
	require.NoError(t, os.MkdirAll(filepath.Join(i.vars["HOME"], ".config", "wandb"), 0o700))
	require.NoError(t, os.WriteFile(filepath.Join(i.vars["HOME"], ".config", "wandb", "settings"),
		[]byte("[default]\napi_key = "+viewerKey+"\n"), 0o600))
	assert.Contains(t, i.run(t, "doctor").stdout, "…00b2")
}

func TestDoctor_BadNameInSettingsFile_NamesTheFile(t *testing.T) {
	t.Parallel()
	srv := wandbtest.New(t, testWorld())
	for _, test := range []struct{ name, setting, wrong string }{
		{"entity", "entity = acme/vision", "$WANDB_ENTITY"},
		{"project", "project = acme/vision", "$WANDB_PROJECT"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			i := on(t, srv.URL(), joKey)
			delete(i.vars, "WANDB_PROJECT")
			i.vars["WANDB_CONFIG_DIR"] = i.dir
			require.NoError(t, os.WriteFile(filepath.Join(i.dir, "settings"), []byte("[default]\n"+test.setting+"\n"), 0o600))
			r := i.run(t, "doctor")
			assert.Equal(t, exitStatus(errors.ErrInvalidInput), r.status)
			assert.Contains(t, r.stdout, `"${EDITOR:-vi}" `+plaintext.ShellWord(filepath.Join(i.dir, "settings"))+"\n")
			assert.NotContains(t, r.stdout, test.wrong)
		})
	}
}

func TestDoctor_ServerNotAsked_DecisionIsNotAllowed(t *testing.T) {
	t.Parallel()
	page := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(page.Close)
	for _, test := range []struct {
		name, url, key       string
		decision, confidence string
	}{
		{"unreachable", "http://127.0.0.1:1", joKey, "unknown", "undetermined"},
		{"no API", page.URL, joKey, "denied", "likely"},
		{"no URL", "ftp://wandb", joKey, "denied", "certain"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			var d struct{ Decision, Confidence string }
			r := on(t, test.url, test.key).run(t, "doctor", "--json")
			require.NoError(t, json.Unmarshal([]byte(r.stdout), &d))
			assert.Equal(t, test.decision, d.Decision)
			assert.Equal(t, test.confidence, d.Confidence)
		})
	}
}

func TestDoctor_JSON_HasAllKeys(t *testing.T) {
	t.Parallel()
	srv := wandbtest.New(t, testWorld())
	i := on(t, srv.URL(), joKey)
	r := i.run(t, "doctor", "--entity", "acme", "--json")
	assert.Equal(t, exitStatus(errors.ErrNotTeamMember), r.status)
	golden(t, "doctor.json", i.stable(r.stdout))
	assert.NotContains(t, r.stdout, "@example.com")

	var keys map[string]any
	require.NoError(t, json.Unmarshal([]byte(r.stdout), &keys))
	allowed := i.run(t, "doctor", "--json")
	var same map[string]any
	require.NoError(t, json.Unmarshal([]byte(allowed.stdout), &same))
	for key := range keys {
		assert.Contains(t, same, key, "all keys are always present")
		assert.Contains(t, doctorHelp, "\n  "+key+" ", "documented")
	}
	assert.Equal(t, "allowed", same["decision"])
	assert.Nil(t, same["error"])
}

func TestDoctor_Colors_Golden(t *testing.T) {
	t.Parallel()
	srv := wandbtest.New(t, testWorld())
	i := on(t, srv.URL(), joKey)
	env := environment{vars: i.vars, workDir: i.dir}
	x := &doctor.Checkup{Options: doctor.Options{Env: env.settings(), Client: env.options(), Entity: "acme"}}
	x.Run(t.Context())
	var b writer
	p := &printer{w: &b, style: term.NewStyle(true)}
	for _, c := range x.Checks {
		p.check(c)
	}
	p.explanation(explanation(x))
	require.NoError(t, p.err)
	golden(t, "doctor_color.golden", i.stable(string(b)))
}

type writer []byte

func (w *writer) Write(p []byte) (int, error) { *w = append(*w, p...); return len(p), nil }

func TestDoctor_BrokenPipe_ExitsInternal(t *testing.T) {
	t.Parallel()
	srv := wandbtest.New(t, testWorld())
	i := on(t, srv.URL(), joKey)
	for _, args := range [][]string{{"doctor"}, {"doctor", "--json"}, {"doctor", "--report=-"}, {"whoami"}, {"version"}} {
		var stderr writer
		status := run(t.Context(), args, environment{vars: i.vars, workDir: i.dir}, brokenWriter{}, &stderr)
		assert.Equal(t, exitInternal, status, "%v", args)
		assert.Contains(t, string(stderr), "broken pipe")
	}
	r := i.run(t, "doctor", "--report", "no/such/dir/report.md")
	assert.Equal(t, exitInternal, r.status)
	assert.Contains(t, r.stderr, "write the report")
}

type brokenWriter struct{}

func (brokenWriter) Write([]byte) (int, error) { return 0, errors.New("broken pipe") }

func TestDoctor_Interrupted_Exits130(t *testing.T) {
	t.Parallel()
	srv := wandbtest.New(t, testWorld())
	held := srv.Inject(wandbtest.Fault{Hang: true})
	ctx, cancel := context.WithCancel(t.Context())
	i := on(t, srv.URL(), joKey)
	done := make(chan result, 1)
	go func() { done <- i.runWith(t, ctx, "doctor") }()
	require.NoError(t, held.Wait(t.Context(), 1))
	cancel()
	assert.Equal(t, exitInterrupted, (<-done).status)
}

func TestDoctor_SilentServer_StopsAtTimeout(t *testing.T) {
	t.Parallel()
	srv := wandbtest.New(t, testWorld())
	srv.Inject(wandbtest.Fault{Hang: true})
	r := on(t, srv.URL(), joKey).run(t, "doctor", "--timeout", "50ms")
	assert.Equal(t, exitStatus(errors.ErrServerUnavailable), r.status)
	assert.Contains(t, r.stdout, "no response within")
}

func TestDoctor_IdentityToken_IsChecked(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, token string
		spoil       func(*invocation)
		cause       error
		want        []string
		asked       int // requests with the token, or for it
	}{
		{"good", jobToken(time.Hour), nil, nil, []string{
			`ok identity identity token from DIR/token: JSON web token of https://issuer.example.com for "repo:acme/vision" - expires at `,
			"ok account user \"jo\"", "ok verdict yes, likely: a run can be created in acme-research/vision",
		}, 2},
		{"expired", jobToken(-time.Hour), nil, errors.ErrBadAPIKey, []string{
			"? identity identity token from DIR/token", "expired at ", "by this machine's clock",
			"FAIL account the server does not accept the identity token", "FAIL verdict no: the server does not accept the identity token (certain)",
			"Response: HTTP 400 invalid_grant", "Ask an admin of the organization whether the server trusts the token's issuer",
		}, 1},
		{"no web token", "something else", nil, errors.ErrBadAPIKey, []string{
			"? identity identity token from DIR/token: not a JSON web token",
		}, 1},
		{"empty", "\n", nil, errors.ErrNoAPIKey, []string{
			"FAIL identity the identity token file DIR/token is empty - WANDB_API_KEY is empty - WANDB_IDENTITY_TOKEN_FILE names DIR/token",
			"- account not checked: there is no identity token", "FAIL verdict no: there is no identity token (certain)",
		}, 0},
		{"and a key in netrc", jobToken(time.Hour), func(i *invocation) {
			machine := strings.TrimPrefix(i.vars["WANDB_BASE_URL"], "http://")
			require.NoError(t, os.WriteFile(filepath.Join(i.vars["HOME"], ".netrc"), []byte("machine "+machine+" login user password "+otherKey), 0o600))
		}, nil, []string{
			"note other keys netrc DIR/home/.netrc (machine 127.0.0.1:PORT) has a different key (42 characters, ends …00c3), which is not used: the identity token from DIR/token takes precedence",
		}, 2},
		{"and a key", jobToken(time.Hour), func(i *invocation) { i.vars["WANDB_API_KEY"] = joKey }, errors.ErrInvalidInput, []string{
			"invalid WANDB_API_KEY: must not be set together with WANDB_IDENTITY_TOKEN_FILE",
		}, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			i, srv := federated(t, tt.token)
			if tt.spoil != nil {
				tt.spoil(i)
			}
			r := i.run(t, "doctor")
			assert.Equal(t, exitStatus(tt.cause), r.status)
			for _, want := range tt.want {
				assert.Contains(t, i.stable(flat(r.stdout)), want)
			}
			assert.NotContains(t, r.stdout, "eyJ", "no token is shown")
			asked := 0
			for _, request := range srv.Requests() {
				if request.Operation == "token" || request.Header.Get("Authorization") != "" {
					asked++
				}
			}
			assert.Equal(t, tt.asked, asked)
		})
	}
}
