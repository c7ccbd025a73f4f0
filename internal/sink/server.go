package sink

import (
	"context"
	"net/http"
	"net/url"
	"time"

	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/graphql"
	"github.com/wandgo/wandgo/internal/diagnose"
	"github.com/wandgo/wandgo/internal/filestream"
	"github.com/wandgo/wandgo/internal/gqlclient"
	"github.com/wandgo/wandgo/internal/objectstore"
	"github.com/wandgo/wandgo/internal/record"
	"github.com/wandgo/wandgo/internal/transport"
)

// Target names a run on a server.
type Target struct{ Entity, Project, RunID, BaseURL string }

// Question is what the diagnosis is asked about a request for the run.
func (t Target) Question(op diagnose.Op) diagnose.Question {
	return diagnose.Question{Op: op, Entity: t.Entity, Project: t.Project, RunID: t.RunID}
}

func (t Target) streamPath() string {
	return "/files/" + url.PathEscape(t.Entity) + "/" + url.PathEscape(t.Project) + "/" + url.PathEscape(t.RunID) + "/file_stream"
}

// ServerConfig configures a [Server].
type ServerConfig struct {
	Target    Target
	Transport *transport.Transport
	GraphQL   *gqlclient.Client
	// Policy is how requests with rows are retried, Header is added to them.
	Policy transport.Policy
	Header http.Header
	// Started is when the run started; samples of system metrics count from it.
	Started time.Time
	// Offsets is where the run's files end on the server.
	Offsets record.Lines
	// Stream has the pacing and limits of the file stream. Its offsets and functions
	// are set by the Server, and its sender if there is none.
	Stream filestream.Config
	// SettingsDelay is how long changes of settings are gathered for one request.
	SettingsDelay time.Duration
	// Settings makes the request for the settings as they are. labels says that more
	// than the config has changed. Summary is the summary as the server gets it. Both
	// are called from other goroutines, without a lock held.
	Settings func(labels bool) graphql.UpsertBucketInput
	Summary  func() []byte

	// The functions below may be nil, and must return soon.

	// OnRequest is called before each request with rows, OnStopped once when a user
	// stopped the run in the web UI.
	OnRequest, OnStopped func()
	// OnRowsRefused is called once when the server accepts no more rows, after the
	// stream has come to rest.
	OnRowsRefused func(error)
	// OnSettings is called when the server accepted a change of the settings (err is
	// nil) or will not accept it.
	OnSettings func(err error)
}

// Server stores a run on the server: rows, samples, console lines and the summary
// through the file stream, settings through upserts. Methods are safe for concurrent
// use. Only those that take a context block.
type Server struct {
	cfg     ServerConfig
	stream  *filestream.Stream
	sender  *sender
	updater *updater
}

// NewServer creates a Server. Nothing is sent before Start.
func NewServer(cfg ServerConfig) *Server {
	s := &Server{cfg: cfg}
	s.updater = newUpdater(s)
	stream := cfg.Stream
	s.sender = &sender{
		transport: cfg.Transport, policy: cfg.Policy, before: cfg.OnRequest, header: cfg.Header, path: cfg.Target.streamPath(),
	}
	if stream.Sender == nil {
		stream.Sender = s.sender
	}
	stream.Offsets, stream.OnStopped, stream.OnFatal = cfg.Offsets, cfg.OnStopped, cfg.OnRowsRefused
	s.stream = filestream.New(stream)
	return s
}

// WriterHeader marks requests with rows as those of one of several writers of a run; nil
// if id is empty.
func WriterHeader(id string) http.Header {
	if id == "" {
		return nil
	}
	header := make(http.Header)
	header.Set("X-Wandb-Use-Async-Filestream", "true")
	header.Set("X-Wandb-Async-Client-Id", id) // unlike the header of GraphQL requests
	return header
}

// Start starts sending.
func (s *Server) Start() { s.stream.Start() }

// Row queues a history row.
func (s *Server) Row(row *record.Row) error {
	// The summary first, so that no row is on the server before its summary.
	if err := s.stream.SetSummary(s.cfg.Summary); err != nil {
		return err
	}
	return s.stream.AppendRow(row.Line, row.Layout)
}

// Put queues any other record. Records that do not travel in the file stream, such as files,
// are accepted and do nothing.
func (s *Server) Put(rec record.Record) error {
	switch rec := rec.(type) {
	case *record.Summary:
		return s.stream.SetSummary(s.cfg.Summary)
	case *record.Config, *record.Metric, *record.Telemetry:
		s.updater.change(false)
	case *record.Run:
		s.updater.change(true)
	case *record.Stats:
		line, _ := rec.AppendLine(nil, s.cfg.Started)
		return s.stream.AppendEvent(line)
	case *record.EventLine:
		return s.stream.AppendEvent(rec.Text)
	case *record.ConsoleLine:
		return s.stream.AppendConsole(rec.Index, rec.Text)
	case *record.Preempting:
		return s.stream.Preempting()
	}
	return nil
}

// Uploaded reports that a file of the run is in the server's storage.
func (s *Server) Uploaded(name string) { _ = s.stream.AddUploaded(name) } // a closed stream needs no names

// Stats are the counts of the file stream.
func (s *Server) Stats() filestream.Stats { return s.stream.Stats() }

// Flush blocks until the server has accepted all settings and rows stored so far, or
// ctx ends.
func (s *Server) Flush(ctx context.Context) error {
	if err := s.updater.flushNow(ctx); err != nil {
		return err
	}
	return s.stream.Flush(ctx)
}

// FinishSettings sends the last change of the settings, without delay.
func (s *Server) FinishSettings(ctx context.Context) error { return s.updater.finish(ctx) }

// FinishRows sends what is waiting. ends says that the run ends with it, with the
// exit code; otherwise other writers continue the run.
func (s *Server) FinishRows(ctx context.Context, code int, ends bool) error {
	if ends {
		return s.stream.Finish(ctx, code)
	}
	return s.stream.Depart(ctx)
}

// EndRefused reports the end of the run to the server after the stream failed, if the server
// refused no more than what the rows hold, and so still accepts the run and its end. Otherwise
// the run would count as crashed. refusal is of the public types.
func (s *Server) EndRefused(ctx context.Context, refusal error, code int) error {
	if !errors.Is(refusal, errors.ErrMetricLimit) && !errors.Is(refusal, errors.ErrInvalidInput) {
		return nil
	}
	return s.sender.end(ctx, code)
}

// Interrupt stops sending and returns what became of the last request: why the server
// did not accept it, or its last response if the request was retried; nil if nothing
// was on its way.
func (s *Server) Interrupt() error {
	s.stream.Abandon()
	if err := s.stream.Err(); err != nil {
		return err
	}
	return s.interrupted()
}

// Close stops sending and releases what is waiting.
func (s *Server) Close() { s.stream.Close() }

// interrupted is the error of the request that the end of the caller's time
// interrupted, with the server's last response; nil if there was none.
func (s *Server) interrupted(others ...error) error {
	for _, err := range append([]error{s.stream.Interrupted(), s.updater.lastError()}, others...) {
		request, ok := errors.AsType[*graphql.Error](err)
		if !ok {
			continue
		}
		failed, ok := errors.AsType[*transport.Error](request)
		brokenOff := ok && errors.Is(failed, context.Canceled)
		if !brokenOff || failed.Last == nil && failed.LastErr == nil {
			continue
		}
		last := *request
		last.Err = failed.LastErr // not that we broke it off
		if store, ok := errors.AsType[*objectstore.Error](err); ok && store.Answer == request {
			return &objectstore.Error{Name: store.Name, Host: store.Host, Answer: &last}
		}
		return &last
	}
	return nil
}

// AcceptedRun is the run that an upsert returned. A success without one is an error.
func AcceptedRun(t Target, op diagnose.Op, resp *graphql.UpsertBucketResponse) (*graphql.Run, error) {
	if resp.UpsertBucket == nil || resp.UpsertBucket.Bucket == nil {
		return nil, &errors.RequestError{
			Op: op.Verb, Entity: t.Entity, Project: t.Project, RunID: t.RunID, BaseURL: t.BaseURL,
			Cause: errors.ErrUnexpectedAnswer, StatusCode: http.StatusOK, Hint: "the server accepted the request and returned no run",
		}
	}
	return resp.UpsertBucket.Bucket, nil
}
