package client

import (
	"os"
	"path/filepath"
	"runtime"

	"github.com/wandgo/wandgo/internal/artifacts/upload"
	"github.com/wandgo/wandgo/internal/sink"
)

// artifactStarter implements [session.ArtifactStarter].
type artifactStarter Client

// StartArtifacts starts the uploads of a run's artifacts.
func (c *artifactStarter) StartArtifacts(t sink.Target) sink.ArtifactUploads {
	return sink.UploadArtifacts(upload.Config{
		GraphQL: c.graphql, Transport: c.transport, Features: c.features, Logger: c.log,
		Target: upload.Target{Entity: t.Entity, Project: t.Project, Run: t.RunID},
		Policy: &c.env.FilePolicy, Slots: c.artifactSlots,
	})
}

// officialStaging is where the official client keeps the files of artifacts that are to be
// synced; "" if that is not known.
func (c *Client) officialStaging() string {
	data := c.getenv("WANDB_DATA_DIR")
	if data == "" {
		home, err := os.UserHomeDir()
		if err != nil {
			return ""
		}
		switch runtime.GOOS {
		case "darwin":
			data = filepath.Join(home, "Library", "Application Support", "wandb")
		case "windows":
			data = filepath.Join(c.getenv("LOCALAPPDATA"), "wandb", "wandb")
		default:
			data = c.getenv("XDG_DATA_HOME")
			if data == "" {
				data = filepath.Join(home, ".local", "share")
			}
			data = filepath.Join(data, "wandb")
		}
	}
	return filepath.Join(data, "artifacts", "staging")
}
