package client

import (
	"context"
	"fmt"
	"io/fs"

	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/graphql"
	"github.com/wandgo/wandgo/internal/journal"
	"github.com/wandgo/wandgo/internal/record"
	"github.com/wandgo/wandgo/internal/runconfig"
	"github.com/wandgo/wandgo/internal/runfiles"
)

// FilePolicy says when a file is uploaded.
type FilePolicy = runfiles.Policy

// The policies for files.
const (
	// SaveNow uploads a file once, within seconds.
	SaveNow = runfiles.Now
	// SaveAtEnd uploads it in Finish, with the content it has then.
	SaveAtEnd = runfiles.End
	// SaveLive uploads it whenever it changed, and at last in Finish.
	SaveLive = runfiles.Live
)

// SaveFile uploads the files that match a pattern into the run, in the background,
// and returns their names there. The pattern is one of filepath.Match, in which **
// stands for any number of directories; one that is not absolute is relative to
// the working directory. Names are relative to base or, where base is empty, to
// the working directory, and for an absolute pattern to the parent of the
// directory it names, so that /data/ckpt/*.pt gives ckpt/a.pt. No match is no error
// and gives no names; directories that match are left out. Files are streamed from
// disk, up to 16 of a Client at a time, and a file that fails, or is no longer there when
// its turn comes, stops no other; Finish reports it. While the run is offline, and
// once the server has refused its files, they are kept in its directory. SaveFile does
// not wait for the network and is safe for concurrent use. A pattern that is none,
// that leaves base or names a directory, and an unknown policy give an
// *errors.InputError (ErrInvalidInput). After Finish the error is ErrRunFinished; where
// it comes while Finish works, the files may be uploaded all the same. Any other error
// is the disk's.
func (r *Run) SaveFile(pattern, base string, policy FilePolicy) ([]string, error) {
	return r.save(func(u *runfiles.Uploader) ([]string, error) { return u.SaveGlob(pattern, base, policy) }, policy)
}

// SaveFS is [Run.SaveFile] for a file system, whose root is the base. It must stay
// usable until Finish has returned.
func (r *Run) SaveFS(fsys fs.FS, pattern string, policy FilePolicy) ([]string, error) {
	return r.save(func(u *runfiles.Uploader) ([]string, error) { return u.SaveFS(fsys, pattern, policy) }, policy)
}

func (r *Run) save(add func(*runfiles.Uploader) ([]string, error), policy FilePolicy) ([]string, error) {
	r.mu.Lock()
	closed, files, rec := r.closed, r.files, r.rec
	if !closed {
		r.config.Own.Use(runconfig.FeatureSave)
	}
	r.mu.Unlock()
	if closed {
		return nil, fmt.Errorf("save files of %s: %w", r, errors.ErrRunFinished)
	}
	if files == nil { // disabled
		return nil, nil
	}
	names, err := add(files)
	if rec != nil && len(names) > 0 {
		err = errors.Join(err, rec.files(names, policy, record.FileOther))
	}
	if errors.Is(err, runfiles.ErrClosed) || errors.Is(err, journal.ErrClosed) { // Finish came meanwhile
		err = errors.ErrRunFinished
	}
	if err != nil {
		return names, fmt.Errorf("save files of %s: %w", r, flat{err})
	}
	return names, nil
}

// openFiles makes the uploader of the run's files; online says whether there is a
// server to upload them to. r.rec is set where there is a place on disk.
func (c *Client) openFiles(r *Run, online bool) *runfiles.Uploader {
	cfg := runfiles.Config{Logger: c.log, IgnoreGlobs: c.settings.Machine.IgnoreGlobs}
	if online {
		cfg.BatchWait, cfg.PollInterval = c.cadence.FileDelay, c.cadence.LivePoll
		cfg.Policy, cfg.Slots = c.transferPolicy(), c.slots
		cfg.GraphQL, cfg.Transport = r.graphql, c.transport
		cfg.Entity, cfg.Project, cfg.Run = r.entity, r.project, r.id
		cfg.Policy = c.transferPolicy()
		cfg.Uploaded = func(name string) { _ = r.up.stream.AddUploaded(name) } // an ended stream needs no names
		cfg.Refused = func(err *graphql.Error) { r.up.filesRefused(err) }
		cfg.Denied = func(err *runfiles.StorageDeniedError) { r.up.fileDenied(err) }
	}
	u, err := runfiles.New(cfg)
	if err != nil { // a pattern makes no sense: better every file than none
		c.log.Warn("WANDB_IGNORE_GLOBS is not heeded", "run", r.String(), "error", err)
		cfg.IgnoreGlobs = nil
		u, _ = runfiles.New(cfg) // nothing else is checked
	}
	if online {
		u.Start()
	} else if err := u.Keep(context.Background(), r.rec.dir.Files()); err != nil {
		c.log.Warn("keep the run's files on disk", "run", r.String(), "error", err)
	}
	return u
}

// saveMachineFiles saves the files that describe the process.
func (r *Run) saveMachineFiles(m *machine) {
	for name, content := range map[string][]byte{
		fileMetadata:       m.text(),
		"requirements.txt": m.requirements,
	} {
		if len(content) > 0 {
			r.saveOwnFile(name, content)
		}
	}
}

// finishFiles uploads what describes the run as a whole and waits for all files.
func (r *Run) finishFiles(ctx context.Context, summary, config []byte) error {
	var errs []error
	for name, content := range map[string][]byte{"wandb-summary.json": summary, "config.yaml": config} {
		if len(content) > 0 {
			errs = append(errs, r.files.SaveBytes(name, content, runfiles.Now))
		}
	}
	errs = append(errs, r.files.Finish(ctx))
	return errors.Join(errs...)
}

var journalPolicies = map[FilePolicy]int32{
	SaveNow: record.PolicyNow, SaveAtEnd: record.PolicyEnd, SaveLive: record.PolicyLive,
}

// files keeps that files belong to the run.
func (rec *recorder) files(names []string, policy FilePolicy, kind int32) error {
	body := &record.Files{}
	for _, name := range names {
		body.Files = append(body.Files, record.File{Path: name, Policy: journalPolicies[policy], Type: kind})
	}
	return rec.writer.Append(body)
}
