package download

import (
	"cmp"
	"context"
	"encoding/hex"
	"net/url"
	"path"
	"strings"
	"sync"

	"github.com/wandgo/wandgo/internal/artifacts/manifest"
	"github.com/wandgo/wandgo/internal/objectstore"
	"github.com/wandgo/wandgo/internal/record"
)

// supportsArtifactID is the feature of servers whose own addresses name the version, too.
const supportsArtifactID = "ARTIFACT_V2_DOWNLOAD_HANDLER_SUPPORTS_ARTIFACT_ID"

// storage is what a manifest says about where its files are. It is read once.
type storage struct {
	mu             sync.Mutex
	layout, region string
}

func (v *Version) storage(ctx context.Context) (layout, region string, err error) {
	s := &v.stored
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.layout == "" {
		err = v.withManifest(ctx, func(m *manifestFile) error {
			head, err := manifest.Parse(m.reader(), func(*record.ArtifactEntry) error { return nil })
			if err == nil {
				s.layout, s.region = manifest.Layout(head), manifest.Region(head)
			}
			return err
		})
	}
	return s.layout, s.region, err
}

// ownAddress returns the API's own address of a file, below the base URL. The API redirects
// from there to the store, or sends the file itself. It is for files whose signed address
// the server does not return, or the store refuses.
func (v *Version) ownAddress(ctx context.Context, e *record.ArtifactEntry) (objectstore.Address, error) {
	layout, region, err := v.storage(ctx)
	if err != nil {
		return objectstore.Address{}, err
	}
	sum, err := manifest.ParseDigest(e.Digest)
	if err != nil {
		return objectstore.Address{}, err
	}
	info := v.Info()
	parts := []string{"artifacts", info.Path.Entity, hex.EncodeToString(sum)}
	if layout != "V1" {
		parts = []string{"artifactsV2", cmp.Or(region, "default"), info.Path.Entity, info.Path.Project, info.Path.Collection}
		if v.conn.Features.Has(ctx, supportsArtifactID) {
			parts = append(parts, info.ID)
		}
		parts = append(parts, e.BirthID, hex.EncodeToString(sum), path.Base(e.Path))
	}
	for i, part := range parts {
		parts[i] = url.PathEscape(part)
	}
	return objectstore.Address{URL: "/" + strings.Join(parts, "/"), Own: true}, nil
}
