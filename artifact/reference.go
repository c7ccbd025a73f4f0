package artifact

import (
	"cmp"
	"context"
	"io/fs"
	"iter"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/wandgo/wandgo/internal/artifacts/download"
	"github.com/wandgo/wandgo/internal/artifacts/draft"
	"github.com/wandgo/wandgo/internal/artifacts/manifest"
	"github.com/wandgo/wandgo/internal/record"
)

// ReferenceOptions says how a reference becomes entries. The zero value requests the checksum if
// this package can: for http, https and file. With other schemes, such as s3, it is an error: set
// NoChecksum, Digest or Resolver.
type ReferenceOptions struct {
	// NoChecksum records only the URI: nothing is requested or read.
	NoChecksum bool
	// Digest and Size describe the data if they are known already. Nothing is requested then.
	Digest string
	Size   int64 // bytes
	// MaxObjects bounds how many entries the reference may become. The default is
	// 10,000,000.
	MaxObjects int
	// Resolver finds the objects of the URI. It is needed for the checksums of stores that
	// need a vendor's SDK, such as s3 and gs.
	Resolver Resolver
}

// Resolver finds the objects of a URI, such as those of a store whose SDK the program links.
type Resolver interface {
	// Objects returns the objects below a URI. It is called once, while the artifact is
	// logged. An error ends the sequence.
	Objects(ctx context.Context, uri string) iter.Seq2[Object, error]
}

// Object is one object of a URI.
type Object struct {
	URI string
	// Path is the name of the object below that of the reference. It is empty if the URI is that
	// of one object.
	Path string
	// Digest identifies the content, such as an ETag without quotes. If it is empty, the URI is
	// used.
	Digest string
	Size   int64 // bytes
	// Extra is stored with the entry. W&B knows "etag" and "versionID".
	Extra map[string]string
}

// AddReference adds data that stays where it is: the artifact records its URI and a digest, and a
// download reads it from there. The URI is resolved when the artifact is logged. An empty name
// means the last element of the path of an http or file URI, and for the whole key of an s3 or gs
// URI; other URIs need a name.
//
//   - http, https: the digest is the ETag. The server gets a GET request without credentials, and
//     the body is not read.
//   - file: a file, or all files below a directory. They are read for their MD5.
//   - s3, gs and others: a Resolver, a Digest or NoChecksum.
//
// For files of another artifact see [Artifact.AddVersion].
//
// Errors:
//   - the URI has no scheme, or needs a name or a Resolver;
//   - the name is not one for [Artifact.AddFile].
func (a *Artifact) AddReference(uri, name string, opts ReferenceOptions) error {
	r := draft.Reference{
		URI: uri, Name: name, NoChecksum: opts.NoChecksum, Digest: opts.Digest, Size: opts.Size, MaxObjects: opts.MaxObjects,
	}
	if opts.Resolver != nil {
		r.Objects = func(ctx context.Context, yield func(record.ArtifactEntry) error) error {
			for o, err := range opts.Resolver.Objects(ctx, uri) {
				if err != nil {
					return err
				}
				if err := yield(o.entry()); err != nil {
					return err
				}
			}
			return nil
		}
	}
	return draft.Of(a).AddReference(r)
}

func (o *Object) entry() record.ArtifactEntry {
	e := record.ArtifactEntry{Ref: o.URI, Path: o.Path, Digest: cmp.Or(o.Digest, o.URI), Size: o.Size}
	for _, key := range slices.Sorted(maps.Keys(o.Extra)) {
		e.Extra = append(e.Extra, manifest.Text(key, o.Extra[key]))
	}
	return e
}

// AddVersion adds references to the files of another version, which the server stores only once:
// to one file under a name, which may be empty for the file's own, or to all files below a prefix
// if file is empty. The files are looked up when the artifact is logged.
//
// Errors are those of [Artifact.AddReference].
func (a *Artifact) AddVersion(v *Version, file, name string) error {
	of := download.Of(v)
	uri := download.ReferenceURI(of.Info().ID, file)
	if file != "" && name == "" {
		name = path.Base(file)
	}
	r := draft.Reference{URI: uri, Name: name, Objects: func(ctx context.Context, yield func(record.ArtifactEntry) error) error {
		found := false
		for e, err := range of.Entries(ctx) {
			if err != nil {
				return err
			}
			if file != "" && e.Path != file {
				continue
			}
			found = true
			ref := record.ArtifactEntry{Ref: download.ReferenceURI(of.Info().ID, e.Path), Path: e.Path, Digest: e.Digest, Extra: e.Extra}
			if strings.HasPrefix(e.Ref, download.ReferencePrefix) { // to where the content is
				ref.Ref = e.Ref
			}
			if file != "" {
				ref.Path = ""
			}
			if err := yield(ref); err != nil {
				return err
			}
		}
		if !found && file != "" {
			return &fs.PathError{Op: "find", Path: file, Err: fs.ErrNotExist}
		}
		return nil
	}}
	return draft.Of(a).AddReference(r)
}
