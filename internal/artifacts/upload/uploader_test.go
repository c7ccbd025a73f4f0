package upload_test

import (
	"context"
	"crypto/md5"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/graphql"
	"github.com/wandgo/wandgo/internal/artifacts/manifest"
	"github.com/wandgo/wandgo/internal/artifacts/upload"
	"github.com/wandgo/wandgo/internal/record"
)

func TestUpload_NewVersion_SendsRequestsInTheOfficialOrder(t *testing.T) {
	t.Parallel()
	w := &wire{has: func(name string) bool { return name == "b.txt" }}
	u := newUploader(t, w, nil)
	a := artifact(t, "ds", map[string]string{"a.txt": "hello", "b.txt": "world", "dir/empty": ""}, func(a *record.Artifact) {
		a.Description, a.Metadata, a.HistoryStep, a.TTLSeconds, a.Tags = "text", `{"k":1}`, 3, -2, []string{"x"}
		a.Manifest.Entries = append(a.Manifest.Entries, record.ArtifactEntry{Path: "z", Digest: "etag", Ref: "http://h/f", Size: 8})
	})
	result, err := u.Submit(a).Wait(t.Context())
	require.NoError(t, err)
	assert.Equal(t, upload.Result{ArtifactID: "QXJ0OjE=", Digest: a.Digest}, result)
	assert.Equal(t, []string{
		"ArtifactTypeOf", "CreateArtifact", "CreateArtifactManifest", "CreateArtifactFiles", "CreateArtifactManifestFile", "CommitArtifact",
	}, w.operations())
	assert.Equal(t, object{
		"entityName": "acme", "projectName": "p", "runName": "r", "artifactTypeName": "dataset", "artifactCollectionName": "ds",
		"digest": a.Digest, "digestAlgorithm": "MANIFEST_MD5", "enableDigestDeduplication": true, "clientID": "c-ds",
		"aliases":     []any{object{"artifactCollectionName": "ds", "alias": "latest"}, object{"artifactCollectionName": "ds", "alias": "best"}},
		"tags":        []any{object{"tagName": "x"}},
		"description": "text", "metadata": `{"k":1}`, "historyStep": 3.0, "ttlDurationSeconds": -2.0,
	}, w.inputs["CreateArtifact"])
	assert.Equal(t, [][]string{{"a.txt", "b.txt", "dir/empty"}}, w.asked)
	assert.Equal(t, "hello", w.content("a.txt"))
	assert.NotContains(t, w.contents, "b.txt", "the server has it")
	assert.Contains(t, w.contents, "dir/empty")

	m := w.stored(t)
	require.Len(t, m.Entries, 4)
	assert.Equal(t, "QXJ0OjE=", m.Entries[0].BirthID)
	assert.Equal(t, "T2xkOjE=", m.Entries[1].BirthID)
	assert.Equal(t, "http://h/f", m.Entries[3].Ref)
	assert.NotContains(t, w.content("manifest"), "artifacts", "the manifest has no path of this machine")
	sum := md5.Sum([]byte(w.content("manifest")))
	assert.Equal(t, manifest.Digest(sum[:]), w.inputs["CreateArtifactManifestFile"]["digest"])
	assert.Empty(t, a.Manifest.Entries[0].BirthID, "the record does not change")
}

func TestUpload_ServerHasTheContent_SendsNothing(t *testing.T) {
	t.Parallel()
	w := &wire{answer: func(op string, _ object) (any, int, string) {
		if op == "CreateArtifact" {
			return object{"createArtifact": object{"artifact": object{"id": "T2xkOjE=", "state": "COMMITTED", "artifactSequence": object{"latestArtifact": object{"id": "x"}}}}}, 0, ""
		}
		return nil, 0, ""
	}}
	u := newUploader(t, w, nil)
	result, err := u.Submit(artifact(t, "ds", map[string]string{"a": "x"})).Wait(t.Context())
	require.NoError(t, err)
	assert.True(t, result.Deduplicated)
	assert.Equal(t, "T2xkOjE=", result.ArtifactID)
	assert.Equal(t, []string{"ArtifactTypeOf", "CreateArtifact"}, w.operations())
	assert.Zero(t, w.puts)

	used := artifact(t, "ds", map[string]string{"a": "x"}, func(a *record.Artifact) { a.UseAfterCommit = true })
	_, err = u.Submit(used).Wait(t.Context())
	require.NoError(t, err)
	assert.Equal(t, []string{"ArtifactTypeOf", "CreateArtifact", "CreateArtifact", "UseArtifact"}, w.operations())
	assert.NotContains(t, w.inputs["CreateArtifact"], "runName", "it is not an output")
}

func TestUpload_ManifestKinds(t *testing.T) {
	t.Parallel()
	latest := func(op string, _ object) (any, int, string) {
		if op == "CreateArtifact" {
			return object{"createArtifact": object{"artifact": object{"id": "QXJ0OjE=", "state": "PENDING", "artifactSequence": object{"latestArtifact": object{"id": "TGF0ZXN0"}}}}}, 0, ""
		}
		return nil, 0, ""
	}
	for name, tt := range map[string]struct {
		change           func(*record.Artifact)
		kind, file, base string
		last             []string
	}{
		"full":        {func(*record.Artifact) {}, "FULL", "wandb_manifest.json", "TGF0ZXN0", []string{"CreateArtifactManifestFile", "CommitArtifact"}},
		"changed":     {func(a *record.Artifact) { a.BaseID = "QmFzZQ==" }, "FULL", "wandb_manifest.json", "QmFzZQ==", []string{"CreateArtifactManifestFile", "CommitArtifact"}},
		"incremental": {func(a *record.Artifact) { a.Incremental = true }, "INCREMENTAL", "wandb_manifest.incremental.json", "TGF0ZXN0", []string{"UpdateArtifactManifest", "CommitArtifact"}},
		"a part":      {func(a *record.Artifact) { a.DistributedID, a.Finalize = "d", false }, "PATCH", "wandb_manifest.patch.json", "TGF0ZXN0", []string{"CreateArtifactFiles", "UpdateArtifactManifest"}},
		"last part":   {func(a *record.Artifact) { a.DistributedID = "d" }, "PATCH", "wandb_manifest.patch.json", "TGF0ZXN0", []string{"UpdateArtifactManifest", "CommitArtifact"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := &wire{answer: latest}
			_, err := newUploader(t, w, nil).Submit(artifact(t, "ds", map[string]string{"a": "x"}, tt.change)).Wait(t.Context())
			require.NoError(t, err)
			input := w.inputs["CreateArtifactManifest"]
			assert.Equal(t, []any{tt.kind, tt.file, tt.base}, []any{input["type"], input["name"], input["baseArtifactID"]})
			ops := w.operations()
			assert.Equal(t, tt.last, ops[len(ops)-2:])
		})
	}
}

// Two artifacts of one name keep their order; another name does not wait for them.
func TestUpload_SameName_OneAfterTheOther(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := &wire{delay: time.Second}
		u := newUploader(t, w, nil)
		var jobs []*upload.Job
		for i := range 3 {
			jobs = append(jobs, u.Submit(artifact(t, "ds", map[string]string{"a": fmt.Sprint(i)})))
		}
		canceled, cancel := context.WithCancel(t.Context())
		cancel()
		done := func() (n int) {
			for _, j := range jobs {
				if _, err := j.Wait(canceled); err == nil {
					n++
				}
			}
			return n
		}
		other := u.Submit(artifact(t, "other", map[string]string{"a": "x"}))
		_, err := other.Wait(t.Context())
		require.NoError(t, err)
		synctest.Wait()
		assert.Equal(t, 1, done())
		for i, j := range jobs {
			_, err := j.Wait(t.Context())
			require.NoError(t, err)
			assert.Equal(t, i+1, done())
		}
		p := u.Progress()
		assert.Equal(t, upload.Progress{Artifacts: 4, Done: 4, Bytes: p.Bytes, BytesDone: p.Bytes}, p)
		assert.Equal(t, 2, w.count("ArtifactTypeOf"), "the type is asked for once per name")
	})
}

func TestUpload_CommitConflicts_IsRetried(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		n := 0
		w := &wire{answer: func(op string, _ object) (any, int, string) {
			if op == "CommitArtifact" && n < 2 {
				n++
				return nil, 409, `{"errors":[{"message":"Error 1062: Duplicate entry '1-2' for key 'unique_artifact_collection_membership_version'","path":["commitArtifact"]}]}`
			}
			return nil, 0, ""
		}}
		_, err := newUploader(t, w, nil).Submit(artifact(t, "ds", map[string]string{"a": "x"})).Wait(t.Context())
		require.NoError(t, err)
		assert.Equal(t, 3, w.count("CommitArtifact"))
	})
}

func TestUpload_AnotherType_ReturnsErrTypeClash(t *testing.T) {
	t.Parallel()
	w := &wire{answer: func(op string, _ object) (any, int, string) {
		if op == "ArtifactTypeOf" {
			return object{"project": object{"artifact": object{"artifactType": object{"name": "model"}}}}, 0, ""
		}
		return nil, 0, ""
	}}
	u := newUploader(t, w, nil)
	_, err := u.Submit(artifact(t, "ds", map[string]string{"a": "x"})).Wait(t.Context())
	require.ErrorIs(t, err, errors.ErrTypeClash)
	e, ok := errors.AsType[*errors.RequestError](err)
	require.True(t, ok)
	assert.Equal(t, `"ds" has the type "model" and cannot get the type "dataset"`, e.Hint)
	assert.Equal(t, []string{"ArtifactTypeOf"}, w.operations())
	assert.Equal(t, upload.Progress{Artifacts: 1}, u.Progress())
}

func TestUpload_Refused_ReturnsTheServersError(t *testing.T) {
	t.Parallel()
	for _, op := range []string{"CreateArtifact", "CreateArtifactManifest", "CreateArtifactFiles", "CreateArtifactManifestFile", "CommitArtifact"} {
		t.Run(op, func(t *testing.T) {
			t.Parallel()
			w := &wire{answer: func(asked string, _ object) (any, int, string) {
				if asked == op {
					return nil, 403, `{"errors":[{"message":"permission denied","path":["x"],"extensions":{"code":"PERMISSION_ERROR"}}]}`
				}
				return nil, 0, ""
			}}
			_, err := newUploader(t, w, nil).Submit(artifact(t, "ds", map[string]string{"a": "x"})).Wait(t.Context())
			e, ok := errors.AsType[*graphql.Error](err)
			require.True(t, ok, "%v", err)
			assert.Equal(t, 403, e.StatusCode)
			assert.Equal(t, 1, w.count(op), "it is not retried")
		})
	}
}

// Only the check of the type may fail without consequences.
func TestUpload_TypeCheckRefused_Continues(t *testing.T) {
	t.Parallel()
	w := &wire{answer: func(op string, _ object) (any, int, string) {
		if op == "ArtifactTypeOf" {
			return nil, 403, `{"errors":[{"message":"permission denied","path":["project"]}]}`
		}
		return nil, 0, ""
	}}
	_, err := newUploader(t, w, nil).Submit(artifact(t, "ds", map[string]string{"a": "x"})).Wait(t.Context())
	require.NoError(t, err)
	assert.Equal(t, 1, w.count("ArtifactTypeOf"))
	assert.Equal(t, 1, w.count("CommitArtifact"))
}

func TestUpload_OldServer_LeavesTagsOut(t *testing.T) {
	t.Parallel()
	w := &wire{answer: func(op string, input object) (any, int, string) {
		if op == "CreateArtifact" && input["tags"] != nil {
			return nil, 400, `{"errors":[{"message":"Unknown field \"tags\"","locations":[{"line":1,"column":1}]}]}`
		}
		return nil, 0, ""
	}}
	a := artifact(t, "ds", map[string]string{"a": "x"}, func(a *record.Artifact) { a.Tags = []string{"t"} })
	_, err := newUploader(t, w, nil).Submit(a).Wait(t.Context())
	require.NoError(t, err)
	assert.Equal(t, 2, w.count("CreateArtifact"))
	assert.NotContains(t, w.inputs["CreateArtifact"], "tags")
}

func TestUpload_UnexpectedResponse_IsAnError(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		op   string
		data object
		want string
	}{
		"no artifact":     {"CreateArtifact", object{"createArtifact": nil}, "returned no artifact"},
		"unknown state":   {"CreateArtifact", object{"createArtifact": object{"artifact": object{"id": "x", "state": "LOST", "artifactSequence": object{}}}}, `in the state "LOST"`},
		"no manifest":     {"CreateArtifactManifest", object{"createArtifactManifest": nil}, "returned no manifest"},
		"fewer files":     {"CreateArtifactFiles", object{"createArtifactFiles": object{"files": object{"edges": []any{}}}}, "each of 1 files"},
		"null file":       {"CreateArtifactFiles", object{"createArtifactFiles": object{"files": object{"edges": []any{object{"node": nil}}}}}, `nothing for the file "a"`},
		"no address":      {"CreateArtifactManifestFile", object{"createArtifactManifest": object{"artifactManifest": object{"file": object{}}}}, "no address for the manifest"},
		"not even a list": {"CreateArtifactFiles", object{"createArtifactFiles": nil}, "each of 1 files"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := &wire{answer: func(op string, _ object) (any, int, string) {
				if op == tt.op {
					return tt.data, 0, ""
				}
				return nil, 0, ""
			}}
			_, err := newUploader(t, w, nil).Submit(artifact(t, "ds", map[string]string{"a": "x"})).Wait(t.Context())
			require.ErrorIs(t, err, errors.ErrUnexpectedAnswer)
			e, ok := errors.AsType[*errors.RequestError](err)
			require.True(t, ok)
			assert.Contains(t, e.Hint, tt.want)
		})
	}
}

func TestClose_InMidUpload_EndsAllWithErrClosed(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := &wire{delay: time.Hour}
		u := newUploader(t, w, nil)
		first, second := u.Submit(artifact(t, "ds", map[string]string{"a": "x"})), u.Submit(artifact(t, "ds", map[string]string{"a": "y"}))
		ctx, cancel := context.WithTimeoutCause(t.Context(), time.Minute, errors.New("no time"))
		defer cancel()
		_, err := first.Wait(ctx)
		require.EqualError(t, err, "no time")
		u.Close()
		u.Close()
		for _, j := range []*upload.Job{first, second, u.Submit(artifact(t, "ds", nil))} {
			_, err := j.Wait(t.Context())
			require.ErrorIs(t, err, upload.ErrClosed)
		}
	})
}
