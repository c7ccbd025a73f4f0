package upload_test

import (
	"fmt"
	"io/fs"
	"math/rand/v2"
	"net/http"
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/internal/artifacts/upload"
	"github.com/wandgo/wandgo/internal/objectstore"
	"github.com/wandgo/wandgo/internal/record"
	"github.com/wandgo/wandgo/internal/transport"
)

func many(n int) map[string]string {
	files := make(map[string]string, n)
	for i := range n {
		files[fmt.Sprintf("f%04d", i)] = fmt.Sprint(i)
	}
	return files
}

func TestUpload_ManyFiles_BatchesGrow(t *testing.T) {
	t.Parallel()
	w := &wire{}
	u := newUploader(t, w, nil)
	_, err := u.Submit(artifact(t, "ds", many(700))).Wait(t.Context())
	require.NoError(t, err)
	var sizes []int
	for _, names := range w.asked {
		sizes = append(sizes, len(names))
	}
	assert.ElementsMatch(t, []int{25, 100, 400, 175}, sizes) // some are asked for at a time
	assert.Len(t, w.contents, 701)
	assert.Equal(t, "699", w.content("f0699"))
	assert.Equal(t, u.Progress().Bytes, u.Progress().BytesDone)
}

// The store is not idle while the server makes addresses.
func TestUpload_BatchIsSent_NextAddressesAreAskedForMeanwhile(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) { // which fails if all wait for each other
		w := &wire{}
		asked := make(chan struct{})
		w.arrived = func(r *http.Request) error {
			if r.Method == http.MethodPut {
				<-asked
			} else if w.count("CreateArtifactFiles") == 1 { // this is the second one, or later
				select {
				case <-asked:
				default:
					close(asked)
				}
			}
			return nil
		}
		_, err := newUploader(t, w, nil).Submit(artifact(t, "ds", many(60))).Wait(t.Context())
		require.NoError(t, err)
		assert.Len(t, w.contents, 61)
	})
}

// What is being sent then would be of no use.
func TestUpload_NoMoreAddresses_StopsSending(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := &wire{}
		w.arrived = func(r *http.Request) error {
			if r.Method == http.MethodPut {
				<-r.Context().Done()
			}
			return r.Context().Err()
		}
		w.answer = func(op string, _ object) (any, int, string) {
			if op == "CreateArtifactFiles" && len(w.asked) > 0 {
				return nil, 403, `{"errors":[{"message":"permission denied"}]}`
			}
			return nil, 0, ""
		}
		_, err := newUploader(t, w, nil).Submit(artifact(t, "ds", many(60))).Wait(t.Context())
		require.ErrorContains(t, err, "permission denied")
		assert.Empty(t, w.contents)
	})
}

func TestUpload_TemporaryError_IsRetried(t *testing.T) {
	t.Parallel()
	w := &wire{put: func(_ string, nth int) (int, string) {
		if nth <= 3 {
			return 503, "busy"
		}
		return 0, ""
	}}
	u := newUploader(t, w, nil)
	_, err := u.Submit(artifact(t, "ds", map[string]string{"a": "content"})).Wait(t.Context())
	require.NoError(t, err)
	assert.Equal(t, "content", w.content("a"))
	assert.Equal(t, 1, w.count("CreateArtifactFiles"))
	assert.Equal(t, u.Progress().Bytes, u.Progress().BytesDone, "attempts that failed do not count")
}

// An address that has expired is replaced, even if it is the only one. It ends sometime.
func TestUpload_ExpiredAddress_IsReplaced(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		until int
		path  string
		ops   string
		asked int
	}{
		"file, once":      {1, "a", "CreateArtifactFiles", 2},
		"file, always":    {1000, "a", "CreateArtifactFiles", 3},
		"manifest, once":  {1, "manifest", "CreateArtifactManifestFile", 2},
		"manifest, never": {1000, "manifest", "CreateArtifactManifestFile", 3},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			n := 0
			w := &wire{put: func(path string, _ int) (int, string) {
				if path == tt.path && n < tt.until {
					n++
					return 403, storeError("AccessDenied", "Request has expired")
				}
				return 0, ""
			}}
			_, err := newUploader(t, w, nil).Submit(artifact(t, "ds", map[string]string{"a": "x"})).Wait(t.Context())
			assert.Equal(t, tt.until > 1, errors.Is(err, errors.ErrStoreRefused), "%v", err)
			assert.Equal(t, tt.asked, w.count(tt.ops))
			if err != nil {
				assert.NotContains(t, err.Error(), "s3cret")
				assert.Zero(t, w.count("CommitArtifact"))
			}
		})
	}
}

func TestUpload_StoreRefusesSome_TriesAgainIfMostSucceed(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		files, refused, rounds int
		ok                     bool
	}{{6, 3, 2, true}, {6, 5, 1, false}, {1, 1, 1, false}} {
		t.Run(fmt.Sprintf("%d of %d", tt.refused, tt.files), func(t *testing.T) {
			t.Parallel()
			seen := map[string]bool{}
			w := &wire{put: func(path string, _ int) (int, string) {
				if path != "manifest" && len(seen) < tt.refused && !seen[path] {
					seen[path] = true
					return 404, storeError("NoSuchBucket", "no")
				}
				return 0, ""
			}}
			_, err := newUploader(t, w, nil).Submit(artifact(t, "ds", many(tt.files))).Wait(t.Context())
			assert.Equal(t, tt.rounds, w.count("CreateArtifactFiles"))
			if tt.ok {
				require.NoError(t, err)
				assert.Len(t, w.contents, tt.files+1)
				return
			}
			e, ok := errors.AsType[*objectstore.Error](err)
			require.True(t, ok, "%v", err)
			assert.Equal(t, "store.test", e.Host)
			assert.Equal(t, "NoSuchBucket", e.Code())
			assert.Zero(t, w.count("CommitArtifact"))
		})
	}
}

// Nobody waits for thousands of files that a store refuses.
func TestUpload_StoreRefusesAll_StopsSoon(t *testing.T) {
	t.Parallel()
	w := &wire{put: func(string, int) (int, string) { return 403, storeError("AccessDenied", "Access Denied") }}
	_, err := newUploader(t, w, nil).Submit(artifact(t, "ds", many(500))).Wait(t.Context())
	require.ErrorIs(t, err, errors.ErrStoreRefused)
	assert.Less(t, w.puts, 50)
}

func TestUpload_FileChanged_ReturnsErrDigestMismatch(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		content  string
		storeSum bool
		part     int64
	}{
		"same size":                         {"hullo", false, 0},
		"same size, the store compares":     {"hullo", true, 0},
		"larger":                            {"hello world", false, 0},
		"empty":                             {"", false, 0},
		"same size, in parts":               {"hullo", false, 2},
		"a part, and the store compares it": {"hellp", true, 2},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := &wire{md5: tt.storeSum}
			a := artifact(t, "ds", map[string]string{"a": "hello"})
			require.NoError(t, os.WriteFile(a.Manifest.Entries[0].LocalPath, []byte(tt.content), 0o600))
			u := newUploader(t, w, func(c *upload.Config) {
				if tt.part > 0 {
					c.Multipart, c.Part = 1, tt.part
				}
			})
			_, err := u.Submit(a).Wait(t.Context())
			require.ErrorIs(t, err, errors.ErrDigestMismatch)
			e, ok := errors.AsType[*errors.RequestError](err)
			require.True(t, ok)
			assert.Equal(t, "a", e.File)
			assert.Empty(t, w.contents)
			assert.Zero(t, w.count("CommitArtifact"))
			assert.LessOrEqual(t, w.puts, 1, "it is not retried")
		})
	}
}

func TestUpload_FileMissing_Fails(t *testing.T) {
	t.Parallel()
	w := &wire{}
	a := artifact(t, "ds", map[string]string{"a": "hello"})
	require.NoError(t, os.Remove(a.Manifest.Entries[0].LocalPath))
	_, err := newUploader(t, w, nil).Submit(a).Wait(t.Context())
	require.ErrorIs(t, err, fs.ErrNotExist)
	dir := artifact(t, "ds", map[string]string{"a": ""})
	require.NoError(t, os.Remove(dir.Manifest.Entries[0].LocalPath))
	require.NoError(t, os.Mkdir(dir.Manifest.Entries[0].LocalPath, 0o750))
	_, err = newUploader(t, w, nil).Submit(dir).Wait(t.Context())
	require.ErrorContains(t, err, "not a regular file")
}

func TestUpload_LargeFile_IsSentInParts(t *testing.T) {
	t.Parallel()
	for _, size := range []int{20, 25, 29} {
		t.Run(fmt.Sprint(size), func(t *testing.T) {
			t.Parallel()
			var b strings.Builder
			for range size {
				b.WriteByte(byte('a' + rand.IntN(26)))
			}
			w := &wire{md5: true, put: func(path string, nth int) (int, string) {
				if nth == 2 {
					return 500, ""
				}
				return 0, ""
			}}
			u := newUploader(t, w, func(c *upload.Config) { c.Multipart, c.Part = 20, 10 })
			_, err := u.Submit(artifact(t, "ds", map[string]string{"large": b.String(), "small": "x"})).Wait(t.Context())
			require.NoError(t, err)
			parts := (size + 9) / 10
			whole := ""
			for i := range parts {
				whole += w.content(fmt.Sprintf("large.%d", i+1))
			}
			assert.Equal(t, b.String(), whole)
			assert.NotContains(t, w.contents, "large")
			assert.Equal(t, "x", w.content("small"))
			input := w.inputs["CompleteMultipartUploadArtifact"]
			completed := input["completedParts"].([]any)
			require.Len(t, completed, parts)
			first := completed[0].(object)
			assert.EqualValues(t, 1, first["partNumber"])
			assert.Regexp(t, `^"[0-9a-f]{32}"$`, first["hexMD5"], "the store's own name, with its quotes")
			assert.Equal(t, []any{"p/large", "u1", "Complete"}, []any{input["storagePath"], input["uploadID"], input["completeMultipartAction"]})
			assert.Equal(t, u.Progress().Bytes, u.Progress().BytesDone)
		})
	}
}

func TestUpload_PartsDoNotMatch_IsAnError(t *testing.T) {
	t.Parallel()
	for name, numbers := range map[string][]int{"too few": {1}, "unknown": {1, 3}, "the same twice": {2, 2}} {
		w := &wire{}
		w.answer = func(op string, input object) (any, int, string) {
			if op != "CreateArtifactFiles" {
				return nil, 0, ""
			}
			var urls []any
			for _, n := range numbers {
				urls = append(urls, object{"partNumber": n, "uploadUrl": w.address("large")})
			}
			node := object{"uploadHeaders": []string{}, "uploadMultipartUrls": object{"uploadID": "u", "uploadUrlParts": urls}}
			return object{"createArtifactFiles": object{"files": object{"edges": []any{object{"node": node}}}}}, 0, ""
		}
		u := newUploader(t, w, func(c *upload.Config) { c.Multipart, c.Part = 1, 2 })
		_, err := u.Submit(artifact(t, "ds", map[string]string{"large": "abcd"})).Wait(t.Context())
		require.ErrorIs(t, err, errors.ErrUnexpectedAnswer, name)
	}
}

func TestUpload_StoreOutOfReach_NamesTheStore(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := &wire{put: func(string, int) (int, string) { return 502, "bad gateway" }}
		u := newUploader(t, w, func(c *upload.Config) { c.FilePolicy = transport.TransferPolicy() })
		start := time.Now()
		_, err := u.Submit(artifact(t, "ds", map[string]string{"a": "x"})).Wait(t.Context())
		e, ok := errors.AsType[*objectstore.Error](err)
		require.True(t, ok)
		assert.Equal(t, 21, w.puts, "20 retries, as in the official client")
		assert.Greater(t, time.Since(start), 10*time.Minute)
		assert.False(t, e.Refused())
	})
}

func TestUpload_ReferencesOnly_AsksForNoFiles(t *testing.T) {
	t.Parallel()
	w := &wire{answer: func(op string, input object) (any, int, string) {
		if op == "ClientIDMapping" {
			if input["clientID"] == "gone" {
				return object{"clientIDMapping": nil}, 0, ""
			}
			return object{"clientIDMapping": object{"serverID": "QXJ0aWZhY3Q6MTE0"}}, 0, ""
		}
		return nil, 0, ""
	}}
	refer := func(refs ...string) *record.Artifact {
		return artifact(t, "ds", nil, func(a *record.Artifact) {
			for i, ref := range refs {
				a.Manifest.Entries = append(a.Manifest.Entries, record.ArtifactEntry{Path: fmt.Sprint(i), Digest: "d", Ref: ref})
			}
		})
	}
	u := newUploader(t, w, nil)
	_, err := u.Submit(refer("s3://b/k", "wandb-client-artifact://abc/x/y.txt", "wandb-client-artifact://abc/z")).Wait(t.Context())
	require.NoError(t, err)
	assert.Zero(t, w.count("CreateArtifactFiles"))
	assert.Equal(t, 1, w.count("ClientIDMapping"), "once per artifact")
	m := w.stored(t)
	assert.Equal(t, "s3://b/k", m.Entries[0].Ref)
	assert.Equal(t, "wandb-artifact://41727469666163743a313134/x/y.txt", m.Entries[1].Ref)
	assert.Equal(t, "wandb-artifact://41727469666163743a313134/z", m.Entries[2].Ref)

	_, err = u.Submit(refer("wandb-client-artifact://gone/x")).Wait(t.Context())
	require.ErrorIs(t, err, errors.ErrArtifactNotReady)
}
