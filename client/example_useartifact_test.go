package client_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/wandgo/wandgo/artifact"
	"github.com/wandgo/wandgo/client"
)

// logFlowers logs the artifact of the next examples.
func logFlowers(c *client.Client) error {
	ctx := context.Background()
	run, err := c.Init(ctx, client.RunOptions{Entity: "acme", Project: "vision"})
	if err != nil {
		return err
	}
	a := artifact.New("flowers", "dataset")
	for name, text := range map[string]string{"train/iris.txt": "iris\n", "train/rose.txt": "rose\n", "readme": "Flowers.\n"} {
		err = errors.Join(err, a.AddBytes(name, []byte(text)))
	}
	_, logged := run.LogArtifact(a, client.ArtifactOptions{Aliases: []string{"stable"}})
	return errors.Join(err, logged, run.Finish(ctx))
}

// A training reads a data set. The server records which version it was.
func ExampleRun_UseArtifact() {
	srv, dir, done := world()
	defer done()
	c := aliceAt(srv, dir)
	defer c.Close()
	if err := logFlowers(c); err != nil {
		fmt.Println(err)
		return
	}
	ctx := context.Background()

	run, err := c.Init(ctx, client.RunOptions{Entity: "acme", Project: "vision"})
	if err != nil {
		fmt.Println(err)
		return
	}
	flowers, err := run.UseArtifact(ctx, "flowers:stable")
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(flowers, flowers.Type(), flowers.FileCount(), "files")
	if err := run.Finish(ctx); err != nil {
		fmt.Println(err)
	}
	// Output:
	// acme/vision/flowers:v0 dataset 3 files
}

// A program reads a data set without a run. What is in the directory after Download is
// complete and right.
func ExampleClient_Artifact_download() {
	srv, dir, done := world()
	defer done()
	c := aliceAt(srv, dir)
	defer c.Close()
	if err := logFlowers(c); err != nil {
		fmt.Println(err)
		return
	}
	ctx := context.Background()

	flowers, err := c.Artifact(ctx, "acme/vision/flowers") // the latest version
	if err != nil {
		fmt.Println(err)
		return
	}
	to, err := flowers.Download(ctx, artifact.DownloadOptions{Dir: filepath.Join(dir, "flowers"), Prefix: "train/"})
	if err != nil {
		fmt.Println(err)
		return
	}
	text, err := os.ReadFile(filepath.Join(to, "train", "iris.txt"))
	fmt.Printf("%s%v\n", text, err)
	// Output:
	// iris
	// <nil>
}

// A version is a file system, for programs that read a part of it.
func ExampleClient_Artifact_fs() {
	srv, dir, done := world()
	defer done()
	c := aliceAt(srv, dir)
	defer c.Close()
	if err := logFlowers(c); err != nil {
		fmt.Println(err)
		return
	}
	ctx := context.Background()

	flowers, err := c.Artifact(ctx, "acme/vision/flowers:v0")
	if err != nil {
		fmt.Println(err)
		return
	}
	names, err := fs.Glob(flowers.FS(ctx), "train/*.txt")
	fmt.Println(names, err)
	text, err := fs.ReadFile(flowers.FS(ctx), "readme")
	fmt.Printf("%s%v\n", text, err)
	// Output:
	// [train/iris.txt train/rose.txt] <nil>
	// Flowers.
	// <nil>
}
