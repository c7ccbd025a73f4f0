package api

import (
	"context"
	"crypto/md5" //nolint:gosec // it is the server's checksum
	"fmt"
	"io"
	"iter"
	"os"
	"path/filepath"
	"time"

	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/graphql"
	"github.com/wandgo/wandgo/internal/diagnose"
	"github.com/wandgo/wandgo/internal/gqlclient"
	"github.com/wandgo/wandgo/internal/jsonx"
	"github.com/wandgo/wandgo/internal/plaintext"
	"github.com/wandgo/wandgo/internal/runid"
)

// File is a file of a run. Its fields do not change.
type File struct {
	// Name is the path in the run, with slashes.
	Name string
	// Size is in bytes.
	Size int64
	// MIMEType is the server's guess, or "".
	MIMEType string
	// MD5 is the digest in base64, or "".
	MD5 string
	// UpdatedAt is zero if the server does not return it.
	UpdatedAt time.Time

	id, url, direct string
	run             *Run
}

// FileOption limits what [Run.Files] lists.
type FileOption interface{ apply(*fileOptions) }

type fileOptions struct {
	names   []string
	pattern string
}

type fileOption func(*fileOptions)

func (f fileOption) apply(o *fileOptions) { f(o) }

// Named lists only files with these names.
func Named(names ...string) FileOption {
	return fileOption(func(o *fileOptions) { o.names = append(o.names, names...) })
}

// Like lists only files whose names match a pattern of SQL's LIKE: % matches any text, and _ one
// character. It excludes [Named].
func Like(pattern string) FileOption {
	return fileOption(func(o *fileOptions) { o.pattern = pattern })
}

// Files lists the run's files. It blocks while a page is read. Its errors are those of [API.Run],
// and *errors.InputError for options that exclude each other.
func (r *Run) Files(ctx context.Context, options ...FileOption) iter.Seq2[*File, error] {
	var o fileOptions
	for _, option := range options {
		option.apply(&o)
	}
	var err error
	if len(o.names) > 0 && o.pattern != "" {
		err = &errors.InputError{Field: "options Named and Like", Rule: "exclude each other"}
	}
	at, names := r.path(), []*string{}
	for _, name := range o.names {
		names = append(names, &name)
	}
	return list("files", err, func(cursor *string) (p gqlclient.Page[*File], err error) {
		resp, err := graphql.RunFiles(ctx, r.api.conn.GraphQL, gqlclient.Optional(at.Entity), &at.Project, at.ID, names, gqlclient.Optional(o.pattern), cursor, DefaultPageSize)
		if err == nil && (resp.Project == nil || resp.Project.Run == nil) {
			err = errNoRun
		}
		if err != nil {
			return p, r.explain(ctx, diagnose.OpReadRun, err)
		}
		page := resp.Project.Run.Files
		if page == nil {
			return p, nil
		}
		for _, e := range page.Edges {
			if p.Next = e.Cursor; e.Node != nil {
				p.Items = append(p.Items, r.file(e.Node))
			}
		}
		p.More = page.PageInfo.HasNextPage && len(page.Edges) > 0
		return p, nil
	})
}

func (r *Run) file(n *graphql.StoredFile) *File {
	size, _ := n.SizeBytes.Int64() // 0 if it is not a number
	return &File{
		Name: n.Name, Size: size, MIMEType: gqlclient.Value(n.Mimetype), MD5: gqlclient.Value(n.Md5), UpdatedAt: gqlclient.Time(n.UpdatedAt),
		id: n.Id, url: gqlclient.Value(n.Url), direct: n.DirectUrl, run: r,
	}
}

// File returns the run's file of a name. It blocks until there is a response. Its errors are those of
// [Run.Files], and one that matches fs.ErrNotExist if there is no such file.
func (r *Run) File(ctx context.Context, name string) (*File, error) {
	for f, err := range r.Files(ctx, Named(name)) {
		if err != nil {
			return nil, err
		}
		if f.Name == name && f.MD5 != "0" { // some servers answer like this for a missing file
			return f, nil
		}
	}
	return nil, fmt.Errorf("%s has no file %s: %w", r, plaintext.Quote(name, plaintext.NoLimit), os.ErrNotExist)
}

// Open returns the file's content. It blocks until the content is in a temporary file, which Close
// deletes, and has the size and digest that the server states.
//
// Errors:
//   - an error that matches ErrDigestMismatch: the content is different.
//   - *errors.PermissionError: the server or the object store refused.
//   - *errors.RequestError: other failures of the request.
//   - the error of ctx.
//   - any other error is the disk's.
func (f *File) Open(ctx context.Context) (io.ReadCloser, error) {
	to, err := temporary(func(to *os.File) error { return f.receive(ctx, to) })
	if err != nil {
		return nil, err
	}
	return to, nil
}

// receive downloads the content into a file, from the object store or, if that refuses, through the
// server.
func (f *File) receive(ctx context.Context, to *os.File) error {
	sum := md5.New() //nolint:gosec // see the import
	var size int64
	store := func(body io.Reader) (err error) {
		sum.Reset()
		size, err = refill(to, io.TeeReader(body, sum))
		return err
	}
	err := errors.New("the server names no address")
	if f.direct != "" {
		err = f.run.api.get(ctx, f.direct, true, store)
	}
	if err != nil && f.url != "" && ctx.Err() == nil {
		err = f.run.api.get(ctx, f.url, false, store)
	}
	if err != nil {
		return f.failed(f.run.explain(ctx, diagnose.OpReadRun, err))
	}
	if err := f.check(size, sum.Sum(nil)); err != nil {
		return f.failed(err)
	}
	return nil
}

func (f *File) failed(err error) error {
	return fmt.Errorf("download %s: %w", plaintext.Quote(f.Name, plaintext.NoLimit), err)
}

// Download stores the file below a directory under its name, which may have directories itself,
// and returns the path. An existing file is replaced once the content is complete and checked. A
// name that leads out of the directory is an error. It blocks until then, and returns the errors
// of [File.Open].
func (f *File) Download(ctx context.Context, dir string) (string, error) {
	name := filepath.FromSlash(f.Name)
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return "", f.failed(err)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return "", f.failed(err)
	}
	defer root.Close()
	if err := root.MkdirAll(filepath.Dir(name), 0o777); err != nil {
		return "", f.failed(err)
	}
	part := name + "." + runid.New() + ".part"
	to, err := root.OpenFile(part, os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o666)
	if err != nil {
		return "", f.failed(err)
	}
	err = f.receive(ctx, to)
	if closed := to.Close(); err == nil && closed != nil {
		err = f.failed(closed)
	}
	if err == nil {
		if renamed := root.Rename(part, name); renamed != nil {
			err = f.failed(renamed)
		}
	}
	if err != nil {
		_ = root.Remove(part)
		return "", err
	}
	return filepath.Join(dir, name), nil
}

// Delete deletes the file on the server. It blocks until there is a response. The error is an
// *errors.PermissionError or *errors.RequestError.
func (f *File) Delete(ctx context.Context) error {
	_, err := graphql.DeleteFiles(ctx, f.run.api.conn.GraphQL, graphql.DeleteFilesInput{Files: []string{f.id}})
	if err != nil {
		return fmt.Errorf("delete %s: %w", plaintext.Quote(f.Name, plaintext.NoLimit), f.run.explain(ctx, diagnose.OpUpdateRun, err))
	}
	return nil
}

// metadataFile has what is known of a run's process and machine.
const metadataFile = "wandb-metadata.json"

// Metadata returns the description of the run's process and machine: program, host, hardware,
// commit. It blocks until the file with it is read. The error is that of [Run.File] or
// [File.Open].
func (r *Run) Metadata(ctx context.Context) (map[string]any, error) {
	f, err := r.File(ctx, metadataFile)
	if err != nil {
		return nil, err
	}
	body, err := f.Open(ctx)
	if err != nil {
		return nil, err
	}
	defer body.Close()
	const limit = 16 << 20
	content, err := io.ReadAll(io.LimitReader(body, limit))
	if err != nil {
		return nil, f.failed(err)
	}
	values, err := jsonx.ParseObject(content)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", metadataFile, err)
	}
	return values, nil
}
