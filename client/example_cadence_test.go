package client_test

import (
	"context"
	"fmt"
	"time"

	"github.com/wandgo/wandgo/client"
	"github.com/wandgo/wandgo/wandbtest"
)

// A chart that moves every other second, of a run that asks little of the server
// otherwise.
func ExampleCadence() {
	srv, dir, done := world()
	defer done()
	c, err := client.New(client.Options{
		BaseURL: srv.URL(), APIKey: wandbtest.AliceKey, Dir: dir, Getenv: alone,
		Cadence: client.Cadence{
			Interval:    2 * time.Second,
			Heartbeat:   time.Minute,
			ConfigDelay: 20 * time.Second,
		},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer c.Close()
	ctx := context.Background()

	run, err := c.Init(ctx, client.RunOptions{Entity: "acme", Project: "vision", ID: "run1"})
	if err != nil {
		fmt.Println(err)
		return
	}
	for step := range 3 {
		if err := run.Log(map[string]any{"loss": 1 / float64(step+1)}); err != nil {
			fmt.Println(err)
		}
	}
	fmt.Println(run.Finish(ctx)) // which waits for no interval

	// A number alone is nanoseconds, which nobody means.
	_, err = client.New(client.Options{Getenv: alone, Cadence: client.Cadence{Interval: 2}})
	fmt.Println(err)
	// Output:
	// <nil>
	// new client: invalid Cadence.Interval "2ns": must be from 1ms to 1h0m0s; a number without a unit counts nanoseconds
}
