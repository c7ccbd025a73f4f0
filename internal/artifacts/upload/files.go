package upload

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/graphql"
	"github.com/wandgo/wandgo/internal/artifacts/manifest"
	"github.com/wandgo/wandgo/internal/objectstore"
	"github.com/wandgo/wandgo/internal/record"
)

const (
	// firstBatch is the official client's; a batch is growth times as large as the one before,
	// up to maxBatch files or batchBytes, so that no address is old when it is used.
	firstBatch, growth, maxBatch = 25, 4, 1000
	batchBytes                   = 4 << 30
	// window is how many batches are asked for or uploaded at a time; the official client's is 5,
	// with smaller ones.
	window = 3
	// maxTries bounds how often an address that has expired is replaced by another.
	maxTries = 3
	// hopeless is how many files fail without a success before the others are not tried.
	hopeless = 8
)

// file is a file to upload.
type file struct {
	entry *record.ArtifactEntry
	md5   string // in base64
	tries int
	parts []graphql.UploadPartsInput // if it is sent in parts

	address     objectstore.Address
	multipart   *graphql.UploadMultipartUrls
	storagePath string
}

// sendFiles uploads the files that the server does not have. What the store refuses is tried
// with a new address, as long as at least half of the files were accepted.
func (j *Job) sendFiles(ctx context.Context) error {
	var files []*file
	for i := range j.entries {
		if e := &j.entries[i]; pending(e) {
			f := &file{entry: e, md5: e.Digest}
			if j.md5 != nil {
				f.md5 = j.md5[i]
			}
			files = append(files, f)
		}
	}
	for len(files) > 0 {
		r := &round{j: j}
		if err := r.run(ctx, files); err != nil {
			return err
		}
		if len(r.expired) == 0 && 2*len(r.failed) > len(files) {
			return r.err
		}
		files = slices.Concat(r.expired, r.failed)
		if tooOften := slices.ContainsFunc(files, func(f *file) bool { return f.tries >= maxTries }); tooOften {
			return r.err
		}
	}
	return nil
}

// round is one attempt for a number of files.
type round struct {
	j      *Job
	cancel context.CancelCauseFunc

	mu              sync.Mutex
	done            int
	expired, failed []*file
	err             error // of the first file that failed
}

func (r *round) run(ctx context.Context, files []*file) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	r.cancel = cancel
	var sending sync.WaitGroup
	defer sending.Wait()
	inFlight := make(chan struct{}, window)
	for size := firstBatch; len(files) > 0; size = min(growth*size, maxBatch) {
		select {
		case inFlight <- struct{}{}:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
		batch := files[:batchLen(files, size)]
		files = files[len(batch):]
		sending.Go(func() {
			defer func() { <-inFlight }()
			if err := r.j.ask(ctx, batch); err != nil {
				cancel(err)
				return
			}
			r.send(ctx, batch)
		})
	}
	sending.Wait()
	return context.Cause(ctx)
}

// batchLen is how many files go into the next batch.
func batchLen(files []*file, size int) int {
	var sum int64
	for i, f := range files[:min(size, len(files))] {
		if sum += f.entry.Size; sum > batchBytes && i > 0 {
			return i
		}
	}
	return min(size, len(files))
}

// send uploads a batch.
func (r *round) send(ctx context.Context, batch []*file) {
	var next atomic.Int64
	var workers sync.WaitGroup
	for range min(cap(r.j.u.cfg.ArtifactSlots), len(batch)) {
		workers.Go(func() {
			for sent := true; sent; {
				n := int(next.Add(1)) - 1
				sent = n < len(batch) && r.upload(ctx, batch[n])
			}
		})
	}
	workers.Wait()
}

// upload uploads one file, unless the server has its content. It reports false if ctx ended
// before.
func (r *round) upload(ctx context.Context, f *file) bool {
	if f.address.URL == "" && f.multipart == nil {
		r.record(f, nil)
		return true
	}
	if ctx.Err() != nil {
		return false
	}
	if f.multipart == nil { // else each part takes a slot
		slots := r.j.u.cfg.ArtifactSlots
		if slots.Take(ctx) != nil {
			return false
		}
		defer slots.Release()
	}
	r.record(f, r.j.sendFile(ctx, f))
	return true
}

// record notes what became of a file. It ends the round if another address would not help, or
// if the store accepts nothing.
func (r *round) record(f *file, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if err == nil {
		r.done++
		return
	}
	if r.err == nil {
		r.err = err
	}
	f.tries++
	_, store := errors.AsType[*objectstore.Error](err)
	switch {
	case f.address.Stale(err):
		r.expired = append(r.expired, f)
	case store:
		r.failed = append(r.failed, f)
		if len(r.failed) >= hopeless && r.done == 0 {
			r.cancel(r.err)
		}
	default: // of the disk, or of something in between
		r.cancel(err)
	}
}

// ask requests the addresses of files.
func (j *Job) ask(ctx context.Context, files []*file) error {
	asked := time.Now()
	input := graphql.CreateArtifactFilesInput{StorageLayout: graphql.ArtifactStorageLayout(manifest.Layout(j.artifact.Manifest))}
	digests := j.alg != manifest.MD5
	if digests {
		input.DigestAlgorithm = new(graphql.ArtifactDigestAlgorithm(j.alg.Name()))
	}
	for _, f := range files {
		spec := graphql.CreateArtifactFileSpecInput{
			ArtifactID: j.artifactID, ArtifactManifestID: &j.manifestID, Name: f.entry.Path, Md5: f.md5, Mimetype: given(f.entry.Type),
		}
		if digests {
			spec.Digest = &f.entry.Digest
		}
		if f.entry.Size >= j.u.cfg.Multipart {
			if err := j.hashParts(ctx, f); err != nil {
				return err
			}
			spec.UploadPartsInput = f.parts
		}
		input.ArtifactFiles = append(input.ArtifactFiles, spec)
	}
	r, err := graphql.CreateArtifactFiles(ctx, j.u.cfg.GraphQL, input)
	if err != nil {
		return err
	}
	if r.CreateArtifactFiles == nil || len(r.CreateArtifactFiles.Files.Edges) != len(files) {
		return unexpected(fmt.Sprintf("the server did not return an answer for each of %d files", len(files)))
	}
	for i, edge := range r.CreateArtifactFiles.Files.Edges {
		if edge.Node == nil {
			return unexpected(fmt.Sprintf("the server returned nothing for the file %q", files[i].entry.Path))
		}
		files[i].answered(edge.Node, asked)
	}
	return nil
}

// answered sets where a file is sent, which is nowhere if the server has its content.
func (f *file) answered(node *graphql.ArtifactFileUpload, asked time.Time) {
	f.address, f.multipart, f.storagePath = objectstore.Address{Asked: asked, Header: objectstore.Header(node.UploadHeaders)}, nil, ""
	if node.UploadUrl != nil {
		f.address.URL = *node.UploadUrl
	}
	if node.StoragePath != nil {
		f.storagePath = *node.StoragePath
	}
	if len(f.parts) > 0 && node.UploadMultipartUrls != nil && len(node.UploadMultipartUrls.UploadUrlParts) > 0 {
		f.multipart = node.UploadMultipartUrls
	}
	if node.Artifact != nil {
		f.entry.BirthID = node.Artifact.Id
	}
}
