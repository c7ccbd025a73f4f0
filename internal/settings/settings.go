package settings

import (
	"fmt"
	"log/slog"
	"net/url"
	"time"

	"github.com/wandgo/wandgo/internal/secret"
)

// DefaultBaseURL is the address of W&B's own server.
const DefaultBaseURL = "https://" + cloudHost

// The modes of a run.
const (
	ModeOnline   = "online"
	ModeOffline  = "offline"
	ModeDisabled = "disabled"
	ModeShared   = "shared"
)

// SourceDefault is the Source of a default value.
const SourceDefault = "default"

// Explicit holds the caller's options; "" means not set.
type Explicit struct {
	BaseURL, APIKey string
}

// Value is a setting and its source.
type Value struct {
	// Text is the setting; "" if it is not set and has no default.
	Text string
	// Source is "Options.BaseURL", "WANDB_ENTITY", "settings file /home/jo/…",
	// "default", or "" if Text is "".
	Source string
}

// String returns the text.
func (v Value) String() string { return v.Text }

// Retry is the retry policy for one kind of request.
type Retry struct {
	// Max is the number of attempts after the first.
	Max int
	// WaitMin and WaitMax bound the pause between attempts.
	WaitMin, WaitMax time.Duration
	// Timeout bounds each attempt; 0 means no bound.
	Timeout time.Duration
}

// FileStream configures the upload of history, console and heartbeats.
type FileStream struct {
	Retry
	// TransmitInterval is the shortest time between two requests; 0 leaves the choice
	// to the uploader.
	TransmitInterval time.Duration
	// MaxBytes and MaxLineBytes bound a request and a line in it; 0 leaves the
	// choice to the uploader.
	MaxBytes, MaxLineBytes int64
}

// Settings are the resolved settings. Printing or logging them in any form does not show
// keys, extra headers or proxy passwords.
type Settings struct {
	// BaseURL is the address of the server's API, without a trailing slash.
	BaseURL Value
	// AppURL is the address of the server's web pages.
	AppURL string
	// Key is the API key, empty if none was found.
	Key secret.Key
	// KeySource names the source of Key, or starts with "identity token from". It is ""
	// if there is neither.
	KeySource string
	// IdentityTokenFile is the file of an identity token that is used instead of a key,
	// "" if there is none. If it is set, KeySource names it and Key is empty.
	IdentityTokenFile string
	// CredentialsFile stores the access tokens for which identity tokens are exchanged
	// (WANDB_CREDENTIALS_FILE, ~/.config/wandb/credentials.json); "" without a home
	// directory.
	CredentialsFile string
	// KeyLookups list the places that were searched for a key, in order, and the result.
	KeyLookups []string
	// CacheDir is where the official client and this one keep downloads for the next time
	// (WANDB_CACHE_DIR, "wandb" in the user's directory for caches); may be "".
	CacheDir string
	// ArtifactDir is where artifacts are downloaded to (WANDB_ARTIFACT_DIR, ./artifacts).
	ArtifactDir string
	// Entity may be empty; the server then chooses the account's default.
	Entity Value
	// Project is never empty; the default is the name of the Git repository, or "uncategorized".
	Project Value
	// RunID, Name, Group, JobType, Notes, Sweep and Resume may be empty.
	RunID, Name, Group, JobType, Notes, Sweep, Resume Value
	// Mode is one of the Mode constants.
	Mode Value
	// Tags are the run's tags, nil if none are set.
	Tags []string
	// TagsSource names the source of Tags.
	TagsSource string
	// Program and Host are reported as the run's program (WANDB_PROGRAM) and machine
	// (WANDB_HOST); "" leaves them to the caller.
	Program, Host string
	// ConfigFiles are the files with default values for the config, the strongest last:
	// config-defaults.yaml of the working directory and WANDB_CONFIG_PATHS.
	ConfigFiles []ConfigFile
	// SweepParams is the file with the parameters of a sweep (WANDB_SWEEP_PARAM_PATH),
	// or nil.
	SweepParams *ConfigFile
	// Agent has the settings of agents of a sweep.
	Agent Agent
	// Launch has the settings launch_queue_name, launch_queue_entity and launch_trace_id that are
	// set, by name. They say for the web UI which queue the run came from.
	Launch map[string]string
	// Username and Email are sent as request headers.
	Username, Email string
	// Dir is the directory that contains the "wandb" (or ".wandb") directory of runs;
	// see [Settings.RunRoot].
	Dir string
	// InitTimeout bounds the creation of a run (WANDB_INIT_TIMEOUT, 90 s).
	InitTimeout time.Duration
	// FinishTimeout bounds Finish (WANDB_FINISH_TIMEOUT); 0 means no bound.
	FinishTimeout time.Duration
	// StopOnFatalError stops a run of which the server accepts no more data
	// (WANDB_STOP_ON_FATAL_ERROR).
	StopOnFatalError bool
	// Silent and Quiet request no output, or less.
	Silent, Quiet bool
	// NoConsole excludes the program's output from the run (WANDB_CONSOLE=off).
	NoConsole bool
	// ExtraHeaders are added to every request that does not set them itself.
	ExtraHeaders map[string]string `json:"-"`
	// HTTPProxy and HTTPSProxy replace the standard proxy variables; nil if not set.
	HTTPProxy, HTTPSProxy *url.URL `json:"-"`
	// ProxyOfHTTP and ProxyOfHTTPS are the host and port of the proxies for addresses of
	// that scheme, standard variables included, with the setting that names each. Text is ""
	// beside a Source that holds no address.
	ProxyOfHTTP, ProxyOfHTTPS Value
	// AllProxy is the variable for all proxies, which net/http does not use; "" if it is not
	// set.
	AllProxy string
	// CertFile is the file of trusted certificates (SSL_CERT_FILE), which crypto/x509 reads
	// itself.
	CertFile Value
	// InsecureDisableSSL disables the verification of server certificates.
	InsecureDisableSSL bool
	// GraphQL is for GraphQL requests (WANDB_X_GRAPHQL_*, WANDB_HTTP_TIMEOUT).
	GraphQL Retry
	// FileStream is from WANDB_X_FILE_STREAM_*.
	FileStream FileStream
	// FileTransfer is for the uploads of files (WANDB_X_FILE_TRANSFER_*,
	// WANDB_FILE_PUSHER_TIMEOUT).
	FileTransfer Retry
	// Machine says what is reported about the machine.
	Machine Machine
	// Shared is for one of several writers of a run.
	Shared Shared
	// Files are the settings files that were read, the strongest first.
	Files []string
	// Warnings are problems that do not stop a run, such as an unreadable file or a
	// value that is not a number.
	Warnings []string
}

// String returns a short description without secrets.
func (s Settings) String() string {
	return fmt.Sprintf("settings{base URL %s, %s, entity %q, project %q, mode %s}",
		s.BaseURL.Text, s.Login(), s.Entity.Text, s.Project.Text, s.Mode.Text)
}

// Format prints [Settings.String] for every verb, including %+v and %#v.
func (s Settings) Format(f fmt.State, _ rune) { fmt.Fprint(f, s.String()) }

// LogValue returns [Settings.String].
func (s Settings) LogValue() slog.Value { return slog.StringValue(s.String()) }

// Login describes the credentials in a few words: "key from WANDB_API_KEY", "identity
// token from /run/token", "no key".
func (s Settings) Login() string {
	switch {
	case s.IdentityTokenFile != "":
		return s.KeySource
	case s.Key.Empty():
		return "no key"
	}
	return "key from " + s.KeySource
}
