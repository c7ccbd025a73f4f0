package api_test

import (
	"context"
	"fmt"
	"io"
	"os"

	"github.com/wandgo/wandgo/api"
	"github.com/wandgo/wandgo/artifact"
	"github.com/wandgo/wandgo/client"
	"github.com/wandgo/wandgo/wandbtest"
)

// logRun logs a run to a server in this process and returns its client.
func logRun(srv *wandbtest.Server, dir string) (*client.Client, error) {
	c, err := client.New(client.Options{BaseURL: srv.URL(), APIKey: wandbtest.AliceKey, Dir: dir, Output: io.Discard, Getenv: func(string) string { return "" }})
	if err != nil {
		return nil, err
	}
	run, err := c.Init(context.Background(), client.RunOptions{Entity: "acme", Project: "vision", ID: "first", Mode: client.ModeOnline, Config: map[string]any{"lr": 0.05}})
	if err != nil {
		return nil, err
	}
	for i := range 3 {
		if err := run.Log(map[string]any{"loss": 1 / float64(i+1)}); err != nil {
			return nil, err
		}
	}
	return c, run.Finish(context.Background())
}

func ExampleAPI_Runs() {
	srv, err := wandbtest.Start(wandbtest.Solo())
	if err != nil {
		fmt.Println(err)
		return
	}
	defer srv.Close()
	dir, err := os.MkdirTemp("", "example-*")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	c, err := logRun(srv, dir)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer c.Close()
	query := api.Query{Filter: api.And(api.Config("lr").Lt(0.1), api.State("finished")), Order: "-summary.loss"}
	for run, err := range api.New(c).Runs(context.Background(), "acme/vision", query) {
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(run.ID, run.State, run.Config["lr"])
		for row, err := range run.History(context.Background(), api.Keys("loss")) {
			if err != nil {
				fmt.Println(err)
				return
			}
			loss, _ := row.Float("loss")
			fmt.Printf("%d %.2f\n", row.Step(), loss)
		}
	}
	// Output:
	// first finished 0.05
	// 0 1.00
	// 1 0.50
	// 2 0.33
}

func ExampleRun_Artifacts() {
	srv, err := wandbtest.Start(wandbtest.Solo())
	if err != nil {
		fmt.Println(err)
		return
	}
	defer srv.Close()
	dir, err := os.MkdirTemp("", "example-*")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	c, err := logCheckpoint(srv, dir)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer c.Close()
	run, err := api.New(c).Run(context.Background(), "acme/vision/trained")
	if err != nil {
		fmt.Println(err)
		return
	}
	for v, err := range run.Artifacts(context.Background()) {
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(v.Path(), v.Type(), v.Aliases())
	}
	// Output: acme/vision/net:v0 model [latest]
}

// logCheckpoint logs an artifact of a run to a server in this process and returns its client.
func logCheckpoint(srv *wandbtest.Server, dir string) (*client.Client, error) {
	c, err := client.New(client.Options{BaseURL: srv.URL(), APIKey: wandbtest.AliceKey, Dir: dir, Output: io.Discard, Getenv: func(string) string { return "" }})
	if err != nil {
		return nil, err
	}
	run, err := c.Init(context.Background(), client.RunOptions{Entity: "acme", Project: "vision", ID: "trained", Mode: client.ModeOnline})
	if err != nil {
		return nil, err
	}
	a := artifact.New("net", "model")
	if err := a.AddBytes("weights.bin", []byte("weights")); err != nil {
		return nil, err
	}
	if _, err := run.LogArtifact(a, client.ArtifactOptions{}); err != nil {
		return nil, err
	}
	return c, run.Finish(context.Background())
}
