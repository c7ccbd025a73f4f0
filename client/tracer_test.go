package client_test

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/client"
	"github.com/wandgo/wandgo/wandbtest"
)

// requests counts requests as a Prometheus collector would.
type requests struct {
	mu     sync.Mutex
	counts map[string]int
}

func (*requests) RequestStart(ctx context.Context, _ client.RequestStart) context.Context {
	return ctx // an OpenTelemetry adapter starts a span here
}

func (r *requests) RequestEnd(_ context.Context, e client.RequestEnd) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.counts == nil {
		r.counts = make(map[string]int)
	}
	r.counts[fmt.Sprintf("%s %d", e.Operation, e.StatusCode)]++
}

func (r *requests) all() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	var lines []string
	for name, n := range r.counts {
		lines = append(lines, fmt.Sprintf("%s: %d", name, n))
	}
	slices.Sort(lines)
	return lines
}

func ExampleRequestTracer() {
	srv, dir, done := world()
	defer done()
	counted := &requests{}
	c, err := client.New(client.Options{
		BaseURL: srv.URL(), APIKey: wandbtest.AliceKey, Dir: dir,
		Getenv: func(string) string { return "" },
		Tracer: counted,
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer c.Close()
	run, err := c.Init(context.Background(), client.RunOptions{Entity: "acme", Project: "vision"})
	if err == nil {
		fmt.Println(counted.all())
		err = run.Finish(context.Background())
	}
	if err != nil {
		fmt.Println(err)
	}
	// Output: [UpsertBucket 200: 1]
}

// span stands for a span of a tracing library, such as OpenTelemetry's.
type span struct{ name string }

func (s *span) End(status string) { fmt.Println(s.name, status) } //nolint:forbidigo // the example prints

// spans makes one span per attempt. The context carries it from RequestStart to
// RequestEnd, and to the HTTP client, which may propagate it.
type spans struct{}

type spanKey struct{}

func (spans) RequestStart(ctx context.Context, r client.RequestStart) context.Context {
	return context.WithValue(ctx, spanKey{}, &span{name: fmt.Sprintf("%s, attempt %d:", r.Operation, r.Attempt)})
}

func (spans) RequestEnd(ctx context.Context, r client.RequestEnd) {
	s, ok := ctx.Value(spanKey{}).(*span)
	switch {
	case !ok:
	case r.Err != nil:
		s.End(r.Err.Error())
	default:
		s.End(fmt.Sprintf("HTTP %d", r.StatusCode))
	}
}

func ExampleRequestTracer_spans() {
	srv, dir, done := world()
	defer done()
	c, err := client.New(client.Options{
		BaseURL: srv.URL(), APIKey: wandbtest.AliceKey, Dir: dir,
		Getenv: func(string) string { return "" },
		Tracer: spans{},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer c.Close()
	if _, err := c.Check(context.Background(), "acme", "vision"); err != nil {
		fmt.Println(err)
	}
	// Output: Diagnose, attempt 1: HTTP 200
}

// The numbers are a promise: one request to create a run, two if it is refused.
func TestRequestTracer_Init_SeesItsRequests(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name, key, entity string
		want              []string
	}{
		{"created", wandbtest.AliceKey, "acme", []string{"UpsertBucket 200: 1"}},
		{"refused", wandbtest.AliceKey, "nobody-of-this-name", []string{"Diagnose 200: 1", "UpsertBucket 404: 1"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			srv := wandbtest.New(t, wandbtest.Solo())
			counted := &requests{}
			c, err := client.New(client.Options{
				BaseURL: srv.URL(), APIKey: tc.key, Dir: t.TempDir(),
				Getenv: func(string) string { return "" }, Tracer: counted,
			})
			require.NoError(t, err)
			defer c.Close()
			run, err := c.Init(t.Context(), client.RunOptions{Entity: tc.entity, Project: "vision"})
			assert.Equal(t, tc.want, counted.all())
			if err == nil {
				require.NoError(t, run.Finish(t.Context()))
			}
		})
	}
}
