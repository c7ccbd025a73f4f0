package identity

import (
	"context"
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/wandgo/wandgo/internal/secret"
	"github.com/wandgo/wandgo/internal/settings"
	"github.com/wandgo/wandgo/internal/smallfile"
	"github.com/wandgo/wandgo/internal/transport"
)

// refreshBefore is how long before its expiry a token is replaced.
const refreshBefore = 5 * time.Minute

// maxSecrets is the number of secrets that are removed from texts: those that requests in
// progress may still carry.
const maxSecrets = 6

// Source returns access tokens for an identity token. It is safe for concurrent use.
// [Transport] makes one.
type Source struct {
	settings  *settings.Settings   // name the files, and where the identity token comes from
	transport *transport.Transport // sends the exchange, without credentials
	log       *slog.Logger

	mu       sync.Mutex
	current  accessToken
	rejected secret.Key  // the last token that the server did not accept
	secrets  secret.Keys // the last ones used, the newest last
	flight   *flight     // the fetch in progress, or nil
}

// accessToken is a token and its expiry.
type accessToken struct {
	key     secret.Key
	expires time.Time
}

func (t accessToken) usable() bool { return !t.key.Empty() && time.Until(t.expires) > refreshBefore }

// flight is the fetch of a token for all callers that wait for it.
type flight struct {
	done      chan struct{}
	token     secret.Key
	fresh     bool
	err       error
	abandoned bool // the context of the fetching caller ended, so the others try again
}

var _ transport.TokenSource = (*Source)(nil)

// Transport returns a transport with the credentials of the settings: the API key of o, or
// access tokens for the identity token. The Source is nil for an API key.
func Transport(s *settings.Settings, o transport.Options) (*transport.Transport, *Source, error) {
	if s.IdentityTokenFile == "" {
		t, err := transport.New(o)
		return t, nil, err
	}
	source := &Source{settings: s, log: o.Logger}
	if source.log == nil {
		source.log = slog.New(slog.DiscardHandler)
	}
	o.Key = secret.Key{}
	o.Tokens = func(t *transport.Transport) transport.TokenSource {
		source.transport = t
		return source
	}
	t, err := transport.New(o)
	return t, source, err
}

// Ready returns nil if there is a usable access token or the identity token can be read.
// It sends no request. The error names the file.
func (s *Source) Ready() error {
	s.mu.Lock()
	usable := s.current.usable()
	s.mu.Unlock()
	if usable || s.stored().usable() {
		return nil
	}
	_, err := readToken(s.settings.IdentityTokenFile)
	return err
}

// Token implements [transport.TokenSource]. It returns the current token, the one in the
// credentials file, or a new one. It blocks during an exchange.
func (s *Source) Token(ctx context.Context, rejected secret.Key) (token secret.Key, fresh bool, err error) {
	for {
		s.mu.Lock()
		if !rejected.Empty() {
			s.rejected = rejected
			if s.current.key == rejected {
				s.current = accessToken{}
			}
		}
		if s.current.usable() {
			token := s.current.key
			s.mu.Unlock()
			return token, false, nil
		}
		fl := s.flight
		first := fl == nil
		if first {
			fl = &flight{done: make(chan struct{})}
			s.flight = fl
		}
		s.mu.Unlock()
		if first {
			s.fetch(ctx, fl)
			return fl.token, fl.fresh, fl.err
		}
		select {
		case <-fl.done:
		case <-ctx.Done():
			return secret.Key{}, false, &transport.TokenError{Source: s.settings.KeySource, Err: context.Cause(ctx)}
		}
		if !fl.abandoned && (fl.err != nil || fl.token != rejected) {
			return fl.token, fl.fresh, fl.err
		}
	}
}

// fetch gets a token for all callers that wait.
func (s *Source) fetch(ctx context.Context, fl *flight) {
	defer close(fl.done)
	s.mu.Lock()
	rejected := s.rejected
	s.mu.Unlock()
	token := s.stored()
	var err error
	if fl.fresh = !token.usable() || token.key == rejected; fl.fresh {
		token, err = s.exchange(ctx)
	}
	if err == nil && fl.fresh {
		s.store(token)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.flight = nil
	fl.token, fl.err, fl.abandoned = token.key, err, err != nil && ctx.Err() != nil
	if err == nil {
		s.current = token
		s.remember(token.key)
	}
}

// remember adds a secret to be removed from texts. s.mu is held.
func (s *Source) remember(k secret.Key) {
	if slices.Contains(s.secrets, k) {
		return
	}
	secrets := append(slices.Clone(s.secrets), k) // the old slice may be in use
	s.secrets = secrets[max(0, len(secrets)-maxSecrets):]
}

// Secrets implements [transport.TokenSource].
func (s *Source) Secrets() secret.Keys {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.secrets
}

// stored returns the token in the credentials file, or the zero token.
func (s *Source) stored() accessToken {
	data, err := smallfile.Read(s.settings.CredentialsFile)
	if err != nil {
		return accessToken{} // usually it does not exist
	}
	c, err := parseCredentials(data)
	if err != nil {
		s.log.Warn("the credentials file is ignored", "file", s.settings.CredentialsFile, "error", err)
		return accessToken{}
	}
	token := c.token(s.settings.BaseURL.Text)
	if !token.key.Empty() {
		s.mu.Lock()
		s.remember(token.key)
		s.mu.Unlock()
	}
	return token
}

// store writes the token into the credentials file. A token that cannot be stored is still
// used.
func (s *Source) store(token accessToken) {
	path := s.settings.CredentialsFile
	if path == "" {
		return
	}
	if err := saveToken(path, s.settings.BaseURL.Text, token); err != nil {
		s.log.Debug("cannot store the access token for other processes", "file", path, "error", err)
	}
}
