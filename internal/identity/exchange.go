package identity

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/wandgo/wandgo/internal/secret"
	"github.com/wandgo/wandgo/internal/settings"
	"github.com/wandgo/wandgo/internal/smallfile"
	"github.com/wandgo/wandgo/internal/transport"
)

const (
	exchangePath = "/oidc/token"
	grantType    = "urn:ietf:params:oauth:grant-type:jwt-bearer"
	// exchangeTimeout bounds an exchange with its retries.
	exchangeTimeout = time.Minute
	// maxLifetime bounds the lifetime that a server gives a token.
	maxLifetime = 10 * 365 * 24 * time.Hour
)

// operation is the name of the exchange in errors and logs.
const operation = "token exchange"

var (
	errEmpty   = errors.New("is empty")
	errNoToken = errors.New("the response has no access token")
)

// readToken reads an identity token. Spaces around it, such as the newline that echo adds,
// are not part of it.
func readToken(path string) (secret.Key, error) {
	data, err := smallfile.Read(path)
	if err != nil {
		return secret.Key{}, fmt.Errorf("the identity token file %s cannot be read: %s", path, settings.Reason(err))
	}
	text := strings.TrimSpace(string(data))
	if text == "" {
		return secret.Key{}, fmt.Errorf("the identity token file %s %w", path, errEmpty)
	}
	return secret.New(text), nil
}

// exchange exchanges the current identity token for an access token. The error is a
// [*transport.TokenError].
func (s *Source) exchange(ctx context.Context) (accessToken, error) {
	assertion, err := readToken(s.settings.IdentityTokenFile)
	if err != nil {
		return accessToken{}, &transport.TokenError{Source: s.settings.KeySource, Err: err}
	}
	s.mu.Lock()
	s.remember(assertion)
	s.mu.Unlock()
	ctx, cancel := context.WithTimeoutCause(ctx, exchangeTimeout, fmt.Errorf("no access token within %v", exchangeTimeout))
	defer cancel()
	policy := transport.ExchangePolicy()
	resp, err := s.transport.Do(ctx, &transport.Request{
		Path:          exchangePath,
		Header:        http.Header{"Content-Type": {"application/x-www-form-urlencoded"}},
		Body:          []byte("grant_type=" + grantType + "&assertion=" + url.QueryEscape(assertion.Reveal())),
		Operation:     operation,
		Policy:        policy,
		NoCredentials: true,
		Secrets:       secret.Keys{assertion},
		Confidential:  true,
	})
	failed := &transport.TokenError{Source: s.settings.KeySource}
	if err != nil {
		failed.Err = err
		if e, ok := errors.AsType[*transport.Error](err); ok {
			failed.Last = e.Last
		}
		return accessToken{}, failed
	}
	if !resp.OK() {
		failed.Last, failed.Message = resp, messageOf(resp.Body)
		failed.Permanent = !policy.Retryable(resp.StatusCode, nil)
		return accessToken{}, failed
	}
	token, err := readResponse(resp.Body, time.Now())
	if err != nil {
		resp.Body = nil // it may contain a secret
		failed.Last, failed.Permanent, failed.Err = resp, true, err
		return accessToken{}, failed
	}
	return token, nil
}

// readResponse parses the response to an exchange that was started at a time.
func readResponse(body []byte, at time.Time) (accessToken, error) {
	var response struct {
		AccessToken string  `json:"access_token"`
		ExpiresIn   float64 `json:"expires_in"`
	}
	if json.Unmarshal(body, &response) != nil || response.AccessToken == "" {
		return accessToken{}, errNoToken
	}
	if strings.ContainsFunc(response.AccessToken, func(r rune) bool { return r <= ' ' || r >= 0x7f }) {
		return accessToken{}, errors.New("the access token cannot be sent in a header")
	}
	life := max(0, min(response.ExpiresIn, maxLifetime.Seconds()))
	return accessToken{secret.New(response.AccessToken), at.Add(time.Duration(life * float64(time.Second)))}, nil
}

// maxMessage bounds the part of a response that is repeated, in bytes.
const maxMessage = 200

// messageOf returns the error of a response in OAuth's format, or "".
func messageOf(body []byte) string {
	var response struct {
		Error       string `json:"error"`
		Description string `json:"error_description"`
	}
	if json.Unmarshal(body, &response) != nil {
		return ""
	}
	text := response.Error
	if response.Description != "" {
		text += ": " + response.Description
	}
	return strings.ToValidUTF8(text[:min(len(text), maxMessage)], "")
}
