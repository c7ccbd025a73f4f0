package transport

import (
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// get requests an address over n and returns the body.
func (n Network) get(t *testing.T, address string) (string, error) {
	t.Helper()
	pool := n.HTTPTransport()
	defer pool.CloseIdleConnections()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	require.NoError(t, err)
	resp, err := pool.RoundTrip(req)
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	return string(body), nil
}

func TestNetwork_Proxies_AreChosenByScheme(t *testing.T) {
	t.Parallel()
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "server") }))
	defer server.Close()
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodConnect {
			io.WriteString(w, "proxy for "+r.URL.String())
			return
		}
		if r.Header.Get("Proxy-Authorization") != "Basic x" {
			w.WriteHeader(http.StatusProxyAuthRequired)
			return
		}
		tunnel(t, w, server.Listener.Addr().String())
	}))
	defer proxy.Close()
	at, err := url.Parse(proxy.URL)
	require.NoError(t, err)

	body, err := Network{HTTPProxy: at}.get(t, "http://api.test/graphql")
	require.NoError(t, err)
	assert.Equal(t, "proxy for http://api.test/graphql", body)

	tunnelled := Network{HTTPSProxy: at, ProxyAuthorization: "Basic x", InsecureDisableSSL: true}
	body, err = tunnelled.get(t, "https://api.test/graphql")
	require.NoError(t, err)
	assert.Equal(t, "server", body)

	tunnelled.ProxyAuthorization = ""
	_, err = tunnelled.get(t, "https://api.test/graphql")
	require.ErrorContains(t, err, "Proxy Authentication Required")

	pool := Network{HTTPSProxy: at}.HTTPTransport()
	defer pool.CloseIdleConnections()
	proxyOf, err := pool.Proxy(&http.Request{URL: &url.URL{Scheme: "http", Host: "localhost"}})
	require.NoError(t, err)
	assert.Nil(t, proxyOf, "the other scheme is left to the standard variables")
}

// tunnel connects the client with the address until either side closes.
func tunnel(t *testing.T, w http.ResponseWriter, address string) {
	t.Helper()
	there, err := new(net.Dialer).DialContext(t.Context(), "tcp", address)
	if !assert.NoError(t, err) {
		return
	}
	defer there.Close()
	w.WriteHeader(http.StatusOK)
	here, buffered, err := http.NewResponseController(w).Hijack()
	if !assert.NoError(t, err) {
		return
	}
	defer here.Close()
	back := make(chan struct{})
	go func() {
		defer close(back)
		io.Copy(here, there)
		here.Close()
	}()
	io.Copy(there, buffered)
	there.Close()
	<-back
}

func TestNetwork_UntrustedCertificate_IsRefused(t *testing.T) {
	t.Parallel()
	server := httptest.NewTLSServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	defer server.Close()
	_, err := Network{}.get(t, server.URL)
	require.ErrorContains(t, err, "certificate")
	_, err = Network{InsecureDisableSSL: true}.get(t, server.URL)
	require.NoError(t, err)

	if def, ok := http.DefaultTransport.(*http.Transport); ok && def.TLSClientConfig != nil {
		assert.False(t, def.TLSClientConfig.InsecureSkipVerify, "the program's own transport stays as it is")
	}
}
