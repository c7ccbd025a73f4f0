package sink

import (
	"context"
	"slices"

	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/graphql"
	"github.com/wandgo/wandgo/internal/alert"
	"github.com/wandgo/wandgo/internal/journal"
	"github.com/wandgo/wandgo/internal/objectstore"
	"github.com/wandgo/wandgo/internal/record"
	"github.com/wandgo/wandgo/internal/runfiles"
)

// OpenFiles starts to accept files and alerts. cfg has the pacing, and for a run that is online
// the server; the functions are set here. An offline run copies its files to its
// directory.
func (b *Both) OpenFiles(cfg runfiles.Config) {
	if b.server != nil {
		t := b.cfg.Target
		cfg.Entity, cfg.Project, cfg.Run = t.Entity, t.Project, t.RunID
		cfg.Uploaded = b.uploaded
		cfg.Refused = func(err *graphql.Error) { b.filesRefused(err) }
		cfg.Denied = func(err *objectstore.Error) { b.storeRefused(err) }
	}
	u := runfiles.New(cfg)
	b.files, b.alerter = u, alert.New(b.cfg.GraphQL, b.cfg.Target.Entity, b.cfg.Target.Project, b.cfg.Target.RunID)
	if b.server != nil {
		u.Start()
	} else if err := u.Keep(context.Background(), b.FilesDir()); err != nil {
		b.cfg.Log.Warn("cannot copy the run's files to its directory", "error", err)
	}
}

// Save saves files that add selects, for a program, and records their names.
func (b *Both) Save(add func(*runfiles.Uploader) ([]string, error), policy runfiles.Policy) ([]string, error) {
	if b.files == nil {
		return nil, nil
	}
	names, err := add(b.files)
	if d := b.currentDisk(); d != nil && len(names) > 0 {
		err = errors.Join(err, d.Put(filesRecord(names, policies[policy], record.FileOther)))
		b.link(d, names)
	}
	if errors.Is(err, runfiles.ErrClosed) || errors.Is(err, journal.ErrClosed) { // Finish came meanwhile
		err = errors.ErrRunFinished
	}
	return names, err
}

// link links saved files into the run's directory. Only a sync after a kill needs that.
func (b *Both) link(d *Disk, names []string) {
	d.linking.Lock()
	defer d.linking.Unlock()
	links, err := b.files.Link(d.Files(), names)
	if err = errors.Join(err, d.dir.AddLinks(b.cfg.Key, links)); err != nil {
		b.cfg.Log.Debug("cannot link saved files into the run's directory", "error", err)
	}
}

// SaveOwn saves a file that the client makes: on disk first, so that a sync finds it if
// the process is killed before it is uploaded.
func (b *Both) SaveOwn(name string, content []byte) {
	if b.files == nil || len(content) == 0 {
		return
	}
	var err error
	if d := b.currentDisk(); d != nil {
		err = d.saveFile(name, content)
	}
	// From memory all the same: the directory may be deleted while the run is going on.
	err = errors.Join(err, b.files.SaveBytes(name, content, runfiles.Now))
	if err != nil {
		b.cfg.Log.Warn("cannot save file", "file", name, "error", err)
	}
}

// SaveConsole has the console's file uploaded, which is in the run's files directory.
func (b *Both) SaveConsole(path string) error {
	if b.files == nil || b.server == nil || path == "" {
		return nil
	}
	return b.files.Save(b.cfg.ConsoleFile, path, runfiles.Now)
}

var policies = map[runfiles.Policy]int32{
	runfiles.Now: record.PolicyNow, runfiles.End: record.PolicyEnd, runfiles.Live: record.PolicyLive,
}

func filesRecord(names []string, policy, kind int32) *record.Files {
	rec := &record.Files{}
	for _, name := range names {
		rec.Files = append(rec.Files, record.File{Path: name, Policy: policy, Type: kind})
	}
	return rec
}

// filesRefused is called once when the server will not accept the run's files, on a
// goroutine of the uploads. Rows may continue. Files that are saved from then on are
// copied to the disk; Finish does that itself after all uploads that are possible.
func (b *Both) filesRefused(err error) {
	b.filesOver.Store(true)
	b.cfg.Log.Warn("the server does not accept the run's files", "error", err)
	b.refused(Files, err)
	if !b.finishing.Load() {
		b.keepFilesInBackground()
	}
}

// storeRefused is called for each file that the store refuses. Finish names them; the
// first is reported at once.
func (b *Both) storeRefused(err error) {
	if !b.finishing.Load() {
		b.fileDenied.Do(func() { b.refused(Files, err) })
	}
}

// keepFilesInBackground copies files that the server does not have to the run's
// directory.
func (b *Both) keepFilesInBackground() {
	b.background.begin()
	go func() {
		defer b.background.end()
		err := b.keepFiles(b.asking)
		if err == nil {
			return
		}
		b.cfg.Log.Warn("cannot copy the run's files to its directory", "error", err)
		if _, some := errors.AsType[*runfiles.FilesError](err); !some { // Finish tries those again
			b.progress.mu.Lock()
			b.progress.filesLost = err
			b.progress.mu.Unlock()
		}
	}()
}

func (b *Both) keepFiles(ctx context.Context) error {
	d := b.currentDisk()
	if d == nil {
		return errors.New("copy files: the run has no directory")
	}
	return b.files.Keep(ctx, d.Files())
}

// closeFiles ends the uploads of files. A run that is not online copies here what was
// to wait for the end.
func (b *Both) closeFiles(ctx context.Context) error {
	if b.files == nil {
		return nil
	}
	defer b.files.Close()
	if b.server != nil {
		if !b.offline.Load() {
			return nil
		}
		b.progress.mu.Lock()
		err := b.progress.filesLost
		b.progress.mu.Unlock()
		if err != nil {
			return err
		}
	}
	return b.files.Finish(ctx)
}

// missingFiles names the files that were saved and did not exist when their turn came.
func (b *Both) missingFiles() error {
	if b.files == nil {
		return nil
	}
	missing := slices.DeleteFunc(b.files.Missing(), func(f *runfiles.FileError) bool { return f.Name == b.cfg.ConsoleFile }) // no one saved that
	if len(missing) == 0 {
		return nil
	}
	return &runfiles.FilesError{Files: missing}
}
