package client_test

import (
	"bytes"
	"cmp"
	"flag"
	"net/http"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/wandgo/wandgo/client"
	"github.com/wandgo/wandgo/wandbtest"
)

// TestMain silences the clients that are made from the process's environment: go test
// may well run in a terminal.
func TestMain(m *testing.M) {
	if err := os.Setenv("WANDB_SILENT", "true"); err != nil {
		panic(err)
	}
	debug.SetGCPercent(400) // the tests are short of time, not of memory
	flag.Parse()
	// Most tests wait, for a server's deadline or for a delay to pass, and do not compute.
	preset("test.parallel", "12")
	if !long {
		preset("rapid.checks", "30")
	}
	goleak.VerifyTestMain(m)
}

// preset sets a flag that the command line has not set.
func preset(name, value string) {
	if f := flag.Lookup(name); f.Value.String() == f.DefValue {
		_ = f.Value.Set(value)
	}
}

// long makes the tests that can be as thorough as there is time take theirs; .ci/run
// sets it.
var long = os.Getenv("WANDGO_TEST_LONG") != ""

// alone is an environment with nothing in it, but that nobody looks for a Git repository:
// reading this one's takes longer than most tests.
func alone(name string) string {
	if name == "WANDB_DISABLE_GIT" {
		return "true"
	}
	return ""
}

// newClient makes a client of s with a key, untouched by the environment, whose
// runs keep their data in a directory of the test. They do not describe program and
// machine unless the test is about that, because that takes a quarter of these tests' time.
func newClient(tb testing.TB, s *wandbtest.Server, key string, change ...func(*client.Options)) *client.Client {
	tb.Helper()
	dir := tb.TempDir()
	o := client.Options{BaseURL: s.URL(), APIKey: key, Dir: dir, Getenv: alone}
	for _, f := range change {
		f(&o)
	}
	if given := o.Getenv; given != nil { // the tests do not share runs with the same id
		tmp := filepath.Dir(dir)
		o.Getenv = func(name string) string {
			switch name {
			case "TMPDIR":
				return cmp.Or(given(name), tmp)
			case "WANDB_X_DISABLE_META":
				return cmp.Or(given(name), "true")
			case "WANDB_CACHE_DIR":
				return cmp.Or(given(name), filepath.Join(dir, "cache"))
			}
			return given(name)
		}
	}
	c, err := client.New(o)
	require.NoError(tb, err)
	tb.Cleanup(func() { require.NoError(tb, c.Close()) })
	return c
}

// described makes the runs of a client describe program and machine, as they do by default.
func described(o *client.Options) {
	given := o.Getenv
	o.Getenv = func(name string) string {
		if name == "WANDB_X_DISABLE_META" {
			return cmp.Or(given(name), "false")
		}
		return given(name)
	}
}

// isQuestion matches the follow-up questions of a diagnosis.
func isQuestion(_ *http.Request, body []byte) bool {
	for _, op := range append([]string{"Diagnose", "DiagnoseDefault", "ViewerUnpaged", "ViewerPlain", "ProbeUserEntity"}, singles...) {
		if bytes.Contains(body, []byte(`"operationName":"`+op+`"`)) {
			return true
		}
	}
	return false
}

// unwrapped is a text without its line breaks, which may be inside a path with a space.
func unwrapped(text string) string { return strings.Join(strings.Fields(text), " ") }
