package wandbtest

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/wandgo/wandgo/internal/fakeserver/objects"
)

// Server is an in-process W&B server. Create one with [New] or [Start].
type Server struct {
	cfg      config
	url      string
	storeURL string // of the object store
	dialect  *dialect
	started  time.Time
	secret   []byte // signs upload URLs
	// givenLimits is the value of "limits" in responses to posts; nil for the limiter's.
	givenLimits json.RawMessage

	// mu guards the world and which runs there are. What is in a run has a lock
	// of its own, so that streams do not wait for each other.
	mu        sync.RWMutex
	realm     *realm
	runs      []*run
	storage   map[string]*run
	agents    map[string]*agent
	artifacts artifacts

	objects  objects.Store
	expiries atomic.Int64 // calls of ExpireURLs

	faults  faults
	log     requestLog
	limiter limiter
	changed signal // a run has changed

	http     *http.Server
	stop     context.CancelFunc // ends held requests
	stopped  context.Context
	handlers sync.WaitGroup
	gate     sync.Mutex // orders handlers.Add before handlers.Wait
	closed   bool
}

// New starts a server for a test and closes it when the test ends. If [Start] returns an
// error, the test fails at once.
func New(tb testing.TB, world World, opts ...Option) *Server {
	tb.Helper()
	s, err := Start(world, opts...)
	if err != nil {
		tb.Fatalf("wandbtest: %v", err)
	}
	tb.Cleanup(s.Close)
	return s
}

// Start starts a server outside of a test; the caller must close it with [Server.Close].
// Errors are
//
//   - a contradiction in the world, see [World.Validate],
//   - an invalid option,
//   - an address that the server cannot listen on.
func Start(world World, opts ...Option) (*Server, error) {
	cfg := newConfig(opts)
	if err := world.Validate(); err != nil {
		return nil, fmt.Errorf("start server: %w", err)
	}
	schema, err := dialectOf(cfg.generation, cfg.policy)
	if err != nil {
		return nil, fmt.Errorf("start server: %w", err)
	}
	var limits json.RawMessage
	if cfg.limits != nil {
		if limits, err = json.Marshal(cfg.limits); err != nil {
			return nil, fmt.Errorf("start server: limits: %w", err)
		}
	}
	listener, err := listen(cfg.addr)
	if err != nil {
		return nil, fmt.Errorf("start server: %w", err)
	}
	host, port, _ := net.SplitHostPort(listener.Addr().String())
	s := &Server{
		cfg: cfg, url: "http://" + listener.Addr().String(), storeURL: "http://" + net.JoinHostPort(cmp.Or(cfg.storeHost, host), port),
		dialect: schema, started: cfg.clock(), givenLimits: limits,
		secret: []byte(rand.Text()), storage: map[string]*run{}, agents: map[string]*agent{}, artifacts: newArtifacts(),
	}
	s.realm = newRealm(world, cfg.policy.FoldEntityCase, s.started)
	for key := range s.realm.keys {
		s.log.keys = append(s.log.keys, key)
	}
	s.stopped, s.stop = context.WithCancel(context.Background())
	s.http = &http.Server{
		Handler: s, ReadHeaderTimeout: time.Minute,
		ErrorLog: slog.NewLogLogger(cfg.logger.Handler(), slog.LevelDebug),
	}
	s.handlers.Go(func() {
		if err := s.http.Serve(listener); err != http.ErrServerClosed {
			cfg.logger.Error("serve", "err", err)
		}
	})
	return s, nil
}

func newConfig(opts []Option) config {
	cfg := config{addr: "127.0.0.1:0", features: DefaultFeatures(), clock: time.Now}
	for _, o := range opts {
		o.apply(&cfg)
	}
	if cfg.logger == nil {
		cfg.logger = slog.New(slog.DiscardHandler)
	}
	cfg.validationStatus = cmp.Or(cfg.validationStatus, http.StatusOK)
	cfg.policy = cfg.policy.withDefaults()
	return cfg
}

// listen refuses addresses that other machines can reach, because the server is not meant
// to protect secrets.
func listen(addr string) (net.Listener, error) {
	tcp, err := net.ResolveTCPAddr("tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("listen on %q: %w", addr, err)
	}
	if !tcp.IP.IsLoopback() {
		return nil, fmt.Errorf("listen on %q: only loopback addresses are allowed", addr)
	}
	return net.ListenTCP("tcp", tcp)
}

// URL returns the base URL, such as "http://127.0.0.1:41234", without a trailing slash.
func (s *Server) URL() string { return s.url }

// Close stops the server, releases held requests and blocks until all handlers have
// returned. Stored data can still be read, except the content of files of artifacts that have
// more than 1 MiB. Further calls do nothing.
func (s *Server) Close() {
	s.gate.Lock()
	first := !s.closed
	s.closed = true
	s.gate.Unlock()
	if first {
		s.stop()
		s.http.Close()
	}
	s.handlers.Wait()
	if err := s.objects.Close(); err != nil {
		s.cfg.logger.Error("close the object store", "err", err)
	}
}

// enter counts a new handler. It returns false if the server is closed.
func (s *Server) enter() bool {
	s.gate.Lock()
	defer s.gate.Unlock()
	if s.closed {
		return false
	}
	s.handlers.Add(1)
	return true
}
