package syncrun

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/wandgo/wandgo/internal/runconfig"
	"github.com/wandgo/wandgo/internal/runfiles"
)

// saveFiles begins the upload of the files that the log names.
func (u *upload) saveFiles() {
	dir := u.log.Dir.Files()
	for _, name := range u.survey.Files {
		if isMade(name) {
			continue
		}
		if !filepath.IsLocal(filepath.FromSlash(name)) {
			u.warn("the file %q is not below the run's directory and was left out", name)
			continue
		}
		if err := u.files.Save(name, filepath.Join(dir, filepath.FromSlash(name)), runfiles.Now); err != nil {
			u.warn("%v", err)
		}
	}
}

// isMade tells files that are made from the log when it is synced.
func isMade(name string) bool {
	switch name {
	case fileSummary, fileConfig, fileOutput:
		return true
	}
	return false
}

// Files that every run has.
const (
	fileSummary  = "wandb-summary.json"
	fileConfig   = "config.yaml"
	fileOutput   = "output.log"
	fileMetadata = "wandb-metadata.json"
)

// heartbeatEvery is how often the server hears of a run while its files are sent.
const heartbeatEvery = 30 * time.Second

// finishFiles uploads the files that are made from the log and waits for all.
func (u *upload) finishFiles(ctx context.Context, output string) error {
	s := u.survey
	made := map[string][]byte{}
	if yaml, err := runconfig.YAML(u.config); err == nil {
		made[fileConfig] = yaml
	}
	if u.summary != nil {
		made[fileSummary] = u.summary
	}
	if !slices.Contains(s.Files, fileMetadata) {
		if m := s.metadata(); m != nil {
			made[fileMetadata] = m
		}
	}
	for name, text := range made {
		if err := u.files.SaveBytes(name, text, runfiles.Now); err != nil {
			u.warn("%v", err)
		}
	}
	if info, err := os.Stat(output); err == nil && info.Size() > 0 {
		if err := u.files.Save(fileOutput, output, runfiles.Now); err != nil {
			u.warn("%v", err)
		}
	}
	done := make(chan error, 1)
	go func() { done <- u.files.Finish(ctx) }()
	tick := time.NewTicker(heartbeatEvery)
	defer tick.Stop()
	for {
		select {
		case err := <-done:
			if err != nil {
				return u.e.Server.FilesError(ctx, u.at, err)
			}
			return nil
		case <-tick.C:
			// What is wrong with it, the next request will tell.
			_ = u.q.send(ctx, []byte("{}"))
		}
	}
}

func (u *upload) uploaded(name string) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.names = append(u.names, name)
}

func (u *upload) skipped(name string, reason error) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if errors.Is(reason, fs.ErrNotExist) {
		u.missing = append(u.missing, name)
	}
}

func (u *upload) take() []string {
	u.mu.Lock()
	defer u.mu.Unlock()
	names := u.names
	u.names = nil
	slices.Sort(names)
	return names
}
