package main

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"strings"

	"github.com/wandgo/wandgo/artifact"
	"github.com/wandgo/wandgo/client"
	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/internal/artifacts/download"
	"github.com/wandgo/wandgo/internal/artifacts/manifest"
	"github.com/wandgo/wandgo/internal/plaintext"
	"github.com/wandgo/wandgo/internal/secret"
	"github.com/wandgo/wandgo/internal/term"
)

var artifactGetCommand = command{
	name: "artifact get", args: "path [--dir D] [--prefix P] [flags]",
	summary: "download an artifact, with every file verified",
	long: `
Downloads the files of an artifact that are not in the directory yet. Each file
is compared with its digest before it gets its name. A download that was
interrupted continues.

Flags:
  --dir D            directory to download to (default: one with the name and
                     version, such as flowers:v3, in $WANDB_ARTIFACT_DIR or
                     ./artifacts). Go accepts no colon in a package's path:
                     choose another directory for Go files in a module
  --prefix P         only files whose names start with P; if there are none,
                     nothing is downloaded, and the exit status is 33
  --verify           download nothing: compare the directory, which --dir must
                     name, with the artifact. Not with --prefix
  --skip-cache       neither read nor fill the cache
  --skip-references  leave out what the artifact only refers to. Otherwise, if
                     there are references that wandgo cannot read, such as
                     s3://bucket/key, they are listed once all else is
                     downloaded, and the exit status is 33
  --json             print a JSON document: path, dir, files, bytes, received
                     (bytes from the network), reused (bytes that were in the
                     directory or the cache)

It prints the directory. In a pipe the line has more columns, separated by tabs:
path, number of files, bytes, received bytes.

The exit statuses are those of wandgo doctor: 33 if the directory cannot be used
or a reference cannot be read, 35 if the artifact has names that cannot be files
here or a damaged list of files, 44 if content does not match its digest, and 1
if a file cannot be written, for example because the disk is full.

Examples:
  wandgo artifact get acme/vision/flowers:v3
  wandgo artifact get flowers --prefix train/ --dir /data/flowers
`,
	run: runArtifactGet,
}

// gotArtifact is the JSON of artifact get.
type gotArtifact struct {
	Path     string `json:"path"`
	Dir      string `json:"dir"`
	Files    int    `json:"files"`
	Bytes    int64  `json:"bytes"`
	Received int64  `json:"received"`
	Reused   int64  `json:"reused"`
}

func runArtifactGet(ctx context.Context, a *app, c command, args []string) error {
	set := c.flags()
	var o artifact.DownloadOptions
	set.StringVar(&o.Dir, "dir", "", "")
	set.StringVar(&o.Prefix, "prefix", "", "")
	set.BoolVar(&o.SkipCache, "skip-cache", false, "")
	set.BoolVar(&o.SkipReferences, "skip-references", false, "")
	verify := set.Bool("verify", false, "")
	asJSON := set.Bool("json", false, "")
	path, err := a.parseOne(c, set, args, "path: [entity/][project/]name[:version]")
	switch {
	case err != nil:
		return err
	case *verify && (o.Dir == "" || o.Prefix != ""):
		return usageError(c, "--verify needs --dir, and compares the whole artifact")
	}
	if o.Dir != "" {
		o.Dir = a.env.path(o.Dir)
	}
	return a.withClient(ctx, func(cl *client.Client) error {
		got, err := a.get(ctx, cl, path, o, *verify)
		if err != nil {
			return err
		}
		return a.result(got, *asJSON, printable(got.Dir), got.Dir, got.Path, plain(int64(got.Files)), plain(got.Bytes), plain(got.Received))
	})
}

func (a *app) get(ctx context.Context, c *client.Client, path string, o artifact.DownloadOptions, verify bool) (*gotArtifact, error) {
	v, err := c.Artifact(ctx, path)
	if err != nil {
		return nil, err
	}
	got := &gotArtifact{Path: v.Path(), Dir: o.Dir}
	if verify {
		got.Files, got.Bytes = int(v.FileCount()), v.Size()
		return got, getFailure(v.Verify(ctx, o.Dir), got.Path, o.Dir)
	}
	if err := checkPrefix(ctx, v, o.Prefix); err != nil {
		return nil, err
	}
	line := &progressLine{printer: a.printerOn(a.stderr, false), live: term.IsTerminal(a.stderr)}
	o.Progress = func(p artifact.DownloadProgress) {
		got.Files, got.Bytes, got.Received, got.Reused = p.Files, p.Bytes, p.Received, p.Reused
		if line.due() {
			line.draw("", fmt.Sprintf("%d of %s, %s of %s", p.Files, counted(p.TotalFiles, "file"), size(max(p.Bytes, p.Received+p.Reused)), size(p.TotalBytes)))
		}
	}
	got.Dir, err = v.Download(ctx, o)
	line.erase()
	return got, getFailure(err, got.Path, o.Dir)
}

// getFailure gives the error of a download its exit status, and what to do on the command line.
func getFailure(err error, path, dir string) error {
	left, unread := errors.AsType[*artifact.UnreadError](err)
	_, file := errors.AsType[*fs.PathError](err)
	_, link := errors.AsType[*os.LinkError](err)
	advised, inTheWay := errors.AsType[interface {
		error
		Remedy() string
	}](err)
	switch {
	case err == nil:
		return nil
	case unread:
		them := "them"
		if left.Count == 1 {
			them = "it"
		}
		return remedied{err, errors.ErrInvalidInput, "To leave " + them + " out, add --skip-references. To fetch the data, use the store's own tool."}
	case errors.Is(err, download.ErrReference):
		cause := errors.ErrInvalidInput
		if errors.Is(err, errors.ErrDigestMismatch) {
			cause = errors.ErrDigestMismatch
		}
		return remedied{err, cause, "To leave references out, add --skip-references."}
	case errors.Code(err) != "":
		return err
	case isOneOf(err, manifest.ErrManifest, manifest.ErrPath, manifest.ErrTooLarge, manifest.ErrAlgorithm):
		return remedied{err, errors.ErrUnexpectedAnswer, "This version cannot be downloaded here. To list its files: wandgo artifact info --files " + plaintext.ShellPath(path)}
	case inTheWay:
		return remedied{err, errors.ErrInvalidInput, advised.Remedy()}
	case file || link:
		// A directory that cannot be used is a mistake in the command; a full disk is not.
		unusable := isOneOf(err, fs.ErrPermission, fs.ErrNotExist, fs.ErrExist)
		if dir != "" {
			info, missing := os.Stat(dir)
			unusable = unusable || missing != nil || !info.IsDir()
		}
		if unusable {
			return remedied{err, errors.ErrInvalidInput, "Give a directory that can be used here with --dir."}
		}
	}
	return err
}

// remedied is an error with a cause, for the exit status, and what to do on the command line.
type remedied struct {
	error
	cause  error
	remedy string
}

// Remedy replaces that for a program.
func (e remedied) Remedy() string { return e.remedy }

func (e remedied) Unwrap() []error { return []error{e.cause, e.error} }

// maxNear bounds the names that a prefix is compared with.
const maxNear = 10_000

// checkPrefix reports a prefix that no file has, with names that resemble it.
func checkPrefix(ctx context.Context, v *artifact.Version, prefix string) error {
	if prefix == "" {
		return nil
	}
	files := 0
	seen := make(map[string]bool)
	var top, names []string
	for f, err := range v.Files(ctx) {
		if err != nil || strings.HasPrefix(f.Name, prefix) {
			return err
		}
		files++
		depth := 0
		for end := range strings.SplitAfterSeq(f.Name, "/") {
			depth += len(end)
			name := f.Name[:depth]
			if len(names) == maxNear || seen[name] {
				continue
			}
			seen[name], names = true, append(names, name)
			if depth == len(end) {
				top = append(top, name)
			}
		}
	}
	rule := fmt.Sprintf("none of the %d files of %s starts with it", files, v.Path())
	if near := errors.Suggest(prefix, names); len(near) > 0 {
		rule += "; did you mean " + quotedList(near) + "?"
	} else if len(top) > 0 {
		rule += "; there are " + quotedList(top)
	}
	return &errors.InputError{Field: "--prefix", Value: secret.Redact(prefix), Source: "--prefix", Rule: rule}
}

// quotedList is the start of a list of names, for a line.
func quotedList(names []string) string {
	const most = 3
	var quoted []string
	for _, name := range names[:min(len(names), most)] {
		quoted = append(quoted, plaintext.Quote(name, 60))
	}
	text := strings.Join(quoted, ", ")
	if more := len(names) - most; more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	return text
}
