package draft

import (
	"context"
	"crypto/md5" //nolint:gosec // the format's digest
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"strings"
	"time"

	"github.com/wandgo/wandgo/internal/artifacts/manifest"
	"github.com/wandgo/wandgo/internal/plaintext"
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
	// Objects, if set, calls yield for each object that the URI stands for. The path of an entry is
	// below the reference's name; it is empty for a single object.
	Objects func(ctx context.Context, yield func(record.ArtifactEntry) error) error
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
	case r.Objects == nil && r.Digest == "" && !r.NoChecksum && (u.Scheme == "s3" || u.Scheme == "gs"):
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
		err := r.each(ctx, cfg, func(e record.ArtifactEntry) error {
			if n++; n > r.MaxObjects {
				return fmt.Errorf("%w: it stands for more than %d objects", ErrReference, r.MaxObjects)
			}
			e.Path = path.Join(r.Name, e.Path)
			entries = append(entries, e)
			return checkPath(e.Path)
		})
		if err != nil {
			return nil, fmt.Errorf("add the reference %s: %w", quote(r.URI), err)
		}
	}
	return entries, nil
}

func (r *Reference) each(ctx context.Context, cfg Config, yield func(record.ArtifactEntry) error) error {
	u, err := url.Parse(r.URI)
	switch {
	case err != nil:
		return err
	case r.Objects != nil:
		return r.Objects(ctx, yield)
	case r.Digest != "":
		return yield(record.ArtifactEntry{Ref: r.URI, Digest: r.Digest, Size: r.Size})
	case u.Scheme == "file":
		return r.files(ctx, filepath.FromSlash(u.Path), yield)
	case !r.NoChecksum && (u.Scheme == "http" || u.Scheme == "https"):
		return r.http(ctx, cfg.HTTP, yield)
	}
	return yield(record.ArtifactEntry{Ref: r.URI, Digest: r.URI, Size: r.Size})
}

// http has the resource's ETag as its digest, or the URI if the server has no ETag.
func (r *Reference) http(ctx context.Context, get Getter, yield func(record.ArtifactEntry) error) error {
	if get == nil {
		return fmt.Errorf("%w: there is no network to ask for its checksum", ErrReference)
	}
	raw, size, err := get(ctx, r.URI)
	if err != nil {
		return err
	}
	e := record.ArtifactEntry{Ref: r.URI, Digest: r.URI, Size: max(size, 0)}
	if etag := Unquoted(raw); etag != "" {
		e.Digest, e.Extra = etag, []record.ArtifactItem{manifest.Text("etag", raw)}
	}
	return yield(e)
}

// Unquoted is an ETag as a digest has it: without quotes.
func Unquoted(etag string) string {
	etag = strings.TrimSpace(etag)
	if len(etag) >= 2 && etag[0] == '"' && etag[len(etag)-1] == '"' {
		return etag[1 : len(etag)-1]
	}
	return etag
}

// getLimit bounds a question about one resource.
const getLimit = time.Minute

// HTTPGetter asks with a GET, because addresses that are signed allow nothing else, and
// reads no body. It sends no credentials and follows redirects.
func HTTPGetter(client *http.Client) Getter {
	return func(ctx context.Context, uri string) (etag string, size int64, err error) {
		ctx, cancel := context.WithTimeout(ctx, getLimit)
		defer cancel()
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, uri, http.NoBody)
		if err != nil {
			return "", 0, err
		}
		req.Close = true // the body is not read, so the connection is of no further use
		req.Header.Set("Accept-Encoding", "identity")
		resp, err := client.Do(req)
		if err != nil {
			return "", 0, err
		}
		defer resp.Body.Close()
		if resp.StatusCode/100 != 2 {
			return "", 0, fmt.Errorf("%w: HTTP %s", ErrReference, plaintext.Line(resp.Status, 80))
		}
		return resp.Header.Get("ETag"), resp.ContentLength, nil
	}
}

// files yields a file, or those below a directory.
func (r *Reference) files(ctx context.Context, root string, yield func(record.ArtifactEntry) error) error {
	info, err := os.Stat(root)
	if err != nil {
		return err
	}
	list := &Draft{clientID: "-"}
	if info.IsDir() {
		err = list.AddDir(root, "")
	} else {
		err = list.AddFile(root, "")
	}
	if err != nil {
		return err
	}
	snap, err := list.snapshot()
	if err != nil {
		return err
	}
	w := &worker{stager: &stager{cfg: Config{Immutable: true}, alg: manifest.MD5}}
	for i, name := range snap.paths {
		src := snap.sources[name]
		uri := (&url.URL{Scheme: "file", Path: filepath.ToSlash(src.file)}).String()
		e := record.ArtifactEntry{Ref: uri, Path: name}
		if r.Name != "" && !info.IsDir() { // the name is the file's
			e.Path = ""
		}
		if r.NoChecksum {
			sum := md5.Sum([]byte(uri)) //nolint:gosec // see the import
			info, err := os.Stat(src.file)
			if err != nil {
				return err
			}
			e.Digest, e.Size = manifest.Digest(sum[:]), info.Size()
		} else {
			staged, err := w.stage(ctx, i, &src)
			if err != nil {
				return err
			}
			e.Digest, e.Size = staged.Digest, staged.Size
		}
		if err := yield(e); err != nil {
			return err
		}
	}
	return nil
}
