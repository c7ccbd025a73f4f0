package identity

import (
	"bytes"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/wandgo/wandgo/internal/settings"
	"github.com/wandgo/wandgo/internal/transport"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// identityToken is what the file of most tests holds.
const identityToken = "notakey-head.notakey-claims.notakey-signature"

// issuer is a server that exchanges tokens: notakey-access-1, then 2 and so on.
type issuer struct {
	mu       sync.Mutex
	requests []*http.Request
	bodies   []string
	times    []time.Time
	// answer replaces the good answer; n counts from 1.
	answer func(n int) (status int, body string)
	life   int           // of a token, in seconds; an hour if 0
	delay  time.Duration // before each answer
	err    error
}

func (i *issuer) RoundTrip(req *http.Request) (*http.Response, error) {
	body, _ := io.ReadAll(req.Body)
	i.mu.Lock()
	i.requests, i.bodies, i.times = append(i.requests, req), append(i.bodies, string(body)), append(i.times, time.Now())
	n, life, delay, failure := len(i.requests), i.life, i.delay, i.err
	i.mu.Unlock()
	if delay > 0 {
		timer := time.NewTimer(delay)
		defer timer.Stop()
		select {
		case <-timer.C:
		case <-req.Context().Done():
			return nil, req.Context().Err()
		}
	}
	if failure != nil {
		return nil, failure
	}
	if life == 0 {
		life = 3600
	}
	status, text := 200, fmt.Sprintf(`{"access_token":"notakey-access-%d","expires_in":%d}`, n, life)
	if i.answer != nil {
		status, text = i.answer(n)
	}
	return &http.Response{
		StatusCode: status, Header: http.Header{"Content-Type": {"application/json"}}, Request: req,
		Body: io.NopCloser(strings.NewReader(text)), ContentLength: int64(len(text)),
	}, nil
}

func (i *issuer) sent() int {
	i.mu.Lock()
	defer i.mu.Unlock()
	return len(i.requests)
}

// place is a source with its files and what it logs.
type place struct {
	*Source
	transport   *transport.Transport
	token       string // the file of the identity token
	credentials string
	log         bytes.Buffer
}

const baseURL = "https://api.test/sub"

// newPlace makes a source whose identity token is in a file.
func newPlace(t *testing.T, i *issuer) *place {
	t.Helper()
	dir := t.TempDir()
	p := &place{token: filepath.Join(dir, "token"), credentials: filepath.Join(dir, "config", "credentials.json")}
	p.write(t, identityToken+"\n")
	p.renew(t, i)
	return p
}

// renew is another process with the same files.
func (p *place) renew(t *testing.T, i *issuer) {
	t.Helper()
	var err error
	p.transport, p.Source, err = Transport(
		&settings.Settings{
			BaseURL: settings.Value{Text: baseURL}, KeySource: "identity token from " + p.token,
			IdentityTokenFile: p.token, CredentialsFile: p.credentials,
		},
		transport.Options{
			BaseURL: baseURL, HTTPClient: &http.Client{Transport: i}, Username: "jo", ExtraHeaders: map[string]string{"X-Gateway": "g"},
			Logger: slog.New(slog.NewTextHandler(&p.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
		})
	require.NoError(t, err)
}

func (p *place) write(t *testing.T, text string) {
	t.Helper()
	require.NoError(t, os.WriteFile(p.token, []byte(text), 0o600))
}
