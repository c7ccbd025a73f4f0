package journal

import (
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/wandgo/wandgo/internal/record"
	"github.com/wandgo/wandgo/internal/record/wire"
)

// Sizes and times of a [Writer].
const (
	flushBytes        = 64 << 10
	defaultFlushEvery = time.Second
	retryEvery        = time.Second
	// MemoryLimit is how much waits in memory while the disk takes nothing.
	MemoryLimit = 16 << 20
)

// SyncPolicy says when a [Writer] asks the system to bring the file to the disk
// itself, so that it survives a loss of power. It is synced when it is closed in
// any case.
type SyncPolicy int

const (
	// SyncNever leaves it to the system, which takes up to half a minute. A killed
	// process loses nothing by that.
	SyncNever SyncPolicy = iota
	// SyncInterval syncs every [Options.FlushEvery], in the background, if anything
	// was written since.
	SyncInterval
	// SyncAlways syncs before an Append returns, which then takes as long as the
	// disk does.
	SyncAlways
)

// Options configures a [Writer]. The zero Options are the defaults.
type Options struct {
	// FlushEvery bounds how long a record waits in memory; default 1 s.
	FlushEvery time.Duration
	// Sync is when the file is synced; default [SyncNever].
	Sync SyncPolicy
	// Create creates the file; default [CreateFile].
	Create func(path string) (File, error)
	// OnFull is called once, on a separate goroutine, when half of the memory for
	// records that wait for a failing disk is used.
	OnFull func()
	// OnRestored is called, on a separate goroutine, when the file was deleted and written
	// anew.
	OnRestored func(path string)
}

// Writer writes a transaction log. All methods are safe for concurrent use.
// Close must be called in the end.
type Writer struct {
	path    string
	opts    Options
	stop    chan struct{}
	stopped chan struct{} // closed when the goroutine of loop has ended
	work    chan struct{} // tells the goroutine of writes that writing is set
	results chan result   // of the write under way; closed when that goroutine has ended

	mu      sync.Mutex
	closed  bool
	file    *limitedFile
	writing []byte // the start of what the file does not have; belongs to writes, nil if it is idle
	began   time.Time
	timer   *time.Timer // for await
	stuck   bool        // the write takes too long and is waited for no more
	buf     []byte      // the rest of what the file does not have, framed
	spare   []byte      // takes the place of buf when that is written
	off     int64       // where in the file writing belongs, and buf behind it
	head    []byte      // of the record at off, if only its start is in the file
	payload []byte      // the record at hand
	line    wire.LineEncoder
	ran     bool // a run record was written
	// unsynced: something was written since the last sync of the interval.
	unsynced bool
	num      int64 // of the last record; one that is lost has a number, too, so that a reader finds out

	fault    *WriteError // of the last write, nil if that went well
	reported bool        // fault was returned to a caller
	gone     bool        // the file was deleted
	retryAt  time.Time   // until then a failing disk is left alone
}

// Create creates the file, which must not exist, and writes its first bytes. Its
// error is a [*WriteError].
func Create(path string, opts Options) (*Writer, error) {
	create := opts.Create
	if create == nil {
		create = CreateFile
	}
	file, err := create(path)
	if err != nil {
		return nil, &WriteError{Op: "create", Path: path, Err: err}
	}
	if opts.Sync != SyncNever { // the file is worth nothing after a loss of power if its name is gone
		SyncNames(path)
	}
	return newWriter(path, file, opts), nil
}

func newWriter(path string, file File, opts Options) *Writer {
	if opts.FlushEvery <= 0 {
		opts.FlushEvery = defaultFlushEvery
	}
	w := &Writer{
		path: path, opts: opts, file: &limitedFile{File: file},
		buf:     append(make([]byte, 0, bufferBytes), fileHeader...),
		stop:    make(chan struct{}),
		stopped: make(chan struct{}),
		work:    make(chan struct{}, 1),
		results: make(chan result, 1),
		timer:   time.NewTimer(0),
	}
	go w.writes()
	w.flushAll() // the first Append returns a fault
	go w.loop()
	return w
}

// Append adds a record. It does not keep rec. Errors are those of the package
// comment; the record was kept unless the error is [ErrLost], [ErrTooLarge] or
// [ErrClosed].
func (w *Writer) Append(rec record.Record) error { return w.AppendEntry(wire.Entry{Body: rec}) }

// AppendEntry is Append with an envelope. It sets the entry's number, and the control
// that the official sync needs on the first [record.Run].
func (w *Writer) AppendEntry(e wire.Entry) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.closed {
		return ErrClosed
	}
	e.Num = w.num + 1
	now, run := false, false
	switch e.Body.(type) {
	case *record.Run:
		if !w.ran && e.Control.MailboxSlot == "" {
			e.Control.ReqResp, e.Control.MailboxSlot = true, "run"
		}
		now, run = true, true
	case *record.Exit:
		e.Control.AlwaysSend = true
		now = true
	}
	w.payload = wire.Append(w.payload[:0], &e)
	err := w.add()
	if run && !isLoss(err) {
		w.ran = true
	}
	if now && err == nil {
		w.flushAll()
		err = w.unreported()
	}
	return wrap(err)
}

// AppendRow adds a history row. Nested objects of its line become one item for each
// leaf. It is Append in one pass, and returns [wire.ErrLine] for a line that is not an
// object.
func (w *Writer) AppendRow(row *record.Row) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.closed {
		return ErrClosed
	}
	p, err := w.line.AppendHistory(w.payload[:0], w.num+1, row.Line, row.Layout, row.Step)
	return w.addLine(p, err)
}

// AppendSummaryLine adds a summary record that sets each leaf of the JSON object line.
// Null values are omitted: they do not replace what the summary has.
func (w *Writer) AppendSummaryLine(line []byte) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.closed {
		return ErrClosed
	}
	p, err := w.line.AppendSummary(w.payload[:0], w.num+1, line)
	return w.addLine(p, err)
}

func (w *Writer) addLine(payload []byte, err error) error {
	if err == nil {
		w.payload = payload
		err = w.add()
	}
	return wrap(err)
}

func wrap(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("append to journal: %w", err)
}

// add takes w.payload as the next record.
func (w *Writer) add() error {
	w.num++
	if len(w.payload) > MaxRecordBytes {
		w.payload = nil
		return ErrTooLarge
	}
	if w.gone {
		return w.lose()
	}
	if len(w.buf) > 0 && len(w.buf)+len(w.payload) > flushBytes {
		w.flush(time.Now())
	}
	if w.fault != nil {
		waiting := len(w.writing) + len(w.buf)
		if waiting > MemoryLimit/2 && w.opts.OnFull != nil {
			go w.opts.OnFull()
			w.opts.OnFull = nil
		}
		if waiting+len(w.payload) > MemoryLimit {
			return w.lose()
		}
	}
	w.buf = appendChunks(w.buf, w.end(), w.payload)
	if cap(w.payload) > MemoryLimit {
		w.payload = nil // one huge record is not worth keeping its memory
	}
	if len(w.buf) >= flushBytes {
		if w.fault == nil {
			w.await() // the disk is slower than who logs
		}
		w.flush(time.Now())
	}
	if w.opts.Sync == SyncAlways {
		w.flushAll()
	}
	return w.unreported()
}

func (w *Writer) lose() error {
	w.reported = true
	return errors.Join(ErrLost, w.fault)
}

func isLoss(err error) bool {
	return errors.Is(err, ErrLost) || errors.Is(err, ErrTooLarge)
}

// unreported is the fault if it was not returned to a caller.
func (w *Writer) unreported() error {
	if w.fault == nil || w.reported {
		return nil
	}
	w.reported = true
	return w.fault
}

// Flush writes what is waiting to the operating system. Unlike Append it returns a fault
// again that was returned before.
func (w *Writer) Flush() error { return w.flushNow("flush journal", false) }

// Sync is Flush, and brings the file to the disk itself.
func (w *Writer) Sync() error { return w.flushNow("sync journal", true) }

func (w *Writer) flushNow(what string, sync bool) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.closed {
		return ErrClosed
	}
	w.retry()
	w.checkDeleted()
	if sync {
		w.sync()
	}
	if w.fault != nil {
		w.reported = true
		return fmt.Errorf("%s: %w", what, w.fault)
	}
	return nil
}

// Close writes and syncs what is waiting and closes the file. It returns the error of
// what could not be written in the end. Later calls do nothing.
func (w *Writer) Close() error {
	w.mu.Lock()
	if w.closed {
		w.mu.Unlock()
		<-w.stopped
		return nil
	}
	w.closed = true
	w.mu.Unlock()
	close(w.stop)
	<-w.stopped

	w.mu.Lock()
	defer w.mu.Unlock()
	w.retry()
	w.checkDeleted()
	w.sync()
	close(w.work)
	if w.writing != nil { // it is stuck, and uses the file until it ends
		go func(file *limitedFile) {
			<-w.results
			_ = file.Close()
		}(w.file)
	} else {
		<-w.results
		if err := w.file.Close(); err != nil && w.fault == nil {
			w.fault = &WriteError{Op: "close", Path: w.path, Err: err}
		}
	}
	if w.fault != nil {
		return fmt.Errorf("close journal: %w", w.fault)
	}
	return nil
}
