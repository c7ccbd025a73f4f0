package parquet_test

import (
	"bytes"
	"context"
	"fmt"
	"iter"
	"os"

	"github.com/wandgo/wandgo/api"
	"github.com/wandgo/wandgo/client"
	"github.com/wandgo/wandgo/contrib/parquet"
	"github.com/wandgo/wandgo/wandbtest"
)

// A history has the rows that the server has moved to a Parquet file, too. The server is in this process;
// without these client.Options it is that of the environment.
func ExampleRead() {
	opts, done := server()
	defer done()
	ctx := context.Background()
	c, err := client.New(opts)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer c.Close()
	run, err := api.New(c).Run(ctx, "acme/vision/run1")
	if err != nil {
		fmt.Println(err)
		return
	}
	for row, err := range run.History(ctx, api.Parquet(parquet.Read), api.Keys("loss")) {
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(row.Step(), row["loss"])
	}
	// Output:
	// 0 4
	// 1 3
	// 2 2.5
}

// The file of a history has a column for each metric.
func ExampleWrite() {
	var history iter.Seq2[api.Row, error] = func(yield func(api.Row, error) bool) { // as from run.History
		_ = yield(api.Row{"_step": int64(0), "loss": 4.0}, nil) && yield(api.Row{"_step": int64(1), "loss": 3.5}, nil)
	}
	var file bytes.Buffer
	if err := parquet.Write(&file, history); err != nil {
		fmt.Println(err)
		return
	}
	for row, err := range parquet.Read(bytes.NewReader(file.Bytes()), int64(file.Len()), nil) {
		fmt.Println(row, err)
	}
	// Output:
	// map[_step:0 loss:4] <nil>
	// map[_step:1 loss:3.5] <nil>
}

// server starts a server whose run acme/vision/run1 has three rows, of which the first two are in a
// Parquet file only, and returns the options of a client for it.
func server() (opts client.Options, done func()) {
	srv, err := wandbtest.Start(wandbtest.Solo(), wandbtest.WithPolicy(wandbtest.Policy{ExportedRows: 2, ExportedRowsHidden: true}))
	if err != nil {
		panic(err)
	}
	dir, err := os.MkdirTemp("", "parquet-*")
	if err != nil {
		panic(err)
	}
	opts = client.Options{BaseURL: srv.URL(), APIKey: wandbtest.AliceKey, Dir: dir, Getenv: func(string) string { return "" }}
	c, err := client.New(opts)
	if err != nil {
		panic(err)
	}
	defer c.Close()
	run, err := c.Init(context.Background(), client.RunOptions{Entity: "acme", Project: "vision", ID: "run1"})
	if err != nil {
		panic(err)
	}
	var file bytes.Buffer
	if err := run.Finish(context.Background()); err != nil {
		panic(err)
	}
	if err := srv.SetHistory("acme", "vision", "run1", []string{`{"_step":0,"loss":4}`, `{"_step":1,"loss":3}`, `{"_step":2,"loss":2.5}`}); err != nil {
		panic(err)
	}
	if err := parquet.Write(&file, seq(api.Row{"_step": int64(0), "loss": 4.0}, api.Row{"_step": int64(1), "loss": 3.0})); err != nil {
		panic(err)
	}
	if err := srv.SetFile("acme", "vision", "run1", "history.parquet", file.Bytes()); err != nil {
		panic(err)
	}
	return opts, func() { srv.Close(); _ = os.RemoveAll(dir) }
}
