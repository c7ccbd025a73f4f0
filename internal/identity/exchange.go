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
	// maxLifetime bounds what a server may say of a token's life.
	maxLifetime = 10 * 365 * 24 * time.Hour
)

// operation names the exchange in errors and logs.
const operation = "token exchange"

var (
	errEmpty   = errors.New("is empty")
	errNoToken = errors.New("the answer holds no access token")
)

// readToken reads an identity token. Blanks around it, such as the line break of
// echo, are no part of it.
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

// exchange gets an access token for the identity token as it is now. Every error
// is a [*transport.TokenError].
func (s *Source) exchange(ctx context.Context) (accessToken, error) {
	assertion, err := readToken(s.cfg.TokenFile)
	if err != nil {
		return accessToken{}, &transport.TokenError{Source: s.cfg.Source, Err: err}
	}
	s.mu.Lock()
	s.tell(assertion)
	s.mu.Unlock()
	ctx, cancel := context.WithTimeoutCause(ctx, exchangeTimeout, fmt.Errorf("no access token within %v", exchangeTimeout))
	defer cancel()
	policy := transport.ExchangePolicy()
	resp, err := s.cfg.Transport.Do(ctx, &transport.Request{
		Path:          exchangePath,
		Header:        http.Header{"Content-Type": {"application/x-www-form-urlencoded"}},
		Body:          []byte("grant_type=" + grantType + "&assertion=" + url.QueryEscape(assertion.Reveal())),
		Operation:     operation,
		Policy:        policy,
		NoCredentials: true,
		Secrets:       secret.Keys{assertion},
		Confidential:  true,
	})
	failed := &transport.TokenError{Source: s.cfg.Source}
	if err != nil {
		failed.Err = err
		if e, ok := errors.AsType[*transport.Error](err); ok {
			failed.Last = e.Last
		}
		return accessToken{}, failed
	}
	if resp.StatusCode < 200 || resp.StatusCode >= 300 {
		failed.Last, failed.Message = resp, messageOf(resp.Body)
		failed.Permanent = !policy.Retryable(resp.StatusCode, nil)
		return accessToken{}, failed
	}
	token, err := readAnswer(resp.Body, time.Now())
	if err != nil {
		resp.Body = nil // whatever it is, it was meant to be secret
		failed.Last, failed.Permanent, failed.Err = resp, true, err
		return accessToken{}, failed
	}
	return token, nil
}

// readAnswer reads the answer to an exchange that was made at a time.
func readAnswer(body []byte, at time.Time) (accessToken, error) {
	var answer struct {
		AccessToken string  `json:"access_token"`
		ExpiresIn   float64 `json:"expires_in"`
	}
	if json.Unmarshal(body, &answer) != nil || answer.AccessToken == "" {
		return accessToken{}, errNoToken
	}
	if strings.ContainsFunc(answer.AccessToken, func(r rune) bool { return r <= ' ' || r >= 0x7f }) {
		return accessToken{}, errors.New("the access token cannot be sent in a header")
	}
	life := max(0, min(answer.ExpiresIn, maxLifetime.Seconds()))
	return accessToken{secret.New(answer.AccessToken), at.Add(time.Duration(life * float64(time.Second)))}, nil
}

// maxMessage bounds what is repeated of an answer, in bytes.
const maxMessage = 200

// messageOf is the error of an answer in OAuth's form, or "".
func messageOf(body []byte) string {
	var answer struct {
		Error       string `json:"error"`
		Description string `json:"error_description"`
	}
	if json.Unmarshal(body, &answer) != nil {
		return ""
	}
	text := answer.Error
	if answer.Description != "" {
		text += ": " + answer.Description
	}
	return strings.ToValidUTF8(text[:min(len(text), maxMessage)], "")
}
