package client

import (
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"time"

	"github.com/wandgo/wandgo/internal/secret"
	"github.com/wandgo/wandgo/internal/settings"
)

// Defaults of [Options].
const (
	// DefaultInitTimeout bounds the creation of a run, retries included, unless
	// Options.InitTimeout or WANDB_INIT_TIMEOUT says otherwise.
	DefaultInitTimeout = 90 * time.Second
	// DefaultDiagnosisTimeout bounds the follow-up questions after a refusal.
	DefaultDiagnosisTimeout = 5 * time.Second
)

// Options configure a [Client]. The zero Options take everything from the environment,
// as the official client does: environment variables, then netrc, then the settings
// files.
//
// Printing, logging or encoding Options hides the key, even inside another value. The
// exception is an unexported field of a struct: there %v prints APIKey as it is, because
// package fmt calls no method. A program that prints such a struct keeps the [Client] in
// it instead, which never shows the key.
type Options struct {
	// BaseURL is the server. Default: WANDB_BASE_URL, the settings files, then
	// https://api.forge.coreweave.com.
	BaseURL string
	// APIKey is the key. Default: WANDB_API_KEY, or the identity token in the file
	// WANDB_IDENTITY_TOKEN_FILE, of which only one may be set; then netrc (NETRC,
	// ~/.netrc, ~/_netrc), then the settings files.
	//
	// An identity token is a JSON web token (OIDC) of the job's platform. The server
	// exchanges it for an access token. It is read again for each exchange: before the
	// first request, five minutes before the access token expires, and once if the
	// server does not accept that. Access tokens are stored for other processes in
	// WANDB_CREDENTIALS_FILE, by default ~/.config/wandb/credentials.json.
	APIKey string
	// HTTPClient supplies proxy, TLS and connection settings. It is copied. Redirects
	// are never followed, so that the key is sent to no other host. Default: a client
	// of its own.
	HTTPClient *http.Client
	// Logger receives log records at levels Debug to Warn. Default: nothing is logged.
	Logger *slog.Logger
	// Tracer observes each HTTP request, for example to make OpenTelemetry spans or
	// Prometheus metrics of them. Default: none.
	Tracer RequestTracer
	// Output is where runs are shown to a person. A terminal shows the link, a server that keeps
	// Init waiting, problems, progress in Finish, and a summary with the metrics' history.
	// NO_COLOR switches colors off. Elsewhere, as in the log file of a batch job, it is one line
	// for the start of a run, each problem, and its end.
	//
	// Nothing is printed if WANDB_SILENT or WANDB_QUIET is set, or to io.Discard. A separate
	// goroutine writes to it, so a writer that the program uses as well must be safe for
	// concurrent use, as a file is. Log never waits for it, and Init and Finish wait for at most
	// a second. Default: os.Stderr, or nothing if Getenv is set.
	Output io.Writer
	// InitTimeout bounds the creation of a run, retries included. Default:
	// WANDB_INIT_TIMEOUT (seconds), then [DefaultInitTimeout].
	InitTimeout time.Duration
	// DiagnosisTimeout bounds the follow-up questions after a refusal, whatever
	// the server does. Default: [DefaultDiagnosisTimeout].
	DiagnosisTimeout time.Duration
	// Dir is the directory in which runs store their data, below "wandb". If it cannot
	// be written, a new directory in the temporary one is used. Default: WANDB_DIR, then
	// the working directory.
	Dir string
	// JournalSync says when the runs' logs are synced to disk, for machines that may lose
	// power. Default: [JournalSyncAtEnd].
	JournalSync JournalSync
	// Cadence says how often online runs send requests to the server. Default: see
	// [Cadence].
	Cadence Cadence
	// Getenv replaces the process's environment, including HOME, where netrc and the settings
	// files are. Tests use it for isolation. Default: os.Getenv.
	Getenv func(string) string
}

// env is the outside world that settings are resolved from.
func (o Options) env() settings.Env {
	if o.Getenv == nil {
		return settings.Env{}
	}
	env := settings.Env{
		LookupEnv: func(name string) (string, bool) {
			v := o.Getenv(name)
			return v, v != ""
		},
		Home: o.Getenv("HOME"),
	}
	if env.Home == "" {
		env.Home = os.DevNull // no home: nothing is found below it
	}
	return env
}

// String hides the key.
func (o Options) String() string {
	return fmt.Sprintf("client.Options{BaseURL: %q, APIKey: %q, InitTimeout: %v, DiagnosisTimeout: %v, Dir: %q, JournalSync: %d, Cadence: %+v}",
		o.BaseURL, secret.New(o.APIKey).String(), o.InitTimeout, o.DiagnosisTimeout, o.Dir, o.JournalSync, o.Cadence)
}

// Format hides the key, whatever the verb: fmt calls String for some only.
func (o Options) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, o.String()) }

// LogValue hides the key from slog.
func (o Options) LogValue() slog.Value { return slog.StringValue(o.String()) }

// MarshalText hides the key from JSON and other encoders.
func (o Options) MarshalText() ([]byte, error) { return []byte(o.String()), nil }

// RunOptions describe the run to create. The zero RunOptions create a run with
// a random id in the account's default entity.
type RunOptions struct {
	// Entity is the team or user that owns the project. Default: WANDB_ENTITY, the settings
	// files, then the account's default entity.
	Entity string
	// Project holds the run; it is created if it does not exist and the role
	// allows. Default: WANDB_PROJECT, the settings files, then the name of the
	// git repository around the working directory, else "uncategorized".
	Project string
	// ID is the run's permanent name within the project, eight random letters
	// and digits by default. Default: WANDB_RUN_ID.
	ID string
	// Name is shown in the web UI; the server invents one if empty. Default:
	// WANDB_NAME.
	Name string
	// Group and JobType sort runs in the web UI; JobType has at most 64
	// characters. Defaults: WANDB_RUN_GROUP, WANDB_JOB_TYPE.
	Group, JobType string
	// Notes is a longer text about the run. Default: WANDB_NOTES.
	Notes string
	// Tags are labels of 1 to 64 characters. Default: WANDB_TAGS, split at commas.
	Tags []string
	// Config is what the run was started with, such as hyperparameters. Values are
	// encoded at once and not retained. Keys that it lacks come from the files in
	// WANDB_CONFIG_PATHS (separated by commas; later files take precedence), then from
	// config-defaults.yaml in the working directory: YAML of the form lr: {value: 0.1},
	// read as Python's PyYAML reads it. The parameters of a sweep
	// (WANDB_SWEEP_PARAM_PATH, a file of that form) take precedence over all of them
	// and cannot be changed; [Run.Config] reads them. A file that cannot be read is an
	// *errors.InputError with its line.
	Config map[string]any
	// Resume says what Init does if the server has a run with this ID. Default:
	// WANDB_RESUME, then "": Init does not ask. Rows are then appended to those of a run
	// with this ID, at steps that start at 0 again, and its summary and config are
	// replaced, as with the official client.
	//
	// Init first uploads rows of the run that earlier processes of this machine could not
	// upload. That takes at most until the context of Init ends. If it fails, [Run.Err] is
	// an [*UnsentError], and steps continue behind those rows.
	//
	// In offline mode Resume is ignored, with a warning in the log: see [Resume]. Resume
	// excludes ForkFrom and RewindTo.
	Resume Resume
	// ForkFrom starts a new run with the history of another up to a step. Steps
	// continue after it. In offline mode the server learns of it from [Client.Sync] or
	// the official wandb sync. It excludes Resume and RewindTo.
	ForkFrom RunStep
	// RewindTo continues this run after a step, and drops what was logged later. Steps
	// continue after it. In offline mode the run is rewound when [Client.Sync] or the
	// official wandb sync uploads it, which drops what others logged after the step by
	// then. It excludes Resume and ForkFrom.
	RewindTo RunStep
	// Mode says where the run is stored. Default: WANDB_MODE, then [ModeOnline].
	Mode Mode
	// Shared is for [ModeShared], which needs ID as well.
	Shared Shared
	// Started is when the run took place, if it is logged later, for example from the files
	// of another tool. Rows then need a _timestamp of their own, a float64; their _runtime
	// is the time from Started to it, 0 if it is earlier. config-defaults.yaml is not read.
	// Default: now.
	Started time.Time
	// StatsInterval is how often the process and the machine are measured for the
	// System tab, at least every 100 ms. Negative means never. Default:
	// WANDB_X_STATS_SAMPLING_INTERVAL (seconds), then 15 s; never if
	// WANDB_X_DISABLE_STATS is set.
	StatsInterval time.Duration
	// MetricSources are measured in addition, such as GPUs. Those that are a
	// [Describer] are described in the run's overview.
	MetricSources []MetricSource
	// SaveDiff uploads the changes of tracked files since the Git commit as diff.patch.
	// The work tree is the one around the working directory. It needs git. The diff is
	// taken when the run starts; Finish waits for it, and Init does not. A diff that is
	// larger than 10 MiB or takes longer than 30 s is skipped, with a warning in the
	// log. Nothing is uploaded if WANDB_DISABLE_CODE, WANDB_DISABLE_GIT or
	// WANDB_X_DISABLE_MACHINE_INFO is set; in shared mode only the primary process
	// uploads it. Default: WANDB_SAVE_CODE, which has no other effect: source files are
	// never uploaded.
	SaveDiff bool
	// Trial makes the run a trial of a sweep. Agents of package sweep set it. The zero Trial is
	// that of WANDB_SWEEP_ID, if it is set.
	Trial Trial
	// OnRefused decides what Init does if the server does not accept the run. err is an
	// *errors.PermissionError for a refusal, and an *errors.RequestError if the server
	// cannot be reached, is broken or misconfigured. It is not called for invalid input,
	// or after the caller's context ended. It is called on Init's goroutine. Default:
	// [Fail]. See [GoOfflineOnRefusal].
	OnRefused func(err error) Reaction
	// OnLost is called once if the server stops accepting an online run: the role was
	// changed, the key revoked, the run deleted, or a request failed for a week. The run
	// continues on disk. err is the reason with its diagnosis, as in [Run.Err].
	//
	// It is also called if only changes of the settings, files, an artifact or an alert are
	// refused, or a file of an artifact cannot be read. Rows may still reach the server then. It
	// is called once for each cause, such as ErrViewerRole, even if several things are refused.
	//
	// It is called on a separate goroutine and may block. It may call Finish, which
	// does not wait for it. It is not called after Finish has started, which returns the
	// reason itself. Default: nil.
	OnLost func(err error)
}

// Trial says which sweep a run is part of, and what the sweep has chosen for it.
type Trial struct {
	// Sweep is the sweep's id.
	Sweep string
	// Params are values of the config that the program cannot change. They take precedence
	// over all others.
	Params map[string]any
}

// Reaction is what to do about a refusal.
type Reaction int

// The reactions.
const (
	// Fail: Init returns the error.
	Fail Reaction = iota
	// GoOffline: Init returns a run that is stored on disk. [Run.Err] says why,
	// [Run.Dir] where. If the disk cannot be written either, Init still returns a run:
	// Run.Err says that too, Run.Dir is "", and each row is lost (ErrRowLost).
	GoOffline
)

// GoOfflineOnRefusal is an OnRefused that always returns [GoOffline]:
//
//	RunOptions{OnRefused: client.GoOfflineOnRefusal}
func GoOfflineOnRefusal(error) Reaction { return GoOffline }

// Mode says where a run is stored.
type Mode string

// The modes.
const (
	// ModeOnline stores the run on the server, and on disk.
	ModeOnline Mode = "online"
	// ModeOffline stores the run on disk only, without any network traffic.
	ModeOffline Mode = "offline"
	// ModeDisabled stores nothing. All methods work.
	ModeDisabled Mode = "disabled"
	// ModeShared is ModeOnline for a run that other processes write as well; see
	// [Shared].
	ModeShared Mode = "shared"
)

// Resume says what [Client.Init] does if the server has a run with the id of
// RunOptions.ID. A run that is continued keeps its rows, summary, config and tags; steps
// continue after its last one, and [Run.Resumed] is true. Asking the server takes one more
// request.
//
// In offline mode nothing is resumed, because the server is not asked. Each process writes a
// log of its own, in which steps start at 0. If the same directory has a log of the run already,
// Init warns. [Client.Sync] uploads the logs in the order in which they were started: the steps
// of each are moved behind those of the one before, and its summary and config are merged with
// theirs.
type Resume string

// The resume modes.
const (
	// ResumeAllow continues the run, or creates one if the id is new.
	ResumeAllow Resume = "allow"
	// ResumeMust continues the run. If it does not exist, Init returns an error that matches
	// ErrRunMissing. It requires an ID.
	ResumeMust Resume = "must"
	// ResumeNever creates a run. If the id is in use, Init returns an error that matches
	// ErrRunExists.
	ResumeNever Resume = "never"
	// ResumeAuto is for a program that is started again with the same command until it
	// succeeds. It is ResumeAllow with the id of the last run in this directory that used
	// ResumeAuto and did not finish with exit code 0. The id is stored in
	// wandb/wandb-resume.json until a run in that directory finishes with exit code 0 or
	// is started without Resume. An ID in the options takes precedence, with a warning in
	// the log.
	ResumeAuto Resume = "auto"
)

// RunStep names a step of a run, for ForkFrom and RewindTo of [RunOptions]. The row at
// Step is the last that is kept. The zero RunStep (no RunID) turns the option off.
type RunStep struct {
	// RunID is the id of a run in the same project.
	RunID string
	// Step is a value of _step, at least 0. The next row has Step+1.
	Step int64
}

func (s RunStep) String() string {
	if s == (RunStep{}) {
		return ""
	}
	return fmt.Sprintf("%s?_step=%d", s.RunID, s.Step)
}
