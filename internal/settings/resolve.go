package settings

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	wandberrors "github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/internal/smallfile"
)

// resolver carries one resolution.
type resolver struct {
	env      Env
	explicit Explicit
	files    []settingsFile // the strongest first
	settings *Settings
	known    map[string]bool // the variables of all settings
}

// settingsFile is a settings file, whether or not it exists.
type settingsFile struct {
	path    string
	options map[string]string
	err     error // why there are none
}

// unparsed reports whether the file could be read but not parsed.
func (f settingsFile) unparsed() bool {
	_, ok := errors.AsType[*lineError](f.err)
	return ok || errors.Is(f.err, smallfile.ErrTooLarge)
}

// absence says why the file does not have the option.
func (f settingsFile) absence(option string) string {
	switch {
	case absent(f.err):
		return " does not exist"
	case f.err != nil:
		return " is ignored because of an error in it"
	}
	return " has no " + option
}

// Resolve resolves every setting. The error is an [wandberrors.InputError] if a setting
// that decides where data goes is not valid: the base URL, a settings file that may
// contain it, the mode, or two credentials at once. Any other invalid setting keeps its
// default and adds a warning. A missing key is not an error; see KeyLookups.
func Resolve(env Env, explicit Explicit) (*Settings, error) {
	r := &resolver{env: env, explicit: explicit, settings: &Settings{}, known: make(map[string]bool)}
	r.readFiles()
	if err := r.resolveBaseURL(); err != nil {
		return nil, err
	}
	if err := r.resolveKey(); err != nil {
		return nil, err
	}
	if err := r.resolveMode(); err != nil {
		return nil, err
	}
	r.resolveRun()
	r.resolveConfigFiles()
	r.resolveRequests()
	r.resolveMachine()
	r.resolveShared()
	r.reportVariables()
	return r.settings, nil
}

// warn is not copied into its many callers, which would be 4 KB.
//
//go:noinline
func (r *resolver) warn(format string, args ...any) {
	r.settings.Warnings = append(r.settings.Warnings, fmt.Sprintf(format, args...))
}

// readFiles reads the local and the global settings file. The local one does not depend
// on WANDB_DIR.
func (r *resolver) readFiles() {
	r.readFile(LocalFile(r.env))
	if path := GlobalFile(r.env); path != "" {
		r.readFile(path)
	}
}

func (r *resolver) readFile(path string) {
	options, err := readSettingsFile(path)
	r.files = append(r.files, settingsFile{path, options, err})
	switch {
	case absent(err):
	case err != nil:
		r.warn("settings file %s is ignored: %s", path, Reason(err))
	default:
		r.settings.Files = append(r.settings.Files, path)
		for _, name := range []string{"root_dir", "settings_system"} {
			if _, ok := options[name]; ok {
				r.warn("settings file %s: %s has no effect in a settings file", path, name)
			}
		}
	}
}

// value resolves the setting that settings files have under name. aliases are variables that are
// stronger than those of [variablesOf]. As in the official client, an empty variable hides the
// settings files.
func (r *resolver) value(name string, aliases ...string) Value {
	return r.find(r.env.lookup, name, slices.Concat(aliases, variablesOf(name)))
}

// nonEmpty is value for settings that cannot be empty: an empty variable is the same as
// one that is not set.
func (r *resolver) nonEmpty(name string, aliases ...string) Value {
	return r.find(r.env.get, name, slices.Concat(aliases, variablesOf(name)))
}

// variable is nonEmpty for settings that files do not have.
func (r *resolver) variable(names ...string) Value { return r.find(r.env.get, "", names) }

// variablesOf returns the variables of a setting of the official client.
func variablesOf(name string) []string {
	if bare, ok := strings.CutPrefix(strings.ToUpper(name), "X_"); ok {
		return []string{"WANDB_X_" + bare, "WANDB__" + bare}
	}
	return []string{variablePrefix + strings.ToUpper(name)}
}

// find returns the first of the variables that lookup finds, else the option of the settings files.
func (r *resolver) find(lookup func(name string) (string, bool), option string, variables []string) Value {
	for _, name := range variables {
		r.known[name] = true
	}
	for _, name := range variables {
		switch text, ok := lookup(name); {
		case ok && text == "":
			return Value{}
		case ok:
			return Value{Text: text, Source: name}
		}
	}
	return r.fileValue(option)
}

func (r *resolver) fileValue(name string) Value {
	for _, f := range r.files {
		if text, ok := f.options[name]; ok {
			if text == "" { // hides the weaker file
				return Value{}
			}
			return Value{Text: text, Source: "settings file " + f.path}
		}
	}
	return Value{}
}

// fileBaseURL returns the base URL of the settings files. A file that cannot be parsed is
// an error, because it may contain one. The official client prints a warning and continues
// without it, but a library has no terminal, and a key for a private server would be sent
// to W&B's cloud.
func (r *resolver) fileBaseURL() (Value, error) {
	for _, f := range r.files {
		if f.unparsed() {
			return Value{}, &wandberrors.InputError{
				Field: "settings", Source: "settings file " + f.path,
				Rule: f.err.Error() + "; until it is fixed, set WANDB_BASE_URL to the server",
			}
		}
		if _, ok := f.options["base_url"]; ok {
			break
		}
	}
	return r.fileValue("base_url"), nil
}

func (r *resolver) resolveBaseURL() error {
	v := Value{Text: r.explicit.BaseURL, Source: "Options.BaseURL"}
	if v.Text == "" {
		v = r.variable("WANDB_BASE_URL")
	}
	if v.Text == "" {
		var err error
		if v, err = r.fileBaseURL(); err != nil {
			return err
		}
	}
	if v.Text == "" {
		v = Value{Text: DefaultBaseURL, Source: SourceDefault}
	}
	base, err := NormalizeBaseURL(v.Text)
	if err != nil {
		return From(v.Source, err)
	}
	r.settings.BaseURL = Value{Text: base, Source: v.Source}
	r.settings.AppURL = AppURLFor(base)
	if app := r.variable("WANDB_APP_URL").Text; app != "" {
		r.settings.AppURL = strings.TrimRight(app, "/")
	}
	return nil
}

func (r *resolver) resolveMode() error {
	v := r.nonEmpty("mode")
	switch v.Text {
	case "":
		v = Value{Text: ModeOnline, Source: SourceDefault}
	case ModeOnline, ModeOffline, ModeDisabled, ModeShared:
	case "dryrun":
		v.Text = ModeOffline
	case "run":
		v.Text = ModeOnline
	default:
		// A guess could upload data that must stay on this machine.
		return From(v.Source, broken("mode", v.Text, "must be online, offline, disabled or shared"))
	}
	r.settings.Mode = v
	return nil
}

// From adds the source of a value to an InputError about it. Other errors, and those that
// have a source, are returned unchanged.
func From(source string, err error) error {
	in, ok := err.(*wandberrors.InputError) //nolint:errorlint // a wrapped one would lose its wrapping
	if !ok || in.Source != "" {
		return err
	}
	sourced := *in
	sourced.Source = source
	return &sourced
}

// resolveRun resolves the settings that describe the run.
func (r *resolver) resolveRun() {
	s := r.settings
	s.Entity = r.value("entity")
	s.Project = r.value("project")
	if s.Project.Text == "" {
		s.Project = Value{Text: defaultProject(r.env.workDir()), Source: SourceDefault}
	}
	s.RunID = r.nonEmpty("run_id")
	s.Name = r.value("run_name", "WANDB_NAME")
	s.Group = r.value("run_group")
	s.JobType = r.value("run_job_type", "WANDB_JOB_TYPE")
	s.Notes = r.value("run_notes", "WANDB_NOTES")
	s.Sweep = r.nonEmpty("sweep_id")
	s.Resume = r.nonEmpty("resume")
	s.Program = r.nonEmpty("program").Text
	s.Host = r.nonEmpty("host").Text
	for _, name := range []string{"launch_queue_name", "launch_queue_entity", "launch_trace_id"} {
		if text := r.nonEmpty(name).Text; text != "" {
			if s.Launch == nil {
				s.Launch = make(map[string]string)
			}
			s.Launch[name] = text
		}
	}
	s.Username = r.value("username").Text
	s.Email = r.value("email", "WANDB_USER_EMAIL").Text
	r.resolveTags()

	s.Dir = r.env.workDir()
	if dir := r.variable("WANDB_DIR", "WANDB_ROOT_DIR").Text; dir != "" {
		s.Dir = r.path(dir)
	}
	r.resolveArtifactDirs()
}

// resolveTags splits the variable at commas. As in the official client, spaces around a
// tag stay, and the file's setting is a single tag. Empty tags, which no server accepts,
// are dropped.
func (r *resolver) resolveTags() {
	if v := r.variable("WANDB_TAGS", "WANDB_RUN_TAGS"); v.Text != "" {
		for tag := range strings.SplitSeq(v.Text, ",") {
			if strings.TrimSpace(tag) == "" {
				r.warn("%s contains an empty tag, which is ignored", v.Source)
				continue
			}
			r.settings.Tags = append(r.settings.Tags, tag)
		}
		r.settings.TagsSource = v.Source
	} else if v := r.fileValue("run_tags"); v.Text != "" {
		r.settings.Tags, r.settings.TagsSource = []string{v.Text}, v.Source
	}
}

// RunRoot returns the directory of all runs: Dir/.wandb if it exists, else Dir/wandb.
func (s *Settings) RunRoot() string { return runRoot(s.Dir) }

func runRoot(dir string) string {
	hidden := filepath.Join(dir, ".wandb")
	if info, err := os.Stat(hidden); err == nil && info.IsDir() {
		return hidden
	}
	return filepath.Join(dir, "wandb")
}
