package diagnose

import (
	"net"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/graphql"
	"github.com/wandgo/wandgo/internal/settings"
	"github.com/wandgo/wandgo/internal/transport"
)

func TestRequestError_ProxyFails_NamesTheSettingOnlyIfItIsTheProxys(t *testing.T) {
	t.Parallel()
	failed := &transport.ProxyError{Proxy: "http://proxy.test:3128", Scheme: "https", Target: "api.test:443", Err: &net.DNSError{IsNotFound: true, Err: "no such host"}}
	for name, tt := range map[string]struct {
		set  settings.Value
		want errors.Proxy
		hint bool
	}{
		"its setting":           {settings.Value{Text: "proxy.test:3128", Source: "HTTPS_PROXY"}, errors.Proxy{Address: "http://proxy.test:3128", Source: "HTTPS_PROXY", Target: "api.test:443"}, true},
		"no setting":            {settings.Value{}, errors.Proxy{Address: "http://proxy.test:3128", Target: "api.test:443"}, true},
		"another's":             {settings.Value{Text: "other.test:1", Source: "HTTPS_PROXY"}, errors.Proxy{Address: "http://proxy.test:3128", Target: "api.test:443"}, true},
		"what is no address":    {settings.Value{Source: "HTTPS_PROXY"}, errors.Proxy{Source: "HTTPS_PROXY", Target: "api.test:443", Invalid: true}, false},
		"a host that is a tail": {settings.Value{Text: "test:3128", Source: "HTTPS_PROXY"}, errors.Proxy{Address: "http://proxy.test:3128", Target: "api.test:443"}, true},
	} {
		r := Classify(t.Context(), &graphql.Error{Err: &transport.Error{Err: failed}})
		assert.Equal(t, Unreachable, r.Class, name)
		d := diagnoserAt("https://api.test")
		d.config.Settings.ProxyOfHTTPS = tt.set
		e := d.requestError(t.Context(), Question{}, r)
		require.ErrorIs(t, e, errors.ErrServerUnavailable)
		assert.Equal(t, &tt.want, e.Proxy, name)
		assert.Equal(t, tt.hint, e.Hint != "", name)
		assert.Equal(t, !tt.want.Invalid, errors.IsRetryable(e), name)
	}
}

func TestRequestError_OnlyAllProxyIsSet_SaysThatItIsNotUsed(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		base, all, proxy string
		hint             string
	}{
		{"https://api.test", "ALL_PROXY", "", "ALL_PROXY is set, and only HTTPS_PROXY is used for addresses of this kind"},
		{"http://api.test", "all_proxy", "", "all_proxy is set, and only HTTP_PROXY is used for addresses of this kind"},
		{"https://api.test", "ALL_PROXY", "HTTPS_PROXY", ""},
		{"https://api.test", "", "", ""},
	} {
		r := Classify(t.Context(), &graphql.Error{Err: &transport.Error{Err: &net.OpError{Op: "dial", Err: &net.AddrError{Err: "refused"}}}})
		d := diagnoserAt(tt.base)
		d.config.Settings.AllProxy, d.config.Settings.ProxyOfHTTPS.Source = tt.all, tt.proxy
		assert.Equal(t, tt.hint, d.requestError(t.Context(), Question{}, r).Hint)
	}
}
