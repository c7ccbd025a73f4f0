package wandbtest

import (
	"bytes"
	"cmp"
	"crypto/md5"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/wandgo/wandgo/internal/fakeserver/objects"
)

// The kinds of manifest.
const (
	manifestFull        = "FULL"
	manifestIncremental = "INCREMENTAL"
	manifestPatch       = "PATCH"
)

// manifestConfig is what a manifest holds beside its entries.
type manifestConfig struct {
	Version       int             `json:"version"`
	StoragePolicy string          `json:"storagePolicy"`
	Config        json.RawMessage `json:"storagePolicyConfig"`
}

// manifestEntry is an entry of a manifest.
type manifestEntry struct {
	name string
	raw  json.RawMessage

	Digest string `json:"digest"`
	Size   int64  `json:"size"`
	Ref    string `json:"ref"`
	Birth  string `json:"birthArtifactID"`
}

// parseManifest reads a manifest. The entries are sorted by name.
func parseManifest(content []byte) (manifestConfig, []manifestEntry, error) {
	var m struct {
		manifestConfig
		Contents map[string]json.RawMessage `json:"contents"`
	}
	if err := json.Unmarshal(content, &m); err != nil {
		return m.manifestConfig, nil, err
	}
	if m.Version != 1 || m.Contents == nil {
		return m.manifestConfig, nil, fmt.Errorf("version %d", m.Version)
	}
	entries := make([]manifestEntry, 0, len(m.Contents))
	for name, raw := range m.Contents {
		e := manifestEntry{name: name, raw: raw}
		if err := json.Unmarshal(raw, &e); err != nil {
			return m.manifestConfig, nil, fmt.Errorf("entry %q: %w", name, err)
		}
		entries = append(entries, e)
	}
	slices.SortFunc(entries, func(a, b manifestEntry) int { return cmp.Compare(a.name, b.name) })
	return m.manifestConfig, entries, nil
}

// encodeManifest writes a manifest.
func encodeManifest(config manifestConfig, entries []manifestEntry) ([]byte, error) {
	contents := make(map[string]json.RawMessage, len(entries))
	for _, e := range entries {
		contents[e.name] = e.raw
	}
	return json.Marshal(struct {
		manifestConfig
		Contents map[string]json.RawMessage `json:"contents"`
	}{config, contents})
}

// assemble combines the uploaded manifests into the artifact's: the last full one, or the entries
// of the base with those of an incremental one, or those of all patches.
func (a *artifact) assemble() error {
	var last *artifactManifest
	for _, m := range a.manifests {
		if m.content != nil {
			last = m
		}
	}
	if last == nil {
		return badRequest("the artifact has no manifest")
	}
	sources := []*artifactManifest{last}
	merged := map[string]manifestEntry{}
	switch last.kind {
	case manifestPatch:
		sources = slices.DeleteFunc(slices.Clone(a.manifests), func(m *artifactManifest) bool {
			return m.content == nil || m.kind != manifestPatch
		})
	case manifestIncremental:
		if last.base != nil {
			for _, e := range last.base.entries {
				merged[e.name] = e
			}
		}
	}
	for _, m := range sources {
		content, err := m.content.Bytes()
		if err != nil {
			return err
		}
		config, entries, err := parseManifest(content)
		if err != nil {
			return badRequest("the manifest cannot be read: %v", err)
		}
		a.config = config
		for _, e := range entries {
			merged[e.name] = e
		}
	}
	a.entries = a.entries[:0]
	for _, name := range sortedKeys(merged) {
		a.entries = append(a.entries, merged[name])
	}
	if a.content = last.content; last.kind == manifestFull {
		return nil
	}
	content, err := encodeManifest(a.config, a.entries)
	if err != nil {
		return err
	}
	a.content = objects.FromBytes(content)
	return nil
}

// missing lists the files of the manifest that were not uploaded, and sums up the sizes.
func (s *Server) missing(a *artifact) []string {
	var missing []string
	a.size = 0
	for _, e := range a.entries {
		a.size += e.Size
		if e.Ref != "" {
			continue
		}
		switch f := s.fileOf(a, &e); {
		case f == nil || f.content == nil:
			missing = append(missing, e.name)
		case f.content.Size != e.Size:
			a.note("%s has %d bytes, but %d in the manifest", e.name, f.content.Size, e.Size)
		}
	}
	return missing
}

// fileOf finds the file of an entry: in the artifact's sequence, or in that of the artifact
// that it was uploaded with. It returns nil if it does not exist.
func (s *Server) fileOf(a *artifact, e *manifestEntry) *storedFile {
	if f := a.sequence.byName[fileKey{e.name, e.Digest}]; f != nil {
		return f
	}
	for _, from := range []*artifact{s.artifacts.byID[e.Birth], a} {
		if from != nil && from.sequence.byDigest[e.Digest] != nil {
			return from.sequence.byDigest[e.Digest]
		}
	}
	return nil
}

// checkDigest notes a digest that is not that of the entries. XXH128 is not checked.
func (a *artifact) checkDigest() {
	if a.algorithm != digestMD5 || a.manifests[len(a.manifests)-1].kind != manifestFull {
		return
	}
	hash := md5.New()
	fmt.Fprint(hash, "wandb-artifact-manifest-v1\n")
	for _, e := range a.entries {
		fmt.Fprintf(hash, "%s:%s\n", e.name, e.Digest)
	}
	if sum := hex.EncodeToString(hash.Sum(nil)); sum != a.digest {
		a.note("the digest is %s, but that of the manifest's entries is %s", a.digest, sum)
	}
	for _, e := range a.entries {
		if strings.HasPrefix(e.Ref, "wandb-client-artifact:") {
			a.note("the reference of %s has an id of the client: %s", e.name, e.Ref)
		}
		if e.Ref == "" && e.Birth == "" && !bytes.Contains(a.config.Config, []byte(`"V1"`)) {
			a.note("%s has no birthArtifactID", e.name)
		}
	}
}
