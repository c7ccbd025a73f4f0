package transport

import (
	"crypto/tls"
	"crypto/x509"
	"net"
	"net/http"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestRetryMostFailures_EachStatus(t *testing.T) {
	t.Parallel()
	// The official client's table (general, upsert), except 402, 405, 407 and 451.
	permanent := []int{200, 204, 301, 302, 307, 400, 401, 402, 403, 404, 405, 407, 410, 413, 422, 451, 501}
	transient := []int{0, 408, 418, 423, 425, 429, 500, 502, 503, 504, 507, 520, 524, 599, 600, 999}
	for _, p := range []Policy{GraphQLPolicy(), UpsertPolicy(), FileStreamPolicy(), ProbePolicy()} {
		for _, status := range permanent {
			if p.Retries == FileStreamPolicy().Retries && status/100 == 3 {
				assert.True(t, p.Retryable(status, nil), "rows go to an address that has been the server's")
				continue
			}
			assert.False(t, p.Retryable(status, nil), status)
		}
		for _, status := range transient {
			if status == 429 && p.Retries == 1 {
				assert.False(t, p.Retryable(status, nil), "a probe does not add to a rate limit")
				continue
			}
			assert.True(t, p.Retryable(status, nil), status)
		}
	}
}

func TestConflictHeals_EachBody(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name, body string
		want       bool
	}{
		{"empty", "", true},
		{"blank", " \n", true},
		{"duplicate insert", `{"errors":[{"message":"Error 1062: Duplicate entry '1-x' for key 'PRIMARY'","path":["upsertBucket"]}],"data":{"upsertBucket":null}}`, true},
		{"burnt id, until 2024", `{"errors":[{"message":"run a/b/c was previously created and deleted; try a new run name"}]}`, false},
		{"burnt id, 2026", `{"data":null,"errors":[{"message":"run c was previously created and deleted; try a new run id"}]}`, false},
		{"burnt id, said with a duplicate entry", `Duplicate entry: previously created and deleted`, false},
		{"anything else", `{"error":"conflict"}`, false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			assert.Equal(t, tc.want, UpsertPolicy().Retryable(409, []byte(tc.body)))
			assert.False(t, GraphQLPolicy().Retryable(409, []byte(tc.body)), "only upsertBucket retries a 409")
			assert.False(t, FileStreamPolicy().Retryable(409, []byte(tc.body)))
		})
	}
}

func TestCommitPolicy_Conflict_IsRetriedAFewTimes(t *testing.T) {
	t.Parallel()
	p := CommitPolicy()
	assert.True(t, p.Retryable(409, nil))
	assert.Positive(t, p.ConflictRetries)
	assert.Less(t, p.ConflictRetries, p.Retries)
	for _, status := range []int{400, 403, 404, 422} {
		assert.Equal(t, GraphQLPolicy().Retryable(status, nil), p.Retryable(status, nil), status)
	}
}

func TestPolicies_MatchOfficialClient(t *testing.T) {
	t.Parallel()
	for _, p := range []Policy{GraphQLPolicy(), UpsertPolicy()} {
		assert.Equal(t, 20, p.Retries)
		assert.Equal(t, 30*time.Second, p.AttemptTimeout)
	}
	assert.Equal(t, 10085, FileStreamPolicy().Retries)
	assert.Equal(t, 180*time.Second, FileStreamPolicy().AttemptTimeout)
	assert.Equal(t, 1, ProbePolicy().Retries)
	assert.LessOrEqual(t, ProbePolicy().MaxWait, time.Second)
}

// A misspelled host is reported within seconds. A name that was found before is
// retried.
func TestDo_UnresolvedHost_RetriesFewTimes(t *testing.T) {
	t.Parallel()
	missing := fails(&net.OpError{Op: "dial", Err: &net.DNSError{Err: "no such host", Name: "api.test", IsNotFound: true}})
	busy := fails(&net.OpError{Op: "dial", Err: &net.DNSError{Err: "server misbehaving", Name: "api.test", IsTemporary: true}})
	for _, test := range []struct {
		name     string
		policy   Policy
		steps    []step
		attempts int
	}{
		{"typo", GraphQLPolicy(), []step{missing}, 3},
		{"typo at upsert", UpsertPolicy(), []step{missing}, 3},
		{"typo at a question", ProbePolicy(), []step{missing}, 2},
		{"no retries asked for", Policy{UnresolvedRetries: 2}, []step{missing}, 1},
		{"resolver busy", GraphQLPolicy(), []step{busy}, 21},
		{"refused and then missing", GraphQLPolicy(), []step{fails(syscall.ECONNREFUSED), missing}, 4},
		{"missing after an answer", GraphQLPolicy(), []step{status(503, ""), missing}, 21},
		{"file stream", FileStreamPolicy(), []step{missing, missing, missing, missing, missing, status(200, "")}, 6},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				tr, s := newScripted(t, test.steps...)
				_, _ = tr.Do(t.Context(), post(test.policy))
				assert.Len(t, s.times, test.attempts)
			})
		})
	}
}

func TestDo_WebPageRefusesRows_IsRetriedAFewTimes(t *testing.T) {
	t.Parallel()
	page, refusal := status(403, " <html>blocked</html>"), status(403, `{"error":"permission denied"}`)
	for _, test := range []struct {
		name     string
		policy   Policy
		steps    []step
		attempts int
	}{
		{"for a while", FileStreamPolicy(), []step{page, status(407, "<html>"), status(200, "{}")}, 3},
		{"always", FileStreamPolicy(), []step{page}, 4},
		{"the server's own", FileStreamPolicy(), []step{refusal}, 1},
		{"too large", FileStreamPolicy(), []step{status(413, "<html>")}, 1},
		{"a request to the API", GraphQLPolicy(), []step{page}, 1},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				tr, s := newScripted(t, test.steps...)
				_, err := tr.Do(t.Context(), post(test.policy))
				require.NoError(t, err)
				assert.Len(t, s.times, test.attempts)
			})
		})
	}
}

// What answers in the place of a host that has responded before goes away again.
func TestDo_AnotherHostAnswersForAWhile_IsRetried(t *testing.T) {
	t.Parallel()
	for name, err := range map[string]error{
		"unknown authority": &tls.CertificateVerificationError{Err: x509.UnknownAuthorityError{}},
		"expired":           &tls.CertificateVerificationError{Err: x509.CertificateInvalidError{Reason: x509.Expired}},
		"another's name":    &tls.CertificateVerificationError{Err: x509.HostnameError{Certificate: &x509.Certificate{}, Host: "api.test"}},
		"plain HTTP":        http.ErrSchemeMismatch,
		"no TLS":            tls.RecordHeaderError{Msg: "first record does not look like a TLS handshake"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				there := fails(err)
				tr, s := newScripted(t, status(200, ""), there, there, status(200, ""), there)
				for range 2 {
					_, err := tr.Do(t.Context(), post(GraphQLPolicy()))
					require.NoError(t, err)
				}
				assert.Len(t, s.times, 4)

				elsewhere := post(GraphQLPolicy())
				elsewhere.Path = "https://store.test/file"
				_, got := tr.Do(t.Context(), elsewhere)
				require.ErrorIs(t, got, err)
				assert.Len(t, s.times, 5, "the store has never responded")
			})
		})
	}
}
