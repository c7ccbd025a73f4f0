package client_test

import (
	"context"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/client"
	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/graphql"
	"github.com/wandgo/wandgo/wandbtest"
)

// environ is an environment of these variables and nothing else.
func environ(pairs ...string) func(*client.Options) {
	env := make(map[string]string)
	for i := 0; i < len(pairs); i += 2 {
		env[pairs[i]] = pairs[i+1]
	}
	return func(o *client.Options) { o.Getenv = func(name string) string { return env[name] } }
}

// quickly makes retries follow at once.
var quickly = environ(
	"WANDB_X_GRAPHQL_RETRY_WAIT_MIN_SECONDS", "0.001", "WANDB_X_GRAPHQL_RETRY_WAIT_MAX_SECONDS", "0.002",
	"WANDB_X_FILE_STREAM_RETRY_WAIT_MIN_SECONDS", "0.001", "WANDB_X_FILE_STREAM_RETRY_WAIT_MAX_SECONDS", "0.002",
	"WANDB_X_FILE_TRANSFER_RETRY_WAIT_MIN_SECONDS", "0.001", "WANDB_X_FILE_TRANSFER_RETRY_WAIT_MAX_SECONDS", "0.002",
	"WANDB_X_FILE_STREAM_TRANSMIT_INTERVAL", "0.001",
)

func header(pairs ...string) http.Header {
	h := make(http.Header)
	for i := 0; i < len(pairs); i += 2 {
		h.Set(pairs[i], pairs[i+1])
	}
	return h
}

// wireForm is one answer to a run's creation and what is to be made of it.
type wireForm struct {
	// name starts with the number of a response in
	// docs/protocol/refusals.md#responses, or of a line in
	// docs/protocol/refusals.md#deciding-by-status.
	name  string
	fault wandbtest.Fault
	// The world's other facts: alice (in acme) unless outsider, whose key the
	// server knows, or stranger, whose key it does not.
	outsider, stranger bool
	user               string // another one
	// entity is acme unless set.
	entity string

	cause      error // nil for an undetermined refusal
	refusal    bool  // an *errors.PermissionError, else an *errors.RequestError
	confidence errors.Confidence
	requests   int // in all, 0 where retries make it vary
	message    string
	noHTTP     bool // no *graphql.HTTPError, because the status says success or none came
	noID       bool // the request id is lost with the answer that seemed good
	candidates []error
	// candidatesJan are those of a server before October 2024, where they differ.
	candidatesJan []error
}

const (
	denied2024  = `{"errors":[{"message":"permission denied","path":["upsertBucket"],"extensions":{"code":"PERMISSION_ERROR"}}],"data":{"upsertBucket":null}}`
	denied2025  = `{"data":{"upsertBucket":null},"errors":[{"message":"permission denied","path":["upsertBucket"],"extensions":{"code":"PERMISSION_ERROR"}}]}`
	notLoggedIn = `{"data":{"upsertBucket":null},"errors":[{"message":"user is not logged in","path":["upsertBucket"],"extensions":{"code":"PERMISSION_ERROR"}}]}`
	storageXML  = `<?xml version="1.0" encoding="UTF-8"?><Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>`
	loginPage   = `<!DOCTYPE html><html><head><title>Corporate gateway</title></head><body>blocked</body></html>`
)

func gqlError(message string) string {
	return `{"data":{"upsertBucket":null},"errors":[{"message":"` + message + `","path":["upsertBucket"]}]}`
}

func answer(status int, body string) wandbtest.Fault {
	return wandbtest.Fault{Status: status, Body: body, Header: header("X-Request-Id", "req-42")}
}

func wireForms() []wireForm {
	member := func(w wireForm) wireForm { w.refusal = true; return w }
	// The roles and the seat are known to be no obstacle; that of the project and
	// the seat are not where the server is too old to tell.
	candidates13Jan := []error{errors.ErrProjectRestricted, errors.ErrSeatRequired}
	return []wireForm{
		// 403: who is right depends on the probes, so take two whose answers differ.
		member(wireForm{name: "response 1, 403 of 2024, errors before data, outsider", fault: answer(403, denied2024), outsider: true, cause: errors.ErrNotTeamMember, confidence: errors.Certain, requests: 2, message: "permission denied"}),
		member(wireForm{name: "response 1, 403 of 2025, data before errors, outsider", fault: answer(403, denied2025), outsider: true, cause: errors.ErrNotTeamMember, confidence: errors.Certain, requests: 2, message: "permission denied"}),
		member(wireForm{name: "response 1, 403 without code or path, outsider", fault: answer(403, `{"errors":[{"message":"permission denied"}]}`), outsider: true, cause: errors.ErrNotTeamMember, confidence: errors.Certain, requests: 2, message: "permission denied"}),
		member(wireForm{name: "status line 29, 403 with error as text, outsider", fault: answer(403, `{"error":"forbidden"}`), outsider: true, cause: errors.ErrNotTeamMember, confidence: errors.Certain, requests: 2, message: "forbidden"}),
		member(wireForm{name: "status line 29, 403 with error as object, outsider", fault: answer(403, `{"error":{"message":"forbidden"}}`), outsider: true, cause: errors.ErrNotTeamMember, confidence: errors.Certain, requests: 2, message: "forbidden"}),
		member(wireForm{name: "status line 29, 403 with errors as texts, outsider", fault: answer(403, `{"errors":["forbidden",{"message":"no"}]}`), outsider: true, cause: errors.ErrNotTeamMember, confidence: errors.Certain, requests: 2, message: "forbidden"}),
		member(wireForm{name: "403 row 13, 403 though all is writable", fault: answer(403, denied2025), requests: 2, message: "permission denied", candidatesJan: candidates13Jan}),
		member(wireForm{name: "403 row 1, 403 though the key is unknown", fault: answer(403, denied2025), stranger: true, cause: errors.ErrBadAPIKey, confidence: errors.Likely, requests: 2, message: "permission denied"}),
		member(wireForm{name: "response 2, 403 of serverInfo, anonymous", fault: answer(403, `{"data":{"serverInfo":null},"errors":[{"message":"anonymous user cannot check version info","path":["serverInfo"]}]}`), user: "anonymous", cause: errors.ErrAnonymousKey, confidence: errors.Certain, requests: 2, message: "anonymous user cannot check version info"}),
		member(wireForm{name: "response 26, 403 relogin required", fault: answer(403, gqlError("relogin required")), requests: 2, message: "relogin required", candidatesJan: candidates13Jan}),
		member(wireForm{name: "response 26, 401 relogin required", fault: answer(401, gqlError("relogin required")), requests: 2, message: "relogin required", candidates: []error{errors.ErrBadAPIKey}}),
		// 403 and its kin that W&B did not send.
		member(wireForm{name: "response 3, 403 web page", fault: answer(403, loginPage), cause: errors.ErrIntermediary, confidence: errors.Certain, requests: 1, message: "Corporate gateway"}),
		member(wireForm{name: "response 3, 403 plain text", fault: answer(403, "403 Forbidden"), cause: errors.ErrIntermediary, confidence: errors.Likely, requests: 1, message: "403 Forbidden"}),
		member(wireForm{name: "response 4, 403 object store XML", fault: answer(403, storageXML), cause: errors.ErrIntermediary, confidence: errors.Certain, requests: 1, message: "AccessDenied: Access Denied"}),
		member(wireForm{name: "status line 2, 403 empty body", fault: wandbtest.Fault{Status: 403, Header: header("X-Request-Id", "req-42", "Content-Type", "")}, cause: errors.ErrIntermediary, confidence: errors.Likely, requests: 1}),
		member(wireForm{name: "status line 2, 401 web page", fault: answer(401, loginPage), cause: errors.ErrIntermediary, confidence: errors.Certain, requests: 1, message: "Corporate gateway"}),
		member(wireForm{name: "status line 2, 407 proxy wants a password", fault: answer(407, loginPage), cause: errors.ErrIntermediary, confidence: errors.Certain, requests: 1, message: "Corporate gateway"}),
		member(wireForm{name: "status line 2, 400 web page", fault: answer(400, loginPage), cause: errors.ErrIntermediary, confidence: errors.Certain, requests: 1, message: "Corporate gateway"}),
		member(wireForm{name: "status line 2, 400 plain text", fault: answer(400, "Bad Request"), cause: errors.ErrIntermediary, confidence: errors.Likely, requests: 1, message: "Bad Request"}),
		member(wireForm{name: "status line 2, 451 web page", fault: answer(451, loginPage), cause: errors.ErrIntermediary, confidence: errors.Certain, message: "Corporate gateway"}),
		{name: "status line 6, 413 web page of a proxy", fault: answer(413, "<html><title>413 Request Entity Too Large</title></html>"), cause: errors.ErrInvalidInput, requests: 1, message: "413 Request Entity Too Large"},
		{name: "status line 3, 400 http where https is spoken", fault: answer(400, "Client sent an HTTP request to an HTTPS server.\n"), cause: errors.ErrWrongBaseURL, requests: 1, message: "Client sent an HTTP request to an HTTPS server."},
		// 401.
		member(wireForm{name: "response 5, 401 not logged in, key unknown", fault: answer(401, notLoggedIn), stranger: true, cause: errors.ErrBadAPIKey, confidence: errors.Certain, requests: 2, message: "user is not logged in"}),
		member(wireForm{name: "response 6, 401 permission denied of 2020, key unknown", fault: answer(401, denied2024), stranger: true, cause: errors.ErrBadAPIKey, confidence: errors.Certain, requests: 2, message: "permission denied"}),
		member(wireForm{name: "response 7, 401 malformed token, key unknown", fault: answer(401, `{"error":"Malformed token"}`), stranger: true, cause: errors.ErrBadAPIKey, confidence: errors.Certain, requests: 2, message: "Malformed token"}),
		member(wireForm{name: "response 8, 401 unauthorized, key unknown", fault: answer(401, `{"errors":[{"message":"unauthorized"}]}`), stranger: true, cause: errors.ErrBadAPIKey, confidence: errors.Certain, requests: 2, message: "unauthorized"}),
		member(wireForm{name: "status line 9, 401 though the viewer is known", fault: answer(401, notLoggedIn), requests: 2, message: "user is not logged in", candidates: []error{errors.ErrBadAPIKey}}),
		// 404.
		member(wireForm{name: "response 10, 404 entity, of upsertBucket", fault: answer(404, gqlError("entity nowhere not found during upsertBucket")), entity: "nowhere", cause: errors.ErrEntityMissing, confidence: errors.Certain, requests: 2, message: "entity nowhere not found during upsertBucket"}),
		member(wireForm{name: "response 11, 404 Entity, of upsertModel", fault: answer(404, gqlError("Entity nowhere not found")), entity: "nowhere", cause: errors.ErrEntityMissing, confidence: errors.Certain, requests: 2, message: "Entity nowhere not found"}),
		member(wireForm{name: "status line 16, 404 entity, in one's own team", fault: answer(404, gqlError("entity acme not found during upsertBucket")), requests: 2, candidates: []error{errors.ErrEntityMissing, errors.ErrSeatRequired}}),
		member(wireForm{name: "status line 16, 404 entity, shown to an outsider", fault: answer(404, gqlError("entity acme not found during upsertBucket")), outsider: true, requests: 2, candidates: []error{errors.ErrEntityMissing, errors.ErrNotTeamMember}}),
		member(wireForm{name: "status line 16, 404 entity, another than was asked for", fault: answer(404, gqlError("entity globex not found during upsertBucket")), entity: "nowhere", requests: 2, candidates: []error{errors.ErrEntityMissing}}),
		member(wireForm{name: "status line 13, 404 entity, key unknown", fault: answer(404, gqlError("entity nowhere not found during upsertBucket")), entity: "nowhere", stranger: true, cause: errors.ErrBadAPIKey, confidence: errors.Likely, requests: 2}),
		member(wireForm{name: "response 12, 404 project, outsider", fault: answer(404, gqlError("project not found")), outsider: true, cause: errors.ErrNotTeamMember, confidence: errors.Likely, requests: 2, message: "project not found"}),
		member(wireForm{name: "response 13, 404 project, of upsertSweep, outsider", fault: answer(404, `{"data":{"upsertSweep":null},"errors":[{"message":"project not found","path":["upsertSweep"]}]}`), outsider: true, cause: errors.ErrNotTeamMember, confidence: errors.Likely, requests: 2, message: "project not found"}),
		member(wireForm{name: "status line 18, 404 project, key unknown", fault: answer(404, gqlError("project not found")), stranger: true, cause: errors.ErrBadAPIKey, confidence: errors.Likely, requests: 2}),
		member(wireForm{name: "status line 19, 404 project, visible", fault: answer(404, gqlError("project not found")), requests: 2, candidates: []error{errors.ErrProjectMissing, errors.ErrProjectRestricted}}),
		member(wireForm{name: "status line 23, 404 otherwise", fault: answer(404, `{"error":"no such thing"}`), requests: 2, message: "no such thing", candidates: []error{errors.ErrEntityMissing, errors.ErrProjectMissing}}),
		{name: "response 14, 404 page not found", fault: answer(404, "404 page not found"), cause: errors.ErrWrongBaseURL, requests: 1, message: "404 page not found"},
		{name: "status line 3, 404 web page", fault: answer(404, loginPage), cause: errors.ErrWrongBaseURL, requests: 1},
		{name: "status line 3, 405 web page", fault: answer(405, loginPage), cause: errors.ErrWrongBaseURL, requests: 1},
		// Redirects are not followed.
		{name: "status line 3, 301 redirect", fault: wandbtest.Fault{Status: 301, Header: header("Location", "https://sso.example.com/", "X-Request-Id", "req-42")}, cause: errors.ErrWrongBaseURL, requests: 1},
		{name: "status line 3, 307 redirect", fault: wandbtest.Fault{Status: 307, Header: header("Location", "/login", "X-Request-Id", "req-42")}, cause: errors.ErrWrongBaseURL, requests: 1},
		// 200 that is none.
		{name: "response 22, 200 invalid variable, no path", fault: answer(200, `{"errors":[{"message":"Variable \"entity\" has invalid value null.","locations":[{"line":1,"column":7}]}]}`), cause: errors.ErrSchemaMismatch, requests: 1, noHTTP: true, message: `Variable "entity" has invalid value null.`},
		{name: "response 23, 200 Cannot query field", fault: answer(200, `{"errors":[{"message":"Cannot query field \"features\" on type \"ServerInfo\"."}]}`), cause: errors.ErrSchemaMismatch, requests: 1, noHTTP: true},
		{name: "response 24, 200 Unknown argument", fault: answer(200, `{"errors":[{"message":"Unknown argument \"x\" on field \"y\""}]}`), cause: errors.ErrSchemaMismatch, requests: 1, noHTTP: true},
		{name: "status line 5, 400 Cannot query field", fault: answer(400, `{"errors":[{"message":"Cannot query field \"x\" on type \"Y\"."}]}`), cause: errors.ErrSchemaMismatch, requests: 1},
		{name: "status line 5, 422 Unknown argument", fault: answer(422, `{"errors":[{"message":"Unknown argument \"x\" on field \"y\""}]}`), cause: errors.ErrSchemaMismatch, requests: 1},
		member(wireForm{name: "status line 29, 200 permission denied at upsertBucket, outsider", fault: answer(200, denied2025), outsider: true, cause: errors.ErrNotTeamMember, confidence: errors.Certain, requests: 2, noHTTP: true, message: "permission denied"}),
		member(wireForm{name: "status line 8, 200 not logged in, key unknown", fault: answer(200, notLoggedIn), stranger: true, cause: errors.ErrBadAPIKey, confidence: errors.Certain, requests: 2, noHTTP: true}),
		{name: "status line 4, 200 an error we do not know, with path", fault: answer(200, gqlError("the moon is in the wrong phase")), cause: errors.ErrUnexpectedAnswer, requests: 1, noHTTP: true, message: "the moon is in the wrong phase"},
		{name: "status line 4, 200 an error about no field", fault: answer(200, `{"errors":[{"message":"must be called with an entity"}]}`), cause: errors.ErrSchemaMismatch, requests: 1, noHTTP: true, message: "must be called with an entity"},
		{name: "status line 4, 200 an error about no field beside null data", fault: answer(200, `{"data":null,"errors":[{"message":"must be called with an entity"}]}`), cause: errors.ErrSchemaMismatch, requests: 1, noHTTP: true},
		{name: "status line 4, 200 an error about no field beside data", fault: answer(200, `{"data":{"upsertBucket":null},"errors":[{"message":"must be called with an entity"}]}`), cause: errors.ErrUnexpectedAnswer, requests: 1, noHTTP: true},
		{name: "status line 30, 200 null data", fault: answer(200, `{"data":null}`), cause: errors.ErrUnexpectedAnswer, requests: 1, noHTTP: true},
		{name: "status line 30, 200 null data and no errors", fault: answer(200, `{"data":null,"errors":[]}`), cause: errors.ErrUnexpectedAnswer, requests: 1, noHTTP: true},
		{name: "status line 30, 200 null bucket", fault: answer(200, `{"data":{"upsertBucket":{"bucket":null}}}`), cause: errors.ErrUnexpectedAnswer, requests: 1, noHTTP: true, noID: true},
		{name: "status line 30, 200 null payload", fault: answer(200, `{"data":{"upsertBucket":null}}`), cause: errors.ErrUnexpectedAnswer, requests: 1, noHTTP: true, noID: true},
		{name: "status line 3, 200 web page", fault: answer(200, loginPage), cause: errors.ErrWrongBaseURL, requests: 1, noHTTP: true},
		{name: "status line 3, 200 garbage", fault: wandbtest.Fault{Garbage: true, Status: 200, Header: header("X-Request-Id", "req-42")}, cause: errors.ErrWrongBaseURL, requests: 1, noHTTP: true},
		{name: "status line 3, 200 empty", fault: wandbtest.Fault{Status: 200, Header: header("X-Request-Id", "req-42")}, cause: errors.ErrWrongBaseURL, requests: 1, noHTTP: true},
		// Input.
		{name: "response 15, 400 config too large", fault: answer(400, gqlError("run config cannot exceed 15 MB")), cause: errors.ErrInvalidInput, requests: 1, message: "run config cannot exceed 15 MB"},
		{name: "response 16, 400 job type", fault: answer(400, gqlError("invalid parameters: 64 limit exceeded for JobType")), cause: errors.ErrInvalidInput, requests: 1},
		{name: "status line 6, 413", fault: answer(413, `{"error":"too large"}`), cause: errors.ErrInvalidInput, requests: 1, message: "too large"},
		{name: "status line 6, 422", fault: answer(422, `{"error":"unprocessable"}`), cause: errors.ErrInvalidInput, requests: 1, message: "unprocessable"},
		// 402.
		member(wireForm{name: "status line 26, 402", fault: answer(402, `{"error":"pay up"}`), requests: 1, message: "pay up", candidates: []error{errors.ErrSeatRequired}}),
		// Burnt ids: permanent, at once.
		{name: "response 18, 409 burnt, name of 2024", fault: answer(409, gqlError("run acme/vision/r1 was previously created and deleted; try a new run name")), cause: errors.ErrRunDeleted, requests: 1},
		{name: "response 18, 409 burnt, bare id", fault: answer(409, gqlError("run r1 was previously created and deleted; try a new run name")), cause: errors.ErrRunDeleted, requests: 1},
		{name: "response 18, 409 burnt, id of 2026", fault: answer(409, gqlError("run acme/vision/r1 was previously created and deleted; try a new run id")), cause: errors.ErrRunDeleted, requests: 1},
		{name: "status line 24, 409 burnt, other shape", fault: answer(409, `{"error":"run r1 was previously created and deleted; try a new run name"}`), cause: errors.ErrRunDeleted, requests: 1},
		{name: "response 17, 400 burnt, of 2020", fault: answer(400, gqlError("run r1 was previously created and deleted; try a new run name")), cause: errors.ErrRunDeleted, requests: 1},
		{name: "response 19, 409 duplicate entry for good", fault: answer(409, gqlError("Error 1062: Duplicate entry 'x' for key 'PRIMARY'")), cause: errors.ErrServerUnavailable, requests: 4},
		{name: "status line 25, 410 gone", fault: answer(410, `{"error":"gone"}`), cause: errors.ErrUnexpectedAnswer, requests: 1, message: "gone"},
		// 429 never leads to questions.
		{name: "response 20, 429 and Retry-After beyond the deadline", fault: wandbtest.Fault{Status: 429, Body: `{"error":"rate limit exceeded"}`, Header: header("Retry-After", "3600", "X-Request-Id", "req-42")}, cause: errors.ErrRateLimited, requests: 1, message: "rate limit exceeded"},
		{name: "response 20, 429 until the retries run out", fault: answer(429, `{"error":"rate limit exceeded"}`), cause: errors.ErrRateLimited, requests: 21, message: "rate limit exceeded"},
		// 5xx.
		{name: "response 21, 500 until the retries run out", fault: answer(500, gqlError("An internal error occurred. Please contact support.")), cause: errors.ErrServerUnavailable, requests: 21, message: "An internal error occurred. Please contact support."},
		{name: "status line 28, 502 web page until the retries run out", fault: answer(502, loginPage), cause: errors.ErrServerUnavailable, requests: 21},
		{name: "status line 28, 501 is not retried", fault: answer(501, `{"error":"not implemented"}`), cause: errors.ErrServerUnavailable, requests: 1},
		{name: "status line 1, cut until the retries run out", fault: wandbtest.Fault{Cut: wandbtest.CutBefore}, cause: errors.ErrServerUnavailable, noHTTP: true},
	}
}

// TestWireForms answers a run's creation with every response that
// docs/protocol/refusals.md lists and the test server's own policy does not produce,
// for each generation of server. Unless the run is long, those that lead to no questions
// are given in one generation, because only the questions differ. Response 9 belongs to the token exchange and
// response 25 to the viewer query.
func TestWireForms(t *testing.T) {
	t.Parallel()
	for _, gen := range generations {
		for i, w := range wireForms() {
			if !long && !w.refusal && (i+int(gen))%len(generations) != 0 {
				continue
			}
			t.Run(gen.String()+"/"+w.name, func(t *testing.T) {
				t.Parallel()
				s := wandbtest.New(t, everybody(), wandbtest.WithGeneration(gen))
				w.fault.Operation = "UpsertBucket"
				s.Inject(w.fault)
				user, entity, project := "member", "acme", "team"
				switch {
				case w.outsider:
					user, project = "outsider", "new"
				case w.stranger:
					user = "nobody"
				case w.user != "":
					user = w.user
				}
				if w.entity != "" {
					entity = w.entity
				}
				if gen == wandbtest.Gen2024Jan {
					if w.candidatesJan != nil {
						w.candidates = w.candidatesJan
					}
					if w.requests == 2 {
						w.requests = 0 // it does not understand the combined question
					}
				}
				c := newClient(t, s, key(user), quickly)
				ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
				defer cancel()
				run, err := c.Init(ctx, client.RunOptions{Entity: entity, Project: project, ID: "r1"})
				require.Error(t, err)
				require.Nil(t, run)
				assertWireForm(t, w, err)
				if w.requests != 0 {
					assert.Len(t, s.Requests(), w.requests)
				}
				assert.Empty(t, s.Runs())
			})
		}
	}
}

func assertWireForm(t *testing.T, w wireForm, err error) {
	t.Helper()
	var status int
	var message, id string
	if w.refusal {
		require.ErrorIs(t, err, errors.ErrPermissionDenied)
		p, ok := errors.AsType[*errors.PermissionError](err)
		require.True(t, ok)
		assert.Equal(t, w.confidence, p.Confidence)
		assert.Equal(t, w.cause, p.Cause)
		assert.Equal(t, w.candidates, p.Candidates)
		assert.Equal(t, "Options.APIKey", p.KeySource)
		assert.Equal(t, "r1", p.RunID)
		assert.NotEmpty(t, p.Explain())
		status, message, id = p.StatusCode, p.Message, p.RequestID
	} else {
		require.NotErrorIs(t, err, errors.ErrPermissionDenied)
		p, ok := errors.AsType[*errors.RequestError](err)
		require.True(t, ok, "%v", err)
		status, message, id = p.StatusCode, p.Message, p.RequestID
	}
	if w.cause != nil {
		require.ErrorIs(t, err, w.cause)
	} else {
		for _, sentinel := range errors.Sentinels() {
			if sentinel.Code() != errors.Code(errors.ErrPermissionDenied) {
				assert.NotErrorIs(t, err, sentinel)
			}
		}
	}
	if w.message != "" {
		assert.Equal(t, w.message, message)
	}
	httpErr, ok := errors.AsType[*graphql.HTTPError](err)
	if w.noHTTP {
		assert.False(t, ok)
	} else if assert.True(t, ok, "the original error is reachable: %v", err) {
		assert.Equal(t, w.fault.Status, httpErr.StatusCode)
	}
	if w.fault.Status != 0 {
		assert.Equal(t, w.fault.Status, status)
		if !w.noID {
			assert.Equal(t, "req-42", id)
		}
	}
}

// TestWireRecovers: what passes with time is retried until it has passed.
func TestWireRecovers(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]wandbtest.Fault{
		"response 19, 409 Duplicate entry":        {Status: 409, Body: gqlError("Error 1062: Duplicate entry 'x' for key 'PRIMARY'")},
		"status line 24, 409 without a body":      {Status: 409},
		"response 21, 500":                        {Status: 500, Body: gqlError("An internal error occurred. Please contact support.")},
		"status line 28, 502 web page":            {Status: 502, Body: loginPage},
		"status line 28, 503, processed":          {Status: 503, Process: true},
		"response 20, 429":                        {Status: 429, Body: `{"error":"rate limit exceeded"}`},
		"status line 1, cut before":               {Cut: wandbtest.CutBefore},
		"status line 1, cut after it was done":    {Cut: wandbtest.CutAfter},
		"status line 1, cut in the answer":        {Cut: wandbtest.CutMidBody},
		"status line 28, 408 of a slow gateway":   {Status: 408, Body: loginPage},
		"status line 28, 425 of a cautious proxy": {Status: 425},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := wandbtest.New(t, wandbtest.Solo())
			fault.Operation, fault.Count = "UpsertBucket", 2
			s.Inject(fault)
			c := newClient(t, s, wandbtest.AliceKey, quickly)
			run, err := c.Init(t.Context(), client.RunOptions{Entity: "acme", Project: "vision", ID: "r1"})
			require.NoError(t, err)
			assert.GreaterOrEqual(t, len(s.Requests()), 3)
			require.NoError(t, run.Finish(t.Context()))
			assert.Len(t, s.Runs(), 1)
		})
	}
}

// TestWireDeadline: when the time for Init runs out, the error says so and what
// was retried until then.
func TestWireDeadline(t *testing.T) {
	t.Parallel()
	t.Run("own, while the server fails", func(t *testing.T) {
		t.Parallel()
		s := wandbtest.New(t, wandbtest.Solo())
		s.Inject(wandbtest.Fault{Operation: "UpsertBucket", Status: 503, Body: `{"error":"down for repair"}`})
		c := newClient(t, s, wandbtest.AliceKey, func(o *client.Options) { o.InitTimeout = slowness * 1500 * time.Millisecond })
		_, err := c.Init(t.Context(), client.RunOptions{Entity: "acme", Project: "vision"})
		require.ErrorIs(t, err, errors.ErrServerUnavailable)
		require.NotErrorIs(t, err, errors.ErrPermissionDenied)
		assert.Contains(t, err.Error(), "down for repair")
	})
	t.Run("own, while the server hangs", func(t *testing.T) {
		t.Parallel()
		s := wandbtest.New(t, wandbtest.Solo())
		s.Inject(wandbtest.Fault{Operation: "UpsertBucket", Hang: true})
		c := newClient(t, s, wandbtest.AliceKey, func(o *client.Options) { o.InitTimeout = 50 * time.Millisecond })
		_, err := c.Init(t.Context(), client.RunOptions{Entity: "acme", Project: "vision"})
		require.ErrorIs(t, err, errors.ErrServerUnavailable)
		require.ErrorIs(t, err, context.DeadlineExceeded)
		assert.True(t, errors.IsRetryable(err))
	})
	t.Run("the caller's, while the server hangs", func(t *testing.T) {
		t.Parallel()
		s := wandbtest.New(t, wandbtest.Solo())
		s.Inject(wandbtest.Fault{Operation: "UpsertBucket", Hang: true})
		c := newClient(t, s, wandbtest.AliceKey)
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		defer cancel()
		_, err := c.Init(ctx, client.RunOptions{Entity: "acme", Project: "vision"})
		require.ErrorIs(t, err, context.DeadlineExceeded)
	})
	t.Run("nobody listens", func(t *testing.T) {
		t.Parallel()
		s := wandbtest.New(t, wandbtest.Solo())
		c := newClient(t, s, wandbtest.AliceKey, quickly)
		s.Close()
		_, err := c.Init(t.Context(), client.RunOptions{Entity: "acme", Project: "vision"})
		require.ErrorIs(t, err, errors.ErrServerUnavailable)
		assert.Zero(t, func() int { p, _ := errors.AsType[*errors.RequestError](err); return p.StatusCode }())
	})
}
