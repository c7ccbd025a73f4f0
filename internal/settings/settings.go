package settings

import (
	"fmt"
	"log/slog"
	"net/url"
	"strings"
	"time"

	"github.com/wandgo/wandgo/internal/secret"
)

// DefaultBaseURL is where W&B's own server listens.
const DefaultBaseURL = "https://api.wandb.ai"

// The modes a run can have.
const (
	ModeOnline   = "online"
	ModeOffline  = "offline"
	ModeDisabled = "disabled"
	ModeShared   = "shared"
)

// SourceDefault is the Source of a value that nobody set.
const SourceDefault = "default"

// Explicit is what the caller gave in code; "" means not given.
type Explicit struct {
	BaseURL, APIKey              string
	Entity, Project, RunID, Name string
	Group, JobType, Notes, Mode  string
	Tags                         []string
}

// Value is a setting and where it came from.
type Value struct {
	// Text is the setting; "" when nobody set it and there is no default.
	Text string
	// Source is "RunOptions.Entity", "WANDB_ENTITY", "settings file /home/jo/…",
	// "default", or "" when Text is "".
	Source string
}

// String returns the text.
func (v Value) String() string { return v.Text }

// Retry bounds one kind of request.
type Retry struct {
	// Max is the number of attempts after the first.
	Max int
	// WaitMin and WaitMax bound the pause between attempts.
	WaitMin, WaitMax time.Duration
	// Timeout is for each attempt; 0 is none.
	Timeout time.Duration
}

// FileStream configures the upload of history, console and heartbeats.
type FileStream struct {
	Retry
	// TransmitInterval is the shortest time between two requests; 0, when nobody
	// set it, leaves the choice to the uploader.
	TransmitInterval time.Duration
	// MaxBytes and MaxLineBytes bound a request and a line in it; 0 leaves the
	// choice to the uploader.
	MaxBytes, MaxLineBytes int64
}

// Settings are the resolved settings. Printing or logging them in any form shows
// neither keys, nor extra headers, nor proxy passwords.
type Settings struct {
	// BaseURL is the server's API, without a trailing slash.
	BaseURL Value
	// AppURL is the address of the server's web pages.
	AppURL string
	// Key is the API key, empty when none was found.
	Key secret.Key
	// KeySource names where Key came from, or begins with "identity token from";
	// "" when there is neither.
	KeySource string
	// IdentityTokenFile holds a token to log in with in place of a key, "" if there
	// is none. KeySource then names it, and Key is empty.
	IdentityTokenFile string
	// CredentialsFile keeps the access tokens that identity tokens are exchanged for
	// (WANDB_CREDENTIALS_FILE, ~/.config/wandb/credentials.json); "" without a home
	// directory.
	CredentialsFile string
	// KeyLookups say where a key was looked for, in order, and what was there.
	KeyLookups []string
	// Entity may be empty: the server then picks the account's default.
	Entity Value
	// Project is never empty; see [DefaultProject].
	Project Value
	// RunID, Name, Group, JobType, Notes, Sweep and Resume may be empty.
	RunID, Name, Group, JobType, Notes, Sweep, Resume Value
	// Mode is one of the Mode constants.
	Mode Value
	// Tags are the run's tags, nil when nobody set any.
	Tags []string
	// TagsSource names where Tags came from.
	TagsSource string
	// Program is what the server is told of as the run's program (WANDB_PROGRAM),
	// and Host as its machine (WANDB_HOST); "" leaves both to the caller.
	Program, Host string
	// ConfigFiles are the files that the config begins with, the strongest last:
	// config-defaults.yaml of the working directory and WANDB_CONFIG_PATHS.
	ConfigFiles []ConfigFile
	// SweepParams is the file with what a sweep chose (WANDB_SWEEP_PARAM_PATH), or
	// nil.
	SweepParams *ConfigFile
	// Launch says which queue the run came from.
	Launch Launch
	// Username and Email become request headers.
	Username, Email string
	// Dir is the directory that holds the "wandb" (or ".wandb") directory of
	// runs; see [Settings.RunRoot].
	Dir string
	// InitTimeout bounds the creation of a run (WANDB_INIT_TIMEOUT, 90 s).
	InitTimeout time.Duration
	// HTTPTimeout bounds one attempt of a GraphQL request (WANDB_HTTP_TIMEOUT,
	// 30 s). It equals GraphQL.Timeout.
	HTTPTimeout time.Duration
	// FinishTimeout bounds the end of a run (WANDB_FINISH_TIMEOUT); 0 is no bound.
	FinishTimeout time.Duration
	// StopOnFatalError stops a run that the server takes no more of
	// (WANDB_STOP_ON_FATAL_ERROR).
	StopOnFatalError bool
	// Silent and Quiet ask for no output, or less.
	Silent, Quiet bool
	// NoConsole keeps what the program writes out of the run (WANDB_CONSOLE=off).
	NoConsole bool
	// ExtraHeaders go on every request that does not set them otherwise.
	ExtraHeaders map[string]string `json:"-"`
	// HTTPProxy and HTTPSProxy replace the standard proxy variables; nil when
	// not set.
	HTTPProxy, HTTPSProxy *url.URL `json:"-"`
	// InsecureDisableSSL turns the check of server certificates off.
	InsecureDisableSSL bool
	// GraphQL bounds GraphQL requests (WANDB_X_GRAPHQL_*).
	GraphQL Retry
	// FileStream is from WANDB_X_FILE_STREAM_*.
	FileStream FileStream
	// FileTransfer bounds the uploads of files (WANDB_X_FILE_TRANSFER_*,
	// WANDB_FILE_PUSHER_TIMEOUT).
	FileTransfer Retry
	// Machine is what is told about the machine.
	Machine Machine
	// Shared is for one of several writers of a run.
	Shared Shared
	// Files are the settings files that were read, the strongest first.
	Files []string
	// Warnings are things a person should know and that stop nothing: an
	// unreadable file, a value that is not a number.
	Warnings []string
}

// String is a short, secret-free description.
func (s Settings) String() string {
	return fmt.Sprintf("settings{base URL %s, key %s, entity %q, project %q, mode %s}",
		s.BaseURL.Text, s.keyText(), s.Entity.Text, s.Project.Text, s.Mode.Text)
}

// Format makes every verb, also %+v and %#v, print [Settings.String].
func (s Settings) Format(f fmt.State, _ rune) { fmt.Fprint(f, s.String()) }

// LogValue is [Settings.String] as slog attributes.
func (s Settings) LogValue() slog.Value {
	return slog.GroupValue(
		slog.String("base_url", s.BaseURL.Text),
		slog.String("key", s.keyText()),
		slog.String("entity", s.Entity.Text),
		slog.String("project", s.Project.Text),
		slog.String("mode", s.Mode.Text),
	)
}

func (s Settings) keyText() string {
	switch {
	case s.IdentityTokenFile != "":
		return s.KeySource
	case s.Key.Empty():
		return "none"
	}
	return strings.TrimSpace("from " + s.KeySource)
}

// Login names what the server knows the caller by, in a few words: "key from
// WANDB_API_KEY", "identity token from /run/token", "no key".
func (s *Settings) Login() string {
	switch {
	case s.IdentityTokenFile != "":
		return s.KeySource
	case s.Key.Empty():
		return "no key"
	}
	return "key from " + s.KeySource
}
