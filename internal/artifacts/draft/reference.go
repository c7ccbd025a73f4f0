package draft

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"path"
	"path/filepath"
	"strings"

	"github.com/wandgo/wandgo/internal/artifacts/manifest"
	"github.com/wandgo/wandgo/internal/record"
)

// Reference is data that stays where it is; the artifact only records its digest.
type Reference struct {
	URI, Name  string
	NoChecksum bool
	// Digest and Size are set if they are known, so that nothing has to be asked.
	Digest string
	Size   int64
	// MaxObjects bounds how many entries it may become.
	MaxObjects int
	// Objects, if set, calls yield for each object that the URI stands for.
	Objects func(ctx context.Context, yield func(Object) error) error
}

// Object is one object that a reference stands for.
type Object struct {
	URI    string
	Path   string // below the reference's name; empty for a single object
	Digest string
	Size   int64
	Extra  []record.ArtifactItem
}

// Getter asks an HTTP server about a resource.
type Getter func(ctx context.Context, uri string) (etag string, size int64, err error)

// ErrReference means that a reference cannot be added as it is.
var ErrReference = errors.New("invalid reference")

// defaultObjects is the limit of the official client.
const defaultObjects = 10_000_000

// AddReference adds a reference. What its URI stands for is found out when the draft is
// fixed.
func (d *Draft) AddReference(r Reference) error {
	u, err := url.Parse(r.URI)
	switch {
	case err != nil || u.Scheme == "":
		return fmt.Errorf("%w: %s is not a URI with a scheme", ErrReference, quote(r.URI))
	case r.Objects == nil && r.Digest == "" && !r.NoChecksum && needsSDK(u.Scheme):
		return fmt.Errorf("%w: the checksum of %s needs a resolver", ErrReference, quote(r.URI))
	}
	if r.Name == "" {
		if r.Name = defaultName(u); r.Name == "" && r.Objects == nil && u.Scheme != "file" {
			return fmt.Errorf("%w: %s needs a name", ErrReference, quote(r.URI))
		}
	}
	if r.Name != "" {
		if err := checkPath(r.Name); err != nil {
			return err
		}
	}
	if r.MaxObjects <= 0 {
		r.MaxObjects = defaultObjects
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.clientID == "" {
		return ErrUnnamed
	}
	d.refs = append(d.refs, r)
	return nil
}

func needsSDK(scheme string) bool { return scheme == "s3" || scheme == "gs" }

// defaultName is the name of a reference that has none: for an object of a store the whole
// key, as the official client has it.
func defaultName(u *url.URL) string {
	switch u.Scheme {
	case "http", "https":
		if name := path.Base(u.Path); name != "/" && name != "." {
			return name
		}
		return u.Host
	case "s3", "gs":
		if key := strings.Trim(u.Path, "/"); key != "" {
			return path.Clean(key)
		}
		return u.Host
	}
	return ""
}

// resolve finds out what references stand for.
func resolve(ctx context.Context, cfg Config, refs []Reference) ([]record.ArtifactEntry, error) {
	var entries []record.ArtifactEntry
	for i := range refs {
		r := &refs[i]
		n := 0
		err := r.each(ctx, cfg, func(o Object) error {
			if n++; n > r.MaxObjects {
				return fmt.Errorf("%w: it stands for more than %d objects", ErrReference, r.MaxObjects)
			}
			e := record.ArtifactEntry{Path: path.Join(r.Name, o.Path), Ref: o.URI, Digest: o.Digest, Size: o.Size, Extra: o.Extra}
			entries = append(entries, e)
			return checkPath(e.Path)
		})
		if err != nil {
			return nil, fmt.Errorf("add the reference %s: %w", quote(r.URI), err)
		}
	}
	return entries, nil
}

func (r *Reference) each(ctx context.Context, cfg Config, yield func(Object) error) error {
	u, err := url.Parse(r.URI)
	switch {
	case err != nil:
		return err
	case r.Objects != nil:
		return r.Objects(ctx, yield)
	case r.Digest != "":
		return yield(Object{URI: r.URI, Digest: r.Digest, Size: r.Size})
	case u.Scheme == "file":
		return r.files(ctx, filepath.FromSlash(u.Path), yield)
	case !r.NoChecksum && (u.Scheme == "http" || u.Scheme == "https"):
		return r.http(ctx, cfg.HTTP, yield)
	}
	return yield(Object{URI: r.URI, Digest: r.URI, Size: r.Size})
}

// http has the resource's ETag as its digest, or the URI if the server has no ETag.
func (r *Reference) http(ctx context.Context, get Getter, yield func(Object) error) error {
	if get == nil {
		return fmt.Errorf("%w: there is no network to ask for its checksum", ErrReference)
	}
	raw, size, err := get(ctx, r.URI)
	if err != nil {
		return err
	}
	o := Object{URI: r.URI, Digest: r.URI, Size: max(size, 0)}
	if etag := Unquoted(raw); etag != "" {
		o.Digest, o.Extra = etag, []record.ArtifactItem{manifest.Text("etag", raw)}
	}
	return yield(o)
}

// Unquoted is an ETag as a digest has it: without quotes.
func Unquoted(etag string) string {
	etag = strings.TrimSpace(etag)
	if len(etag) >= 2 && etag[0] == '"' && etag[len(etag)-1] == '"' {
		return etag[1 : len(etag)-1]
	}
	return etag
}
