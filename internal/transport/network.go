package transport

import (
	"crypto/tls"
	"net/http"
	"net/url"

	"github.com/wandgo/wandgo/internal/settings"
)

// maxIdlePerHost suits uploads of several files at once, such as those of artifacts. With
// the default of 2, nearly every file would open a new connection.
const maxIdlePerHost = 64

// bufSize is the size of a connection's buffers in bytes. A small file and its header fit, so
// that they take one system call.
const bufSize = 16 << 10

// Network configures connections. The zero Network has the defaults of net/http.
type Network struct {
	// HTTPProxy and HTTPSProxy are the proxies for addresses of that scheme.
	// Nil means what the standard variables (HTTP_PROXY and so on) say.
	HTTPProxy, HTTPSProxy *url.URL
	// ProxyAuthorization is sent to a proxy when a tunnel through it is opened.
	ProxyAuthorization string
	// InsecureDisableSSL accepts any certificate.
	InsecureDisableSSL bool
}

// NetworkOf returns the settings for connections.
func NetworkOf(s *settings.Settings) Network {
	n := Network{HTTPProxy: s.HTTPProxy, HTTPSProxy: s.HTTPSProxy, InsecureDisableSSL: s.InsecureDisableSSL}
	for name, value := range s.ExtraHeaders {
		if http.CanonicalHeaderKey(name) == "Proxy-Authorization" {
			n.ProxyAuthorization = value
		}
	}
	return n
}

// HTTPTransport makes a separate connection pool, so that closing its idle
// connections affects no others.
func (n Network) HTTPTransport() *http.Transport {
	var own *http.Transport
	if def, ok := http.DefaultTransport.(*http.Transport); ok {
		own = def.Clone()
	} else { // the program replaced the default
		own = &http.Transport{Proxy: http.ProxyFromEnvironment, ForceAttemptHTTP2: true}
	}
	own.MaxIdleConnsPerHost = maxIdlePerHost
	own.WriteBufferSize, own.ReadBufferSize = bufSize, bufSize
	own.OnProxyConnectResponse = connected
	if n.HTTPProxy != nil || n.HTTPSProxy != nil {
		otherwise := own.Proxy
		own.Proxy = func(r *http.Request) (*url.URL, error) {
			switch {
			case r.URL.Scheme == "http" && n.HTTPProxy != nil:
				return n.HTTPProxy, nil
			case r.URL.Scheme == "https" && n.HTTPSProxy != nil:
				return n.HTTPSProxy, nil
			case otherwise != nil:
				return otherwise(r)
			}
			return nil, nil //nolint:nilnil // net/http's way of saying: no proxy
		}
	}
	own.Proxy = noting(own.Proxy)
	if n.ProxyAuthorization != "" {
		own.ProxyConnectHeader = http.Header{"Proxy-Authorization": {n.ProxyAuthorization}}
	}
	if n.InsecureDisableSSL {
		if own.TLSClientConfig == nil {
			own.TLSClientConfig = &tls.Config{} //nolint:gosec // net/http's own minimum applies
		}
		own.TLSClientConfig.InsecureSkipVerify = true // asked for by name
	}
	return own
}
