package identity

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/internal/secret"
	"github.com/wandgo/wandgo/internal/settings"
	"github.com/wandgo/wandgo/internal/transport"
)

// none means that no token was rejected.
var none secret.Key

// advance moves the clock of a synctest bubble.
func advance(d time.Duration) { time.Sleep(d) } //nolint:forbidigo // no real time passes

// token asks for a token that must be had.
func (p *place) take(t *testing.T, rejected string) (token string, fresh bool) {
	t.Helper()
	k, fresh, err := p.Token(t.Context(), secret.New(rejected))
	require.NoError(t, err)
	return k.Reveal(), fresh
}

func TestToken_NoneStored_IsExchanged(t *testing.T) {
	t.Parallel()
	i := &issuer{}
	p := newPlace(t, i)
	p.write(t, "\n "+identityToken+"+ü \r\n")
	token, fresh := p.take(t, "")
	assert.Equal(t, "notakey-access-1", token)
	assert.True(t, fresh)
	req := i.requests[0]
	assert.Equal(t, "POST", req.Method)
	assert.Equal(t, baseURL+"/oidc/token", req.URL.String())
	assert.Equal(t, "application/x-www-form-urlencoded", req.Header.Get("Content-Type"))
	assert.Equal(t, "g", req.Header.Get("X-Gateway"))
	assert.Empty(t, req.Header.Get("Authorization")+req.Header.Get("X-Wandb-Username"))
	assert.Equal(t, "grant_type=urn:ietf:params:oauth:grant-type:jwt-bearer&assertion="+url.QueryEscape(identityToken+"+ü"), i.bodies[0])
	assert.EqualValues(t, len(i.bodies[0]), req.ContentLength)
}

// One exchange serves until five minutes remain,
// and each reads the file anew.
func TestToken_NearExpiry_IsExchangedAgain(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		i := &issuer{}
		p := newPlace(t, i)
		p.take(t, "")
		p.write(t, "notakey-second-one")
		advance(55*time.Minute - time.Second)
		token, fresh := p.take(t, "")
		assert.Equal(t, "notakey-access-1", token)
		assert.False(t, fresh)
		advance(time.Second)
		token, fresh = p.take(t, "")
		assert.Equal(t, "notakey-access-2", token)
		assert.True(t, fresh)
		assert.Contains(t, i.bodies[1], "assertion=notakey-second-one")

		i.life = 300 // no longer than what must remain: good for one request
		token, _ = p.take(t, "notakey-access-2")
		assert.Equal(t, "notakey-access-3", token)
		token, _ = p.take(t, "")
		assert.Equal(t, "notakey-access-4", token)
	})
}

// A token that another process got serves as well,
// unless the server does not accept it or it is about to end.
func TestToken_StoredByOtherProcess_IsUsed(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		i := &issuer{}
		p := newPlace(t, i)
		p.take(t, "")

		p.renew(t, i)
		require.NoError(t, os.Remove(p.token), "no exchange, no identity token")
		require.NoError(t, p.Ready())
		token, fresh := p.take(t, "")
		assert.Equal(t, "notakey-access-1", token)
		assert.False(t, fresh)
		assert.Equal(t, 1, i.sent())

		p.write(t, identityToken)
		token, fresh = p.take(t, "notakey-access-1")
		assert.Equal(t, "notakey-access-2", token, "the one in the file is the one that was rejected")
		assert.True(t, fresh)

		p.renew(t, i)
		token, fresh = p.take(t, "notakey-access-1")
		assert.Equal(t, "notakey-access-2", token, "another process has replaced it already")
		assert.False(t, fresh)
		assert.Equal(t, 2, i.sent())

		p.renew(t, i)
		advance(55 * time.Minute)
		token, _ = p.take(t, "")
		assert.Equal(t, "notakey-access-3", token)
	})
}

// Callers that need a token during a fetch wait for it. If the fetching caller gives up,
// another one fetches.
func TestToken_ManyCallers_ShareOneExchange(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		i := &issuer{delay: time.Second}
		p := newPlace(t, i)
		first, giveUp := context.WithCancel(t.Context())
		var all sync.WaitGroup
		all.Go(func() {
			_, _, err := p.Token(first, none)
			assert.ErrorIs(t, err, context.Canceled)
		})
		synctest.Wait()
		impatient, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
		defer cancel()
		all.Go(func() {
			_, _, err := p.Token(impatient, none)
			assert.ErrorIs(t, err, context.DeadlineExceeded)
		})
		for range 50 {
			all.Go(func() {
				token, _ := p.take(t, "")
				assert.Equal(t, "notakey-access-2", token)
			})
		}
		synctest.Wait()
		advance(500 * time.Millisecond)
		giveUp()
		all.Wait()
		assert.Equal(t, 2, i.sent())

		i.answer = func(int) (int, string) { return 400, `{"error":"invalid_grant"}` }
		for range 50 {
			all.Go(func() {
				_, _, err := p.Token(t.Context(), secret.New("notakey-access-2"))
				var e *transport.TokenError
				assert.ErrorAs(t, err, &e)
				assert.True(t, e.Permanent)
			})
		}
		all.Wait()
		assert.Equal(t, 3, i.sent(), "a refusal is everybody's")
	})
}

// What can pass is tried three times more, one to five seconds
// apart; anything else is final.
func TestToken_ExchangeFails_ReturnsTokenError(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name      string
		status    int
		body      string
		err       error
		sent      int
		permanent bool
		text      string
	}{
		{"refused", 400, `{"error":"invalid_grant"}`, nil, 1, true, ": HTTP 400: invalid_grant"},
		{"refused at length", 401, `{"error":"invalid_grant","error_description":"subject is unknown"}`, nil, 1, true, ": HTTP 401: invalid_grant: subject is unknown"},
		{"forbidden", 403, "<html>no</html>", nil, 1, true, ": HTTP 403"},
		{"no such address", 404, "404 page not found\n", nil, 1, true, ": HTTP 404"},
		{"a redirect", 302, "", nil, 1, true, ": HTTP 302"},
		{"no token in the response", 200, `{"token":"notakey-other"}`, nil, 1, true, ": HTTP 200: the response has no access token"},
		{"a web page", 200, "<html>welcome</html>", nil, 1, true, ": HTTP 200: the response has no access token"},
		{"a token that is no header", 200, `{"access_token":"notakey\n-x","expires_in":3600}`, nil, 1, true, ": HTTP 200: the access token cannot be sent in a header"},
		{"busy", 429, "", nil, 4, false, ": HTTP 429"},
		{"broken", 503, "", nil, 4, false, ": HTTP 503"},
		{"away", 0, "", errorText("connection refused"), 4, false, "connection refused"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				i := &issuer{err: c.err, answer: func(int) (int, string) { return c.status, c.body }}
				p := newPlace(t, i)
				_, _, err := p.Token(t.Context(), none)
				var e *transport.TokenError
				require.ErrorAs(t, err, &e)
				assert.Equal(t, c.permanent, e.Permanent)
				assert.Equal(t, c.status != 0, e.Last != nil)
				assert.Contains(t, err.Error(), c.text)
				assert.True(t, strings.HasPrefix(err.Error(), "exchange the identity token from "+p.token+": "), err.Error())
				require.Equal(t, c.sent, i.sent())
				for n := 1; n < c.sent; n++ {
					wait := i.times[n].Sub(i.times[n-1])
					assert.GreaterOrEqual(t, wait, time.Second)
					assert.LessOrEqual(t, wait, 5*time.Second)
				}
				assert.NoFileExists(t, p.credentials)
				i.answer, i.err = nil, nil
				token, _ := p.take(t, "")
				assert.Equal(t, fmt.Sprintf("notakey-access-%d", c.sent+1), token, "nothing is remembered of it")
			})
		})
	}
}

type errorText string

func (e errorText) Error() string { return string(e) }

// Each attempt takes ten seconds.
func TestToken_SilentServer_FailsAfterAMinute(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		i := &issuer{delay: time.Hour}
		p := newPlace(t, i)
		start := time.Now()
		_, _, err := p.Token(t.Context(), none)
		require.Error(t, err)
		assert.Equal(t, 4, i.sent())
		assert.LessOrEqual(t, time.Since(start), time.Minute)
		assert.Equal(t, 10*time.Second, i.times[1].Sub(i.times[0]).Truncate(10*time.Second))
		assert.False(t, err.(*transport.TokenError).Permanent) //nolint:errorlint // it is what Token returns
	})
}

// The error comes before any request.
func TestToken_FileWithoutToken_ReturnsError(t *testing.T) {
	t.Parallel()
	i := &issuer{}
	p := newPlace(t, i)
	require.NoError(t, p.Ready())
	for name, c := range map[string]struct {
		change func()
		text   string
	}{
		"empty":       {func() { p.write(t, " \n") }, "the identity token file " + p.token + " is empty"},
		"missing":     {func() { require.NoError(t, os.Remove(p.token)) }, "the identity token file " + p.token + " cannot be read: no such file or directory"},
		"a directory": {func() { require.NoError(t, os.Mkdir(p.token, 0o700)) }, "not a regular file"},
	} {
		_ = os.Remove(p.token)
		if name == "missing" {
			p.write(t, "x")
		}
		c.change()
		err := p.Ready()
		require.Error(t, err, name)
		assert.Contains(t, err.Error(), c.text)
		_, _, err = p.Token(t.Context(), none)
		var e *transport.TokenError
		require.ErrorAs(t, err, &e)
		assert.False(t, e.Permanent, "it may come")
		assert.Contains(t, err.Error(), c.text)
	}
	assert.Zero(t, i.sent())
}

// No error, log or value shows either token.
func TestToken_AnyOutcome_LogsNoSecret(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		i := &issuer{answer: func(n int) (int, string) {
			if n == 1 {
				return 400, `{"error":"invalid_grant: ` + identityToken + `","error_description":"` + identityToken + `"}`
			}
			return 200, `{"access_token":"notakey-access","expires_in":3600}`
		}}
		p := newPlace(t, i)
		_, _, err := p.Token(t.Context(), none)
		require.Error(t, err)
		text := fmt.Sprintf("%v %+v %#v", err, err, err)
		_, _, err = p.Token(t.Context(), none)
		require.NoError(t, err)
		p.renew(t, i)
		text += fmt.Sprintf("%+v %v %s", p.transport, p.Secrets(), p.log.String())
		assert.Contains(t, text, "[redacted]")
		assert.NotContains(t, text, "notakey")
	})
}

// With a key there is no source.
func TestTransport_APIKey_HasNoSource(t *testing.T) {
	t.Parallel()
	tr, source, err := Transport(&settings.Settings{}, transport.Options{BaseURL: baseURL, Key: secret.New("notakey-in-use")})
	require.NoError(t, err)
	assert.Nil(t, source)
	assert.Equal(t, "[redacted]", tr.Scrub("notakey-in-use"))
	require.NoError(t, tr.Close())
}
