package main

import (
	"cmp"
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/wandgo/wandgo/artifact"
	"github.com/wandgo/wandgo/client"
	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/internal/artifacts/manifest"
	"github.com/wandgo/wandgo/internal/plaintext"
	"github.com/wandgo/wandgo/internal/runid"
	"github.com/wandgo/wandgo/internal/secret"
	"github.com/wandgo/wandgo/internal/settings"
)

var artifactPutCommand = command{
	name: "artifact put", args: "path [--name N] [--type T] [--alias A] [flags]",
	summary: "upload a file, a directory or a reference as an artifact",
	long: `
Uploads a file or a directory as a new version of an artifact. If the server has
a version with this content, no new one is made. The path may also be a
reference, such as s3://bucket/key, whose content stays where it is.

It creates a short run with the job type "cli_put", which logs the artifact. On
a terminal it shows the progress. The files are copied to the run's directory
first, so that they may change: if the upload fails or is stopped, wandgo sync
finishes it.

Flags:
  --name N         name of the artifact: [entity/][project/]name (default: the
                   last element of the path)
  --type T         type of the artifact (default "dataset")
  --alias A        alias of the version beside "latest"; may be repeated
  --description D  description of the version
  --id ID          log it as this run, which may exist (default: a new run)
  --immutable      do not copy the files: they do not change until they are
                   uploaded
  --json           print a JSON document: path, id, version, digest, type,
                   aliases, files, size, run

It prints the path of the version, such as acme/vision/flowers:v3. In a pipe the
line has more columns, separated by tabs: id, digest, number of files, size in
bytes.

The exit statuses are those of wandgo doctor.

Examples:
  wandgo artifact put images/ --name flowers
  wandgo artifact put net.pt --name acme/vision/net --type model --alias best
`,
	run: runArtifactPut,
}

// putRequest is the command line of artifact put.
type putRequest struct {
	path, name, typ string
	description, id string
	aliases         []string
	immutable       bool
	args            []string // of the command
	byPath          bool     // the name is that of the path
	place           string   // what --name has before the name: "", "project/" or "entity/project/"
}

func runArtifactPut(ctx context.Context, a *app, c command, args []string) error {
	set := c.flags()
	asJSON := set.Bool("json", false, "")
	var r putRequest
	r.flags(set)
	path, err := a.parseOne(c, set, args, "path")
	if err != nil {
		return err
	}
	r.path, r.args = path, args
	options, err := r.runOptions(a)
	if err != nil {
		return usageError(c, "%s", err.Error())
	}
	return a.withClient(ctx, func(cl *client.Client) error {
		done, err := a.put(ctx, cl, r, options)
		if err != nil {
			return err
		}
		if done.Stored != "" && !*asJSON {
			_, err := fmt.Fprintf(a.stdout, "%s waits on this disk. To upload it: wandgo sync %s\n", printable(done.Path), plaintext.ShellPath(done.Stored))
			return err
		}
		person := fmt.Sprintf("%s (%s, %s)", printable(done.Path), counted(done.Files, "file"), size(done.Size))
		return a.result(done, *asJSON, person, done.Path, done.ID, done.Digest, plain(done.Files), plain(done.Size))
	})
}

func (r *putRequest) flags(set *flag.FlagSet) {
	for _, name := range []string{"name", "n"} {
		set.StringVar(&r.name, name, "", "")
	}
	for _, name := range []string{"type", "t"} {
		set.StringVar(&r.typ, name, "dataset", "")
	}
	for _, name := range []string{"description", "d"} {
		set.StringVar(&r.description, name, "", "")
	}
	for _, name := range []string{"alias", "a"} {
		set.Func(name, "", func(alias string) error {
			r.aliases = append(r.aliases, alias)
			return nil
		})
	}
	set.StringVar(&r.id, "id", "", "")
	set.BoolVar(&r.immutable, "immutable", false, "")
}

// runOptions are those of the run that logs the artifact. They are not those of a training
// run that the environment names.
func (r *putRequest) runOptions(a *app) (client.RunOptions, error) {
	o := client.RunOptions{ID: cmp.Or(r.id, runid.New()), Resume: client.ResumeAllow, JobType: "cli_put", StatsInterval: -1}
	parts := strings.Split(r.name, "/")
	if len(parts) > 3 {
		return o, errors.New("--name must be [entity/][project/]name")
	}
	r.name = parts[len(parts)-1]
	if len(parts) > 1 {
		o.Project = parts[len(parts)-2]
	}
	if len(parts) > 2 {
		o.Entity = parts[0]
	}
	r.place = strings.Join(append(parts[:len(parts)-1], ""), "/")
	if r.byPath = r.name == ""; r.byPath {
		path := r.path
		if !reference.MatchString(path) {
			var err error
			if path, err = filepath.Abs(a.env.path(path)); err != nil { // "." has the name of the directory
				return o, err
			}
		}
		r.name = filepath.Base(path)
	}
	return o, nil
}

// reference is the form of an address, as opposed to a path.
var reference = regexp.MustCompile(`^([A-Za-z][A-Za-z0-9+.-]*)://`)

// draft is the artifact with its files.
func (r *putRequest) draft(a *app) (*artifact.Artifact, error) {
	// Before a run is created for it.
	name, typ := manifest.CheckName(r.name), manifest.CheckType(r.typ, r.name)
	if name != nil && typ == nil && r.byPath {
		return nil, r.nameOfPath(name)
	}
	if err := errors.Join(name, typ); err != nil {
		return nil, err
	}
	for _, alias := range r.aliases {
		if err := manifest.CheckAlias(alias); err != nil {
			return nil, err
		}
	}
	draft := artifact.New(r.name, r.typ)
	draft.Description = r.description
	return draft, r.add(a, draft)
}

// notInNames matches what an artifact's name cannot have.
var notInNames = regexp.MustCompile(`[^A-Za-z0-9_.-]+`)

// nameOfPath is the error of a path whose last element cannot be an artifact's name, with a command
// that names the artifact.
func (r *putRequest) nameOfPath(err error) error {
	rule := err.Error()
	if invalid, ok := errors.AsType[*errors.InputError](err); ok {
		rule = invalid.Rule
	}
	shown := secret.Redact(r.name)
	text := fmt.Sprintf("The path's name %s cannot be the artifact's name, which %s.\nNothing was sent to the server.", plaintext.Quote(shown, 200), rule)
	remedy := "Give the artifact a name with --name."
	if command := r.named(); secret.Redact(command) == command {
		remedy = "To give the artifact a name:\n\n    " + command
	}
	return remedied{errors.New(text), errors.ErrInvalidInput, "\n" + remedy}
}

// named is the command with a name like that of the path.
func (r *putRequest) named() string {
	name := strings.Trim(notInNames.ReplaceAllString(r.name, "-"), "-")
	command := []string{"wandgo artifact put"}
	for _, arg := range r.args {
		command = append(command, plaintext.ShellWord(arg))
	}
	name = r.place + cmp.Or(name[:min(len(name), 100)], "NAME")
	return strings.Join(append(command, "--name", plaintext.ShellWord(name)), " ")
}

// add adds what the path stands for.
func (r *putRequest) add(a *app, draft *artifact.Artifact) error {
	if scheme := reference.FindStringSubmatch(r.path); scheme != nil {
		// What a store holds can be asked only with its vendor's library.
		known := slices.Contains([]string{"http", "https", "file"}, scheme[1])
		return draft.AddReference(r.path, "", artifact.ReferenceOptions{NoChecksum: !known})
	}
	path := a.env.path(r.path)
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return &errors.InputError{Field: "file path", Value: secret.Redact(r.path), Rule: settings.Reason(err)}
	case info.IsDir():
		return draft.AddDir(path, "")
	}
	return draft.AddFile(path, "")
}

// putDocument is the JSON of artifact put.
type putDocument struct {
	Path    string   `json:"path"`
	ID      string   `json:"id"`
	Version string   `json:"version"`
	Digest  string   `json:"digest"`
	Type    string   `json:"type"`
	Aliases []string `json:"aliases"`
	Files   int64    `json:"files"`
	Size    int64    `json:"size"`
	Run     string   `json:"run"`
	// Stored is the run's directory if the run is not online.
	Stored string `json:"stored,omitempty"`
}

func (a *app) put(ctx context.Context, c *client.Client, r putRequest, options client.RunOptions) (*putDocument, error) {
	draft, err := r.draft(a)
	if err != nil {
		return nil, err
	}
	run, err := c.Init(ctx, options)
	if err != nil {
		return nil, r.refusal(err)
	}
	up, err := run.LogArtifact(draft, client.ArtifactOptions{Aliases: r.aliases, Immutable: r.immutable}) //nolint:contextcheck // it takes none
	code := 0
	if err != nil {
		code = 1
	}
	finished := run.FinishWithCode(ctx, code)
	if err := errors.Join(err, finished); err != nil {
		return nil, err
	}
	d := &putDocument{Type: r.typ, Run: run.Entity() + "/" + run.Project() + "/" + run.ID(), Aliases: []string{}}
	v, err := up.Wait(ctx)
	switch {
	case errors.Is(err, client.ErrOffline):
		d.Stored, d.Path = run.Dir(), strings.Trim(run.Entity()+"/"+run.Project()+"/"+r.name, "/")
		return d, nil
	case err != nil:
		return nil, err
	}
	d.Path, d.ID, d.Version, d.Digest, d.Files, d.Size = v.Path(), v.ID(), v.Version(), v.Digest(), v.FileCount(), v.Size()
	d.Aliases = append(d.Aliases, v.Aliases()...)
	return d, nil
}

// refusal names the artifact in the refusal of its run, so that the advice is about the command
// line. A run that is on disk keeps its own advice.
func (r *putRequest) refusal(err error) error {
	refused, ok := errors.AsType[*errors.PermissionError](err)
	if !ok || refused.Dir != "" {
		return err
	}
	put := *refused
	put.Op, put.Artifact = "put artifact", r.name
	return &put
}
