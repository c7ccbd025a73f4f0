package diagnose

import (
	"context"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/graphql"
	"github.com/wandgo/wandgo/internal/objectstore"
	"github.com/wandgo/wandgo/internal/runfiles"
	"github.com/wandgo/wandgo/internal/transport"
)

// The same response is read otherwise if it is the API's: as a wrong address, or as a
// proxy's refusal.
func TestClassify_UploadToAnObjectStore_IsNeverTheAPIs(t *testing.T) {
	t.Parallel()
	slow := failure(400, graphql.KindStorageXML, "RequestTimeout: too slow")
	slow.Body = []byte("<Error><Code>RequestTimeout</Code></Error>")
	silent := &graphql.Error{Err: &transport.Error{Err: http.ErrSchemeMismatch}}
	for name, tt := range map[string]struct {
		answer *graphql.Error
		class  Class
		sure   bool
		code   string
	}{
		"403 of S3":           {failure(403, graphql.KindStorageXML, "AccessDenied: Access Denied"), StoreRefused, true, "AccessDenied"},
		"404 of S3":           {failure(404, graphql.KindStorageXML, "NoSuchBucket: no"), StoreRefused, true, "NoSuchBucket"},
		"301 of S3":           {failure(301, graphql.KindStorageXML, "PermanentRedirect"), StoreRefused, true, "PermanentRedirect"},
		"401 without a body":  {failure(401, graphql.KindEmpty, ""), StoreRefused, false, ""},
		"403 of a web page":   {failure(403, graphql.KindHTML, "403 Forbidden"), StoreRefused, false, ""},
		"403 in W&B's form":   {refusal(403, "permission denied"), StoreRefused, false, ""},
		"404 in plain text":   {failure(404, graphql.KindText, "404 page not found"), StoreRefused, false, ""},
		"405 of nginx":        {failure(405, graphql.KindHTML, "405 Not Allowed"), StoreRefused, false, ""},
		"413 of nginx":        {failure(413, graphql.KindHTML, "413 Request Entity Too Large"), StoreRefused, false, ""},
		"400 RequestTimeout":  {slow, ServerError, true, ""},
		"503 SlowDown":        {failure(503, graphql.KindStorageXML, "SlowDown"), ServerError, true, ""},
		"no response":         {silent, Unreachable, true, ""},
		"a status of earlier": {&graphql.Error{StatusCode: 500, Err: &transport.Error{Last: &transport.Response{StatusCode: 500}}}, ServerError, true, ""},
	} {
		store := &objectstore.Error{Name: "model.pt", Host: "bucket.test", Answer: tt.answer}
		r := Classify(t.Context(), &runfiles.FileError{Name: "model.pt", Err: store})
		assert.Equal(t, tt.class, r.Class, name)
		assert.Equal(t, tt.sure, r.Sure, name)
		assert.Equal(t, tt.code, r.Code, name)
		file, host := r.upload()
		assert.Equal(t, "model.pt bucket.test", file+" "+host, name)
		if tt.class != StoreRefused {
			continue
		}
		v := Decide(r, &Findings{})
		assert.Equal(t, errors.ErrStoreRefused, v.Cause, name)
		assert.False(t, r.NeedsProbes(), name)
	}
}

// A sentence about the store never leads to the API's address.
func TestRequestError_StoreOutOfReach_NamesTheStore(t *testing.T) {
	t.Parallel()
	answer := &graphql.Error{Operation: "PUT", Err: &transport.Error{Err: context.DeadlineExceeded}}
	err := &objectstore.Error{Name: "model.pt", Host: "bucket.test", Answer: answer}
	failed := diagnoserAt("https://wandb.test").requestError(t.Context(), Question{}, Classify(t.Context(), err))
	require.ErrorIs(t, failed, errors.ErrServerUnavailable)
	text := errors.Explain(failed)
	assert.Contains(t, text, "Cannot reach the object store bucket.test")
	assert.NotContains(t, text, "curl")
}
