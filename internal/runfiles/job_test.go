package runfiles_test

import (
	"bytes"
	stderrors "errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"path"
	"strings"
	"testing"
	"testing/fstest"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/graphql"
	"github.com/wandgo/wandgo/internal/objectstore"
	"github.com/wandgo/wandgo/internal/runfiles"
	"github.com/wandgo/wandgo/wandbtest"
)

func TestUpload_TemporaryError_IsRetried(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]wandbtest.Fault{
		"500":           {Status: 500},
		"503":           {Status: 503},
		"429":           {Status: 429},
		"cut before":    {Cut: wandbtest.CutBefore},
		"cut after":     {Cut: wandbtest.CutAfter},
		"cut in answer": {Cut: wandbtest.CutMidBody, Body: strings.Repeat("x", 1000)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := newOnline(t, nil)
			fault.Operation, fault.Count = "PUT", 3
			h := o.srv.Inject(fault)
			require.NoError(t, o.SaveBytes("a", []byte("content"), runfiles.Now))
			require.NoError(t, o.Finish(t.Context()))
			assert.Equal(t, 3, h.Hits())
			assert.Equal(t, map[string]string{"a": "content"}, o.files())
			assert.Equal(t, []string{"a"}, o.names(), "reported once")
			assert.EqualValues(t, 7, o.Progress().BytesDone, "attempts that failed do not count")
		})
	}
}

func TestUpload_PermanentError_IsNotRetried(t *testing.T) {
	t.Parallel()
	for _, status := range []int{301, 400, 404, 409, 412, 501} {
		t.Run(fmt.Sprint(status), func(t *testing.T) {
			t.Parallel()
			o := newOnline(t, nil)
			o.srv.Inject(wandbtest.Fault{Operation: "PUT", Status: status, Body: "no"})
			require.NoError(t, o.SaveBytes("a", nil, runfiles.Now))
			err := o.Finish(t.Context())
			e, ok := stderrors.AsType[*graphql.Error](err)
			require.True(t, ok, err)
			assert.Equal(t, status, e.StatusCode)
			assert.Equal(t, 1, o.requests("PUT"))
		})
	}
}

func TestUpload_Retries_TakeTheOfficialTime(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := &wire{put: func(put) (int, string) { return 502, "" }}
		o := newWire(t, w, nil)
		require.NoError(t, o.SaveBytes("a", nil, runfiles.Now))
		o.Flush()
		advance(time.Hour)
		synctest.Wait()
		sent := w.sent()
		require.Len(t, sent, 21, "20 retries")
		assert.GreaterOrEqual(t, sent[1].at-sent[0].at, 2*time.Second)
		assert.Equal(t, time.Minute, sent[20].at-sent[19].at)
		require.Len(t, o.Errors(), 1)
		w.mu.Lock()
		w.put = nil
		w.mu.Unlock()
		require.NoError(t, o.Finish(t.Context()), "what the store could not answer is tried again in the end")
		assert.Empty(t, o.Errors())
	})
}

func TestUpload_ExpiredAddress_IsRenewedOnce(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		status        int
		code, message string
		age           time.Duration
	}{
		"S3":             {403, "AccessDenied", "Request has expired", 0},
		"Google":         {400, "ExpiredToken", "The provided token has expired.", 0},
		"Azure":          {403, "AuthenticationFailed", "Server failed. Signature not valid in the specified time frame: Start", 0},
		"silent but old": {403, "AccessDenied", "", 2 * time.Minute},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				w := &wire{}
				w.put = func(p put) (int, string) {
					if strings.HasSuffix(p.url, "=1") {
						advance(tc.age)
						return tc.status, storeError(tc.code, tc.message)
					}
					return 200, ""
				}
				o := newWire(t, w, nil)
				require.NoError(t, o.SaveBytes("a", []byte("x"), runfiles.Now))
				require.NoError(t, o.Finish(t.Context()))
				assert.Equal(t, [][]string{{"a"}, {"a"}}, w.names())
				assert.Len(t, w.sent(), 2)
			})
			synctest.Test(t, func(t *testing.T) {
				w := &wire{put: func(put) (int, string) {
					advance(tc.age)
					return tc.status, storeError(tc.code, tc.message)
				}}
				o := newWire(t, w, nil)
				require.NoError(t, o.SaveBytes("a", []byte("x"), runfiles.Now))
				err := o.Finish(t.Context())
				require.ErrorIs(t, err, errors.ErrStoreRefused)
				assert.Len(t, w.sent(), 2, "once")
			})
		})
	}
}

func TestUpload_StoreRefuses_ReturnsStoreError(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := &wire{put: func(p put) (int, string) {
			switch p.name {
			case "denied":
				return 403, storeError("AccessDenied", "Access Denied")
			case "proxy":
				return 403, "<html><title>Blocked</title></html>"
			}
			return 200, ""
		}}
		o := newWire(t, w, nil)
		for _, name := range []string{"a", "denied", "proxy", "z"} {
			require.NoError(t, o.SaveBytes(name, nil, runfiles.Now))
		}
		err := o.Finish(t.Context())
		assert.Equal(t, []string{"a", "z"}, o.names(), "a file that fails stops no other")
		assert.EqualError(t, err, "2 files failed; the first: upload denied: storage bucket.test refused with HTTP 403 (AccessDenied)")
		require.ErrorIs(t, err, errors.ErrStoreRefused)
		denied, ok := stderrors.AsType[*objectstore.Error](err)
		require.True(t, ok)
		assert.Equal(t, "AccessDenied", denied.Code())
		assert.Equal(t, "denied", denied.Name)
		failed := o.Errors()
		require.Len(t, failed, 2)
		assert.EqualError(t, failed[1], "upload proxy: storage bucket.test refused with HTTP 403 (Forbidden)")
		assert.Empty(t, o.refused, "it is no refusal by W&B")
		assert.Len(t, w.names(), 1, "a new address would be denied too")
		assert.NotContains(t, fmt.Sprintf("%v %+v", err, failed), "signature=")
	})
}

func TestUpload_ServerRefuses_StopsAllAndNotifiesOnce(t *testing.T) {
	t.Parallel()
	o := newOnline(t, nil)
	require.NoError(t, o.SaveBytes("before", nil, runfiles.Now))
	o.wait(func(v wandbtest.RunView) bool { return len(v.Files) == 1 })
	require.NoError(t, o.srv.SetRole("acme", "alice", wandbtest.RoleViewer))
	require.NoError(t, o.SaveBytes("a", []byte("a"), runfiles.Now))
	require.NoError(t, o.SaveBytes("b", []byte("b"), runfiles.Now))
	o.Flush()
	require.Eventually(t, func() bool { return len(o.Errors()) == 2 }, time.Minute, time.Millisecond)
	require.NoError(t, o.SaveBytes("c", []byte("c"), runfiles.Now))
	require.NoError(t, o.SaveBytes("end", []byte("end"), runfiles.End))
	err := o.Finish(t.Context())
	e, ok := stderrors.AsType[*graphql.Error](err)
	require.True(t, ok)
	assert.Equal(t, 403, e.StatusCode)
	require.Len(t, o.refused, 1)
	assert.Same(t, e, o.refused[0])
	assert.LessOrEqual(t, o.requests("CreateRunFiles"), 3)

	dir := t.TempDir()
	require.NoError(t, o.Keep(t.Context(), dir))
	for _, name := range []string{"a", "b", "c", "end"} {
		assert.Equal(t, name, read(t, path.Join(dir, name)))
	}
	assert.NoFileExists(t, path.Join(dir, "before"), "it is on the server")
}

func TestUpload_RefusedWhileRenewing_StopsAll(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := &wire{
			put:    func(put) (int, string) { return 403, storeError("AccessDenied", "Request has expired") },
			refuse: func(asked int) bool { return asked > 1 },
		}
		o := newWire(t, w, nil)
		require.NoError(t, o.SaveBytes("a", nil, runfiles.Now))
		require.NoError(t, o.SaveBytes("b", nil, runfiles.Now))
		o.Flush()
		synctest.Wait()
		require.NoError(t, o.SaveBytes("end", nil, runfiles.End))
		require.Error(t, o.Finish(t.Context()))
		assert.Len(t, o.Errors(), 3, "what was never tried is not on the server either")
		assert.Len(t, o.refused, 1)
		assert.Len(t, w.names(), 3)
	})
}

func TestUpload_OneBadName_UploadsTheOthers(t *testing.T) {
	t.Parallel()
	o := newOnline(t, nil)
	o.srv.Inject(wandbtest.Fault{
		Operation: "CreateRunFiles", Status: 400, Body: `{"errors":[{"message":"invalid file name"}]}`,
		Match: func(_ *http.Request, body []byte) bool { return bytes.Contains(body, []byte(`"bad"`)) },
	})
	for _, name := range []string{"a", "b", "c", "bad", "d", "e"} {
		require.NoError(t, o.SaveBytes(name, nil, runfiles.End))
	}
	err := o.Finish(t.Context())
	assert.EqualError(t, err, "upload bad: CreateRunFiles: HTTP 400: invalid file name")
	assert.Equal(t, []string{"a", "b", "c", "d", "e"}, o.names())
	assert.Empty(t, o.refused)
}

func TestUpload_AddressesDoNotMatch_ReturnsErrUnexpectedAnswer(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct{ body, want string }{
		"one too few": {
			`{"data":{"createRunFiles":{"uploadHeaders":[],"files":[]}}}`, "upload a: the server returned 0 upload addresses for 1 files",
		},
		"null": {
			`{"data":{"createRunFiles":null}}`, "upload a: the server returned 0 upload addresses for 1 files",
		},
		"another name": {
			`{"data":{"createRunFiles":{"uploadHeaders":[],"files":[{"name":"b","uploadUrl":"https://h/"}]}}}`,
			`upload a: the server returned no upload address for "a"`,
		},
		"no address": {
			`{"data":{"createRunFiles":{"uploadHeaders":[],"files":[{"name":"a","uploadUrl":null}]}}}`,
			`upload a: the server returned no upload address for "a"`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := newOnline(t, nil)
			o.srv.Inject(wandbtest.Fault{Operation: "CreateRunFiles", Body: tc.body, Header: http.Header{"Content-Type": {"application/json"}}})
			require.NoError(t, o.SaveBytes("a", nil, runfiles.Now))
			err := o.Finish(t.Context())
			require.EqualError(t, err, tc.want)
			assert.ErrorIs(t, err, errors.ErrUnexpectedAnswer)
		})
	}
}

func TestUpload_InvalidAddress_Fails(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := &wire{address: func(string, int) string { return "ftp://user:hunter22@h/x?signature=s3cret" }}
		o := newWire(t, w, nil)
		require.NoError(t, o.SaveBytes("a", nil, runfiles.Now))
		err := o.Finish(t.Context())
		require.Error(t, err)
		assert.NotContains(t, err.Error(), "hunter22")
		assert.NotContains(t, err.Error(), "s3cret")
		assert.Zero(t, time.Since(w.start), "no retry makes it one")
	})
}

// A file that cannot be read fails at once. A file that shrinks while it is sent is sent
// again.
func TestUpload_FileChangesWhileRead_Fails(t *testing.T) {
	t.Parallel()
	o := newOnline(t, nil)
	broken := openFunc(func(string) (fs.File, error) { return &brokenFile{MapFile(t, "0123456789"), errDisk}, nil })
	require.NoError(t, o.SaveFile("broken", broken, "f", runfiles.Now))
	n := 0
	shrinks := openFunc(func(string) (fs.File, error) {
		n++
		if n == 2 { // the first is for its size
			return &brokenFile{MapFile(t, "0123456789"), io.EOF}, nil
		}
		return MapFile(t, "01234"), nil
	})
	require.NoError(t, o.SaveFile("shrinks", shrinks, "f", runfiles.Now))
	err := o.Finish(t.Context())
	require.ErrorIs(t, err, errDisk)
	assert.Len(t, o.Errors(), 1)
	assert.Equal(t, map[string]string{"shrinks": "01234"}, o.files())
}

type openFunc func(string) (fs.File, error)

func (f openFunc) Open(name string) (fs.File, error) { return f(name) }

// MapFile is an open file with this content.
func MapFile(t *testing.T, text string) fs.File {
	t.Helper()
	f, err := fstest.MapFS{"f": {Data: []byte(text)}}.Open("f")
	require.NoError(t, err)
	return f
}

// brokenFile ends after three bytes.
type brokenFile struct {
	fs.File
	err error
}

func (f *brokenFile) Read(p []byte) (int, error) {
	err := f.err
	f.err = io.EOF
	return copy(p, "012"), err
}
