package graphql_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"

	"github.com/wandgo/wandgo/graphql"
)

func Example() {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(w, `{"data":{"viewer":{"id":"1","username":"jo","entity":"acme"}}}`)
	}))
	defer server.Close()

	c, err := graphql.New(graphql.Options{BaseURL: server.URL, APIKey: "notakey000000000000000000000000000000000"})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer c.Close()

	resp, err := graphql.Viewer(context.Background(), c)
	switch {
	case err != nil:
		fmt.Println(err)
	case resp.Viewer == nil:
		fmt.Println("the server does not recognise the key")
	default:
		fmt.Println("hello,", *resp.Viewer.Username)
	}
	// Output: hello, jo
}

func ExampleError() {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("X-Request-Id", "7f3a")
		w.WriteHeader(http.StatusForbidden)
		fmt.Fprint(w, `{"errors":[{"message":"permission denied","path":["upsertBucket"],"extensions":{"code":"PERMISSION_ERROR"}}]}`)
	}))
	defer server.Close()

	c, err := graphql.New(graphql.Options{BaseURL: server.URL, APIKey: "notakey000000000000000000000000000000000"})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer c.Close()

	entity := "somebody-else"
	_, err = graphql.UpsertBucket(context.Background(), c, graphql.UpsertBucketInput{EntityName: &entity})
	fmt.Println(err)
	if e, ok := errors.AsType[*graphql.Error](err); ok {
		fmt.Println(e.StatusCode, e.Code, e.Path, "from W&B:", e.FromWandB())
	}
	// Output:
	// UpsertBucket: HTTP 403: permission denied (PERMISSION_ERROR) [request id 7f3a]
	// 403 PERMISSION_ERROR [upsertBucket] from W&B: true
}
