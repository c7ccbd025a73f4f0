package transport

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
)

// ProxyError means that a proxy opened no connection to the server, so that the request did
// not reach it.
type ProxyError struct {
	// Proxy is the proxy's address without credentials. Login says that it has some.
	Proxy string
	Login bool
	// Scheme and Target are the address's, to whose host and port the connection was to lead.
	Scheme, Target string
	// StatusCode and Status are the proxy's response, 0 and "" if there was none.
	StatusCode int
	Status     string
	// Schemes are the kinds of login that the response offers, such as "Basic".
	Schemes []string
	// Plain says that the address begins with https:// and the proxy does not speak TLS.
	Plain bool
	// Err is why there was no response, nil if there was one.
	Err error
}

func (e *ProxyError) Error() string {
	switch {
	case e.StatusCode != 0:
		return fmt.Sprintf("the proxy %s did not connect to %s: HTTP %s", e.Proxy, e.Target, e.Status)
	case e.Plain:
		return fmt.Sprintf("the proxy %s does not speak TLS", e.Proxy)
	}
	return fmt.Sprintf("the proxy %s: %v", e.Proxy, e.Err)
}

// Unwrap returns Err.
func (e *ProxyError) Unwrap() error { return e.Err }

// Permanent reports whether another attempt would end in the same way.
func (e *ProxyError) Permanent() bool {
	return e.Plain || e.StatusCode != 0 && !RetryMostFailures(e.StatusCode, nil)
}

// newProxyError returns the error of a request for an address that went to a proxy.
func newProxyError(proxy *url.URL, scheme, target string) *ProxyError {
	return &ProxyError{Proxy: proxy.Scheme + "://" + proxy.Host, Login: proxy.User != nil, Scheme: scheme, Target: target}
}

// refused adds the proxy's response.
func (e *ProxyError) refused(resp *http.Response) *ProxyError {
	e.StatusCode, e.Status = resp.StatusCode, strings.TrimSpace(resp.Status)
	for _, challenge := range resp.Header.Values("Proxy-Authenticate") {
		scheme, _, _ := strings.Cut(strings.TrimSpace(challenge), " ")
		e.Schemes = append(e.Schemes, scheme)
	}
	return e
}

// connected is net/http's hook for a proxy's response to CONNECT.
func connected(_ context.Context, proxy *url.URL, req *http.Request, resp *http.Response) error {
	if resp.StatusCode == http.StatusOK {
		return nil
	}
	return newProxyError(proxy, "https", req.Host).refused(resp)
}

// chosen is the key of a context for the proxy of a request, as a **url.URL.
type chosen struct{}

// noteProxy returns a context in which the proxy of a request is noted by the transports
// of a [Network]. Others may wrap those.
func noteProxy(ctx context.Context) (context.Context, **url.URL) {
	proxy := new(*url.URL)
	return context.WithValue(ctx, chosen{}, proxy), proxy
}

// noting is choose, with its result noted.
func noting(choose func(*http.Request) (*url.URL, error)) func(*http.Request) (*url.URL, error) {
	if choose == nil {
		return nil
	}
	return func(req *http.Request) (*url.URL, error) {
		proxy, err := choose(req)
		if note, ok := req.Context().Value(chosen{}).(**url.URL); ok {
			*note = proxy
		}
		return proxy, err
	}
}

// proxyError names the proxy in an error of net/http that is about it, and returns any
// other as it is.
func proxyError(proxy *url.URL, req *http.Request, err error) error {
	op, ok := errors.AsType[*net.OpError](err)
	if !ok || op.Op != "proxyconnect" || proxy == nil {
		return err
	}
	e := newProxyError(proxy, req.URL.Scheme, req.URL.Host)
	_, plain := errors.AsType[tls.RecordHeaderError](op.Err)
	e.Plain = plain || errors.Is(op.Err, http.ErrSchemeMismatch)
	e.Err = op.Err
	return e
}

// proxyResponse is the error for a response that only a proxy sends, nil for any other: without a
// tunnel, the proxy's responses look like the server's.
func proxyResponse(proxy *url.URL, req *http.Request, resp *http.Response) error {
	if resp.StatusCode != http.StatusProxyAuthRequired || proxy == nil {
		return nil
	}
	return newProxyError(proxy, req.URL.Scheme, req.URL.Host).refused(resp)
}
