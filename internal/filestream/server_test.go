package filestream_test

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/wandgo/wandgo/internal/filestream"
)

// body is a request as the server reads it.
type body struct {
	Files map[string]struct {
		Offset  int64    `json:"offset"`
		Content []string `json:"content"`
	} `json:"files"`
	Uploaded   []string `json:"uploaded"`
	Preempting bool     `json:"preempting"`
	Complete   bool     `json:"complete"`
	ExitCode   *int     `json:"exitcode"`
}

// arrival is a request and when it came.
type arrival struct {
	at   time.Duration // since the server began
	raw  string
	body body
}

// server is a Sender that stores lines by index, as W&B does.
type server struct {
	t     testing.TB
	began time.Time

	mu       sync.Mutex
	answer   func(ctx context.Context, n int) (*filestream.Reply, error) // nil: yes
	arrivals []arrival
	inFlight int
	files    map[string]map[int64]string
	uploaded []string
}

func newServer(tb testing.TB) *server {
	tb.Helper()
	return &server{t: tb, began: time.Now(), files: make(map[string]map[int64]string)}
}

// Send stores a request. A request is stored also that is then answered with an error, as when
// a connection is cut after the body went through.
func (s *server) Send(ctx context.Context, raw []byte) (*filestream.Reply, error) {
	s.mu.Lock()
	s.inFlight++
	assert.Equal(s.t, 1, s.inFlight, "requests in flight")
	n := len(s.arrivals)
	var b body
	assert.NoError(s.t, json.Unmarshal(raw, &b), "body %.200s", raw)
	s.arrivals = append(s.arrivals, arrival{at: time.Since(s.began), raw: string(raw), body: b})
	s.store(b)
	answer := s.answer
	s.mu.Unlock()
	defer func() {
		s.mu.Lock()
		s.inFlight--
		s.mu.Unlock()
	}()
	if answer != nil {
		return answer(ctx, n)
	}
	return ok(), nil
}

// respond sets how the server answers its nth request.
func (s *server) respond(answer func(ctx context.Context, n int) (*filestream.Reply, error)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.answer = answer
}

func ok() *filestream.Reply {
	return &filestream.Reply{StatusCode: 200, Body: []byte(`{"exitcode":null,"limits":{}}`), Returned: true}
}

func (s *server) store(b body) {
	for name, f := range b.Files {
		if s.files[name] == nil {
			s.files[name] = make(map[int64]string)
		}
		for i, line := range f.Content {
			s.files[name][f.Offset+int64(i)] = line
		}
	}
	s.uploaded = append(s.uploaded, b.Uploaded...)
}

func (s *server) got() []arrival {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.arrivals)
}

// raws are the bodies in order.
func (s *server) raws() []string {
	var out []string
	for _, a := range s.got() {
		out = append(out, a.raw)
	}
	return out
}

// times are the times of the arrivals in order.
func (s *server) times() []time.Duration {
	var out []time.Duration
	for _, a := range s.got() {
		out = append(out, a.at)
	}
	return out
}

// lines are the lines of a file; their indices must have no gap from first on.
func (s *server) lines(name string, first int64) []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := make([]string, 0, len(s.files[name]))
	for i, index := range slices.Sorted(maps.Keys(s.files[name])) {
		assert.Equal(s.t, first+int64(i), index, "index in %s", name)
		out = append(out, s.files[name][index])
	}
	return out
}

// unsent collects the rows that a stream hands over.
func unsent(tb testing.TB, s *filestream.Stream) []string {
	tb.Helper()
	var rows []string
	assert.NoError(tb, s.HandOver(func(row []byte) error {
		rows = append(rows, string(row))
		return nil
	}))
	return rows
}

// advance lets time pass on the clock of a synctest bubble.
func advance(d time.Duration) { time.Sleep(d) } //nolint:forbidigo // no real time passes
