package doctor

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/internal/identity"
	"github.com/wandgo/wandgo/internal/secret"
)

// respond is a RoundTripper that returns a fixed response.
type respond struct {
	status int
	body   string
}

func (r respond) RoundTrip(*http.Request) (*http.Response, error) {
	return &http.Response{
		StatusCode: r.status, Header: http.Header{"X-Request-Id": {"r1"}}, Body: io.NopCloser(strings.NewReader(r.body)),
	}, nil
}

func exchange(t *testing.T, url, request string, r respond) (all *record, got string) {
	t.Helper()
	all = &record{}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url, strings.NewReader(request))
	require.NoError(t, err)
	resp, err := (&recorder{record: all, as: "key", next: r}).RoundTrip(req)
	require.NoError(t, err)
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	return all, string(text)
}

func TestRecorder_GraphQL_RecordsOperationAndBody(t *testing.T) {
	t.Parallel()
	body := strings.Repeat("x", 2*maxRecordedBody)
	all, got := exchange(t, "http://h/graphql", `{"operationName":"Viewer"}`, respond{http.StatusForbidden, body})
	assert.Equal(t, body, got, "the caller reads the whole body")
	require.Len(t, all.all(), 1)
	e := all.all()[0]
	assert.Equal(t, "Viewer", e.Operation)
	assert.Equal(t, http.StatusForbidden, e.Status)
	assert.Equal(t, "r1", e.RequestID)
	assert.Len(t, e.Body, maxRecordedBody)
}

func TestRecorder_TokenExchange_HidesTheToken(t *testing.T) {
	t.Parallel()
	const body = `{"access_token":"notakey-token"}`
	all, got := exchange(t, "http://h"+identity.ExchangePath, "", respond{http.StatusOK, body})
	assert.JSONEq(t, body, got)
	assert.Equal(t, "(an access token)", all.all()[0].Body)
	assert.Equal(t, []secret.Key{secret.New("notakey-token")}, all.secrets())
}
