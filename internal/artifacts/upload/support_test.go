package upload_test

import (
	"bytes"
	"crypto/md5"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/internal/artifacts/manifest"
	"github.com/wandgo/wandgo/internal/artifacts/upload"
	"github.com/wandgo/wandgo/internal/connection"
	"github.com/wandgo/wandgo/internal/feature"
	"github.com/wandgo/wandgo/internal/gqlclient"
	"github.com/wandgo/wandgo/internal/objectstore"
	"github.com/wandgo/wandgo/internal/record"
	"github.com/wandgo/wandgo/internal/secret"
	"github.com/wandgo/wandgo/internal/transport"
)

const testKey = "notakey000000000000000000000000000000000"

type object = map[string]any

// wire is a server with an object store in a few lines, which answers as it is told.
type wire struct {
	mu       sync.Mutex
	ops      []string          // in order
	inputs   map[string]object // the last of each operation
	asked    [][]string        // names of files, per request
	contents map[string][]byte // what the store has, by path
	puts     int
	uploads  int // addresses that were made

	// answer replaces the data of an operation, or its whole body and status.
	answer func(op string, input object) (data any, status int, body string)
	// put replaces the store's answer; status 0 is to accept.
	put func(path string, nth int) (status int, body string)
	// has reports whether the server has a file.
	has func(name string) bool
	// md5 makes the server tell the store the digest.
	md5   bool
	delay time.Duration
	// arrived is called for each request, without the lock. Its error is that of the network.
	arrived func(*http.Request) error
}

func (w *wire) RoundTrip(r *http.Request) (*http.Response, error) {
	var body []byte
	if r.Body != nil {
		var err error
		if body, err = io.ReadAll(r.Body); err != nil {
			return nil, err
		}
		_ = r.Body.Close()
	}
	if w.delay > 0 {
		select {
		case <-time.After(w.delay):
		case <-r.Context().Done():
			return nil, r.Context().Err()
		}
	}
	if w.arrived != nil {
		if err := w.arrived(r); err != nil {
			return nil, err
		}
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if r.Method == http.MethodPut {
		return response(r, body, w.store)
	}
	return response(r, body, w.graphql)
}

func response(r *http.Request, body []byte, answer func(*http.Request, []byte) (int, string, http.Header)) (*http.Response, error) {
	status, text, header := answer(r, body)
	return &http.Response{StatusCode: status, Header: header, Request: r, Body: io.NopCloser(strings.NewReader(text)), ContentLength: int64(len(text))}, nil
}

func (w *wire) store(r *http.Request, body []byte) (int, string, http.Header) {
	w.puts++
	path := strings.TrimPrefix(r.URL.Path, "/")
	if r.Header.Get("Authorization") != "" || r.Header.Get("X-Wandb-Username") != "" {
		return 400, storeError("InvalidArgument", "Only one auth mechanism allowed"), nil
	}
	if w.put != nil {
		if status, text := w.put(path, w.puts); status != 0 {
			return status, text, nil
		}
	}
	if r.ContentLength != int64(len(body)) {
		return 400, storeError("IncompleteBody", ""), nil
	}
	sum := md5.Sum(body)
	if want := r.Header.Get("Content-Md5"); want != "" && want != base64.StdEncoding.EncodeToString(sum[:]) {
		return 400, storeError("BadDigest", "The Content-MD5 you specified did not match what we received."), nil
	}
	w.contents[path] = body
	return 200, "", http.Header{"Etag": {fmt.Sprintf(`"%x"`, sum)}}
}

func storeError(code, message string) string {
	return "<?xml version=\"1.0\"?><Error><Code>" + code + "</Code><Message>" + message + "</Message></Error>"
}

func (w *wire) graphql(_ *http.Request, body []byte) (int, string, http.Header) {
	header := http.Header{"Content-Type": {"application/json"}}
	var request struct {
		OperationName string
		Variables     object
	}
	if err := json.Unmarshal(body, &request); err != nil {
		return 400, err.Error(), header
	}
	op := request.OperationName
	input, _ := request.Variables["input"].(object)
	if input == nil {
		input = request.Variables
	}
	w.ops = append(w.ops, op)
	w.inputs[op] = input
	if w.answer != nil {
		if data, status, text := w.answer(op, input); status != 0 {
			return status, text, header
		} else if data != nil {
			return 200, encode(object{"data": data}), header
		}
	}
	return 200, encode(object{"data": w.data(op, input)}), header
}

func encode(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return string(text)
}

func (w *wire) data(op string, input object) any {
	file := func(name string) object {
		return object{"file": object{"uploadUrl": w.address(name), "uploadHeaders": []string{}}}
	}
	switch op {
	case "ServerFeatures":
		return object{"serverInfo": object{"features": []any{}}}
	case "ArtifactTypeOf":
		return object{"project": object{"artifact": nil}}
	case "CreateArtifact":
		return object{"createArtifact": object{"artifact": object{"id": "QXJ0OjE=", "state": "PENDING", "artifactSequence": object{"latestArtifact": nil}}}}
	case "CreateArtifactManifest":
		return object{"createArtifactManifest": object{"artifactManifest": object{"id": "m1"}}}
	case "CreateArtifactManifestFile":
		return object{"createArtifactManifest": object{"artifactManifest": file("manifest")}}
	case "UpdateArtifactManifest":
		return object{"updateArtifactManifest": object{"artifactManifest": file("manifest")}}
	case "CreateArtifactFiles":
		return object{"createArtifactFiles": object{"files": object{"edges": w.edges(input)}}}
	case "CompleteMultipartUploadArtifact":
		return object{"completeMultipartUploadArtifact": object{"digest": "d"}}
	case "CommitArtifact":
		return object{"commitArtifact": object{"artifact": object{"id": "QXJ0OjE=", "digest": "d", "versionIndex": 0}}}
	case "UseArtifact":
		return object{"useArtifact": object{"artifact": object{"id": "QXJ0OjE="}}}
	}
	return object{}
}

func (w *wire) address(name string) string {
	w.uploads++
	return fmt.Sprintf("https://store.test/%s?nth=%d&signature=s3cret", name, w.uploads)
}

func (w *wire) edges(input object) []any {
	var names []string
	edges := []any{}
	for _, f := range input["artifactFiles"].([]any) {
		spec := f.(object)
		name := spec["name"].(string)
		names = append(names, name)
		node := object{"storagePath": "p/" + name, "uploadUrl": w.address(name), "uploadHeaders": []string{}, "artifact": object{"id": "QXJ0OjE="}}
		if w.has != nil && w.has(name) {
			node["uploadUrl"], node["artifact"] = nil, object{"id": "T2xkOjE="}
		}
		if w.md5 {
			node["uploadHeaders"] = []string{"Content-Md5:" + spec["md5"].(string), "Content-Type:text/x"}
		}
		if parts, ok := spec["uploadPartsInput"].([]any); ok {
			var urls []any
			for i := range parts {
				urls = append(urls, object{"partNumber": i + 1, "uploadUrl": w.address(fmt.Sprintf("%s.%d", name, i+1))})
			}
			node["uploadMultipartUrls"] = object{"uploadID": "u1", "uploadUrlParts": urls}
		}
		edges = append(edges, object{"node": node})
	}
	w.asked = append(w.asked, names)
	return edges
}

// operations are the names of the requests so far.
func (w *wire) operations() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return append([]string{}, w.ops...)
}

func (w *wire) count(op string) (n int) {
	for _, o := range w.operations() {
		if o == op {
			n++
		}
	}
	return n
}

// newUploader is an uploader for the run acme/p/r of a wire.
func newUploader(tb testing.TB, w *wire, change func(*upload.Config)) *upload.Uploader {
	tb.Helper()
	w.inputs, w.contents = make(map[string]object), make(map[string][]byte)
	tr, err := transport.New(transport.Options{
		BaseURL: "https://api.test", Key: secret.New(testKey), Username: "alice", HTTPClient: &http.Client{Transport: w},
	})
	require.NoError(tb, err)
	policy := transport.TransferPolicy()
	policy.MinWait, policy.MaxWait = time.Millisecond, time.Millisecond
	client := gqlclient.New(tr)
	conn := &connection.Connection{
		GraphQL: client, Transport: tr, Features: feature.New(client), FilePolicy: policy, ArtifactSlots: objectstore.NewSlots(8), Log: slog.New(slog.DiscardHandler),
	}
	cfg := upload.Config{Connection: conn, Entity: "acme", Project: "p", Run: "r"}
	if change != nil {
		change(&cfg)
	}
	u := upload.New(cfg)
	tb.Cleanup(u.Close)
	return u
}

// artifact is an artifact with these files in a directory, where files with one content are links to the first.
func artifact(tb testing.TB, name string, files map[string]string, change ...func(*record.Artifact)) *record.Artifact {
	tb.Helper()
	dir := filepath.Join(tb.TempDir(), "artifacts")
	var entries []record.ArtifactEntry
	first := map[string]string{}
	for path, content := range files {
		at := filepath.Join(dir, filepath.FromSlash(path))
		require.NoError(tb, os.MkdirAll(filepath.Dir(at), 0o750))
		if same, ok := first[content]; ok {
			require.NoError(tb, os.Link(same, at))
		} else {
			require.NoError(tb, os.WriteFile(at, []byte(content), 0o600))
			first[content] = at
		}
		sum := md5.Sum([]byte(content))
		entries = append(entries, record.ArtifactEntry{
			Path: path, Digest: manifest.Digest(sum[:]), Size: int64(len(content)), LocalPath: at,
		})
	}
	entries, err := manifest.Sorted(entries)
	require.NoError(tb, err)
	a := &record.Artifact{
		Name: name, Type: "dataset", Finalize: true, ClientID: "c-" + name, Aliases: []string{"latest", "best"},
		Manifest: manifest.New("", entries),
	}
	a.Digest, err = manifest.ContentDigest(manifest.MD5, entries)
	require.NoError(tb, err)
	for _, c := range change {
		c(a)
	}
	return a
}

// stored is the manifest in the store.
func (w *wire) stored(tb testing.TB) *record.ArtifactManifest {
	tb.Helper()
	w.mu.Lock()
	defer w.mu.Unlock()
	var entries []record.ArtifactEntry
	m, err := manifest.Parse(bytes.NewReader(w.contents["manifest"]), func(e *record.ArtifactEntry) error {
		entries = append(entries, *e)
		return nil
	})
	require.NoError(tb, err, string(w.contents["manifest"]))
	m.Entries, err = manifest.Sorted(entries)
	require.NoError(tb, err)
	return m
}

func (w *wire) content(path string) string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return string(w.contents[path])
}
