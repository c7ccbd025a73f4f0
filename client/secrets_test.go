package client_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/url"
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
			c := newClient(t, s, apiKey, quickly, func(o *client.Options) {
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
