package diagnose

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"io"
	"io/fs"
	"net"
	"net/http"
	"strings"

	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/internal/settings"
	"github.com/wandgo/wandgo/internal/smallfile"
	"github.com/wandgo/wandgo/internal/transport"
)

// classifySilence is for requests without a usable response. Most such failures
// are temporary; the classes here are those that are not.
func classifySilence(r *Failure) Class {
	if proxy, ok := errors.AsType[*transport.ProxyError](r.Err); ok {
		return classifyProxy(r, proxy)
	}
	if cert, ok := errors.AsType[*tls.CertificateVerificationError](r.Err); ok {
		r.Hint = certificateHint(cert)
		return Untrusted
	}
	if _, ok := errors.AsType[tls.RecordHeaderError](r.Err); ok {
		r.Hint = "the server there does not use https"
		return WrongURL
	}
	switch {
	case errors.Is(r.Err, http.ErrSchemeMismatch):
		r.Scheme = "http"
		r.Hint = "the server uses http, not https; over http, anyone on the way can read the API key"
		return WrongURL
	case errors.Is(r.Err, transport.ErrTooLarge):
		r.Hint = "the response is larger than any of W&B's, and was not read to its end"
		return Unexpected
	}
	return Unreachable
}

// classifyProxy is for a proxy that opened no connection to the server.
func classifyProxy(r *Failure, proxy *transport.ProxyError) Class {
	r.Proxy, r.Code, r.RequestID = proxy, "", ""
	r.StatusCode, r.Message = proxy.StatusCode, ""
	if proxy.StatusCode == 0 {
		return Unreachable
	}
	_, r.Message, _ = strings.Cut(proxy.Status, " ")
	if proxy.Permanent() {
		return Intermediary
	}
	return Unreachable
}

// silence describes in a few words why a question has no answer.
func silence(err error) string {
	timeout, ok := errors.AsType[net.Error](err)
	switch {
	case errors.Is(err, context.DeadlineExceeded), ok && timeout.Timeout():
		return "timed out"
	case errors.Is(err, context.Canceled):
		return "cancelled"
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return "the connection was closed"
	}
	if _, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		return "the certificate is not trusted"
	}
	if dns, ok := errors.AsType[*net.DNSError](err); ok {
		return dns.Error()
	}
	if op, ok := errors.AsType[*net.OpError](err); ok && op.Err != nil {
		return op.Err.Error() // without the addresses, which the rest repeats
	}
	if failure, ok := errors.AsType[*transport.Error](err); ok && failure.Err != nil {
		return failure.Err.Error()
	}
	return err.Error()
}

// maxCertFile bounds a file of certificates. That of a system has about 200 KiB.
const maxCertFile = 8 << 20

// certFileFlaw says why a file of trusted certificates cannot be used, "" if it can or none
// is named. crypto/x509 ignores such a file without a word.
func certFileFlaw(path string) string {
	if path == "" {
		return ""
	}
	data, err := smallfile.ReadLimit(path, maxCertFile)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "which does not exist"
	case err != nil:
		return "which cannot be read: " + settings.Reason(err)
	case !bytes.Contains(data, []byte("-----BEGIN CERTIFICATE-----")):
		return "which has no certificate in PEM format"
	}
	return ""
}

// certificateHint says what is wrong with a certificate if trusting its signer
// would not help.
func certificateHint(err error) string {
	if invalid, ok := errors.AsType[x509.CertificateInvalidError](err); ok && invalid.Reason == x509.Expired {
		return "the certificate has expired or is not valid yet, or this machine's clock is wrong"
	}
	if _, ok := errors.AsType[x509.HostnameError](err); ok {
		return "the certificate is for another host name"
	}
	return ""
}
