package main

import (
	"cmp"
	"context"
	"encoding/json"
	"strings"
	"time"

	"github.com/wandgo/wandgo/artifact"
	"github.com/wandgo/wandgo/client"
	"github.com/wandgo/wandgo/internal/term"
)

var artifactInfoCommand = command{
	name: "artifact info", args: "[entity/][project/]name[:version] [--files] [--json]",
	summary: "show a version of an artifact, and its files",
	long: `
Shows a version of an artifact: its type, aliases, tags, description, metadata,
size and digest. Without a version it shows the one with the alias latest.

In a pipe it prints the same lines, with the name and the value separated by a
tab. With --files it prints one line for each file instead: path, size in bytes,
digest and, for a reference, its address.

Flags:
  --files  list the files
  --json   print a JSON document: path, sourcePath, id, version, type, digest,
           description, metadata, aliases, tags, ttlSeconds, size, fileCount,
           createdAt; with --files also files (path, size, digest, ref)

The exit statuses are those of wandgo doctor.

Examples:
  wandgo artifact info acme/vision/flowers:best
  wandgo artifact info flowers --files | cut -f1
`,
	run: runArtifactInfo,
}

// versionDocument is the JSON of artifact info.
type versionDocument struct {
	Path        string          `json:"path"`
	SourcePath  string          `json:"sourcePath"`
	ID          string          `json:"id"`
	Version     string          `json:"version"`
	Type        string          `json:"type"`
	Digest      string          `json:"digest"`
	Description string          `json:"description"`
	Metadata    map[string]any  `json:"metadata"`
	Aliases     []string        `json:"aliases"`
	Tags        []string        `json:"tags"`
	TTLSeconds  int64           `json:"ttlSeconds"`
	Size        int64           `json:"size"`
	FileCount   int64           `json:"fileCount"`
	CreatedAt   time.Time       `json:"createdAt"`
	Files       *[]fileDocument `json:"files,omitempty"`
}

type fileDocument struct {
	Path   string `json:"path"`
	Size   int64  `json:"size"`
	Digest string `json:"digest"`
	Ref    string `json:"ref"`
}

func runArtifactInfo(ctx context.Context, a *app, c command, args []string) error {
	set := c.flags()
	asJSON := set.Bool("json", false, "")
	files := set.Bool("files", false, "")
	path, err := a.parseOne(c, set, args, "artifact")
	if err != nil {
		return err
	}
	return a.withClient(ctx, func(cl *client.Client) error {
		d, err := versionInfo(ctx, cl, path, *files)
		if err != nil {
			return err
		}
		if *asJSON {
			return encodeJSON(a.stdout, d)
		}
		return a.printVersion(d)
	})
}

func versionInfo(ctx context.Context, c *client.Client, path string, files bool) (*versionDocument, error) {
	v, err := c.Artifact(ctx, path)
	if err != nil {
		return nil, err
	}
	d := &versionDocument{
		Path: v.Path(), SourcePath: v.SourcePath(), ID: v.ID(), Version: v.Version(), Type: v.Type(), Digest: v.Digest(),
		Description: v.Description(), Metadata: v.Metadata(), Aliases: append([]string{}, v.Aliases()...), Tags: append([]string{}, v.Tags()...),
		TTLSeconds: int64(v.TTL() / time.Second), Size: v.Size(), FileCount: v.FileCount(), CreatedAt: v.CreatedAt(),
	}
	if !files {
		return d, nil
	}
	all, err := collect(v.Files(ctx))
	if err != nil {
		return nil, err
	}
	list := []fileDocument{}
	for _, f := range all {
		list = append(list, fileOf(f))
	}
	d.Files = &list
	return d, nil
}

func (a *app) printVersion(d *versionDocument) error {
	p, terminal := a.printer(true), a.interactive()
	if d.Files != nil {
		return a.printFiles(*d.Files, terminal)
	}
	metadata := ""
	if len(d.Metadata) > 0 {
		text, err := json.Marshal(d.Metadata)
		if err != nil {
			return err
		}
		metadata = string(text)
	}
	source := ""
	if d.SourcePath != d.Path {
		source = d.SourcePath
	}
	for _, line := range []struct{ name, value string }{
		{"path", d.Path},
		{"linked from", source},
		{"type", d.Type},
		{"aliases", strings.Join(d.Aliases, ", ")},
		{"tags", strings.Join(d.Tags, ", ")},
		{"description", d.Description},
		{"metadata", metadata},
		{"files", plain(d.FileCount)},
		{"size", a.size(d.Size)},
		{"digest", d.Digest},
		{"created", a.time(d.CreatedAt)},
		{"id", d.ID},
	} {
		switch {
		case line.value == "":
		case terminal:
			lead := term.Pad(line.name, len("linked from")) + "  "
			p.hanging(lead, strings.Repeat(" ", len(lead)), printable(line.value))
		default:
			p.line(line.name, line.value)
		}
	}
	return p.err
}

func (a *app) printFiles(files []fileDocument, terminal bool) error {
	var rows [][]string
	for _, f := range files {
		if terminal {
			rows = append(rows, []string{f.Path, size(f.Size), cmp.Or(f.Ref, f.Digest)})
		} else {
			rows = append(rows, []string{f.Path, plain(f.Size), f.Digest, f.Ref})
		}
	}
	return a.list([]column{{title: "FILE", whole: true}, {title: "SIZE", right: true}, {title: "DIGEST OR REFERENCE", optional: 1}}, rows, "It has no files.")
}

func fileOf(f artifact.File) fileDocument {
	return fileDocument{Path: f.Name, Size: f.Size, Digest: f.Digest, Ref: f.Reference}
}
