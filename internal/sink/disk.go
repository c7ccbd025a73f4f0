package sink

import (
	"encoding/json"
	"fmt"
	"os"
	"sync"
	"time"

	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/internal/journal"
	"github.com/wandgo/wandgo/internal/record"
	"github.com/wandgo/wandgo/internal/rundir"
	"github.com/wandgo/wandgo/internal/version"
)

// minConsumer is the oldest version of the official client that can read the logs.
const minConsumer = "0.70.0"

// DiskConfig says where a [Disk] is made.
type DiskConfig struct {
	// Root is the directory of the runs' directories. TempDir is where a run goes if
	// Root cannot be written.
	Root, TempDir string
	RunID         string
	Started       time.Time
	// Online says that the server has the run too.
	Online  bool
	Journal journal.Options
}

// Disk stores a run in its own directory: the records in a log, files beside it.
type Disk struct {
	dir    *rundir.Dir
	temp   string // the directory made for the run's in the temporary one, "" if it is not there
	writer *journal.Writer

	linking           sync.Mutex // held while links are noted
	counting          sync.Mutex
	alerts, artifacts int64 // in the log
}

// OpenDisk creates the run's directory and starts its log with the given records. If Root
// cannot be written, because it is full or in a container whose working directory is
// read-only, the temporary directory is used, as the official client does: a run that is
// to survive a refusal needs a directory. rootErr says why then.
func OpenDisk(cfg *DiskConfig, opening []record.Record) (d *Disk, rootErr, err error) {
	d, rootErr = cfg.open(cfg.Root, opening)
	if rootErr == nil {
		return d, nil, nil
	}
	if d, err = cfg.openTemp(opening); err != nil {
		return nil, nil, errors.Join(rootErr, err)
	}
	return d, rootErr, nil
}

// openTemp is OpenDisk for the temporary directory. It leaves nothing there if it fails.
func (cfg *DiskConfig) openTemp(opening []record.Record) (*Disk, error) {
	tmp, root, err := rundir.Temp(cfg.Root, cfg.TempDir)
	if err != nil {
		return nil, err
	}
	d, err := cfg.open(root, opening)
	if err != nil {
		return nil, errors.Join(err, os.RemoveAll(tmp))
	}
	d.temp = tmp
	return d, nil
}

// open makes the run's directory below root and starts its log.
func (cfg *DiskConfig) open(root string, opening []record.Record) (*Disk, error) {
	dir, err := rundir.Create(root, cfg.RunID, cfg.Online, cfg.Started)
	if err != nil {
		return nil, err
	}
	w, err := journal.Create(dir.Journal(), cfg.Journal)
	if err != nil {
		return nil, err
	}
	header := &record.Header{Producer: "wandgo " + version.Module(), MinConsumer: minConsumer}
	for _, rec := range append([]record.Record{header}, opening...) {
		if err := w.Append(rec); err != nil {
			return nil, errors.Join(fmt.Errorf("start journal: %w", err), w.Close())
		}
	}
	return &Disk{dir: dir, writer: w}, nil
}

// Path is the run's directory, Files that of its files.
func (d *Disk) Path() string { return d.dir.Path() }

// Files is the directory of the run's files.
func (d *Disk) Files() string { return d.dir.Files() }

// Row appends a history row to the log.
func (d *Disk) Row(row *record.Row) error { return d.writer.AppendRow(row) }

// Put appends any other record.
func (d *Disk) Put(rec record.Record) error {
	switch rec := rec.(type) {
	case *record.Snapshot:
		return d.writer.AppendSummaryLine(rec.Line)
	case *record.ConsoleLine: // the log has the raw output
		return nil
	default:
		return d.writer.Append(rec)
	}
}

// putCounted stores a record of which count is the number in the log, and returns its index
// among those.
func (d *Disk) putCounted(rec record.Record, count *int64) (index int64, err error) {
	d.counting.Lock()
	defer d.counting.Unlock()
	err = d.writer.Append(rec)
	if !lost(err) {
		index = *count
		*count++
	}
	return index, err
}

// saveFile stores a file that the client makes, and its record.
func (d *Disk) saveFile(name string, content []byte) error {
	return errors.Join(d.dir.AddFile(name, content), d.Put(filesRecord([]string{name}, record.PolicyNow, record.FileWandb)))
}

// saveRefusal stores why the server does not accept the run. A cause that is nil is
// not stored.
func (d *Disk) saveRefusal(cause error) error {
	if cause == nil {
		return nil
	}
	return d.dir.SaveRefusal(ErrorJSON(cause))
}

// ErrorJSON is an error for programs: the object of a PermissionError or RequestError,
// or an object with the text.
func ErrorJSON(err error) json.RawMessage {
	var v any = map[string]string{"error": err.Error()}
	if p, ok := errors.AsType[*errors.PermissionError](err); ok {
		v = p
	} else if e, ok := errors.AsType[*errors.RequestError](err); ok {
		v = e
	}
	text, err := json.Marshal(v)
	if err != nil {
		return json.RawMessage("{}")
	}
	return text
}
