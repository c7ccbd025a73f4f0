package graphql

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"unicode/utf8"

	gql "github.com/Khan/genqlient/graphql"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"github.com/wandgo/wandgo/internal/gqlclient"
	"github.com/wandgo/wandgo/internal/secret"
	"github.com/wandgo/wandgo/internal/transport"
)

var scrubTestKey = secret.New(testKey).Scrub

// decodeUpsert decodes a response as that of upsertBucket.
func decodeUpsert(status int, contentType, body string) (*UpsertBucketResponse, *gql.Response, *Error) {
	data := &UpsertBucketResponse{}
	resp := &gql.Response{Data: data}
	err := decode("UpsertBucket", &transport.Response{
		StatusCode: status, Header: http.Header{}, Body: []byte(body), ContentType: contentType, Attempts: 1,
	}, resp, scrubTestKey)
	e, _ := errors.AsType[*Error](err)
	return data, resp, e
}

func TestDecode_EachBody_ReturnsErrorOrData(t *testing.T) {
	t.Parallel()
	upsert := []string{"upsertBucket"}
	for _, tc := range []struct {
		name        string
		status      int
		contentType string
		body        string
		kind        BodyKind
		message     string
		code        string
		path        []string
		text        string // of Error()
	}{
		{
			"403 until 2024: errors before data", 403, "application/json",
			`{"errors":[{"message":"permission denied","path":["upsertBucket"],"extensions":{"code":"PERMISSION_ERROR"}}],"data":{"upsertBucket":null}}`,
			KindGraphQL, "permission denied", "PERMISSION_ERROR", upsert,
			"UpsertBucket: HTTP 403: permission denied (PERMISSION_ERROR)",
		},
		{
			"403 since 2025: data before errors", 403, "application/json",
			`{"data":{"upsertBucket":null},"errors":[{"extensions":{"code":"PERMISSION_ERROR"},"path":["upsertBucket"],"message":"permission denied"}]}`,
			KindGraphQL, "permission denied", "PERMISSION_ERROR", upsert,
			"UpsertBucket: HTTP 403: permission denied (PERMISSION_ERROR)",
		},
		{
			"401", 401, "application/json",
			`{"data":{"upsertBucket":null},"errors":[{"message":"user is not logged in","path":["upsertBucket"],"extensions":{"code":"PERMISSION_ERROR"}}]}`,
			KindGraphQL, "user is not logged in", "PERMISSION_ERROR", upsert,
			"UpsertBucket: HTTP 401: user is not logged in (PERMISSION_ERROR)",
		},
		{
			"404 without extensions", 404, "application/json",
			`{"errors":[{"message":"entity acme not found during upsertBucket","path":["upsertBucket"]}],"data":{"upsertBucket":null}}`,
			KindGraphQL, "entity acme not found during upsertBucket", "", upsert,
			"UpsertBucket: HTTP 404: entity acme not found during upsertBucket",
		},
		{
			"401 with error as a text", 401, "application/json", `{"error":"Malformed token"}`,
			KindJSONError, "Malformed token", "", nil, "UpsertBucket: HTTP 401: Malformed token",
		},
		{
			"error as an object", 400, "application/json", `{"error":{"message":"bad request","code":400}}`,
			KindJSONError, "bad request", "400", nil, "UpsertBucket: HTTP 400: bad request (400)",
		},
		{
			"texts and objects in one list", 500, "application/json", `{"errors":["first",{"message":"second"}]}`,
			KindGraphQL, "first", "", nil, "UpsertBucket: HTTP 500: first",
		},
		{
			"errors as a text", 403, "application/json", `{"errors":"no"}`,
			KindGraphQL, "no", "", nil, "UpsertBucket: HTTP 403: no",
		},
		{
			"errors as an object", 403, "application/json", `{"errors":{"message":"no","path":["a",0,"b"]}}`,
			KindGraphQL, "no", "",
			[]string{"a", "0", "b"},
			"UpsertBucket: HTTP 403: no",
		},
		{
			"an error without a message", 403, "application/json", `{"errors":[{"path":["upsertBucket"],"extensions":{"code":"X"}}]}`,
			KindGraphQL, "", "X", upsert, "UpsertBucket: HTTP 403 with no message (X)",
		},
		{
			"odd types in an error", 403, "application/json", `{"errors":[{"message":{"a":1},"path":"x","locations":5,"extensions":[]},7,null]}`,
			KindGraphQL, `{"a":1}`, "", nil, `UpsertBucket: HTTP 403: {"a":1}`,
		},
		{
			"the first message that is one", 403, "application/json", `{"errors":[{},{"message":"second","path":["p"]}]}`,
			KindGraphQL, "second", "",
			[]string{"p"},
			"UpsertBucket: HTTP 403: second",
		},
		{
			"a list of no errors", 403, "application/json", `{"errors":[]}`,
			KindGraphQL, "", "", nil, "UpsertBucket: HTTP 403 with no message",
		},
		{
			"an API gateway's object", 403, "application/json", `{"message":"Forbidden"}`,
			KindJSONOther, "Forbidden", "", nil, "UpsertBucket: HTTP 403: Forbidden",
		},
		{
			"an empty object", 403, "application/json", `{}`,
			KindJSONOther, "", "", nil, "UpsertBucket: HTTP 403 with JSON that is not GraphQL",
		},
		{
			"null for everything", 403, "application/json", `{"data":null,"errors":null,"error":null}`,
			KindGraphQL, "", "", nil, "UpsertBucket: HTTP 403 with no message",
		},
		{
			"a byte order mark", 403, "application/json", "\xef\xbb\xbf" + `{"error":"no"}`,
			KindJSONError, "no", "", nil, "UpsertBucket: HTTP 403: no",
		},
		{
			"an object store", 403, "application/xml",
			`<?xml version='1.0' encoding='UTF-8'?>` + "\n" + `<Error><Code>AccessDenied</Code><Message>Access &amp; more denied.</Message></Error>`,
			KindStorageXML, "AccessDenied: Access & more denied.", "", nil,
			"UpsertBucket: HTTP 403: AccessDenied: Access & more denied.",
		},
		{
			"an object store, tersely", 403, "", `<Error><Code>SignatureDoesNotMatch</Code></Error>`,
			KindStorageXML, "SignatureDoesNotMatch", "", nil, "UpsertBucket: HTTP 403: SignatureDoesNotMatch",
		},
		{
			"Azure's object store", 403, "application/xml", "\xef\xbb\xbf" + `<?xml version="1.0" encoding="utf-8"?><Error><Code>AuthorizationFailure</Code><Message>This request is not authorized.</Message></Error>`,
			KindStorageXML, "AuthorizationFailure: This request is not authorized.", "", nil, "UpsertBucket: HTTP 403: AuthorizationFailure: This request is not authorized.",
		},
		{
			"other XML", 403, "application/xml", `<fault>no</fault>`,
			KindText, "<fault>no</fault>", "", nil, "UpsertBucket: HTTP 403: <fault>no</fault>",
		},
		{
			"a web page", 403, "text/html", "<!-- proxy -->\n<!DOCTYPE HTML>\n<html><head>\n<TITLE>Access\n Denied</TITLE></head><body><h1>x</h1></body></html>",
			KindHTML, "Access Denied", "", nil, "UpsertBucket: HTTP 403: Access Denied",
		},
		{
			"a web page under a wrong type", 407, "application/json", "<html><h1>Proxy Authentication Required</h1></html>",
			KindHTML, "Proxy Authentication Required", "", nil, "UpsertBucket: HTTP 407: Proxy Authentication Required",
		},
		{
			"a web page without words", 502, "text/html", "<html></html>",
			KindHTML, "", "", nil, "UpsertBucket: HTTP 502 with a web page",
		},
		{
			"plain text", 403, "text/plain", "403 Forbidden\n",
			KindText, "403 Forbidden", "", nil, "UpsertBucket: HTTP 403: 403 Forbidden",
		},
		{
			"Go's own 404", 404, "text/plain", "404 page not found\n",
			KindText, "404 page not found", "", nil, "UpsertBucket: HTTP 404: 404 page not found",
		},
		{
			"text of several lines", 403, "", "one\r\n\ttwo",
			KindText, "one\r\n\ttwo", "", nil, "UpsertBucket: HTTP 403: one two",
		},
		{"nothing", 403, "", "", KindEmpty, "", "", nil, "UpsertBucket: HTTP 403 with an empty body"},
		{"white space", 403, "", " \r\n", KindEmpty, "", "", nil, "UpsertBucket: HTTP 403 with an empty body"},
		{
			"JSON cut short", 403, "application/json", `{"errors":[{"message":"permission den`,
			KindGarbage, "", "", nil, "UpsertBucket: HTTP 403 with an unreadable body",
		},
		{
			"JSON and more", 403, "application/json", `{"error":"no"}{"error":"no"}`,
			KindGarbage, "", "", nil, "UpsertBucket: HTTP 403 with an unreadable body",
		},
		{"a JSON list", 403, "application/json", `[{"message":"no"}]`, KindGarbage, "", "", nil, "UpsertBucket: HTTP 403 with an unreadable body"},
		{"a JSON text", 403, "application/json", `"no"`, KindGarbage, "no", "", nil, "UpsertBucket: HTTP 403: no"},
		{"a JSON null", 403, "application/json", `null`, KindGarbage, "", "", nil, "UpsertBucket: HTTP 403 with an unreadable body"},
		{"a JSON number", 403, "application/json", `403`, KindGarbage, "", "", nil, "UpsertBucket: HTTP 403 with an unreadable body"},
		{"binary", 403, "", "\x1f\x8b\x08\x00\xff", KindGarbage, "", "", nil, "UpsertBucket: HTTP 403 with an unreadable body"},
		{"text with a zero byte", 403, "", "a\x00b", KindGarbage, "", "", nil, "UpsertBucket: HTTP 403 with an unreadable body"},
		{
			"200 with errors", 200, "application/json",
			`{"data":null,"errors":[{"message":"Cannot query field \"features\" on type \"ServerInfo\".","locations":[{"line":1,"column":2}]}]}`,
			KindGraphQL, `Cannot query field "features" on type "ServerInfo".`, "", nil,
			`UpsertBucket: HTTP 200: Cannot query field "features" on type "ServerInfo".`,
		},
		{"200 with an error", 200, "", `{"error":"relogin required"}`, KindJSONError, "relogin required", "", nil, "UpsertBucket: HTTP 200: relogin required"},
		{"200 without anything", 200, "", ``, KindEmpty, "", "", nil, "UpsertBucket: HTTP 200 with an empty body"},
		{"200 with a login page", 200, "text/html", `<html><title>Sign in</title>`, KindHTML, "Sign in", "", nil, "UpsertBucket: HTTP 200: Sign in"},
		{"200 with null data", 200, "", `{"data":null}`, KindGraphQL, "", "", nil, "UpsertBucket: HTTP 200: the response holds no data"},
		{"200 with null data and no errors", 200, "", `{"data":null,"errors":[]}`, KindGraphQL, "", "", nil, "UpsertBucket: HTTP 200: the response holds no data"},
		{"200 with null errors", 200, "", `{"errors":null}`, KindJSONOther, "", "", nil, "UpsertBucket: HTTP 200 with JSON that is not GraphQL"},
		{"200 without data", 200, "", `{"status":"ok"}`, KindJSONOther, "", "", nil, "UpsertBucket: HTTP 200 with JSON that is not GraphQL"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			_, _, e := decodeUpsert(tc.status, tc.contentType, tc.body)
			require.NotNil(t, e)
			assert.Equal(t, tc.kind, e.Kind)
			assert.Equal(t, tc.message, e.Message)
			assert.Equal(t, tc.code, e.Code)
			assert.Equal(t, tc.path, e.Path)
			assert.Equal(t, tc.text, e.Error())
			assert.Equal(t, tc.body, string(e.Body))
			assert.Equal(t, tc.kind == KindGraphQL || tc.kind == KindJSONError, e.FromWandB())
			assert.True(t, e.Answered())
			he, ok := errors.AsType[*HTTPError](e)
			require.Equal(t, tc.status != 200, ok)
			if ok {
				assert.Equal(t, tc.status, he.StatusCode)
				if tc.message != "" {
					require.NotEmpty(t, he.Response.Errors, "genqlient would have lost the message")
				}
			}
		})
	}
}

func TestDecode_DataAndErrors_ReturnsBoth(t *testing.T) {
	t.Parallel()
	for _, status := range []int{200, 403} {
		data, _, e := decodeUpsert(status, "application/json",
			`{"errors":[{"message":"permission denied","path":["upsertBucket","bucket","project"]}],"data":{"upsertBucket":{"inserted":true,"bucket":{"id":"i","name":"n"}}}}`)
		require.NotNil(t, e)
		assert.True(t, e.HasData)
		require.NotNil(t, data.UpsertBucket)
		assert.Equal(t, "n", data.UpsertBucket.Bucket.Name)
		assert.Len(t, e.ErrorsAt("upsertBucket"), 1)
		assert.Empty(t, e.ErrorsAt("viewer"))
	}
}

func TestDecode_Success_ReturnsData(t *testing.T) {
	t.Parallel()
	for name, body := range map[string]string{
		"data":                  `{"data":{"upsertBucket":{"bucket":{"name":"n"}}}}`,
		"spaces":                " {\"data\": {\"upsertBucket\":{\"bucket\":{\"name\":\"n\"}}} }\r\n",
		"twice":                 `{"data":{"upsertBucket":{"bucket":{"name":"m"}}},"data":{"upsertBucket":{"bucket":{"name":"n"}}}}`,
		"empty errors":          `{"errors":[],"data":{"upsertBucket":{"bucket":{"name":"n"}}}}`,
		"null errors":           `{"errors":null,"error":null,"data":{"upsertBucket":{"bucket":{"name":"n"}}}}`,
		"extensions":            `{"data":{"upsertBucket":{"bucket":{"name":"n"}}},"extensions":{"cost":1}}`,
		"extensions of no type": `{"data":{"upsertBucket":{"bucket":{"name":"n"}}},"extensions":"x"}`,
		"unknown fields":        `{"took":3,"data":{"new":1,"upsertBucket":{"bucket":{"name":"n","newer":[]}}}}`,
	} {
		data, resp, e := decodeUpsert(200, "application/json", body)
		require.Nil(t, e, name)
		assert.Equal(t, "n", data.UpsertBucket.Bucket.Name, name)
		if name == "extensions" {
			assert.Equal(t, map[string]any{"cost": 1.0}, resp.Extensions)
		}
	}
}

func TestDecode_AlmostOnlyData_IsNotGraphQL(t *testing.T) {
	t.Parallel()
	for _, body := range []string{`{"data":{}`, `{"data":5`, `{"data":{}}}`, `{"data":{}}x`, `{"data":{},}`, `{"data":}`, "{\"data\":{}}\v", `{"data":{}}{"data":{}}`} {
		_, _, e := decodeUpsert(200, "application/json", body)
		require.ErrorIs(t, e, errNotGraphQL, body)
	}
}

func TestDecode_DataOfWrongType_KeepsErrors(t *testing.T) {
	t.Parallel()
	_, _, e := decodeUpsert(200, "application/json", `{"data":{"upsertBucket":"surprise"}}`)
	require.NotNil(t, e)
	assert.ErrorContains(t, e, "decode data")
	_, _, e = decodeUpsert(403, "application/json", `{"data":{"upsertBucket":"surprise"},"errors":[{"message":"permission denied"}]}`)
	require.NotNil(t, e)
	assert.Equal(t, "permission denied", e.Message, "data of a wrong type hides the refusal")
}

func TestDecode_SeveralErrors_KeepsAll(t *testing.T) {
	t.Parallel()
	_, resp, e := decodeUpsert(200, "application/json", `{"data":{},"errors":[
		{"message":"one","path":["roles","members",3],"extensions":{"code":"PERMISSION_ERROR"},"locations":[{"line":2,"column":3}]},
		{"message":"two","path":["seats"]},
		"three"]}`)
	require.NotNil(t, e)
	assert.Equal(t, []string{"one", "two", "three"}, e.Messages)
	assert.Equal(t, []FieldError{
		{Message: "one", Code: "PERMISSION_ERROR", Path: []string{"roles", "members", "3"}, HasLocations: true},
		{Message: "two", Path: []string{"seats"}},
		{Message: "three"},
	}, e.Errors)
	list, ok := errors.AsType[gqlerror.List](e)
	require.True(t, ok)
	assert.Equal(t, resp.Errors, list)
	assert.Equal(t, "roles.members[3]", list[0].Path.String())
	assert.Equal(t, "PERMISSION_ERROR", list[0].Extensions["code"])
	assert.Equal(t, []gqlerror.Location{{Line: 2, Column: 3}}, list[0].Locations)
}

func TestDecode_LongBody_IsCutBetweenRunes(t *testing.T) {
	t.Parallel()
	_, _, e := decodeUpsert(502, "text/plain", strings.Repeat("gâteau ", 5000))
	require.NotNil(t, e)
	assert.Equal(t, KindText, e.Kind)
	assert.LessOrEqual(t, utf8.RuneCountInString(e.Error()), maxLine+50)
	assert.True(t, utf8.ValidString(e.Error()))
	assert.LessOrEqual(t, len(e.Body), maxErrorHead)
	_, _, e = decodeUpsert(403, "", strings.Repeat("x", maxErrorHead-5)+testKey)
	assert.NotContains(t, string(e.Body), testKey[:4])
}

func TestDecode_BodyHoldsKey_IsScrubbed(t *testing.T) {
	t.Parallel()
	escaped := fmt.Sprintf(`\u00%02x`, testKey[0]) + testKey[1:]
	for _, status := range []int{200, 403} {
		for _, body := range []string{
			`{"error":"key KEY unknown"}`,
			`{"errors":[{"message":"KEY","path":["KEY"],"extensions":{"code":"KEY","deep":[{"x":"KEY"}]}}],"extensions":{"k":"KEY"}}`,
			`{"message":"KEY"}`, `<title>KEY</title>`, `plain KEY`, `"KEY"`, `{"error":"KEY`,
		} {
			for _, key := range []string{testKey, escaped} {
				_, resp, e := decodeUpsert(status, "", strings.ReplaceAll(body, "KEY", key))
				require.NotNil(t, e)
				for _, verb := range []string{"%v", "%+v", "%#v"} {
					assert.NotContains(t, fmt.Sprintf(verb, e), testKey, body)
					assert.NotContains(t, fmt.Sprintf(verb, resp), testKey, body)
					assert.NotContains(t, fmt.Sprintf(verb, e.Unwrap()), testKey, body)
				}
				assert.NotContains(t, string(e.Body), testKey, body)
			}
		}
	}
}

func FuzzDecode(f *testing.F) {
	for _, body := range []string{
		``, `null`, `{}`, `[]`, `"x"`, `{"data":{"upsertBucket":null}}`, `{"data":null,"errors":[{"message":"permission denied","path":["upsertBucket",1]}]}`,
		`{"error":"Malformed token"}`, `{"error":{"message":"x"}}`, `{"errors":["a",{"message":"b"}]}`, `{"errors":[{"message":1e999}]}`,
		`<?xml version="1.0"?><Error><Code>AccessDenied</Code><Message>x</Message></Error>`, `<html><title>x</title>`, `<!--`, `<?`, `<title`,
		`403 Forbidden`, "\x1f\x8b", "{\"errors\":[{\"message\":\"\\u0000\\n\"}]}", `{"message":"Forbidden"}`, "\xef\xbb\xbf{}", `{"errors":[{"message":"` + testKey + `"}]}`,
		`{"DATA":{},"Errors":[[[]]]}`, `{"data":{"upsertBucket":{"inserted":"yes"}}}`, "\xc3", "a\xc3",
	} {
		f.Add(200, "application/json", []byte(body))
		f.Add(403, "text/html", []byte(body))
	}
	f.Fuzz(func(t *testing.T, status int, contentType string, body []byte) {
		data := &UpsertBucketResponse{}
		resp := &gql.Response{Data: data}
		err := decode("UpsertBucket", &transport.Response{StatusCode: status, Header: http.Header{}, Body: body, ContentType: contentType}, resp, scrubTestKey)
		ok := status >= 200 && status < 300
		if err == nil {
			assert.True(t, ok, "an error status passed for a success")
			return
		}
		e, is := errors.AsType[*Error](err)
		require.True(t, is)
		line := e.Error()
		assert.NotContains(t, line, "\n")
		assert.NotContains(t, line, testKey)
		assert.NotContains(t, string(e.Body), testKey)
		assert.True(t, utf8.ValidString(line))
		assert.Less(t, len(line), 3*maxLine)
		assert.LessOrEqual(t, len(e.Body), maxErrorHead)
		assert.NotEmpty(t, e.Kind)
		require.Error(t, e.Err)
		_, isHTTP := errors.AsType[*HTTPError](err)
		assert.Equal(t, !ok, isHTTP)
		if e.FromWandB() {
			assert.Contains(t, string(body), "{")
		}
		_ = e.IsValidation()
	})
}

func TestReadResponse_OtherEndpoint_ReturnsErrorUnless2xx(t *testing.T) {
	t.Parallel()
	require.NoError(t, gqlclient.ErrorOf("file_stream", &transport.Response{StatusCode: 200, Body: []byte("not even JSON")}, nil))
	err := gqlclient.ErrorOf("file_stream", &transport.Response{StatusCode: 404, Body: []byte(`{"error":"run not found"}`)}, nil)
	require.EqualError(t, err, "file_stream: HTTP 404: run not found")
	err = gqlclient.ErrorOf("file_stream", nil, &transport.Error{Op: "file_stream", Err: context.Canceled})
	require.ErrorIs(t, err, context.Canceled)
	require.EqualError(t, err, "file_stream: context canceled")
}
