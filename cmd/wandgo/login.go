package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	xterm "golang.org/x/term"

	"github.com/wandgo/wandgo/client"
	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/internal/plaintext"
	"github.com/wandgo/wandgo/internal/secret"
	"github.com/wandgo/wandgo/internal/settings"
)

var loginCommand = command{
	name: "login", args: "[KEY] [--host URL | --cloud] [--relogin] [--no-verify]",
	summary: "store an API key for a server",
	long: `
Stores an API key in netrc, where wandgo and the official client find it. Asks
the server first whose key it is; a key that the server does not recognize is
not stored.

Without KEY, a key that is already configured for the server is kept. If there
is none, the terminal asks for it and does not show what is typed. If standard
input is not a terminal, its first line is the key: wandgo login < key.txt

Flags:
  --host URL    log in to this server, and make it the default in the user's
                settings file (default: the server of the settings)
  --cloud       log in to W&B's public cloud, and make it the default
  --relogin     ask for a key even if one is configured
  --no-verify   store the key without asking the server (the default is
                --verify)
  --timeout D   time to wait for the server (default 10s)

The key is stored in $NETRC, or else in ~/.netrc. Other entries of the file stay
as they are. WANDB_API_KEY and WANDB_BASE_URL take precedence over both files.

The exit statuses are those of wandgo doctor.

Examples:
  wandgo login
  wandgo login --host https://wandb.example.com
  wandgo login --relogin < key.txt
`,
	run: runLogin,
}

// login is one call of wandgo login.
type login struct {
	app      *app
	settings *settings.Settings
	baseURL  string
	explicit bool // the command line names the server
	verify   bool
	timeout  time.Duration
}

func runLogin(ctx context.Context, a *app, c command, args []string) error {
	set := c.flags()
	var host string
	set.StringVar(&host, "host", "", "")
	set.StringVar(&host, "base-url", "", "")
	cloud := set.Bool("cloud", false, "")
	again := set.Bool("relogin", false, "")
	verify := set.Bool("verify", true, "")
	noVerify := set.Bool("no-verify", false, "")
	timeout := set.Duration("timeout", whoamiTimeout, "")
	keys, err := a.parsePaths(c, set, args)
	switch {
	case err != nil:
		return err
	case len(keys) > 1:
		return usageError(c, "expected at most one key")
	case host != "" && *cloud:
		return usageError(c, "--host and --cloud are mutually exclusive")
	case *timeout <= 0:
		return usageError(c, "--timeout must be positive")
	}
	l := &login{app: a, verify: *verify && !*noVerify, timeout: *timeout}
	if err := l.target(host, *cloud); err != nil {
		return err
	}
	if len(keys) == 0 && !*again && !l.settings.Key.Empty() {
		return l.keep(ctx)
	}
	key, err := l.key(keys)
	if err != nil {
		a.exit(ctx, commandFailed(c, err))
		return exitCode(exitUsage)
	}
	return l.store(ctx, key)
}

// target finds the server to log in to.
func (l *login) target(host string, cloud bool) error {
	if cloud {
		host = settings.DefaultBaseURL
	}
	l.explicit = host != ""
	s, err := settings.Resolve(l.app.env.settings(), settings.Explicit{BaseURL: host})
	if err != nil {
		return err
	}
	l.settings, l.baseURL = s, s.BaseURL.Text
	return nil
}

// keep keeps a key that is already configured.
func (l *login) keep(ctx context.Context) error {
	a := l.app
	who := ""
	if l.verify {
		viewer, err := l.viewer(ctx, l.settings.Key)
		if err != nil {
			return a.refusedLogin(ctx, err, false)
		}
		who = " as " + printable(viewer.Username)
	}
	if err := l.remember(); err != nil {
		return err
	}
	_ = a.tell(a.stdout, "Already logged in to "+l.server()+who+", with the key from "+printable(l.settings.KeySource)+".")
	_ = a.tell(a.stdout, "To use another key: wandgo login --relogin")
	return nil
}

// server names the server, and says so if the environment chose it.
func (l *login) server() string {
	if l.fromVariable() {
		return printable(l.baseURL) + " (from " + baseURLVariable + ")"
	}
	return printable(l.baseURL)
}

// fromVariable reports whether the environment chose the server.
func (l *login) fromVariable() bool {
	return !l.explicit && l.settings.BaseURL.Source == baseURLVariable
}

// key returns the key of the command line, of the terminal or of standard input.
func (l *login) key(args []string) (secret.Key, error) {
	if len(args) == 1 {
		return l.checked(args[0])
	}
	in := l.app.env.input()
	if f, ok := in.(*os.File); ok && xterm.IsTerminal(int(f.Fd())) {
		fmt.Fprintf(l.app.stderr, "Create a key at %s/authorize\nAPI key for %s: ", settings.AppURLFor(l.baseURL), l.server())
		typed, err := xterm.ReadPassword(int(f.Fd()))
		fmt.Fprintln(l.app.stderr)
		if err != nil {
			return secret.Key{}, fmt.Errorf("read the key: %w", err)
		}
		return l.checked(string(typed))
	}
	line, err := bufio.NewReader(io.LimitReader(in, 4096)).ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return secret.Key{}, fmt.Errorf("read the key: %w", err)
	}
	if strings.TrimSpace(line) == "" {
		return secret.Key{}, fmt.Errorf("no key for %s: type it at a terminal, pass it on standard input, or give it as an argument", l.server())
	}
	return l.checked(line)
}

// checked returns a key that the server may recognize.
func (l *login) checked(text string) (secret.Key, error) {
	key := secret.New(strings.TrimSpace(text))
	for _, flaw := range settings.CheckKey(key) {
		if flaw.Fatal {
			return secret.Key{}, errors.New("the key " + flaw.Text + "; nothing was stored")
		}
	}
	if key.Empty() {
		return secret.Key{}, errors.New("the key is empty; nothing was stored")
	}
	return key, nil
}

// store verifies a key and writes it to netrc.
func (l *login) store(ctx context.Context, key secret.Key) error {
	a := l.app
	who := ""
	if l.verify {
		viewer, err := l.viewer(ctx, key)
		if err != nil {
			return a.refusedLogin(ctx, err, true)
		}
		who = " as " + printable(viewer.Username)
		if viewer.DefaultEntity != "" {
			who += " (default entity " + printable(viewer.DefaultEntity) + ")"
		}
	}
	path := settings.NetrcPath(a.env.settings())
	if path == "" {
		return failed("store the key", errors.New("the home directory is not known; set NETRC"))
	}
	err := settings.EditFile(path, 0o600, func(data []byte) ([]byte, error) {
		return settings.SetNetrcKey(data, settings.NetrcMachine(l.baseURL), key)
	})
	if err != nil {
		return failed("store the key", err)
	}
	if err := l.remember(); err != nil {
		return err
	}
	_ = a.tell(a.stdout, "Logged in to "+l.server()+who+". The key is in "+printable(path)+".")
	l.warnOfPrecedence(key)
	l.warnOfVariable()
	return nil
}

// remember makes the server that the command line names the default.
func (l *login) remember() error {
	if !l.explicit {
		return nil
	}
	path := settings.GlobalFile(l.app.env.settings())
	if path == "" {
		return failed("store the server's address", errors.New("the home directory is not known; set WANDB_CONFIG_DIR"))
	}
	value := l.baseURL
	if value == settings.DefaultBaseURL {
		value = "" // the default needs no entry
	}
	err := settings.EditFile(path, 0o644, func(data []byte) ([]byte, error) {
		return settings.SetFileOption(data, "base_url", value)
	})
	return failed("store the server's address", err)
}

// warnOfPrecedence reports that the next run will use another key or server.
func (l *login) warnOfPrecedence(key secret.Key) {
	s, err := l.app.settings()
	if err != nil {
		return // the next command reports it
	}
	if s.BaseURL.Text != l.baseURL {
		_ = l.app.tell(l.app.stderr, "Note: "+printable(s.BaseURL.Source)+" takes precedence; runs go to "+printable(s.BaseURL.Text)+".")
		return
	}
	if s.Key != key {
		_ = l.app.tell(l.app.stderr, "Note: another key takes precedence: "+printable(s.KeySource)+".")
	}
}

// warnOfVariable reports that the key is not for the server of programs that run without
// WANDB_BASE_URL.
func (l *login) warnOfVariable() {
	if !l.fromVariable() {
		return
	}
	fmt.Fprintf(l.app.stderr, "Note: the key is for this server only. Programs that run without\n"+
		"%s use another one. To make this server the default:\n\n    wandgo login --host %s\n", baseURLVariable, plaintext.ShellWord(l.baseURL))
}

// baseURLVariable is the environment variable with the address of the server.
const baseURLVariable = "WANDB_BASE_URL"

// viewer asks the server whose key it is.
func (l *login) viewer(ctx context.Context, key secret.Key) (*client.Viewer, error) {
	options := l.app.env.options()
	options.BaseURL, options.APIKey = l.baseURL, key.Reveal() //nolint:forbidigo // the client wraps it again
	cl, err := client.New(options)
	if err != nil {
		return nil, err
	}
	defer func() { _ = cl.Close() }()
	ctx, cancel := context.WithTimeout(ctx, l.timeout)
	defer cancel()
	return cl.Viewer(ctx)
}

// refusedLogin explains why a key was not verified. typed reports whether the key was
// given to this call.
func (a *app) refusedLogin(ctx context.Context, err error, typed bool) error {
	if ctx.Err() != nil {
		return exitCode(exitInterrupted)
	}
	if p, ok := errors.AsType[*errors.PermissionError](err); ok && typed {
		p.KeySource = "the command line"
	}
	a.explainError(err)
	if errors.Is(err, errors.ErrServerUnavailable) {
		fmt.Fprintln(a.stderr, "\nNothing was stored. To store the key without asking the server:\n\n    wandgo login --no-verify")
	} else {
		fmt.Fprintln(a.stderr, "\nNothing was stored.")
	}
	return exitCode(exitStatus(err))
}
