package filestream

import (
	"context"
	"sync"

	"github.com/wandgo/wandgo/internal/jsonx"
)

// phase is the state of a stream; see the package comment.
type phase uint8

const (
	phaseNew phase = iota
	phaseOpen
	phaseFinished
	phaseFailed
	phaseAbandoned
)

// Stream uploads the lines of one run. All methods are safe for concurrent use.
type Stream struct {
	cfg       Config
	chunkSize int
	pool      sync.Pool
	wake      chan struct{} // wakes the goroutine; has a buffer of one
	done      chan struct{} // closed when nothing more will be sent
	stop      context.CancelFunc
	handMu    sync.Mutex // held by HandOver

	mu         sync.Mutex
	phase      phase
	closed     bool // Append returns ErrClosed
	handedOver bool // Append returns ErrHandedOver
	finishing  bool
	departing  bool // the run continues without this writer
	exitCode   int
	err        error
	// interrupted is the error of the request that Abandon, or the end of Finish's
	// context, interrupted.
	interrupted error

	// maxRequest is the size limit of a request's lines. It shrinks if one was too large.
	maxRequest int
	// maxSummary is the size of the smallest summary that was too large alone; 0 if none was.
	maxSummary int

	history queue
	events  queue
	mem     int64 // encoded bytes of both queues in memory
	console console

	summary      func() []byte
	summaryDirty bool
	summarySent  []byte

	spare []byte // the memory of the last request's body, to be reused

	uploaded    []string
	uploadedSet map[string]bool
	preempting  bool // to be sent

	flush   flush
	stopped bool
	idle    bool // the goroutine waits and has nothing to send
	full    bool // the goroutine knows that a full request is waiting
	stats   Stats
}

// New returns a stream. It accepts lines at once, and sends nothing before Start.
func New(cfg Config) *Stream {
	cfg = cfg.withDefaults()
	return &Stream{
		cfg:         cfg,
		maxRequest:  cfg.MaxRequestBytes,
		chunkSize:   max(1, min(maxChunk, cfg.MaxRequestBytes/8, int(cfg.MemoryLimit/8))),
		wake:        make(chan struct{}, 1),
		done:        make(chan struct{}),
		uploadedSet: make(map[string]bool),
		history:     queue{file: History, base: cfg.Offsets.History},
		events:      queue{file: Events, base: cfg.Offsets.Events},
	}
}

// Start starts sending. Later calls do nothing.
func (s *Stream) Start() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.startLocked()
}

func (s *Stream) startLocked() {
	if s.phase != phaseNew || s.handedOver {
		return
	}
	s.phase = phaseOpen
	ctx, stop := context.WithCancel(context.Background())
	s.stop = stop
	go s.run(ctx)
}

// AppendRow appends one history line, which is copied. layout may be nil; it saves a scan. It never
// blocks on the network. After an error the line is not accepted. Errors are [ErrClosed],
// [ErrHandedOver], a [*LineTooLongError] and a [*SpillError].
func (s *Stream) AppendRow(line []byte, layout jsonx.Layout) error {
	return s.append(&s.history, line, layout)
}

// AppendEvent is AppendRow for a line of system metrics.
func (s *Stream) AppendEvent(line []byte) error { return s.append(&s.events, line, nil) }

func (s *Stream) append(q *queue, line []byte, layout jsonx.Layout) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.refuses(); err != nil {
		return err
	}
	if err := s.put(q, line, layout); err != nil {
		return err
	}
	s.changed()
	if q == &s.history && q.accepted == 1 { // the stream may be waiting for the interval to end
		s.signal()
	}
	return nil
}

// AppendConsole sets the console line with this index. Indexes count from the start of this
// process's console. Setting an index again replaces the line, also on the server. line has
// no newline and is copied.
func (s *Stream) AppendConsole(index int64, line []byte) error {
	quoted := append(jsonx.AppendQuoted(nil, line), ',')
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.refuses(); err != nil {
		return err
	}
	if len(line) > s.cfg.MaxLineBytes {
		return &LineTooLongError{File: Console, Bytes: len(line), Limit: s.cfg.MaxLineBytes}
	}
	s.console.set(index+s.cfg.Offsets.Console, quoted, s.cfg.ConsoleLimit)
	s.changed()
	return nil
}

// SetSummary reports that the summary changed. build returns the whole summary as one line, or nil.
// It is called when a request is built, not once per change, on
// the stream's goroutine and without a lock. Update the summary before you append a row, so
// that no row is on the server before its summary.
func (s *Stream) SetSummary(build func() []byte) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.refuses(); err != nil {
		return err
	}
	s.summary = build
	s.summaryDirty = true
	s.changed()
	return nil
}

// AddUploaded reports to the server that a file of the run is in its storage. The name has
// slashes.
func (s *Stream) AddUploaded(name string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.refuses(); err != nil {
		return err
	}
	if !s.uploadedSet[name] {
		s.uploadedSet[name] = true
		s.uploaded = append(s.uploaded, name)
	}
	s.changed()
	return nil
}

// Preempting reports to the server at once that the process is about to be preempted.
func (s *Stream) Preempting() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.refuses(); err != nil {
		return err
	}
	s.preempting = true
	s.signal()
	return nil
}

// Err returns why the stream failed, or nil.
func (s *Stream) Err() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.err
}

// Interrupted returns the Sender's error for the request that was in flight when the
// stream was abandoned, or nil. It explains why the time of a Finish ran out: a Sender that
// retried the request has its last response.
func (s *Stream) Interrupted() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.interrupted
}

// refuses returns why nothing is accepted, or nil.
func (s *Stream) refuses() error {
	switch {
	case s.handedOver:
		return ErrHandedOver
	case s.closed:
		return ErrClosed
	}
	return nil
}

// changed wakes the goroutine if that matters: if it had nothing to send, or if it is
// waiting and there is a full request now.
func (s *Stream) changed() {
	if s.idle {
		s.idle = false
		s.signal()
	} else if !s.full && s.waiting() >= int64(s.maxRequest) {
		s.full = true
		s.signal()
	}
}

func (s *Stream) signal() {
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

// waiting returns how many bytes are waiting, without the summary.
func (s *Stream) waiting() int64 { return s.history.waiting + s.events.waiting + s.console.bytes }

// pending reports whether there is anything to send.
func (s *Stream) pending() bool {
	return s.waiting() > 0 || s.summaryDirty || len(s.uploaded) > 0 || s.preempting
}
