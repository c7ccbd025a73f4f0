package graphql

import (
	"net/http"
	"testing"

	gql "github.com/Khan/genqlient/graphql"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/internal/transport"
)

func TestDecode_ErrorCodeHeader_ProvesWandB(t *testing.T) {
	t.Parallel()
	header := http.Header{"X-Wandb-Error-Code": {"run_metric_limit_exceeded"}}
	for name, tt := range map[string]struct {
		body      string
		fromWandB bool
		message   string
	}{
		"empty object": {"{}", true, "run_metric_limit_exceeded"},
		"empty body":   {"", true, "run_metric_limit_exceeded"},
		"message":      {`{"error":"too many metrics"}`, true, "too many metrics"},
		"web page":     {"<html><title>Blocked</title></html>", false, "Blocked"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			err := decode("file_stream", &transport.Response{StatusCode: 400, Header: header, Body: []byte(tt.body)}, &gql.Response{}, func(s string) string { return s })
			e, ok := err.(*Error) //nolint:errorlint // decode returns it bare
			require.True(t, ok)
			assert.Equal(t, tt.fromWandB, e.FromWandB())
			assert.Equal(t, "run_metric_limit_exceeded", e.Code)
			assert.Equal(t, tt.message, e.Message)
		})
	}
}
