package runfiles_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/graphql"
	"github.com/wandgo/wandgo/internal/gqlclient"
	"github.com/wandgo/wandgo/internal/objectstore"
	"github.com/wandgo/wandgo/internal/runfiles"
	"github.com/wandgo/wandgo/internal/secret"
	"github.com/wandgo/wandgo/internal/transport"
	"github.com/wandgo/wandgo/wandbtest"
)

// advance moves a fake clock.
func advance(d time.Duration) { time.Sleep(d) } //nolint:forbidigo // no real time passes

// quick is the transfer policy without its waits.
func quick() *transport.Policy {
	p := transport.TransferPolicy()
	p.MinWait, p.MaxWait = time.Millisecond, time.Millisecond
	return &p
}

// notes are the calls of an uploader's callbacks.
type notes struct {
	mu       sync.Mutex
	uploaded []string
	skipped  map[string]error
	refused  []*graphql.Error
	denied   []*objectstore.Error
}

func (n *notes) watch(cfg *runfiles.Config) {
	n.skipped = make(map[string]error)
	locked := func(f func()) { n.mu.Lock(); defer n.mu.Unlock(); f() }
	cfg.Uploaded = func(name string) { locked(func() { n.uploaded = append(n.uploaded, name) }) }
	cfg.Skipped = func(name string, why error) { locked(func() { n.skipped[name] = why }) }
	cfg.Refused = func(e *graphql.Error) { locked(func() { n.refused = append(n.refused, e) }) }
	cfg.Denied = func(e *objectstore.Error) { locked(func() { n.denied = append(n.denied, e) }) }
}

func (n *notes) names() []string {
	n.mu.Lock()
	defer n.mu.Unlock()
	names := slices.Clone(n.uploaded)
	slices.Sort(names)
	return names
}

// online is an uploader for the run acme/p/r of a server.
type online struct {
	*runfiles.Uploader
	*notes
	srv *wandbtest.Server
	tb  testing.TB
}

func newOnline(tb testing.TB, change func(*runfiles.Config)) *online {
	tb.Helper()
	srv := wandbtest.New(tb, wandbtest.Solo())
	tr, err := transport.New(transport.Options{
		BaseURL: srv.URL(), Key: secret.New(wandbtest.AliceKey), Username: "alice",
		ExtraHeaders: map[string]string{"X-Gateway": "g"},
	})
	require.NoError(tb, err)
	tb.Cleanup(func() { assert.NoError(tb, tr.Close()) })
	gql := gqlclient.New(tr).WithPolicy(*quick())
	entity, project, run := "acme", "p", "r"
	_, err = graphql.UpsertBucket(tb.Context(), gql, graphql.UpsertBucketInput{EntityName: &entity, ModelName: &project, Name: &run})
	require.NoError(tb, err)
	cfg := runfiles.Config{
		GraphQL: gql, Transport: tr, Entity: entity, Project: project, Run: run,
		BatchWait: 5 * time.Millisecond, PollInterval: 2 * time.Millisecond, Policy: quick(),
	}
	o := &online{notes: &notes{}, srv: srv, tb: tb}
	o.watch(&cfg)
	if change != nil {
		change(&cfg)
	}
	o.Uploader = runfiles.New(cfg)
	tb.Cleanup(o.Close)
	o.Start()
	return o
}

func (o *online) view() wandbtest.RunView {
	o.tb.Helper()
	v, ok := o.srv.Run("acme", "p", "r")
	require.True(o.tb, ok)
	return v
}

// files are the uploaded files as text.
func (o *online) files() map[string]string {
	files := make(map[string]string)
	for name, data := range o.view().Files {
		files[name] = string(data)
	}
	return files
}

func (o *online) wait(cond func(wandbtest.RunView) bool) {
	o.tb.Helper()
	_, err := o.srv.WaitRun(o.tb.Context(), "acme", "p", "r", cond)
	require.NoError(o.tb, err)
}

// puts counts the requests of a kind that the server got.
func (o *online) requests(operation string) int {
	n := 0
	for _, r := range o.srv.Requests() {
		if r.Operation == operation {
			n++
		}
	}
	return n
}

func write(tb testing.TB, path, text string) string {
	tb.Helper()
	require.NoError(tb, os.MkdirAll(filepath.Dir(path), 0o700))
	require.NoError(tb, os.WriteFile(path, []byte(text), 0o600))
	return path
}

func read(tb testing.TB, path string) string {
	tb.Helper()
	data, err := os.ReadFile(path)
	require.NoError(tb, err)
	return string(data)
}

// wire is a server without a network, for tests on a fake clock.
type wire struct {
	start time.Time
	// put answers an upload; nil accepts it.
	put func(p put) (status int, body string)
	// address is the URL handed out for the nth request of a name, from 1.
	address func(name string, n int) string
	headers []string
	// refuse answers a request for addresses by a 403 instead.
	refuse func(asked int) bool

	mu     sync.Mutex
	asked  [][]string
	askedN map[string]int
	puts   []put
}

type put struct {
	name, body string
	url        string
	header     http.Header
	length     int64
	at         time.Duration
}

func newWire(t *testing.T, w *wire, change func(*runfiles.Config)) *online {
	t.Helper()
	w.start, w.askedN = time.Now(), make(map[string]int)
	tr, err := transport.New(transport.Options{
		BaseURL: "https://api.test/sub", Key: secret.New(wandbtest.AliceKey), Username: "alice",
		HTTPClient: &http.Client{Transport: w},
	})
	require.NoError(t, err)
	cfg := runfiles.Config{
		GraphQL: gqlclient.New(tr), Transport: tr, Entity: "acme", Project: "p", Run: "r",
	}
	o := &online{notes: &notes{}, tb: t}
	o.watch(&cfg)
	if change != nil {
		change(&cfg)
	}
	o.Uploader = runfiles.New(cfg)
	t.Cleanup(o.Close)
	o.Start()
	return o
}

func (w *wire) RoundTrip(r *http.Request) (*http.Response, error) {
	var data []byte
	if r.Body != nil {
		var err error
		if data, err = io.ReadAll(r.Body); err != nil {
			return nil, err
		}
		_ = r.Body.Close()
	}
	status, body := http.StatusOK, ""
	if strings.HasSuffix(r.URL.Path, "/graphql") {
		body = w.answer(data)
		if w.refuse != nil && w.refuse(len(w.names())) {
			status, body = http.StatusForbidden, `{"errors":[{"message":"permission denied"}]}`
		}
	} else {
		name := r.URL.Path[strings.LastIndex(r.URL.Path, "/store/")+len("/store/"):]
		p := put{name, string(data), r.URL.String(), r.Header.Clone(), r.ContentLength, time.Since(w.start)}
		w.mu.Lock()
		w.puts = append(w.puts, p)
		w.mu.Unlock()
		if w.put != nil {
			status, body = w.put(p)
		}
	}
	return &http.Response{
		StatusCode: status, Request: r, Header: http.Header{}, ContentLength: int64(len(body)),
		Body: io.NopCloser(bytes.NewReader([]byte(body))),
	}, nil
}

func (w *wire) answer(data []byte) string {
	var req struct {
		Variables struct{ Input struct{ Files []string } }
	}
	_ = json.Unmarshal(data, &req)
	w.mu.Lock()
	defer w.mu.Unlock()
	w.asked = append(w.asked, req.Variables.Input.Files)
	files := make([]map[string]string, len(req.Variables.Input.Files))
	for i, name := range req.Variables.Input.Files {
		w.askedN[name]++
		address := fmt.Sprintf("https://bucket.test/store/%s?signature=%d", name, w.askedN[name])
		if w.address != nil {
			address = w.address(name, w.askedN[name])
		}
		files[i] = map[string]string{"name": name, "uploadUrl": address}
	}
	headers := w.headers
	if headers == nil {
		headers = []string{}
	}
	answer, _ := json.Marshal(map[string]any{"data": map[string]any{
		"createRunFiles": map[string]any{"uploadHeaders": headers, "files": files},
	}})
	return string(answer)
}

// names are the names of each request for addresses.
func (w *wire) names() [][]string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.asked)
}

func (w *wire) sent() []put {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.puts)
}

func (w *wire) bodies() []string {
	var bodies []string
	for _, p := range w.sent() {
		bodies = append(bodies, p.name+"="+p.body)
	}
	return bodies
}

func storeError(code, message string) string {
	return `<?xml version="1.0" encoding="UTF-8"?><Error><Code>` + code + `</Code><Message>` + message + `</Message></Error>`
}
