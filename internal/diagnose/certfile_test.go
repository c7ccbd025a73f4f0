package diagnose

import (
	"crypto/tls"
	"crypto/x509"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/graphql"
	"github.com/wandgo/wandgo/internal/settings"
	"github.com/wandgo/wandgo/internal/transport"
)

func TestRequestError_CertFileCannotBeUsed_SaysSoFirst(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	garbage, pem := filepath.Join(dir, "ca.der"), filepath.Join(dir, "ca.pem")
	require.NoError(t, os.WriteFile(garbage, []byte{0x30, 0x82}, 0o600))
	require.NoError(t, os.WriteFile(pem, []byte("-----BEGIN CERTIFICATE-----\n"), 0o600))
	for path, flaw := range map[string]string{
		"":                            "",
		pem:                           "",
		filepath.Join(dir, "missing"): "which does not exist",
		garbage:                       "which has no certificate in PEM format",
		dir:                           "which cannot be read: not a regular file",
	} {
		err := &graphql.Error{Err: &transport.Error{Err: &tls.CertificateVerificationError{Err: x509.UnknownAuthorityError{}}}}
		d := diagnoserAt("https://wandb.test")
		d.config.Settings.CertFile = settings.Value{Text: path, Source: "SSL_CERT_FILE"}
		e := d.requestError(t.Context(), Question{}, Classify(t.Context(), err))
		assert.True(t, e.Untrusted)
		if flaw == "" {
			assert.Empty(t, e.CertSource, path)
			assert.NotContains(t, e.Explain(), "unset SSL_CERT_FILE", path)
			continue
		}
		assert.Equal(t, "SSL_CERT_FILE", e.CertSource, path)
		assert.Contains(t, e.Hint, path+", "+flaw)
		assert.Contains(t, e.Explain(), "What to do:\n  1. Correct SSL_CERT_FILE, or use the system's certificates:\n       unset SSL_CERT_FILE\n")
	}
}
