package wandbtest_test

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/wandgo/wandgo/wandbtest"
)

// See what your program does when the server has had enough, and what it could
// have known before.
func ExampleWithRateLimit() {
	srv, err := wandbtest.Start(wandbtest.Solo(), wandbtest.WithRateLimit(2, time.Minute))
	if err != nil {
		fmt.Println(err)
		return
	}
	defer srv.Close()

	for range 3 {
		req, err := http.NewRequestWithContext(context.Background(), http.MethodPost, srv.URL()+"/graphql",
			bytes.NewReader([]byte(`{"query": "{ viewer { username } }"}`)))
		if err != nil {
			fmt.Println(err)
			return
		}
		req.SetBasicAuth("api", wandbtest.AliceKey)
		resp, err := (&http.Client{Timeout: time.Minute}).Do(req)
		if err != nil {
			fmt.Println(err)
			return
		}
		_ = resp.Body.Close()
		fmt.Printf("HTTP %d, %s of %s left\n", resp.StatusCode, resp.Header.Get("RateLimit-Remaining"), resp.Header.Get("RateLimit-Limit"))
	}
	// Output:
	// HTTP 200, 1 of 2 left
	// HTTP 200, 0 of 2 left
	// HTTP 429, 0 of 2 left
}

// A client that is not wandgo can be held to the protocol, too.
func ExampleRunView_Violations() {
	srv, err := wandbtest.Start(wandbtest.Solo())
	if err != nil {
		fmt.Println(err)
		return
	}
	defer srv.Close()
	if err := train(srv.URL(), wandbtest.AliceKey, "acme"); err != nil { // see the example of the package
		fmt.Println(err)
		return
	}
	run, _ := srv.Run("acme", "digits", "run1")
	fmt.Println("train:", len(run.Violations(wandbtest.Pace{Interval: 15 * time.Second, Heartbeat: 30 * time.Second})))

	// A client that continues after its final post and skips a row.
	if err := post(srv.URL()+"/files/acme/digits/run1/file_stream", wandbtest.AliceKey, map[string]any{
		"files": map[string]any{"wandb-history.jsonl": map[string]any{"offset": 3, "content": []string{`{"_step":3}`}}},
	}); err != nil {
		fmt.Println(err)
		return
	}
	run, _ = srv.Run("acme", "digits", "run1")
	for _, violation := range run.Violations(wandbtest.Pace{}) {
		fmt.Println(violation)
	}
	// Output:
	// train: 0
	// wandb-history.jsonl: lines start at 3; want 2
	// a post after the final one
}
