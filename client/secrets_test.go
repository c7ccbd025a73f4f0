package client_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/client"
	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/wandbtest"
)

// leaks is where everything goes that the library says.
type leaks struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *leaks) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

// take prints a value in every way there is.
func (l *leaks) take(t *testing.T, values ...any) {
	t.Helper()
	for _, v := range values {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d", "%t"} {
			fmt.Fprintf(l, verb+"\n", v)
		}
		if text, err := json.Marshal(v); err == nil {
			_, _ = l.Write(text)
		}
		slog.New(slog.NewJSONHandler(l, nil)).Info("value", "v", v)
		slog.New(slog.NewTextHandler(l, nil)).Info("value", "v", v)
		if err, ok := v.(error); ok {
			fmt.Fprintln(l, err.Error(), errors.Explain(err))
			for _, e := range unwrapAll(err) {
				fmt.Fprintf(l, "%v %+v\n", e, e)
			}
		}
	}
}

func unwrapAll(err error) []error {
	all := []error{err}
	switch e := err.(type) { //nolint:errorlint // the tree is walked by hand
	case interface{ Unwrap() error }:
		if below := e.Unwrap(); below != nil {
			all = append(all, unwrapAll(below)...)
		}
	case interface{ Unwrap() []error }:
		for _, below := range e.Unwrap() {
			all = append(all, unwrapAll(below)...)
		}
	}
	return all
}

// secretsOf lists the forms in which a key may turn up.
func secretsOf(key string) []string {
	basic := "api:" + key
	return []string{
		key, fmt.Sprintf("%x", key), fmt.Sprintf("%X", key), url.QueryEscape(basic),
		base64.StdEncoding.EncodeToString([]byte(basic)), base64.URLEncoding.EncodeToString([]byte(basic)),
		base64.StdEncoding.EncodeToString([]byte(key)),
	}
}

// echoing answers requests to a path with a refusal that repeats whatever secret
// they carry.
type echoing struct {
	next http.RoundTripper
	path string // where a URL's path ends; "" answers nothing
	code int
}

func (e *echoing) RoundTrip(req *http.Request) (*http.Response, error) {
	if e.path == "" || !strings.HasSuffix(req.URL.Path, e.path) {
		return e.next.RoundTrip(req)
	}
	body, err := io.ReadAll(req.Body)
	if err != nil {
		return nil, err
	}
	echo := req.Header.Get("Authorization") + " " + strings.ReplaceAll(string(body), `"`, "'")
	text := `{"errors":[{"message":"denied: ` + echo + `","path":["x"],"extensions":{"code":"` + echo + `"}}]}`
	return &http.Response{
		StatusCode: e.code, Request: req, Body: io.NopCloser(strings.NewReader(text)), ContentLength: int64(len(text)),
		Header: http.Header{"Content-Type": {"application/json"}, "X-Request-Id": {echo}, "Location": {"https://example.com/" + echo}},
	}, nil
}

func (e *echoing) CloseIdleConnections() {
	if c, ok := e.next.(interface{ CloseIdleConnections() }); ok {
		c.CloseIdleConnections()
	}
}

// TestNoTokens is TestNoSecrets for a job that logs in with an identity token: it
// looks for that and for what it was exchanged for. Both contain notakey.
func TestNoTokens(t *testing.T) {
	t.Parallel()
	for name, echo := range map[string]echoing{
		"success":                     {},
		"exchange echoes the token":   {path: "/oidc/token", code: 400},
		"exchange redirects":          {path: "/oidc/token", code: 302},
		"server echoes the token":     {path: "/graphql", code: 403},
		"server echoes with 401":      {path: "/graphql", code: 401},
		"server echoes with 200":      {path: "/graphql", code: 200},
		"server redirects":            {path: "/graphql", code: 307},
		"file stream echoes with 403": {path: "/file_stream", code: 403},
		"file stream echoes with 200": {path: "/file_stream", code: 200},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFederation(t)
			var out leaks
			transport := http.DefaultTransport.(*http.Transport).Clone()
			t.Cleanup(transport.CloseIdleConnections)
			echo.next = transport
			c := newClient(t, f.Server, "", f.environ("WANDB_X_FILE_STREAM_RETRY_MAX", "5"), described, func(o *client.Options) {
				o.HTTPClient = &http.Client{Transport: &echo}
				o.Logger = slog.New(slog.NewJSONHandler(&out, &slog.HandlerOptions{Level: slog.LevelDebug, AddSource: true}))
			})
			out.take(t, c)
			access, err := c.Check(t.Context(), "acme", "team")
			out.take(t, access, err)
			if access != nil {
				out.take(t, *access, access.Explain(), access.Err())
			}
			v, err := c.Viewer(t.Context())
			out.take(t, v, err)
			run, err := c.Init(t.Context(), client.RunOptions{Entity: "acme", Project: "team", OnRefused: func(err error) client.Reaction {
				out.take(t, err)
				return client.GoOffline
			}})
			require.NoError(t, err)
			require.NoError(t, run.Log(map[string]any{"loss": 1}))
			out.take(t, run, run.Finish(t.Context()), run.Err())
			kept := onDisk(t, run.Dir())
			out.take(t, kept.Run, string(kept.Refusal), f.Requests())
			text := out.text.String()
			require.NotEmpty(t, text)
			if at := strings.Index(text, "notakey"); at >= 0 {
				assert.Fail(t, "a token is told", "%.300s", text[max(0, at-200):])
			}
			if exchanged := f.exchanges(); exchanged > 0 {
				kept, err := os.ReadFile(f.credentials)
				require.NoError(t, err)
				assert.Contains(t, string(kept), "notakey", "it was there to be told")
			}
		})
	}
}

// TestNoSecrets runs what a program does, with every log and every error caught,
// and looks for the key.
func TestNoSecrets(t *testing.T) {
	t.Parallel()
	apiKey := key("member")
	echo := `{"errors":[{"message":"denied: Authorization: Basic ` + base64.StdEncoding.EncodeToString([]byte("api:"+apiKey)) +
		` key ` + apiKey + `","path":["upsertBucket"],"extensions":{"code":"` + apiKey + `"}}]}`
	flows := map[string]struct {
		entity string
		faults []wandbtest.Fault
	}{
		"success":                        {"acme", nil},
		"refused":                        {"elsewhere", nil},
		"entity missing":                 {"nosuchteam", nil},
		"server echoes the key":          {"acme", []wandbtest.Fault{{Status: 403, Body: echo}}},
		"server echoes the key with 200": {"acme", []wandbtest.Fault{{Status: 200, Body: echo}}},
		"server echoes the key with 500": {"acme", []wandbtest.Fault{{Status: 500, Body: echo}}},
		"proxy echoes the key": {"acme", []wandbtest.Fault{{
			Status: 403, Body: "<html><title>" + apiKey + "</title>" + apiKey + "</html>",
			Header: header("X-Request-Id", apiKey, "Location", "https://example.com/?key="+apiKey),
		}}},
		"redirect with the key": {"acme", []wandbtest.Fault{{Status: 302, Header: header("Location", "https://example.com/"+apiKey)}}},
		"garbage":               {"acme", []wandbtest.Fault{{Garbage: true}}},
		"refused midway":        {"acme", []wandbtest.Fault{{Operation: "file_stream", Status: 403, Body: echo}}},
		"error in a 200 midway": {"acme", []wandbtest.Fault{{Operation: "file_stream", Body: `{"error":"` + apiKey + `"}`}}},
	}
	for name, flow := range flows {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := wandbtest.New(t, everybody())
			for _, f := range flow.faults {
				s.Inject(f)
			}
			var out leaks
			var opts client.Options
			c := newClient(t, s, apiKey, quickly, described, func(o *client.Options) {
				o.Logger = slog.New(slog.NewJSONHandler(&out, &slog.HandlerOptions{Level: slog.LevelDebug, AddSource: true}))
				opts = *o
			})
			opts.HTTPClient, opts.Logger, opts.Getenv = nil, nil, nil
			out.take(t, c, struct{ c *client.Client }{c}, opts, &opts, struct{ O client.Options }{opts}, []client.Options{opts}, map[string]client.Options{"o": opts})
			access, err := c.Check(t.Context(), flow.entity, "team")
			out.take(t, access, err)
			if access != nil {
				out.take(t, *access, access.Explain(), access.Err())
			}
			v, err := c.Viewer(t.Context())
			out.take(t, v, err)
			run, err := c.Init(t.Context(), client.RunOptions{Entity: flow.entity, Project: "team", OnRefused: func(err error) client.Reaction {
				out.take(t, err)
				return client.GoOffline
			}})
			require.NoError(t, err)
			require.NoError(t, run.Log(map[string]any{"loss": 1}))
			out.take(t, run, run.Finish(t.Context()), run.Err())
			if dir := run.Dir(); dir != "" {
				kept := onDisk(t, dir)
				out.take(t, kept.Run, string(kept.Refusal))
			}
			text := out.text.String()
			require.NotEmpty(t, text)
			for i, secret := range secretsOf(apiKey) {
				if at := strings.Index(text, secret); at >= 0 {
					line := text[strings.LastIndexByte(text[:at], '\n')+1:]
					assert.Fail(t, "the key is told", "in form %d: %.300s", i, line[max(0, min(len(line), at-strings.LastIndexByte(text[:at], '\n')-1)-200):])
				}
			}
		})
	}
}
