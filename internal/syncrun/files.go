package syncrun

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/wandgo/wandgo/graphql"
	"github.com/wandgo/wandgo/internal/runconfig"
	"github.com/wandgo/wandgo/internal/runfiles"
	"github.com/wandgo/wandgo/internal/secret"
)

// saveFiles starts the upload of the files that the log names.
func (u *upload) saveFiles() {
	for _, name := range u.contents.Files {
		made := name == fileSummary || name == fileConfig || name == fileOutput
		if made || name == fileMetadata && u.makesMetadata() { // a sync makes it from the log
			continue
		}
		if !filepath.IsLocal(filepath.FromSlash(name)) {
			u.warn("the file %q was skipped because it is not below the run's directory", name)
			continue
		}
		path, err := u.log.source(name, u.contents.saved[name], u.e.Options.Key)
		if err != nil {
			u.warn("the file %q was skipped: %v", name, err)
			u.skipped(name, fs.ErrNotExist)
			continue
		}
		if err := u.files.Save(name, path, runfiles.Now); err != nil {
			u.warn("%v", err)
		}
	}
}

// Files that every run has.
const (
	fileSummary  = "wandb-summary.json"
	fileConfig   = "config.yaml"
	fileOutput   = "output.log"
	fileMetadata = "wandb-metadata.json"
)

// stallCheckEvery is how often the progress of an upload of files is checked.
const stallCheckEvery = 30 * time.Second

// finishFiles uploads the files that are made from the log and waits for all files. It gives
// up if there is no progress for RetryTimeout.
func (u *upload) finishFiles(ctx context.Context, out *output) error {
	made := map[string][]byte{}
	if u.config != nil {
		if yaml, err := runconfig.YAML(u.config); err == nil {
			made[fileConfig] = yaml
		}
	}
	if line := u.finalSummary(); line != nil {
		made[fileSummary] = line
	}
	if u.makesMetadata() && u.writer == "" {
		made[fileMetadata] = u.contents.metadata()
	}
	for name, text := range made {
		if err := u.files.SaveBytes(name, text, runfiles.Now); err != nil {
			u.warn("%v", err)
		}
	}
	if path, ok := out.whole(); ok && u.writer == "" {
		if err := u.files.Save(fileOutput, path, runfiles.Now); err != nil {
			u.warn("%v", err)
		}
	}
	// Meanwhile the sink's heartbeats keep the run alive.
	err := whileMoving(ctx, u.e.Options.RetryTimeout, func() [2]int64 {
		p := u.files.Progress()
		return [2]int64{p.BytesDone, int64(p.Waiting)}
	}, u.files.Finish)
	if _, refused := errors.AsType[*graphql.Error](err); refused {
		err = errors.Join(err, u.explain(ctx, ctx, err))
	}
	return err
}

// errStalled means that an upload of files or artifacts made no progress.
var errStalled = errors.New("nothing was sent")

// makesMetadata reports whether wandb-metadata.json is made from the log: the file is not
// on the disk, and the log describes the machine.
func (u *upload) makesMetadata() bool {
	path, err := u.log.source(fileMetadata, false, secret.Key{})
	if err == nil {
		_, err = os.Stat(path)
	}
	return err != nil && len(u.contents.Environments) > 0
}

func (u *upload) uploaded(name string) {
	u.sink.Uploaded(name)
	u.mu.Lock()
	defer u.mu.Unlock()
	u.result.Files = append(u.result.Files, name)
}

func (u *upload) skipped(name string, reason error) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if errors.Is(reason, fs.ErrNotExist) {
		u.missing = append(u.missing, name)
	}
}
