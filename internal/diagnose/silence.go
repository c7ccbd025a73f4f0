package diagnose

import (
	"crypto/tls"
	"crypto/x509"
	"net/http"

	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/internal/transport"
)

// classifySilence is for requests that got no usable response. Most such
// failures may pass; those told apart here have a reason that stays.
func classifySilence(r *Refusal) Class {
	if cert, ok := errors.AsType[*tls.CertificateVerificationError](r.Err); ok {
		r.Hint = certificateHint(cert)
		return Untrusted
	}
	if _, ok := errors.AsType[tls.RecordHeaderError](r.Err); ok {
		r.Hint = "what listens there does not speak https"
		return WrongURL
	}
	switch {
	case errors.Is(r.Err, http.ErrSchemeMismatch):
		r.Scheme = "http"
		r.Hint = "the server speaks http there and not https; over http, whoever sits in between can read the API key"
		return WrongURL
	case errors.Is(r.Err, transport.ErrTooLarge):
		r.Hint = "the answer is larger than any that W&B gives, and was not read to its end"
		return Unexpected
	}
	return Unreachable
}

// certificateHint says what is wrong with a certificate where that has another
// remedy than trusting whoever signed it.
func certificateHint(err error) string {
	if invalid, ok := errors.AsType[x509.CertificateInvalidError](err); ok && invalid.Reason == x509.Expired {
		return "the certificate has expired, or is not valid yet, or the clock of this machine is wrong"
	}
	if _, ok := errors.AsType[x509.HostnameError](err); ok {
		return "the certificate is for another host name than that of the base URL"
	}
	return ""
}
