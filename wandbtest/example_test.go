package wandbtest_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"github.com/wandgo/wandgo/wandbtest"
)

// train stands for your own code. It reads where the server is and which key to
// use from wherever you keep that, here from its arguments.
func train(baseURL, key, entity string) error {
	if err := post(baseURL+"/graphql", key, map[string]any{
		"query":     `mutation UpsertBucket($input: UpsertBucketInput!) { upsertBucket(input: $input) { bucket { name } } }`,
		"variables": map[string]any{"input": map[string]any{"entityName": entity, "modelName": "digits", "name": "run1", "config": `{"lr":{"value":0.1}}`}},
	}); err != nil {
		return err
	}
	return post(baseURL+"/files/"+entity+"/digits/run1/file_stream", key, map[string]any{
		"files":    map[string]any{"wandb-history.jsonl": map[string]any{"offset": 0, "content": []string{`{"_step":0,"loss":0.5}`, `{"_step":1,"loss":NaN}`}}},
		"complete": true, "exitcode": 0,
	})
}

func post(url, key string, body any) error {
	text, err := json.Marshal(body)
	if err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(context.Background(), http.MethodPost, url, bytes.NewReader(text))
	if err != nil {
		return err
	}
	req.SetBasicAuth("api", key)
	resp, err := (&http.Client{Timeout: time.Minute}).Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("HTTP %d", resp.StatusCode)
	}
	return nil
}

// Test your own training code against a server in the process. In a test, use
// New(t, wandbtest.Solo()), which needs no Close.
func Example() {
	srv, err := wandbtest.Start(wandbtest.Solo())
	if err != nil {
		fmt.Println(err)
		return
	}
	defer srv.Close()

	if err := train(srv.URL(), wandbtest.AliceKey, "acme"); err != nil {
		fmt.Println("train:", err)
	}

	run, _ := srv.Run("acme", "digits", "run1")
	fmt.Println(run.State, run.Config["lr"])
	for _, row := range run.History() {
		fmt.Println(row["_step"], row["loss"])
	}

	// A refusal is one word away: alice is not in this team.
	fmt.Println("train:", train(srv.URL(), wandbtest.AliceKey, "globex"))
	// Output:
	// finished 0.1
	// 0 0.5
	// 1 NaN
	// train: HTTP 403
}

// Break something, and wait until it has happened.
func ExampleServer_Inject() {
	srv, err := wandbtest.Start(wandbtest.Solo())
	if err != nil {
		fmt.Println(err)
		return
	}
	defer srv.Close()
	outage := srv.Inject(wandbtest.Fault{Operation: "file_stream", Status: http.StatusServiceUnavailable, Count: 1})

	fmt.Println(train(srv.URL(), wandbtest.AliceKey, "acme"))

	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	if err := outage.Wait(ctx, 1); err != nil {
		fmt.Println(err)
	}
	fmt.Println("hits:", outage.Hits())
	fmt.Println(train(srv.URL(), wandbtest.AliceKey, "acme"))
	// Output:
	// HTTP 503
	// hits: 1
	// <nil>
}

// A world from a file.
func ExampleParseWorld() {
	_, err := wandbtest.ParseWorld([]byte(`{
	  "users": [{"username": "jo", "keys": ["local-0123456789012345678901234567890123456789"]}],
	  "teams": [{"name": "vision", "members": [{"username": "jo", "role": "viewer"}, {"username": "kim"}]}]
	}`))
	fmt.Println(err)
	// Output:
	// parse world: teams[0].members[1].username: no user "kim"
}
