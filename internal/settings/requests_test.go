package settings

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestResolve_Booleans(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"y", "YES", "t", "True", "on", "1"} {
		w := newWorld(t)
		w.vars["WANDB_SILENT"] = text
		assert.True(t, w.resolve(t, Explicit{}).Silent, text)
	}
	for _, text := range []string{"n", "No", "f", "FALSE", "off", "0"} {
		w := newWorld(t)
		w.vars["WANDB_QUIET"] = text
		s := w.resolve(t, Explicit{})
		assert.False(t, s.Quiet, text)
		assert.Empty(t, s.Warnings)
	}
	w := newWorld(t)
	w.vars["WANDB_SILENT"] = "maybe"
	s := w.resolve(t, Explicit{})
	assert.False(t, s.Silent)
	require.Len(t, s.Warnings, 1)
	assert.Contains(t, s.Warnings[0], "WANDB_SILENT")
}

func TestResolve_Requests(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s := w.resolve(t, Explicit{})
	assert.Equal(t, 90*time.Second, s.InitTimeout)
	assert.Equal(t, Retry{20, 2 * time.Second, time.Minute, 30 * time.Second}, s.GraphQL)
	assert.Equal(t, Retry{10085, 2 * time.Second, time.Minute, 3 * time.Minute}, s.FileStream.Retry)
	assert.Zero(t, s.FileStream.TransmitInterval, "not set")
	assert.Equal(t, Retry{20, 2 * time.Second, time.Minute, 0}, s.FileTransfer)
	assert.Zero(t, s.FinishTimeout)
	assert.False(t, s.StopOnFatalError)

	w.vars = map[string]string{
		"WANDB_INIT_TIMEOUT": "12.5", "WANDB_HTTP_TIMEOUT": "7", "WANDB_X_GRAPHQL_TIMEOUT_SECONDS": "8",
		"WANDB_X_GRAPHQL_RETRY_MAX": "3", "WANDB__GRAPHQL_RETRY_WAIT_MIN_SECONDS": "0.25", "WANDB_X_GRAPHQL_RETRY_WAIT_MAX_SECONDS": "1e0",
		"WANDB_X_FILE_STREAM_TRANSMIT_INTERVAL": "0.5", "WANDB_FINISH_TIMEOUT": "60", "WANDB_STOP_ON_FATAL_ERROR": "true",
		"WANDB_X_FILE_STREAM_MAX_BYTES": "1000", "WANDB_X_FILE_STREAM_MAX_LINE_BYTES": "100", "WANDB_X_FILE_STREAM_RETRY_MAX": "0",
		"WANDB_X_FILE_TRANSFER_RETRY_MAX": "5", "WANDB__FILE_TRANSFER_RETRY_WAIT_MIN_SECONDS": "0.1",
		"WANDB_X_FILE_TRANSFER_RETRY_WAIT_MAX_SECONDS": "3", "WANDB_X_FILE_TRANSFER_TIMEOUT_SECONDS": "60",
	}
	s = w.resolve(t, Explicit{})
	assert.Equal(t, 12500*time.Millisecond, s.InitTimeout)
	assert.Equal(t, Retry{3, 250 * time.Millisecond, time.Second, 7 * time.Second}, s.GraphQL)
	assert.Equal(t, 500*time.Millisecond, s.FileStream.TransmitInterval)
	assert.Equal(t, Retry{5, 100 * time.Millisecond, 3 * time.Second, time.Minute}, s.FileTransfer)
	assert.Equal(t, time.Minute, s.FinishTimeout)
	assert.True(t, s.StopOnFatalError)
	assert.EqualValues(t, 1000, s.FileStream.MaxBytes)
	assert.EqualValues(t, 100, s.FileStream.MaxLineBytes)
	assert.Equal(t, 10085, s.FileStream.Max, "0 is the default")
	assert.Empty(t, s.Warnings)

	w.vars["WANDB_FILE_PUSHER_TIMEOUT"] = "7.5"
	assert.Equal(t, 7500*time.Millisecond, w.resolve(t, Explicit{}).FileTransfer.Timeout, "the stronger one")
	w.vars["WANDB_FILE_PUSHER_TIMEOUT"] = "0"
	assert.Zero(t, w.resolve(t, Explicit{}).FileTransfer.Timeout, "none")
}

func TestResolve_InvalidNumber_Warns(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"abc", "-3", "NaN", "Inf", "1e300", "12 s"} {
		w := newWorld(t)
		w.vars["WANDB_INIT_TIMEOUT"] = text
		w.vars["WANDB_X_GRAPHQL_RETRY_MAX"] = text
		s := w.resolve(t, Explicit{})
		assert.Equal(t, 90*time.Second, s.InitTimeout, text)
		assert.Equal(t, 20, s.GraphQL.Max, text)
		assert.Len(t, s.Warnings, 2, text)
	}
}

func TestResolve_ExtraHeaders(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.vars["WANDB_X_EXTRA_HTTP_HEADERS"] = `{"Proxy-Authorization":"Basic c2VjcmV0","Bad Name":"hush-hush","X":"a\r\nB: hush-hush"}`
	s := w.resolve(t, Explicit{})
	assert.Equal(t, map[string]string{"Proxy-Authorization": "Basic c2VjcmV0"}, s.ExtraHeaders)
	assert.Len(t, s.Warnings, 2)
	assert.NotContains(t, strings.Join(s.Warnings, "\n"), "hush-hush")

	w.vars["WANDB_X_EXTRA_HTTP_HEADERS"] = `{"A":"hush-hush"`
	s = w.resolve(t, Explicit{})
	assert.Empty(t, s.ExtraHeaders)
	require.Len(t, s.Warnings, 1)
	assert.NotContains(t, s.Warnings[0], "hush-hush")
}

func TestResolve_Proxies(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.vars["WANDB_HTTPS_PROXY"] = "http://jo:hush-hush@proxy:3128"
	w.vars["WANDB_HTTP_PROXY"] = "proxy:3128"
	s := w.resolve(t, Explicit{})
	assert.Equal(t, "proxy:3128", s.HTTPProxy.Host)
	assert.Equal(t, "proxy:3128", s.HTTPSProxy.Host)
	w.vars["WANDB_HTTPS_PROXY"] = "http://jo:hush-hush@proxy:port"
	s = w.resolve(t, Explicit{})
	assert.Nil(t, s.HTTPSProxy)
	require.Len(t, s.Warnings, 1)
	assert.NotContains(t, s.Warnings[0], "hush-hush")
}

// A diagnosis names the setting that a proxy comes from, without its password.
func TestResolve_ProxyOfScheme_HasHostAndSource(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.vars["HTTPS_PROXY"] = "http://jo:hush-hush@proxy:3128"
	w.vars["http_proxy"] = "http://jo:hush#hush@proxy:3128"
	s := w.resolve(t, Explicit{})
	assert.Equal(t, Value{Text: "proxy:3128", Source: "HTTPS_PROXY"}, s.ProxyOfHTTPS)
	assert.Equal(t, Value{Source: "http_proxy"}, s.ProxyOfHTTP, "it holds no address")
	assert.Nil(t, s.HTTPSProxy, "net/http reads it itself")
	w.vars["WANDB_HTTPS_PROXY"] = "other:1"
	assert.Equal(t, Value{Text: "other:1", Source: "WANDB_HTTPS_PROXY"}, w.resolve(t, Explicit{}).ProxyOfHTTPS)
}
