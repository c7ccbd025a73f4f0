package client

import (
	"cmp"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"sync"
	"time"

	"github.com/wandgo/wandgo/internal/artifacts/draft"
	"github.com/wandgo/wandgo/internal/artifacts/objectcache"
	"github.com/wandgo/wandgo/internal/artifacts/upload"
	"github.com/wandgo/wandgo/internal/connection"
	"github.com/wandgo/wandgo/internal/diagnose"
	"github.com/wandgo/wandgo/internal/display"
	"github.com/wandgo/wandgo/internal/feature"
	"github.com/wandgo/wandgo/internal/filestream"
	"github.com/wandgo/wandgo/internal/gqlclient"
	"github.com/wandgo/wandgo/internal/identity"
	"github.com/wandgo/wandgo/internal/objectstore"
	"github.com/wandgo/wandgo/internal/session"
	"github.com/wandgo/wandgo/internal/settings"
	"github.com/wandgo/wandgo/internal/transport"
)

// holder hides the connection's fields.
type holder = connection.Holder

// Client talks to one W&B server with one API key. Create it with [New]; one Client serves any
// number of runs, concurrently. It holds connections but no goroutine of its own.
type Client struct {
	holder // for the packages beside this one

	env        *session.Env        // what its runs share, with the connection
	ownHTTP    *http.Transport     // nil where net/http's defaults do
	isolated   func(string) string // in place of the environment; nil for the real one
	ownedByRun bool                // it is closed with its only run
	warned     sync.Once           // of settings that have no effect
}

// New creates a Client from the options and, for those that are not set, from the environment. It
// reads netrc and the settings files and makes no request. A missing or malformed API key, or a
// file without identity token, is an error of the first use and not of New, so that offline runs
// need no key.
//
// The error is an *errors.InputError (ErrInvalidInput) if
//
//   - the base URL, WANDB_MODE, the JournalSync or the Cadence is invalid;
//   - both WANDB_API_KEY and WANDB_IDENTITY_TOKEN_FILE are set;
//   - a settings file cannot be read, and nothing else names the server.
func New(opts Options) (*Client, error) {
	s, err := settings.Resolve(opts.env(), settings.Explicit{
		BaseURL: opts.BaseURL,
		APIKey:  opts.APIKey,
	})
	if err != nil {
		return nil, fmt.Errorf("new client: %w", err)
	}
	if opts.Dir != "" {
		s.Dir = opts.Dir
	}
	journal, err := opts.JournalSync.options()
	if err != nil {
		return nil, fmt.Errorf("new client: %w", err)
	}
	cadence, err := opts.Cadence.resolve(s)
	if err != nil {
		return nil, fmt.Errorf("new client: %w", err)
	}
	own := httpTransport(s)
	httpClient := opts.HTTPClient
	if httpClient == nil && own != nil {
		httpClient = &http.Client{Transport: own}
	}
	t, source, err := identity.Transport(s, transport.Options{
		BaseURL:      s.BaseURL.Text,
		Key:          s.Key,
		HTTPClient:   httpClient,
		Logger:       opts.Logger,
		Username:     s.Username,
		Email:        s.Email,
		ExtraHeaders: s.ExtraHeaders,
		Tracer:       tracerOf(opts),
	})
	if err != nil {
		return nil, fmt.Errorf("new client: %w", err)
	}
	log := opts.Logger
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	references := httpClient
	if references == nil {
		references = &http.Client{}
	}
	gql := gqlclient.New(t).WithPolicy(policy(transport.UpsertPolicy(), s.GraphQL))
	conn := &connection.Connection{
		GraphQL: gql, Transport: t, Settings: s, Log: log,
		Diagnoser: diagnose.New(diagnose.Config{
			GraphQL: gql, Settings: s, Identity: source,
			Timeout: firstPositive(opts.DiagnosisTimeout, DefaultDiagnosisTimeout),
		}),
		StreamPolicy: policy(transport.FileStreamPolicy(), s.FileStream.Retry), FilePolicy: policy(transport.TransferPolicy(), s.FileTransfer),
		Timeout:  firstPositive(opts.InitTimeout, s.InitTimeout, DefaultInitTimeout),
		Features: feature.New(gql), Cache: objectcache.New(s.CacheDir),
		Slots: objectstore.NewSlots(objectstore.DefaultParallel), ArtifactSlots: objectstore.NewSlots(upload.DefaultParallel),
	}
	c := &Client{holder: connection.Hold(conn), ownHTTP: own, isolated: opts.Getenv}
	c.env = &session.Env{
		Connection: conn, Screen: display.NewScreen(opts.terminal(s), c.getenv), Journal: journal, TempDir: c.tempDir(),
		Stream: filestream.Config{
			Interval: cadence.Interval, MinInterval: cadence.MinInterval, Heartbeat: cadence.Heartbeat,
			MaxRequestBytes: int(s.FileStream.MaxBytes), MaxLineBytes: int(s.FileStream.MaxLineBytes),
		},
		SettingsDelay: cadence.ConfigDelay, FileDelay: cadence.FileDelay, FilePoll: cadence.LivePoll,
		References: draft.HTTPGetter(references),
	}
	for _, w := range s.Warnings {
		log.Warn("settings", "warning", w)
	}
	return c, nil
}

// Close releases the connections that the client made itself. Runs must be
// finished first. Further calls do nothing.
func (c *Client) Close() error {
	if c.ownHTTP != nil {
		c.ownHTTP.CloseIdleConnections()
	}
	return c.env.Transport.Close()
}

// showWarnings shows once which settings have no effect.
func (c *Client) showWarnings() {
	c.warned.Do(func() {
		for _, w := range c.env.Settings.Warnings {
			c.env.Screen.Warn(w)
		}
	})
}

// BaseURL returns the server's address.
func (c *Client) BaseURL() string { return c.env.Settings.BaseURL.Text }

// String says which server and which key, without showing the key.
func (c *Client) String() string {
	return fmt.Sprintf("wandb client of %s (%s)", c.env.Settings.BaseURL.Text, c.env.Settings.Login())
}

// Format prints what String returns, whatever the verb.
func (c *Client) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, c.String()) }

// environ is the environment as far as it describes the machine.
func (c *Client) environ() []string {
	if c.isolated != nil {
		return nil
	}
	return os.Environ() //nolint:forbidigo // it describes the machine and decides nothing
}

func (c *Client) getenv(name string) string {
	if c.isolated != nil {
		return c.isolated(name)
	}
	return os.Getenv(name) //nolint:forbidigo // not a setting
}

func (c *Client) tempDir() string { return cmp.Or(c.getenv("TMPDIR"), os.TempDir()) }

func firstPositive(ds ...time.Duration) time.Duration {
	for _, d := range ds {
		if d > 0 {
			return d
		}
	}
	return 0
}
