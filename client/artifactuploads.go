package client

import (
	"os"

	"github.com/wandgo/wandgo/internal/artifacts/upload"
	"github.com/wandgo/wandgo/internal/rundir"
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
	home, err := os.UserHomeDir()
	if err != nil {
		home = ""
	}
	return rundir.Staging(c.getenv, home)
}
