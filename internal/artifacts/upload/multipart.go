package upload

import (
	"cmp"
	"context"
	"crypto/md5" //nolint:gosec // the format's digest
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"sync"

	"github.com/wandgo/wandgo/graphql"
	"github.com/wandgo/wandgo/internal/artifacts/manifest"
	"github.com/wandgo/wandgo/internal/objectstore"
	"github.com/wandgo/wandgo/internal/record"
)

// maxParts is how many parts a store accepts.
const maxParts = 10_000

// partSize returns the size of the parts of a file.
func partSize(size, part int64) int64 {
	if (size+part-1)/part <= maxParts {
		return part
	}
	const block = 4 << 10
	least := (size + maxParts - 1) / maxParts
	return (least + block - 1) / block * block
}

// hashParts computes the digests of the parts, and compares the whole with the file's digest,
// because the store compares only the parts.
func (j *Job) hashParts(ctx context.Context, f *file) error {
	if f.parts != nil {
		return nil
	}
	part := partSize(f.entry.Size, j.u.cfg.Part)
	parts := make([]graphql.UploadPartsInput, (f.entry.Size+part-1)/part)
	err := manifest.Parallel(ctx, len(parts)+1, func() func(context.Context, int) error {
		return func(ctx context.Context, i int) error {
			if i == 0 { // the whole, which takes longest
				sum, err := j.sumRange(ctx, f.entry, 0, f.entry.Size)
				if err == nil && manifest.Digest(sum) != f.md5 {
					err = changed(f.entry, fmt.Errorf("its digest is %s, and was %s", manifest.Digest(sum), f.md5))
				}
				return err
			}
			start := int64(i-1) * part
			sum, err := j.sumRange(ctx, f.entry, start, min(part, f.entry.Size-start))
			parts[i-1] = graphql.UploadPartsInput{PartNumber: int64(i), HexMD5: hex.EncodeToString(sum)}
			return err
		}
	})
	if err == nil {
		f.parts = parts
	}
	return err
}

// sumRange hashes a part of a file.
func (j *Job) sumRange(ctx context.Context, e *record.ArtifactEntry, start, length int64) ([]byte, error) {
	f, err := j.openFile(e)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	h := md5.New() //nolint:gosec // see the import
	if _, err := io.Copy(h, manifest.Stoppable(ctx, io.NewSectionReader(f, start, length))); err != nil {
		return nil, err
	}
	return h.Sum(nil), nil
}

// sendParts uploads a file in parts, side by side, and joins them.
func (j *Job) sendParts(ctx context.Context, f *file) error {
	urls := f.multipart.UploadUrlParts
	if len(urls) != len(f.parts) {
		return unexpected(fmt.Sprintf("the server returned %d addresses for %d parts of %q", len(urls), len(f.parts), f.entry.Path))
	}
	seen := make([]bool, len(f.parts)) // a part that is there twice stands for one that is missing
	for _, url := range urls {
		if url.PartNumber < 1 || url.PartNumber > int64(len(f.parts)) {
			return unexpected(fmt.Sprintf("the server returned an address for part %d of %d", url.PartNumber, len(f.parts)))
		}
		if seen[url.PartNumber-1] {
			return unexpected(fmt.Sprintf("the server returned two addresses for part %d of %q", url.PartNumber, f.entry.Path))
		}
		seen[url.PartNumber-1] = true
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	completed := make([]graphql.UploadPartsInput, len(urls))
	part := partSize(f.entry.Size, j.u.cfg.Part)
	var sending sync.WaitGroup
	for _, url := range urls {
		if j.u.cfg.ArtifactSlots.Take(ctx) != nil {
			break
		}
		sending.Go(func() {
			defer j.u.cfg.ArtifactSlots.Release()
			etag, err := j.sendPart(ctx, f, url, part)
			if err != nil {
				cancel(err)
			}
			completed[url.PartNumber-1] = graphql.UploadPartsInput{PartNumber: url.PartNumber, HexMD5: etag}
		})
	}
	sending.Wait()
	if err := context.Cause(ctx); err != nil {
		return wrongContent(f, err)
	}
	_, err := graphql.CompleteMultipartUploadArtifact(ctx, j.u.cfg.GraphQL, graphql.CompleteMultipartUploadArtifactInput{
		CompleteMultipartAction: graphql.CompleteMultipartActionComplete, CompletedParts: completed,
		ArtifactID: j.artifactID, StoragePath: f.storagePath, UploadID: f.multipart.UploadID,
	})
	return err
}

// sendPart uploads one part and returns the store's name of it, quotes included.
func (j *Job) sendPart(ctx context.Context, f *file, url graphql.UploadUrlPart, size int64) (etag string, err error) {
	start := (url.PartNumber - 1) * size
	length := min(size, f.entry.Size-start)
	digest := f.parts[url.PartNumber-1].HexMD5
	raw, _ := hex.DecodeString(digest)
	header := make(http.Header)
	header.Set("Content-Md5", base64.StdEncoding.EncodeToString(raw))
	if typ := f.address.Header.Get("Content-Type"); typ != "" {
		header.Set("Content-Type", typ)
	}
	err = j.put(ctx, put{
		name: f.entry.Path, size: length, etag: &etag,
		address: objectstore.Address{URL: url.UploadUrl, Header: header, Asked: f.address.Asked},
		open: func() (io.ReadCloser, error) {
			file, err := j.openFile(f.entry)
			if err != nil {
				return nil, err
			}
			return struct {
				io.Reader
				io.Closer
			}{io.NewSectionReader(file, start, length), file}, nil
		},
	})
	return cmp.Or(etag, digest), err
}
