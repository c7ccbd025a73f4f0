package sink

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"

	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/internal/alert"
	"github.com/wandgo/wandgo/internal/diagnose"
	"github.com/wandgo/wandgo/internal/filestream"
	"github.com/wandgo/wandgo/internal/gqlclient"
	"github.com/wandgo/wandgo/internal/journal"
	"github.com/wandgo/wandgo/internal/oneline"
	"github.com/wandgo/wandgo/internal/record"
	"github.com/wandgo/wandgo/internal/runfiles"
	"github.com/wandgo/wandgo/internal/secret"
)

// Events are the callbacks of a session. They must return soon.
type Events struct {
	// Offline: the server accepts no more rows. err is why; dir is where the run
	// continues, or "". finishing says that Finish returns the error.
	Offline func(dir string, err error, finishing bool)
	// Warning is a sentence for the person at the terminal.
	Warning func(text string)
	// Stopped: a user stopped the run in the web UI.
	Stopped func()
}

// Config configures a [Both].
type Config struct {
	Log       *slog.Logger
	Name      string // of the run, in logs
	Target    Target
	GraphQL   *gqlclient.Client
	Diagnoser *diagnose.Diagnoser
	Disk      DiskConfig
	Events    Events
	// OnLost is the program's hook for refusals in mid-run; it may be nil.
	OnLost func(error)
	// Opening calls open with the records that a log starts with. No row may be
	// stored while open runs.
	Opening func(open func([]record.Record))
	// Exclusive says that no other process is meant to write the run.
	Exclusive bool
	// Writer is as which the server knows the process, in shared mode.
	Writer string
	// Key is the API key, with which links to saved files are noted.
	Key secret.Key
	// ConsoleFile is the console's file below the run's files directory. It is not
	// reported if it is missing.
	ConsoleFile string
}

// Both stores a run on disk and on the server, on one of them, or on neither: the
// zero Both discards everything. The disk comes first, so that a process that is
// killed has lost nothing that the server has.
//
// A record is stored if one of the two has it. Trouble with the disk that costs
// nothing is logged once and returned by [Both.Err]. If the server stops accepting
// rows, the disk continues alone; a disk that could not be opened when the run started
// gets a second chance then, with all rows that the server does not have.
type Both struct {
	cfg     Config
	server  *Server            // nil for a run without the server
	files   *runfiles.Uploader // nil for a run that is disabled or not persisted
	alerter *alert.Alerter     // likewise

	mu          sync.Mutex
	disk        *Disk  // nil if it could not be opened
	firstDir    string // of the disk before it, whose log this one continues
	unpersisted bool   // neither the server nor the disk has the run
	refusals    refusals
	concurrent  error            // another process writes the same run
	others      map[string]int64 // the other logs of the run at the start, with their sizes
	unsent      error            // rows of earlier processes are not on the server
	diskFault   error            // trouble with the disk that was logged
	held        map[string]int64 // sizes of media that wait in memory, by name
	heldSize    int64            // their sum

	// asking bounds the diagnosis, and what is copied to the disk in the background. It
	// ends with Finish.
	asking     context.Context
	stopAsking context.CancelFunc
	background waiter

	takeover   sync.Once
	relocating sync.Once
	rows       atomic.Int64 // given to Row
	rowsOnDisk atomic.Int64 // those that the disk has, or that wait for it
	offline    atomic.Bool  // nothing is sent any more
	finishing  atomic.Bool  // Finish has started and returns what went wrong
	filesOver  atomic.Bool  // the server accepts no file any more
	fileDenied sync.Once    // the store refused a file
	warned     sync.Once    // about the warning in responses to rows

	summaryDropped, consoleDropped sync.Once // reported that the server does not get it

	notifying sync.Mutex // held while the program's hook is called
	notified  []string   // codes of the causes it was called with; guarded by notifying

	artifacts artifacts
	progress  progress
}

// New creates a Both that stores nothing yet; see [Both.OpenDisk], [Both.Connect] and
// [Both.Unpersisted].
func New(cfg Config) *Both {
	cfg.Log = cfg.Log.With("run", cfg.Name)
	b := &Both{cfg: cfg}
	b.asking, b.stopAsking = context.WithCancel(context.Background())
	return b
}

// OpenDisk opens the disk.
func (b *Both) OpenDisk() error {
	var err error
	b.cfg.Opening(func(opening []record.Record) { err = b.openDisk(opening, nil) })
	return err
}

// openDisk makes the disk, and calls also before it is used.
func (b *Both) openDisk(opening []record.Record, also func(*Disk) error) error {
	cfg := b.cfg.Disk
	cfg.Journal.OnFull, cfg.Journal.OnRestored = b.relocate, b.restored
	d, rootErr, err := OpenDisk(&cfg, opening)
	if err != nil {
		return err
	}
	if rootErr != nil {
		b.cfg.Log.Warn("the run is stored in the temporary directory", "dir", d.Path(), "error", rootErr)
	}
	if also != nil {
		if err := also(d); err != nil {
			return errors.Join(err, d.writer.Close())
		}
	}
	b.mu.Lock()
	b.disk = d
	b.mu.Unlock()
	return nil
}

// Refused records why the run starts without the server.
func (b *Both) Refused(cause error) error {
	d := b.disk
	if d == nil {
		b.fail(Rows, cause)
		return nil
	}
	cause = withDir(cause, d.Path(), "")
	b.fail(Rows, cause)
	if err := d.saveRefusal(cause); err != nil {
		return errors.Join(err, d.writer.Close())
	}
	return nil
}

// Unpersisted says that the run continues although neither the server nor the disk has
// it. Each row is lost.
func (b *Both) Unpersisted(cause error) {
	b.fail(Rows, cause)
	b.unpersisted = true
}

// ReportUnsent reports that the server does not have all rows of earlier processes of the
// run. It does nothing if err is nil.
func (b *Both) ReportUnsent(err error) {
	if err == nil {
		return
	}
	b.unsent = err
	b.cfg.Log.Warn("rows of an earlier process are not on the server", "error", err)
	b.cfg.Events.Warning(oneline.Text(err))
}

// Connect connects the run to the server, which has it. Nothing is sent before Start.
func (b *Both) Connect(cfg ServerConfig) {
	cfg.Target = b.cfg.Target
	cfg.OnRequest, cfg.OnStopped, cfg.OnRowsRefused, cfg.OnSettings = b.beforeRequest, b.cfg.Events.Stopped, b.rowsRefused, b.settingsAnswered
	if b.disk != nil { // the temporary directory is often in memory
		cfg.Stream.SpillDir = b.disk.Path()
	}
	cfg.Stream.OnTooLarge, cfg.Stream.OnWarning = b.requestTooLarge, b.serverWarns
	b.progress.offsets = cfg.Offsets
	b.server = NewServer(cfg)
}

// Start starts sending.
func (b *Both) Start() { b.server.Start() }

func (b *Both) settingsAnswered(err error) {
	if err == nil {
		b.accepted(Settings)
		return
	}
	b.cfg.Log.Warn("the server does not accept a change of the run's settings", "error", err)
	b.refused(Settings, err)
}

// current is where records go now; nil for what does not store them.
func (b *Both) current() (*Disk, *Server, bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.server == nil || b.offline.Load() {
		return b.disk, nil, b.unpersisted
	}
	return b.disk, b.server, b.unpersisted
}

// Row stores a history row. Its error says that the row is lost (ErrRowLost), or too long.
func (b *Both) Row(row *record.Row) error {
	disk, server, unpersisted := b.current()
	if unpersisted {
		return errors.ErrRowLost
	}
	if disk != nil || server != nil {
		b.rows.Add(1)
	}
	var onDisk, onServer error
	if disk != nil {
		if onDisk = disk.Row(row); !lost(onDisk) {
			b.rowsOnDisk.Add(1)
		}
	}
	if server != nil {
		onServer = server.Row(row)
		if _, tooLong := errors.AsType[*filestream.LineTooLongError](onServer); tooLong {
			return onServer // the limit is so low that not even the client's own keys fit
		}
	}
	if err := b.outcome(disk, server, onDisk, onServer); err != nil {
		return errors.Join(errors.ErrRowLost, err)
	}
	return nil
}

// Put stores any other record. Its error says that neither disk nor server has the record.
func (b *Both) Put(rec record.Record) error {
	disk, server, unpersisted := b.current()
	if unpersisted {
		return b.Err()
	}
	var onDisk, onServer error
	if disk != nil {
		onDisk = disk.Put(rec)
	} else if line, ok := rec.(*record.ConsoleLine); ok {
		b.progress.printed(line.Index + 1)
	}
	if server != nil {
		onServer = server.Put(rec)
	}
	return b.outcome(disk, server, onDisk, onServer)
}

// outcome is what became of one record: nil if disk or server has it.
func (b *Both) outcome(disk *Disk, server *Server, onDisk, onServer error) error {
	if onDisk != nil {
		b.reportDisk(onDisk)
	}
	switch {
	case disk == nil && server == nil: // a disabled run
		return nil
	case disk != nil && !lost(onDisk), server != nil && onServer == nil:
		return nil
	}
	return errors.Join(onServer, onDisk)
}

// reportDisk reports trouble with the disk, once.
func (b *Both) reportDisk(err error) {
	b.mu.Lock()
	known := b.diskFault != nil
	b.diskFault = err
	b.mu.Unlock()
	if known {
		return
	}
	b.cfg.Log.Warn("cannot write the run's log", "error", err)
	b.cfg.Events.Warning("cannot write the run's log: " + oneline.Error(err).Error())
}

// Err is why the run is not online any more, or not whole: a refusal, another process
// that writes the same run, or a disk that cannot be written. It is nil if all is well.
func (b *Both) Err() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if err := b.refusals.first(); err != nil {
		return err
	}
	if b.concurrent != nil {
		return b.concurrent
	}
	if b.unsent != nil {
		return b.unsent
	}
	if b.diskFault == nil {
		return nil
	}
	if b.disk != nil && b.disk.writer.Fault() == nil { // it recovered
		b.diskFault = nil
		return nil
	}
	return oneline.Error(b.diskFault)
}

// Dir is the run's directory, or "".
func (b *Both) Dir() string {
	if d := b.currentDisk(); d != nil {
		return d.Path()
	}
	return ""
}

// FilesDir is the directory of the run's files, or "".
func (b *Both) FilesDir() string {
	if d := b.currentDisk(); d != nil {
		return d.Files()
	}
	return ""
}

func (b *Both) currentDisk() *Disk {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.disk
}

// Online reports whether records still go to the server.
func (b *Both) Online() bool { return b.server != nil && !b.offline.Load() }

// Flush blocks until everything stored so far is on disk and, if the run is online,
// on the server, or ctx ends.
func (b *Both) Flush(ctx context.Context) error {
	disk, server, unpersisted := b.current()
	if unpersisted {
		return b.Err()
	}
	var errs []error
	if disk != nil {
		if err := disk.writer.Sync(); err != nil {
			if !errors.Is(err, journal.ErrClosed) {
				b.reportDisk(err)
			}
			errs = append(errs, fmt.Errorf("flush to disk: %w", err))
		}
	}
	if server != nil {
		if err := server.Flush(ctx); err != nil {
			if isResponse(err) {
				err = b.explain(ctx, Rows, err)
			}
			errs = append(errs, fmt.Errorf("flush to the server: %w", err))
		}
	}
	return errors.Join(errs...)
}
