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

// refreshBefore is how long before its end a token is replaced.
const refreshBefore = 5 * time.Minute

// maxSecrets is how many secrets are remembered, to be taken out of texts: those
// that requests under way may still carry.
const maxSecrets = 6

// Config configures a [Source].
type Config struct {
	// Source says where the identity token is from, for errors.
	Source string
	// TokenFile holds the identity token.
	TokenFile string
	// CredentialsFile keeps access tokens; "" keeps none.
	CredentialsFile string
	// Transport makes the exchange. It has no credentials.
	Transport *transport.Transport
	// Logger is told what cannot be kept or read; nil is silent.
	Logger *slog.Logger
}

// Source gives access tokens for an identity token. Make it with [New].
type Source struct {
	cfg Config

	mu       sync.Mutex
	current  accessToken
	rejected secret.Key  // what the server did not accept last
	told     secret.Keys // the newest last
	flight   *flight     // who is getting a token; nil if nobody is
}

// accessToken is a token and when it ends.
type accessToken struct {
	key     secret.Key
	expires time.Time
}

func (t accessToken) usable() bool { return !t.key.Empty() && time.Until(t.expires) > refreshBefore }

// flight is the way to a token, for all who wait for it.
type flight struct {
	done      chan struct{}
	token     secret.Key
	fresh     bool
	err       error
	abandoned bool // whoever began it gave up: it says nothing to the others
}

var _ transport.TokenSource = (*Source)(nil)

// New makes a Source. It reads no file and makes no request.
func New(cfg Config) *Source {
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	return &Source{cfg: cfg}
}

// Transport makes a transport with the credentials that the settings have: the API
// key of o, or access tokens for the identity token, whose Source is nil otherwise.
func Transport(s *settings.Settings, o transport.Options) (*transport.Transport, *Source, error) {
	if s.IdentityTokenFile == "" {
		t, err := transport.New(o)
		return t, nil, err
	}
	var source *Source
	o.Key = secret.Key{}
	o.Tokens = func(t *transport.Transport) transport.TokenSource {
		source = New(Config{
			Source: s.KeySource, TokenFile: s.IdentityTokenFile, CredentialsFile: s.CredentialsFile,
			Transport: t, Logger: o.Logger,
		})
		return source
	}
	t, err := transport.New(o)
	return t, source, err
}

// Ready reports whether a token can be had without a request, or the identity token
// for an exchange be read. The error names the file.
func (s *Source) Ready() error {
	s.mu.Lock()
	usable := s.current.usable()
	s.mu.Unlock()
	if usable || s.kept().usable() {
		return nil
	}
	_, err := readToken(s.cfg.TokenFile)
	return err
}

// Token implements [transport.TokenSource]: the token at hand, the one in the
// credentials file, or a new one.
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
			s.fly(ctx, fl)
			return fl.token, fl.fresh, fl.err
		}
		select {
		case <-fl.done:
		case <-ctx.Done():
			return secret.Key{}, false, &transport.TokenError{Source: s.cfg.Source, Err: context.Cause(ctx)}
		}
		if !fl.abandoned && (fl.err != nil || fl.token != rejected) {
			return fl.token, fl.fresh, fl.err
		}
	}
}

// fly gets a token for everybody who waits.
func (s *Source) fly(ctx context.Context, fl *flight) {
	defer close(fl.done)
	s.mu.Lock()
	rejected := s.rejected
	s.mu.Unlock()
	token := s.kept()
	var err error
	if fl.fresh = !token.usable() || token.key == rejected; fl.fresh {
		token, err = s.exchange(ctx)
	}
	if err == nil && fl.fresh {
		s.keep(token)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.flight = nil
	fl.token, fl.err, fl.abandoned = token.key, err, err != nil && ctx.Err() != nil
	if err == nil {
		s.current = token
		s.tell(token.key)
	}
}

// tell adds to what may be echoed. s.mu is held.
func (s *Source) tell(k secret.Key) {
	if slices.Contains(s.told, k) {
		return
	}
	told := append(slices.Clone(s.told), k) // others may be reading the old ones
	s.told = told[max(0, len(told)-maxSecrets):]
}

// Secrets implements [transport.TokenSource].
func (s *Source) Secrets() secret.Keys {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.told
}

// kept is the token of the credentials file, if there is one.
func (s *Source) kept() accessToken {
	if s.cfg.CredentialsFile == "" {
		return accessToken{}
	}
	data, err := smallfile.Read(s.cfg.CredentialsFile)
	if err != nil {
		return accessToken{} // most often it is not there
	}
	c, err := parseCredentials(data)
	if err != nil {
		s.cfg.Logger.Warn("the credentials file is not heeded", "file", s.cfg.CredentialsFile, "error", err)
		return accessToken{}
	}
	token := c.token(s.cfg.Transport.BaseURL())
	if !token.key.Empty() {
		s.mu.Lock()
		s.tell(token.key)
		s.mu.Unlock()
	}
	return token
}

// keep writes the token into the credentials file. A token that cannot be kept is
// good all the same.
func (s *Source) keep(token accessToken) {
	if s.cfg.CredentialsFile == "" {
		return
	}
	if err := saveToken(s.cfg.CredentialsFile, s.cfg.Transport.BaseURL(), token); err != nil {
		s.cfg.Logger.Debug("the access token is not kept for other processes", "file", s.cfg.CredentialsFile, "error", err)
	}
}
