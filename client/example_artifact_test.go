package client_test

import (
	"context"
	"fmt"

	"github.com/wandgo/wandgo/artifact"
	"github.com/wandgo/wandgo/client"
)

// A training saves a checkpoint. The file may change as soon as LogArtifact has returned.
func ExampleRun_LogArtifact() {
	srv, dir, done := world()
	defer done()
	c := aliceAt(srv, dir)
	defer c.Close()
	ctx := context.Background()

	run, err := c.Init(ctx, client.RunOptions{Entity: "acme", Project: "vision"})
	if err != nil {
		fmt.Println(err)
		return
	}
	a := artifact.New("net", "model")
	a.Metadata = map[string]any{"epoch": 20}
	if err := a.AddBytes("weights.bin", []byte("…")); err != nil { // or AddFile, AddDir, AddFS, Create
		fmt.Println(err)
	}
	upload, err := run.LogArtifact(a, client.ArtifactOptions{Aliases: []string{"best"}})
	if err != nil {
		fmt.Println(err)
		return
	}
	// Only if the program needs the version: Finish waits, too.
	version, err := upload.Wait(ctx)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(version, version.Aliases())
	if err := run.Finish(ctx); err != nil {
		fmt.Println(err)
	}
	// Output:
	// acme/vision/net:v0 [best latest]
}
