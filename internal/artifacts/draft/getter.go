package draft

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/wandgo/wandgo/internal/plaintext"
)

// getLimit bounds a question about one resource.
const getLimit = time.Minute

// HTTPGetter asks with a GET, because addresses that are signed allow nothing else, and
// reads no body. It sends no credentials and follows redirects.
func HTTPGetter(client *http.Client) Getter {
	return func(ctx context.Context, uri string) (etag string, size int64, err error) {
		ctx, cancel := context.WithTimeout(ctx, getLimit)
		defer cancel()
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, uri, http.NoBody)
		if err != nil {
			return "", 0, err
		}
		req.Close = true // the body is not read, so the connection is of no further use
		req.Header.Set("Accept-Encoding", "identity")
		resp, err := client.Do(req)
		if err != nil {
			return "", 0, err
		}
		defer resp.Body.Close()
		if resp.StatusCode/100 != 2 {
			return "", 0, fmt.Errorf("%w: HTTP %s", ErrReference, plaintext.Line(resp.Status, 80))
		}
		return resp.Header.Get("ETag"), resp.ContentLength, nil
	}
}
