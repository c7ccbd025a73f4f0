package main

import (
	"context"
	"net/url"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/wandgo/wandgo/client"
	"github.com/wandgo/wandgo/errors"
)

func TestRetries_FailedAttempts_AreReported(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		end  client.RequestEnd
		want []string
	}{
		{"success", client.RequestEnd{StatusCode: 200}, nil},
		{"refusal", client.RequestEnd{StatusCode: 403}, nil},
		{"rate limit", client.RequestEnd{StatusCode: 429}, []string{"HTTP 429"}},
		{"server error", client.RequestEnd{StatusCode: 503}, []string{"HTTP 503"}},
		{"no response", client.RequestEnd{Err: &url.Error{Op: "Post", URL: "http://h", Err: errors.New("connection refused")}}, []string{"connection refused"}},
		{"interrupted", client.RequestEnd{Err: context.Canceled}, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var got []string
			r := retries{report: func(reason string) { got = append(got, reason) }}
			r.RequestEnd(r.RequestStart(t.Context(), client.RequestStart{}), tt.end)
			assert.Equal(t, tt.want, got)
		})
	}
}
