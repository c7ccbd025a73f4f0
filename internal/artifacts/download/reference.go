package download

import (
	"context"
	"crypto/md5" //nolint:gosec // the format's digest
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"net/url"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/wandgo/wandgo/internal/artifacts/draft"
	"github.com/wandgo/wandgo/internal/artifacts/manifest"
	"github.com/wandgo/wandgo/internal/diagnose"
	"github.com/wandgo/wandgo/internal/gqlclient"
	"github.com/wandgo/wandgo/internal/objectstore"
	"github.com/wandgo/wandgo/internal/plaintext"
	"github.com/wandgo/wandgo/internal/record"
	"github.com/wandgo/wandgo/internal/smallfile"
	"github.com/wandgo/wandgo/internal/transport"
)

// ErrReference means that the data that a reference stands for cannot be read here.
var ErrReference = errors.New("cannot read a reference")

// OpenReference reads the data that the URI of an entry stands for.
type OpenReference func(ctx context.Context, e *record.ArtifactEntry) (io.ReadCloser, error)

// ReferencePrefix starts the URIs of files of other artifacts.
const ReferencePrefix = "wandb-artifact://"

// ReferenceURI is the URI of a file of the version with an id, as the official client
// writes it.
func ReferenceURI(id, path string) string {
	raw, err := base64.StdEncoding.DecodeString(id)
	if err != nil { // not an id of this kind of server
		raw = []byte(id)
	}
	return ReferencePrefix + hex.EncodeToString(raw) + "/" + path
}

// maxChain is how many references to entries of other artifacts are followed. Clients
// resolve them when they log, so more than one is unusual.
const maxChain = 5

// reference writes the data of a reference to a sink. It is verified if the digest says what
// the content is: for http it tells only whether the server has the same version.
func (v *Version) reference(ctx context.Context, e *record.ArtifactEntry, to *sink, open OpenReference, depth int) error {
	u, err := url.Parse(e.Ref)
	if err != nil {
		return fmt.Errorf("%w: %s is not a URI", ErrReference, plaintext.Quote(e.Ref, 200))
	}
	switch u.Scheme {
	case "http", "https":
		return v.httpReference(ctx, e, to)
	case "file":
		return fileReference(ctx, e, u, to)
	case "wandb-artifact":
		return v.artifactReference(ctx, e, u, to, open, depth)
	}
	if open == nil {
		return &noReader{path: e.Path, scheme: plaintext.Line(u.Scheme, 20)}
	}
	r, err := open(ctx, e)
	if err != nil {
		return fmt.Errorf("read the reference %s: %w", plaintext.Quote(e.Ref, 200), err)
	}
	defer r.Close()
	if err := to.again(); err != nil {
		return err
	}
	if _, err = io.Copy(to, r); err != nil {
		return fmt.Errorf("read the reference %s: %w", plaintext.Quote(e.Ref, 200), err)
	}
	return nil
}

// httpReference fetches a resource of any server, without credentials.
func (v *Version) httpReference(ctx context.Context, e *record.ArtifactEntry, to *sink) error {
	release, err := to.slot(ctx, v.conn.Slots)
	if err != nil {
		return err
	}
	defer release()
	var own error
	buf := make([]byte, bufSize)
	resp, err := v.conn.Transport.Do(ctx, &transport.Request{
		Method: http.MethodGet, Path: e.Ref, NoCredentials: true, Operation: "download", Policy: v.conn.FilePolicy,
		Receive: func(head *transport.Response, body io.Reader) error {
			// Before anything is passed on, which could not be taken back.
			if etag := draft.Unquoted(head.Header.Get("ETag")); e.Digest != e.Ref && etag != e.Digest {
				own = changedData(e, &mismatch{algorithm: "ETag", want: plaintext.Line(e.Digest, 100), got: plaintext.Line(etag, 100)})
			} else if own = to.again(); own == nil {
				_, own = copyBody(to, body, buf, math.MaxInt64-1)
			}
			return own
		},
	})
	if own != nil {
		return own
	}
	at := objectstore.Address{URL: e.Ref}
	return objectstore.ErrorOf(e.Path, at.Host(), v.conn.Transport.BaseURL(), gqlclient.ErrorOf("download", resp, err))
}

// fileReference copies a file of this machine.
func fileReference(ctx context.Context, e *record.ArtifactEntry, u *url.URL, to *sink) error {
	path := u.Path
	if runtime.GOOS == "windows" {
		path = strings.TrimPrefix(path, "/") // of /C:/…
	}
	f, err := smallfile.Open(filepath.FromSlash(path))
	if err != nil {
		return fmt.Errorf("%w: %s refers to a file of this machine: %w", ErrReference, quote(e.Path), err)
	}
	defer f.Close()
	if err := to.again(); err != nil {
		return err
	}
	if _, err := io.CopyBuffer(to, manifest.Stoppable(ctx, f), make([]byte, bufSize)); err != nil {
		return err
	}
	return checkFile(e, to)
}

// checkFile verifies a file, unless its digest is that of its URI.
func checkFile(e *record.ArtifactEntry, to *sink) error {
	unread := md5.Sum([]byte(e.Ref)) //nolint:gosec // see the import
	if e.Digest == manifest.Digest(unread[:]) || e.Digest == e.Ref {
		return nil
	}
	if wrong, ok := errors.AsType[*mismatch](check(e, to.size, to.h)); ok {
		return changedData(e, wrong)
	}
	return nil
}

// artifactReference follows a reference to an entry of another artifact.
func (v *Version) artifactReference(ctx context.Context, e *record.ArtifactEntry, u *url.URL, to *sink, open OpenReference, depth int) error {
	id, err := hex.DecodeString(u.Host)
	name := strings.TrimPrefix(u.Path, "/")
	switch {
	case err != nil || name == "":
		return fmt.Errorf("%w: %s does not name an entry of an artifact", ErrReference, plaintext.Quote(e.Ref, 200))
	case depth == maxChain:
		return fmt.Errorf("%w: %s is at the end of a chain of %d references", ErrReference, quote(e.Path), maxChain)
	}
	other, err := ByID(ctx, v.conn, diagnose.OpDownloadArtifact, base64.StdEncoding.EncodeToString(id))
	if err != nil {
		return fmt.Errorf("follow the reference of %s: %w", quote(e.Path), err)
	}
	origin, err := other.Entry(ctx, name)
	if err != nil {
		return fmt.Errorf("follow the reference of %s: %w", quote(e.Path), err)
	}
	if origin.Ref != "" {
		return other.reference(ctx, origin, to, open, depth+1)
	}
	if origin.Digest != e.Digest {
		return changedData(e, &mismatch{algorithm: manifest.AlgorithmOf(origin), want: plaintext.Line(e.Digest, 100), got: origin.Digest, size: origin.Size, came: origin.Size})
	}
	if to.h, err = manifest.AlgorithmOf(origin).New(); err != nil {
		return err
	}
	return other.stream(ctx, origin, &address{v: other, entry: origin}, to)
}

// reference downloads the data of a reference.
func (j *job) reference(ctx context.Context, t task) error {
	file, temp, err := j.target.create()
	if err != nil {
		return err
	}
	to := &sink{w: io.MultiWriter(file, (*counter)(j)), file: file, h: md5.New()} //nolint:gosec // see the import
	err = j.v.reference(ctx, t.entry, to, j.opts.OpenReference, 0)
	if err = errors.Join(err, file.Close()); err != nil {
		j.target.remove(temp)
		return err
	}
	return j.target.place(temp, t.name)
}
