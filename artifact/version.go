package artifact

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"maps"
	"slices"
	"time"

	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/internal/artifacts/download"
	"github.com/wandgo/wandgo/internal/artifacts/draft"
	"github.com/wandgo/wandgo/internal/artifacts/manifest"
	"github.com/wandgo/wandgo/internal/record"
)

// versionHolder hides what only this module uses of a version.
type versionHolder = download.Holder //nolint:unused // by download.Of

// Version is a version of an artifact on the server. client.Client.Artifact,
// client.Run.UseArtifact and client.Upload.Wait return it. It is a snapshot: later changes by
// others are not visible. Its methods are safe for concurrent use. They block on the network only
// if they take a context.
type Version struct {
	versionHolder //nolint:unused // by download.Of
}

func (v *Version) info() download.Info { return download.Of(v).Info() }

// ID is the server's id of the version.
func (v *Version) ID() string { return v.info().ID }

// Entity is the entity of [Version.Name].
func (v *Version) Entity() string { return v.info().Path.Entity }

// Project is the project of [Version.Name].
func (v *Version) Project() string { return v.info().Path.Project }

// Name is the name of the collection, without a version: the one that it was named from,
// which is its own or one that it is linked into.
func (v *Version) Name() string { return v.info().Path.Collection }

// Version is "v0", "v1" and so on, counted in the collection that the version was named from.
func (v *Version) Version() string { return v.info().Path.Version }

// Path is "entity/project/name:version".
func (v *Version) Path() string { return v.info().Path.String() }

// SourcePath is the path of the version where it was logged. It differs from Path for a
// link, such as one in a registry.
func (v *Version) SourcePath() string { return v.info().Source.String() }

// IsLink reports whether the version was named by a link.
func (v *Version) IsLink() bool {
	info := v.info()
	return info.Linked()
}

// String is [Version.Path].
func (v *Version) String() string { return v.Path() }

// Type is the artifact's type, such as "model".
func (v *Version) Type() string { return v.info().Type }

// Digest identifies the content: two versions with the same files have the same one.
func (v *Version) Digest() string { return v.info().Digest }

// Description is the text that is shown with the version.
func (v *Version) Description() string { return v.info().Description }

// Metadata returns what was logged with the version, decoded as encoding/json does. It may be
// nil.
func (v *Version) Metadata() map[string]any {
	var m map[string]any
	if json.Unmarshal(v.info().Metadata, &m) != nil {
		return nil
	}
	return m
}

// Aliases are the aliases that the version has in the collection it was named from, without
// the version itself.
func (v *Version) Aliases() []string { return slices.Clone(v.info().Aliases) }

// Tags are the version's tags. Servers of 2024 do not support tags.
func (v *Version) Tags() []string { return slices.Clone(v.info().Tags) }

// TTL is how long the server keeps the version, counted from its creation; 0 means forever.
func (v *Version) TTL() time.Duration { return v.info().TTL }

// Size is the size of all files in bytes, as the server counts it.
func (v *Version) Size() int64 { return v.info().Size }

// FileCount is the number of files, as the server counts it.
func (v *Version) FileCount() int64 { return v.info().Files }

// CreatedAt is when the version was created, in UTC.
func (v *Version) CreatedAt() time.Time { return v.info().CreatedAt }

// File is a file of a version, or a reference.
type File struct {
	// Name is its path with slashes.
	Name string
	// Size is in bytes. It may be 0 for a reference.
	Size int64
	// Digest is the hash of the content in base64: its MD5, or what Algorithm says. For a
	// reference it is any text, such as an ETag.
	Digest    string
	Algorithm Digest
	// Reference is the URI of a reference, and "" for a file.
	Reference string
}

func fileOf(e *record.ArtifactEntry) File {
	return File{Name: e.Path, Size: e.Size, Digest: e.Digest, Algorithm: Digest(manifest.AlgorithmOf(e)), Reference: e.Ref}
}

// Files lists the files in the order of the manifest, mostly by name. It reads the manifest
// as it goes, so that a version with a million files takes no memory for them. An error ends
// the sequence; the errors are those of [Version.Download].
func (v *Version) Files(ctx context.Context) iter.Seq2[File, error] {
	return func(yield func(File, error) bool) {
		for e, err := range download.Of(v).Entries(ctx) {
			if err != nil {
				yield(File{}, err)
				return
			}
			if !yield(fileOf(e), nil) {
				return
			}
		}
	}
}

// DownloadOptions says what to download, and where to. The zero value downloads everything
// to the default directory.
type DownloadOptions struct {
	// Dir is the directory, which is created if it does not exist. Files in it that the
	// version does not have are left alone. Default: a directory with the name of the
	// version where it was logged, such as "data:v3", in WANDB_ARTIFACT_DIR or ./artifacts.
	Dir string
	// Prefix selects the files whose names start with it.
	Prefix string
	// SkipCache neither reads nor fills the cache in WANDB_CACHE_DIR, which is "wandb" in the
	// user's directory for caches by default. It is shared with the official client, and
	// bounded to 64 GiB.
	SkipCache bool
	// SkipReferences skips references.
	SkipReferences bool
	// OpenReference reads references with other schemes than http, https, file and
	// wandb-artifact, such as s3. It is called concurrently. Without it they are not
	// downloaded, and Download returns an [*UnreadError] once all other files are there.
	OpenReference func(ctx context.Context, f File) (io.ReadCloser, error)
	// Progress is called from time to time, from one goroutine at a time, and at the end.
	Progress func(DownloadProgress)
}

// DownloadProgress is how far a download is.
type DownloadProgress struct {
	Files, TotalFiles int   // files that are complete, and all
	Bytes, TotalBytes int64 // likewise
	// Received came from the network, Reused was in the directory or the cache.
	Received, Reused int64
}

// Download fetches the files that are not in the directory yet, and returns the directory as
// an absolute path. It is safe to download the same version to the same directory from
// several processes.
//
// Each file is hashed while it arrives, compared with the manifest, and only then gets its name:
// a file that exists is complete and correct. Wrong content is fetched a second time, and is then
// an error. A download that was interrupted continues: complete files, and the complete parts of
// large ones, are not fetched again. Nothing is written outside of the directory, whatever the
// version contains. All files get the default mode.
//
// Errors:
//   - *errors.PermissionError: the server or its object store refused it.
//   - *errors.RequestError: other failures of a request; it matches ErrDigestMismatch if the
//     content of a file is not what the manifest says.
//   - a manifest that cannot be used: names that lead out of the directory or are the same
//     file here.
//   - *UnreadError: nothing reads some of the references; everything else was downloaded.
//   - a reference that cannot be read, or whose data has changed since it was logged.
//   - those of the file system.
func (v *Version) Download(ctx context.Context, opts DownloadOptions) (dir string, err error) {
	o := download.Options{Dir: opts.Dir, Prefix: opts.Prefix, SkipCache: opts.SkipCache, SkipReferences: opts.SkipReferences}
	if opts.OpenReference != nil {
		o.OpenReference = func(ctx context.Context, e *record.ArtifactEntry) (io.ReadCloser, error) {
			return opts.OpenReference(ctx, fileOf(e))
		}
	}
	if opts.Progress != nil {
		o.Progress = func(p download.Progress) { opts.Progress(DownloadProgress(p)) }
	}
	dir, err = download.Of(v).Download(ctx, o)
	if left, ok := errors.AsType[*download.UnreadError](err); ok {
		err = &UnreadError{Path: v.Path(), Dir: left.Dir, References: left.Names, Count: left.Count, text: err.Error()}
	}
	return dir, err
}

// UnreadError lists the references of a version that a download skipped, because nothing reads
// their URIs. All other files were downloaded. It matches errors.ErrInvalidInput.
type UnreadError struct {
	// Path is the version's, and Dir is where the other files are.
	Path, Dir string
	// References are the names of at most 1,000 of them, in order. Count is the number of all.
	References []string
	Count      int

	text string
}

// Error is one line with the first names.
func (e *UnreadError) Error() string {
	return cmp.Or(e.text, "download artifact "+e.Path+": some references cannot be read")
}

// Remedy says what to do about it.
func (e *UnreadError) Remedy() string {
	return "To read them, set DownloadOptions.OpenReference. To leave them out, set DownloadOptions.SkipReferences."
}

// Unwrap returns errors.ErrInvalidInput.
func (e *UnreadError) Unwrap() error { return errors.ErrInvalidInput }

// Open streams a file, from the cache if it is there. Reading it ends with an error that
// matches errors.ErrDigestMismatch in place of io.EOF if the content was wrong: do not act on
// it before. It must be closed. The context bounds reading, too. The errors are those of
// [Version.Download], and fs.ErrNotExist.
func (v *Version) Open(ctx context.Context, name string) (io.ReadCloser, error) {
	return download.Of(v).Open(ctx, name)
}

// FS returns the version as a file system. It reads the manifest when it is first used, and
// streams files as [Version.Open] does. The context bounds all operations on it. It is safe for
// concurrent use.
func (v *Version) FS(ctx context.Context) fs.FS { return download.Of(v).FS(ctx) }

// Verify compares a directory with the version: it hashes all files. References are not
// compared. The error is a [*DifferenceError] if there are differences; the others are those
// of [Version.Download].
func (v *Version) Verify(ctx context.Context, dir string) error {
	d, err := download.Of(v).Verify(ctx, dir)
	if err != nil || d.Equal() {
		return err
	}
	return &DifferenceError{Path: v.Path(), Dir: dir, Changed: d.Changed, Missing: d.Missing, Extra: d.Extra, text: d.String()}
}

// DifferenceError lists the differences between a directory and a version. Each list has at most
// 1,000 names, in order. It matches errors.ErrDigestMismatch.
type DifferenceError struct {
	Path, Dir string
	// Changed files have other content, Missing ones are not there, and Extra ones are not
	// in the version.
	Changed, Missing, Extra []string

	text string
}

// Error is one line with the first names.
func (e *DifferenceError) Error() string {
	return fmt.Sprintf("%q is not as artifact %s: %s", e.Dir, e.Path, e.text)
}

// Remedy says what to do about it.
func (e *DifferenceError) Remedy() string {
	switch {
	case len(e.Changed)+len(e.Missing) == 0:
		return "The files of the artifact are unchanged. Delete the others if the directory is to have nothing else."
	case len(e.Extra) == 0:
		return "Download the artifact to this directory again. Only the files that differ are fetched."
	}
	return "Download the artifact to this directory again. Only the files that differ are fetched; files that are not in the artifact stay."
}

// Unwrap returns errors.ErrDigestMismatch.
func (e *DifferenceError) Unwrap() error { return errors.ErrDigestMismatch }

// NewDraft returns an artifact with the files of the version, for a new version that differs
// in some of them: add files, which replace those of the same name, and remove others. The
// files that stay are not downloaded and not uploaded again. Description, metadata and tags
// are those of the version. It takes memory for each file.
//
// Errors are those of [Version.Download].
func (v *Version) NewDraft(ctx context.Context) (*Artifact, error) {
	entries, err := download.Of(v).All(ctx)
	if err != nil {
		return nil, err
	}
	info := v.info()
	a := New(info.Source.Collection, info.Type)
	a.Description, a.Tags, a.Metadata = info.Description, slices.Clone(info.Tags), maps.Clone(v.Metadata())
	for i := range entries {
		if a.Digest = Digest(manifest.AlgorithmOf(&entries[i])); a.Digest != MD5 {
			break
		}
	}
	draft.Of(a).Base(info.ID, entries)
	return a, nil
}
