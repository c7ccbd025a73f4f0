package upload

import (
	"context"
	"crypto/md5" //nolint:gosec // the format's digest
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/graphql"
	"github.com/wandgo/wandgo/internal/artifacts/manifest"
	"github.com/wandgo/wandgo/internal/objectstore"
	"github.com/wandgo/wandgo/internal/record"
)

// manifestKind returns the type of the manifest, and its name.
func (j *Job) manifestKind() (graphql.ArtifactManifestType, string) {
	switch {
	case j.artifact.DistributedID != "":
		return graphql.ArtifactManifestTypePatch, "wandb_manifest.patch.json"
	case j.artifact.Incremental:
		return graphql.ArtifactManifestTypeIncremental, "wandb_manifest.incremental.json"
	}
	return graphql.ArtifactManifestTypeFull, "wandb_manifest.json"
}

func (j *Job) manifestInput(base *string, digest string) graphql.CreateArtifactManifestInput {
	kind, name := j.manifestKind()
	cfg := &j.u.cfg
	return graphql.CreateArtifactManifestInput{
		ArtifactID: j.artifactID, BaseArtifactID: base, Name: name, Digest: digest, Type: kind,
		EntityName: cfg.Entity, ProjectName: cfg.Project, RunName: cfg.Run,
	}
}

// createManifest creates the manifest that the files are asked for with. Its content is not
// known yet.
func (j *Job) createManifest(ctx context.Context, base *string) error {
	r, err := graphql.CreateArtifactManifest(ctx, j.u.cfg.GraphQL, j.manifestInput(base, ""))
	if err != nil {
		return err
	}
	if r.CreateArtifactManifest == nil || r.CreateArtifactManifest.ArtifactManifest.Id == "" {
		return unexpected("the server accepted the request and returned no manifest")
	}
	j.manifestID = r.CreateArtifactManifest.ArtifactManifest.Id
	return nil
}

// sendManifest uploads the manifest. It is encoded while it is sent, because the manifest of
// a large artifact would fill the memory.
func (j *Job) sendManifest(ctx context.Context, base *string) error {
	m := *j.artifact.Manifest
	m.Entries, m.EntriesFile = j.entries, ""
	sum := md5.New() //nolint:gosec // see the import
	count := &counter{w: sum}
	if err := manifest.Encode(count, &m); err != nil {
		return err
	}
	digest := base64.StdEncoding.EncodeToString(sum.Sum(nil))
	for try := range maxTries {
		address, err := j.manifestAddress(ctx, base, digest)
		if err != nil {
			return err
		}
		err = j.put(ctx, put{
			name: "the manifest", address: address, size: count.n,
			open: func() (io.ReadCloser, error) { return encoded(&m), nil },
		})
		if err == nil || try == maxTries-1 || !address.Stale(err) {
			return err
		}
	}
	return nil
}

func (j *Job) manifestAddress(ctx context.Context, base *string, digest string) (objectstore.Address, error) {
	var file *graphql.ManifestFile
	asked := time.Now()
	if kind, _ := j.manifestKind(); kind == graphql.ArtifactManifestTypeFull {
		r, err := graphql.CreateArtifactManifestFile(ctx, j.u.cfg.GraphQL, j.manifestInput(base, digest))
		if err != nil {
			return objectstore.Address{}, err
		}
		if r.CreateArtifactManifest != nil {
			file = &r.CreateArtifactManifest.ArtifactManifest.File
		}
	} else {
		r, err := graphql.UpdateArtifactManifest(ctx, j.u.cfg.GraphQL, graphql.UpdateArtifactManifestInput{ArtifactManifestID: j.manifestID, Digest: &digest})
		if err != nil {
			return objectstore.Address{}, err
		}
		if r.UpdateArtifactManifest != nil {
			file = &r.UpdateArtifactManifest.ArtifactManifest.File
		}
	}
	if file == nil || file.UploadUrl == nil || *file.UploadUrl == "" {
		return objectstore.Address{}, unexpected("the server returned no address for the manifest")
	}
	return objectstore.Address{URL: *file.UploadUrl, Header: objectstore.Header(file.UploadHeaders), Asked: asked}, nil
}

// encoded is a reader of the manifest's text, which a goroutine writes until the reader is
// closed.
func encoded(m *record.ArtifactManifest) io.ReadCloser {
	r, w := io.Pipe()
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = w.CloseWithError(manifest.Encode(w, m))
	}()
	return &pipe{PipeReader: r, done: done}
}

// pipe waits for its writer.
type pipe struct {
	*io.PipeReader
	done <-chan struct{}
}

func (p *pipe) Close() error {
	err := p.PipeReader.Close()
	<-p.done
	return err
}

type counter struct {
	w io.Writer
	n int64
}

func (c *counter) Write(p []byte) (int, error) {
	n, err := c.w.Write(p)
	c.n += int64(n)
	return n, err
}

// clientScheme starts a reference to an artifact by an id that a client made up.
const clientScheme = "wandb-client-artifact://"

// resolveClientIDs replaces the ids in references to artifacts that were logged just before.
func (j *Job) resolveClientIDs(ctx context.Context) error {
	known := make(map[string]string)
	for i := range j.entries {
		rest, ok := strings.CutPrefix(j.entries[i].Ref, clientScheme)
		if !ok {
			continue
		}
		id, path, _ := strings.Cut(rest, "/")
		if known[id] == "" {
			r, err := graphql.ClientIDMapping(ctx, j.u.cfg.GraphQL, id)
			if err != nil {
				return err
			}
			if r.ClientIDMapping == nil {
				return &errors.RequestError{Cause: errors.ErrArtifactNotReady, Hint: fmt.Sprintf("%q is a reference to another artifact, which the server does not have", j.entries[i].Path)}
			}
			raw, err := base64.StdEncoding.DecodeString(r.ClientIDMapping.ServerID)
			if err != nil {
				return unexpected("the server returned an id that is not in base64")
			}
			known[id] = hex.EncodeToString(raw)
		}
		j.entries[i].Ref = "wandb-artifact://" + known[id] + "/" + path
	}
	return nil
}
