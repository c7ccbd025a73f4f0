package objectstore_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/graphql"
	"github.com/wandgo/wandgo/internal/objectstore"
	"github.com/wandgo/wandgo/internal/transport"
)

// The store may be a part of the server, whose own refusals are the API's.
func TestErrorOf_WhoRefused_IsToldByHostAndForm(t *testing.T) {
	t.Parallel()
	answer := func(status int, kind graphql.BodyKind, message string) *graphql.Error {
		return &graphql.Error{Operation: "upload", StatusCode: status, Kind: kind, Message: message}
	}
	for name, tt := range map[string]struct {
		host   string
		answer *graphql.Error
		store  bool
		text   string
	}{
		"store":             {"bucket.test", answer(403, graphql.KindStorageXML, "AccessDenied: no"), true, "storage bucket.test refused with HTTP 403 (AccessDenied)"},
		"no form":           {"bucket.test", answer(404, graphql.KindEmpty, ""), true, "storage bucket.test refused with HTTP 404 (Not Found)"},
		"full":              {"bucket.test", answer(507, graphql.KindEmpty, ""), true, "storage bucket.test refused with HTTP 507 (Insufficient Storage)"},
		"busy":              {"bucket.test", answer(503, graphql.KindEmpty, ""), true, "storage bucket.test: upload: HTTP 503 with an empty body"},
		"API, its own form": {"api.test", answer(403, graphql.KindGraphQL, "permission denied"), false, "upload: HTTP 403: permission denied"},
		"API, store's form": {"api.test", answer(403, graphql.KindStorageXML, "AccessDenied: no"), true, "storage api.test refused with HTTP 403 (AccessDenied)"},
		"proxy":             {"bucket.test", answer(407, graphql.KindHTML, "log in"), false, "upload: HTTP 407: log in"},
	} {
		err := objectstore.ErrorOf("model.pt", tt.host, "https://api.test", tt.answer)
		_, store := errors.AsType[*objectstore.Error](err)
		assert.Equal(t, tt.store, store, name)
		require.EqualError(t, err, tt.text, name)
		assert.Equal(t, tt.store && tt.answer.StatusCode != 503, errors.Is(err, errors.ErrStoreRefused), name)
	}
}

func TestStale_OnlyIfANewAddressMayHelp(t *testing.T) {
	t.Parallel()
	denied := &graphql.Error{StatusCode: 403, Kind: graphql.KindStorageXML, Message: "AccessDenied: Access Denied"}
	expired := &graphql.Error{StatusCode: 400, Kind: graphql.KindStorageXML, Message: "ExpiredToken: The provided token has expired."}
	young := objectstore.Address{Asked: time.Now()}
	old := objectstore.Address{Asked: time.Now().Add(-2 * time.Minute)}
	assert.False(t, young.Stale(denied))
	assert.True(t, old.Stale(denied))
	assert.True(t, young.Stale(expired))
	assert.False(t, old.Stale(errors.New("disk")))
}

func TestAccepts_WebPage_IsNotAStores(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]bool{"": true, "ok": true, " <!DOCTYPE html>": false, "<HTML>": false, "<Complete/>": true} {
		assert.Equal(t, want, objectstore.Accepts(&transport.Response{StatusCode: http.StatusOK, Body: []byte(body)}), body)
	}
}
