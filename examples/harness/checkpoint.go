package main

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/wandgo/wandgo/artifact"
	"github.com/wandgo/wandgo/client"
	"github.com/wandgo/wandgo/examples/internal/penguins"
)

// checkpoints is the directory with the checkpoints of one run. All processes of the run
// use the same directory.
type checkpoints struct{ dir string }

const (
	checkpointPrefix = "checkpoint-"
	checkpointSuffix = ".json"
)

// checkpointFile is the file in the artifact of a checkpoint.
const checkpointFile = "checkpoint.json"

// artifactName is the name of the artifact whose versions are the checkpoints of a run.
func artifactName(run *client.Run) string { return "checkpoint-" + run.ID() }

// save writes a checkpoint of an epoch to disk and logs it as an artifact, from which a
// process on another machine can resume. The file gets its name when it is complete, so a
// process that is killed leaves no partial checkpoint.
func (c checkpoints) save(run *client.Run, trainer *penguins.Trainer, epoch int) error {
	data, err := trainer.Save()
	if err != nil {
		return err
	}
	if err := os.MkdirAll(c.dir, 0o750); err != nil {
		return fmt.Errorf("save checkpoint: %w", err)
	}
	path := filepath.Join(c.dir, fmt.Sprintf("%s%04d%s", checkpointPrefix, epoch, checkpointSuffix))
	if err := os.WriteFile(path+".part", data, 0o600); err != nil {
		return fmt.Errorf("save checkpoint: %w", err)
	}
	if err := os.Rename(path+".part", path); err != nil {
		return fmt.Errorf("save checkpoint: %w", err)
	}
	a := artifact.New(artifactName(run), "model")
	a.Metadata = map[string]any{"epoch": epoch}
	if err := a.AddFile(path, checkpointFile); err != nil {
		return fmt.Errorf("save checkpoint: %w", err)
	}
	// No one waits for the upload here: Finish does, and OnLost hears of a failure.
	_, err = run.LogArtifact(a, client.ArtifactOptions{})
	return err
}

// download fetches the newest checkpoint that the server has of the run into the
// directory, for a process that continues on another machine.
func (c checkpoints) download(ctx context.Context, run *client.Run) error {
	version, err := run.UseArtifact(ctx, artifactName(run)+":latest")
	if err != nil {
		return err
	}
	epoch, ok := version.Metadata()["epoch"].(float64)
	if !ok {
		return fmt.Errorf("%s has no epoch", version)
	}
	data, err := fs.ReadFile(version.FS(ctx), checkpointFile)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(c.dir, 0o750); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(c.dir, fmt.Sprintf("%s%04d%s", checkpointPrefix, int(epoch), checkpointSuffix)), data, 0o600)
}

// restore loads the newest checkpoint that is not ahead of the run and returns its
// epoch, 0 if there is none. A checkpoint that is ahead is of no use, because the epochs
// up to it still have to be logged.
func (c checkpoints) restore(trainer *penguins.Trainer, upTo int) (epoch int, err error) {
	path := ""
	entries, _ := os.ReadDir(c.dir) // no directory means no checkpoint
	for _, entry := range entries {
		number := strings.TrimSuffix(strings.TrimPrefix(entry.Name(), checkpointPrefix), checkpointSuffix)
		if n, err := strconv.Atoi(number); err == nil && n > epoch && n <= upTo {
			epoch, path = n, filepath.Join(c.dir, entry.Name())
		}
	}
	if epoch == 0 {
		return 0, nil
	}
	data, err := os.ReadFile(path)
	if err == nil {
		err = trainer.Restore(data)
	}
	if err != nil {
		return 0, fmt.Errorf("%s: %w", path, err)
	}
	return epoch, nil
}
