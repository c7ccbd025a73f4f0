package download_test

import (
	"bytes"
	"crypto/md5" //nolint:gosec // the format's digest
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/internal/artifacts/download"
	"github.com/wandgo/wandgo/internal/artifacts/manifest"
	"github.com/wandgo/wandgo/internal/artifacts/objectcache"
	"github.com/wandgo/wandgo/internal/connection"
	"github.com/wandgo/wandgo/internal/diagnose"
	"github.com/wandgo/wandgo/internal/feature"
	"github.com/wandgo/wandgo/internal/gqlclient"
	"github.com/wandgo/wandgo/internal/objectstore"
	"github.com/wandgo/wandgo/internal/record"
	"github.com/wandgo/wandgo/internal/secret"
	"github.com/wandgo/wandgo/internal/settings"
	"github.com/wandgo/wandgo/internal/transport"
)

var zero time.Time

// stand is a server with one artifact, whose manifest and bytes may be anything, unlike
// those of wandbtest.
type stand struct {
	*httptest.Server

	mu       sync.Mutex
	files    map[string][]byte                                                              // by name
	manifest []byte                                                                         // nil: that of files
	full     bool                                                                           // the manifest's type
	digest   string                                                                         // of the artifact
	serve    func(name string, w http.ResponseWriter, r *http.Request, content []byte) bool // nil or false: as usual
	gets     atomic.Int64
	asks     atomic.Int64
	noRanges bool
	noURLs   bool                                         // the files have no addresses but the API's own
	own      func(w http.ResponseWriter, r *http.Request) // serves these; nil: there are none
}

func newStand(t *testing.T, files map[string][]byte) *stand {
	t.Helper()
	s := &stand{files: files, full: true}
	s.Server = httptest.NewServer(http.HandlerFunc(s.handle))
	t.Cleanup(s.Close)
	return s
}

func digestOf(b []byte) string {
	sum := md5.Sum(b) //nolint:gosec // as above
	return manifest.Digest(sum[:])
}

func entriesOf(files map[string][]byte) []record.ArtifactEntry {
	var entries []record.ArtifactEntry
	for name, b := range files {
		entries = append(entries, record.ArtifactEntry{Path: name, Digest: digestOf(b), Size: int64(len(b)), BirthID: "QTox"})
	}
	slices.SortFunc(entries, func(a, b record.ArtifactEntry) int { return strings.Compare(a.Path, b.Path) })
	return entries
}

func manifestOf(entries []record.ArtifactEntry) []byte {
	var b bytes.Buffer
	_ = manifest.Encode(&b, manifest.New("", entries))
	return b.Bytes()
}

func (s *stand) text() []byte {
	if s.manifest != nil {
		return s.manifest
	}
	return manifestOf(entriesOf(s.files))
}

func (s *stand) handle(w http.ResponseWriter, r *http.Request) {
	if name, ok := strings.CutPrefix(r.URL.Path, "/store/"); ok {
		s.mu.Lock()
		content, serve := s.files[name], s.serve
		s.mu.Unlock()
		s.gets.Add(1)
		if r.Header.Get("Authorization") != "" {
			http.Error(w, "credentials", http.StatusBadRequest)
			return
		}
		if serve != nil && serve(name, w, r, content) {
			return
		}
		if s.noRanges {
			r.Header.Del("Range")
		}
		http.ServeContent(w, r, "", zero, bytes.NewReader(content))
		return
	}
	if s.own != nil && strings.HasPrefix(r.URL.Path, "/artifacts") {
		s.own(w, r)
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if r.URL.Path == "/manifest" {
		_, _ = w.Write(s.text())
		return
	}
	var q struct {
		OperationName string
		Variables     struct{ Names []string }
	}
	_ = json.NewDecoder(r.Body).Decode(&q)
	reply := func(data any) { _ = json.NewEncoder(w).Encode(map[string]any{"data": data}) }
	switch q.OperationName {
	case "ArtifactByID":
		reply(object{"artifact": s.artifact()})
	case "ArtifactFileURLsByID":
		reply(object{"artifact": object{"files": s.urls(q.Variables.Names)}})
	case "ArtifactMembership":
		reply(object{"project": object{"artifactCollectionMembership": object{
			"versionIndex": 3, "aliases": []object{{"alias": "v3"}, {"alias": "best"}},
			"artifactCollection": object{"__typename": "ArtifactSequence", "id": "C", "name": "ds", "project": project},
			"artifact":           s.artifact(),
		}}})
	case "ArtifactManifestFile":
		kind := "INCREMENTAL"
		if s.full {
			kind = "FULL"
		}
		reply(object{"artifact": object{"currentManifest": object{
			"type": kind, "digest": digestOf(manifestOf(entriesOf(s.files))), "file": object{"directUrl": s.URL + "/manifest"},
		}}})
	case "ArtifactFileURLs":
		reply(object{"project": object{"artifactCollection": object{"__typename": "ArtifactSequence", "artifactMembership": object{
			"files": s.urls(q.Variables.Names),
		}}}})
	default:
		reply(object{"viewer": object{"username": "u", "entity": "e"}})
	}
}

type object = map[string]any

var project = object{"name": "p", "entity": object{"name": "e"}}

func (s *stand) artifact() object {
	return object{
		"id": "QTox", "state": "COMMITTED", "digest": s.digest, "versionIndex": 3, "createdAt": "2026-01-02T03:04:05",
		"ttlDurationSeconds": 0, "ttlIsInherited": true, "size": 1, "fileCount": len(s.files), "metadata": `{"a":1}`,
		"artifactType": object{"name": "dataset"}, "artifactSequence": object{"id": "C", "name": "ds", "project": project},
		"aliases": []object{}, "tags": []object{{"name": "good"}},
	}
}

func (s *stand) urls(names []string) object {
	s.asks.Add(1)
	var edges []object
	for _, name := range names {
		if _, ok := s.files[name]; ok && !s.noURLs {
			edges = append(edges, object{"node": object{"name": name, "directUrl": s.URL + "/store/" + name + "?sig=" + strconv.FormatInt(s.asks.Load(), 10)}})
		}
	}
	return object{"pageInfo": object{"hasNextPage": false}, "edges": edges}
}

// connect returns a client's connection to the stand, whose cache is in a directory.
func (s *stand) connect(t *testing.T, cache string) *connection.Connection {
	t.Helper()
	tr, err := transport.New(transport.Options{BaseURL: s.URL, Key: secret.New(strings.Repeat("deadbeef", 5))})
	require.NoError(t, err)
	t.Cleanup(func() { _ = tr.Close() })
	client := gqlclient.New(tr)
	set := &settings.Settings{Key: secret.New(strings.Repeat("deadbeef", 5)), KeySource: "test", BaseURL: settings.Value{Text: s.URL}, ArtifactDir: filepath.Join(t.TempDir(), "artifacts")}
	policy := transport.TransferPolicy()
	policy.Retries, policy.MinWait, policy.MaxWait = 3, time.Millisecond, time.Millisecond
	return &connection.Connection{
		GraphQL: client, Transport: tr, Settings: set, Log: slog.New(slog.DiscardHandler), FilePolicy: policy,
		Diagnoser: diagnose.New(diagnose.Config{GraphQL: client, Settings: set, Timeout: time.Minute}),
		Slots:     objectstore.NewSlots(objectstore.DefaultParallel), Cache: objectcache.New(cache),
		Features: feature.New(client),
	}
}

func (s *stand) version(t *testing.T, cache string) *download.Version {
	t.Helper()
	v, err := download.Resolve(t.Context(), s.connect(t, cache), diagnose.OpUseArtifact, download.Path{Entity: "e", Project: "p", Collection: "ds", Version: "latest"})
	require.NoError(t, err)
	return v
}
