package feature_test

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/internal/feature"
	"github.com/wandgo/wandgo/internal/gqlclient"
	"github.com/wandgo/wandgo/internal/transport"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// server answers every request with the same text; status 0 is no answer.
type server struct {
	status int
	text   string
	asked  int
}

func (s *server) RoundTrip(r *http.Request) (*http.Response, error) {
	s.asked++
	if s.status == 0 {
		return nil, errors.New("connection refused")
	}
	return &http.Response{StatusCode: s.status, Header: http.Header{}, Request: r, Body: io.NopCloser(strings.NewReader(s.text))}, nil
}

func TestHas_EachServer_IsAskedOnce(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		server server
		want   bool
		asked  int
	}{
		"has it":   {server{status: 200, text: `{"data":{"serverInfo":{"features":[{"name":"A","isEnabled":true}]}}}`}, true, 1},
		"off":      {server{status: 200, text: `{"data":{"serverInfo":{"features":[{"name":"A","isEnabled":false}]}}}`}, false, 1},
		"null":     {server{status: 200, text: `{"data":{"serverInfo":null}}`}, false, 1},
		"too old":  {server{status: 400, text: `{"errors":[{"message":"Cannot query field \"features\""}]}`}, false, 1},
		"no reply": {server{}, false, 3},
	} {
		s := tt.server
		tr, err := transport.New(transport.Options{BaseURL: "https://api.test", HTTPClient: &http.Client{Transport: &s}})
		require.NoError(t, err)
		f := feature.New(gqlclient.New(tr).WithPolicy(transport.Policy{}))
		for range 3 {
			assert.Equal(t, tt.want, f.Has(t.Context(), "A"), name)
		}
		assert.Equal(t, tt.asked, s.asked, name)
	}
}
