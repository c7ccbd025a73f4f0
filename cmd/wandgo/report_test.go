package main

import (
	"encoding/base64"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/internal/secret"
	"github.com/wandgo/wandgo/wandbtest"
)

func TestReportGolden(t *testing.T) {
	t.Parallel()
	srv := wandbtest.New(t, testWorld())
	i := on(t, srv.URL(), joKey)
	i.vars["HOME"], i.dir = "/h", "/d"
	r := i.run(t, "doctor", "--entity", "acme", "--report", "-")
	assert.Equal(t, exitStatus(errors.ErrNotTeamMember), r.status)
	golden(t, "report.golden", i.stable(r.stdout))
}

// A server or a proxy may echo everything it was sent.
func TestReportShowsNoSecret(t *testing.T) {
	t.Parallel()
	const other = "notakey0second00000000000000000000000000e5"
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
			i.vars["OTHER"] = other
			i.vars["WANDB_CONFIG_DIR"] = filepath.Join(i.vars["HOME"], "config")
			i.run(t, "doctor", "--second-key-env", "OTHER", "--json")
			i.run(t, "whoami", "--timeout", "200ms")
			for _, report := range []string{"-", "bug.md"} {
				r := i.run(t, "doctor", "--second-key-env", "OTHER", "--report", report)
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

func TestReportTellsWhyThereWasNoAnswer(t *testing.T) {
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

func TestRedactor(t *testing.T) {
	t.Parallel()
	r := redactor{keys: []secret.Key{secret.New(joKey)}, home: "/home/jo"}
	for _, test := range []struct{ name, text, want string }{
		{"plain text stays", "HTTP 403 permission denied for acme/vision", "HTTP 403 permission denied for acme/vision"},
		{"key", "k=" + joKey + "!", "k=[redacted]!"},
		{"unknown hex key", "0123456789abcdefdeadbeef0123456789abcdef", "[redacted]"},
		{"unknown key of today", "wandb_v1_abcDEF", "[redacted]"},
		{"local key", "local-0123456789abcdef0123456789abcdef01234567", "[redacted]"},
		{"credentials", "Authorization: Basic YXBpOmFiY2Q=", "Authorization: Basic [redacted]"},
		{"bearer", "bearer abcdefgh.ijk", "bearer [redacted]"},
		{"token", "eyJhbGciOiJIUzI1NiJ9.eyJzdWIi.abc-d_e", "[redacted]"},
		{"email", "write to jo.doe+x@mail.example.com.", "write to [email]."},
		{"home", "/home/jo/.netrc", "~/.netrc"},
		{"password in a URL", "http://me:pw@proxy:80/x", "http://[redacted]@proxy:80/x"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			assert.Equal(t, test.want, r.text(test.text))
		})
	}
	assert.Equal(t, "/a", redactor{home: "/"}.text("/a"))
}

func TestFencesHold(t *testing.T) {
	t.Parallel()
	assert.Equal(t, "````text\na```b\n````\n", fenced("a```b\n"))
	assert.Equal(t, "```text\n(empty)\n```\n", fenced(""))
	assert.Equal(t, `a\|b c`, cell("a|b\nc"))
}
