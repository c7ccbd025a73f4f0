package main

import (
	"encoding/base64"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/wandbtest"
)

func TestReport_Refusal_Golden(t *testing.T) {
	t.Parallel()
	srv := wandbtest.New(t, testWorld())
	i := on(t, srv.URL(), joKey)
	i.vars["HOME"], i.dir = "/h", "/d"
	r := i.run(t, "doctor", "--entity", "acme", "--report", "-")
	assert.Equal(t, exitStatus(errors.ErrNotTeamMember), r.status)
	golden(t, "report.golden", i.stable(r.stdout))
}

// A server or a proxy may echo whatever it receives.
func TestReport_EchoedSecrets_AreRedacted(t *testing.T) {
	t.Parallel()
	other := strings.Repeat("0123456789abcdef", 3) // a key that this program does not know
	basic := "Basic " + base64.StdEncoding.EncodeToString([]byte("api:"+joKey))
	for _, status := range []int{200, 401, 403, 502} {
		t.Run(strconv.Itoa(status), func(t *testing.T) {
			t.Parallel()
			srv := wandbtest.New(t, testWorld())
			srv.Inject(wandbtest.Fault{
				Operation: "graphql", Status: status,
				Header: http.Header{"X-Request-Id": {joKey}, "Content-Type": {"application/json"}},
				Body: `{"errors":[{"message":"` + joKey + ` jo@example.com ` + basic + ` ` + other + `"}],"padding":"` +
					strings.Repeat("x", 1900) + joKey + `"}`,
			})
			i := on(t, srv.URL(), joKey)
			i.vars["WANDB_CONFIG_DIR"] = filepath.Join(i.vars["HOME"], "config")
			i.run(t, "doctor", "--json")
			i.run(t, "whoami", "--timeout", "200ms")
			for _, report := range []string{"-", "bug.md"} {
				r := i.run(t, "doctor", "--report", report)
				text := r.stdout
				if report != "-" {
					assert.Contains(t, r.stderr, "bug.md")
					data, err := os.ReadFile(filepath.Join(i.dir, report))
					require.NoError(t, err)
					info, err := os.Stat(filepath.Join(i.dir, report))
					require.NoError(t, err)
					assert.Equal(t, os.FileMode(0o600), info.Mode().Perm())
					text = string(data)
					noSecrets(t, text)
					noSecrets(t, r.stdout)
				}
				for _, hidden := range []string{other, "jo@example.com", i.vars["HOME"]} {
					assert.False(t, strings.Contains(text, hidden), "HTTP %d: something is shown", status) //nolint:testifylint // the text would be printed
				}
				assert.Contains(t, text, "HTTP ")
			}
		})
	}
}

func TestReport_NoResponse_SaysWhy(t *testing.T) {
	t.Parallel()
	srv := wandbtest.New(t, testWorld())
	srv.Inject(wandbtest.Fault{Cut: wandbtest.CutBefore})
	r := on(t, srv.URL(), joKey).run(t, "doctor", "--report=-")
	assert.Equal(t, exitStatus(errors.ErrServerUnavailable), r.status)
	assert.Contains(t, r.stdout, "no response after")

	r = in(t, map[string]string{"WANDB_BASE_URL": "ftp://x"}).run(t, "doctor", "--report=-")
	assert.Equal(t, exitStatus(errors.ErrInvalidInput), r.status)
	assert.Contains(t, r.stdout, "base URL")
}

func TestFenced_TextWithFences_IsEnclosed(t *testing.T) {
	t.Parallel()
	assert.Equal(t, "````text\na```b\n````\n", fenced("a```b\n"))
	assert.Equal(t, "```text\n(empty)\n```\n", fenced(""))
	assert.Equal(t, `a\|b c`, cell("a|b\nc"))
}

func TestReportArgument_EachForm_NamesTheFile(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, args, want string }{
		{"alone", "--report", "--report=wandgo-report.md"},
		{"before a flag", "--report --json", "--report=wandgo-report.md --json"},
		{"with its file", "--report a.md --json", "--report=a.md --json"},
		{"with one dash", "-report a.md", "--report=a.md"},
		{"to stdout", "--report -", "--report=-"},
		{"joined", "--report=a.md", "--report=a.md"},
		{"absent", "--json", "--json"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			assert.Equal(t, strings.Fields(test.want), reportArgument(strings.Fields(test.args)))
		})
	}
}

// The report has the exchange and neither token, even if the server repeats them.
func TestReport_IdentityToken_IsNotShown(t *testing.T) {
	t.Parallel()
	i, srv := federated(t, jobToken(time.Hour))
	r := i.run(t, "doctor", "--report=-")
	assert.Equal(t, exitAllowed, r.status, r.stderr)
	assert.Contains(t, r.stdout, "token exchange\n\nPOST `/oidc/token` with identity token from ")
	assert.Contains(t, r.stdout, "```text\n[redacted]\n```")
	assert.NotContains(t, r.stdout, jobToken(time.Hour)[:30])
	noSecrets(t, r.stdout)

	srv.Inject(wandbtest.Fault{Operation: "token", Status: 400, Body: `{"error":"invalid_grant","error_description":"` + jobToken(time.Hour) + `"}`})
	require.NoError(t, os.Remove(filepath.Join(i.vars["HOME"], ".config", "wandb", "credentials.json")))
	r = i.run(t, "doctor", "--report=-")
	assert.Equal(t, exitStatus(errors.ErrBadAPIKey), r.status)
	assert.NotContains(t, r.stdout, "eyJ")
}
