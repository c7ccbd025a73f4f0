package client_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"log/slog"
	"math/big"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/client"
	"github.com/wandgo/wandgo/wandbtest"
)

// Something in between that ends TLS with a certificate of its own, for a while, is a
// trouble of the network like any other.
func TestFinish_UntrustedCertificateMidRun_EveryRowIsOnTheServer(t *testing.T) {
	t.Parallel()
	s := wandbtest.New(t, wandbtest.Solo())
	front := httptest.NewUnstartedServer(s)
	front.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelDebug)
	front.StartTLS()
	t.Cleanup(front.Close)
	portal := &tls.Config{Certificates: []tls.Certificate{expired(t)}, MinVersion: tls.VersionTLS12}

	var captive atomic.Bool
	handshakes := make(chan struct{}, 1)
	front.TLS.GetConfigForClient = func(*tls.ClientHelloInfo) (*tls.Config, error) {
		if !captive.Load() {
			return nil, nil //nolint:nilnil // the server's own
		}
		select {
		case handshakes <- struct{}{}:
		default:
		}
		return portal, nil
	}
	trusted := x509.NewCertPool()
	trusted.AddCert(front.Certificate())
	c := newClient(t, s, wandbtest.AliceKey, quickly, func(o *client.Options) {
		pool := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: trusted, MinVersion: tls.VersionTLS12}}
		t.Cleanup(pool.CloseIdleConnections)
		o.BaseURL, o.HTTPClient = front.URL, &http.Client{Transport: pool}
	})
	run, err := c.Init(t.Context(), client.RunOptions{Project: "p", ID: "r"})
	require.NoError(t, err)
	log(t, run, 0, 5)
	require.NoError(t, run.Flush(t.Context()))
	captive.Store(true)
	front.CloseClientConnections()
	log(t, run, 5, 10)
	<-handshakes
	captive.Store(false)
	log(t, run, 10, 12)
	require.NoError(t, run.Finish(t.Context()))
	require.NoError(t, run.Err())
	v, ok := s.Run(run.Entity(), "p", "r")
	require.True(t, ok)
	assert.Len(t, v.HistoryLines, 12)
	assert.Equal(t, "finished", v.State)
}

// expired is a certificate whose time is over.
func expired(t *testing.T) tls.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	template := &x509.Certificate{SerialNumber: big.NewInt(1), DNSNames: []string{"portal.test"}, NotAfter: time.Now().Add(-time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	require.NoError(t, err)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}
