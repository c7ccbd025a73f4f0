package errors_test

import (
	"context"
	"fmt"
	"net"
	"strings"

	"github.com/wandgo/wandgo/errors"
)

// failed is a failure of "create run acme/vision". Each case changes it.
func failed(cause error, status int, message string, change ...func(*errors.RequestError)) *errors.RequestError {
	e := &errors.RequestError{
		Op: "create run", Entity: "acme", Project: "vision", RunID: "abc", BaseURL: "https://api.forge.coreweave.com",
		Cause: cause, StatusCode: status, Message: message,
	}
	for _, c := range change {
		c(e)
	}
	return e
}

func failures() []golden {
	return append(artifactFailures(), []golden{
		{"request_run_deleted", failed(errors.ErrRunDeleted, 409, "run acme/vision/abc was previously created and deleted; try a new run id")},
		{"request_run_exists", failed(errors.ErrRunExists, 0, "")},
		{"request_run_missing_read", failed(errors.ErrRunMissing, 0, "", func(e *errors.RequestError) {
			e.Op, e.Hint = "read run", "a run with this name has the id abc12345"
		})},
		{"request_sweep_missing", failed(errors.ErrSweepMissing, 0, "", func(e *errors.RequestError) { e.Op, e.RunID = "run agent of sweep xyz98765 in", "" })},
		{"request_rows_exported", failed(errors.ErrRowsExported, 0, "", func(e *errors.RequestError) { e.Op = "read run" })},
		{"request_run_missing", failed(errors.ErrRunMissing, 0, "", func(e *errors.RequestError) { e.Op = "resume run" })},
		{"request_run_finished", failed(errors.ErrRunFinished, 0, "", func(e *errors.RequestError) { e.Op = "log to run" })},
		{"request_metric_limit", failed(errors.ErrMetricLimit, 400, "run_metric_limit_exceeded", func(e *errors.RequestError) { e.Op = "upload run" })},
		{"request_metric_limit_sync", failed(errors.ErrMetricLimit, 400, "run_metric_limit_exceeded", func(e *errors.RequestError) {
			e.Op, e.Dir = "sync run", "wandb/offline-run-20261128_090000-abc"
		})},
		{"request_rate_limited", failed(errors.ErrRateLimited, 429, "rate limit exceeded")},
		{"request_server_unavailable", failed(errors.ErrServerUnavailable, 500, "An internal error occurred. Please contact support.",
			func(e *errors.RequestError) { e.RequestID = "7d9f2c31" })},
		{"request_unreachable", failed(errors.ErrServerUnavailable, 0, "", func(e *errors.RequestError) {
			e.BaseURL = "http://localhost:8080"
			e.Err = errors.New(`Post "http://localhost:8080/graphql": dial tcp 127.0.0.1:8080: connect: connection refused`)
		})},
		{"request_conflict", failed(errors.ErrServerUnavailable, 409, "Error 1062: Duplicate entry '1-abc' for key 'PRIMARY'")},
		{"request_rewind_running", failed(errors.ErrInvalidInput, 400, "cannot rewind a run that is running", func(e *errors.RequestError) {
			e.Op = "rewind run"
		})},
		{"request_certificate_file", failed(errors.ErrServerUnavailable, 0, "", func(e *errors.RequestError) {
			e.BaseURL, e.Untrusted, e.CertSource = "https://wandb.corp.example", true, "SSL_CERT_FILE"
			e.Hint = "SSL_CERT_FILE names /etc/corp/ca.pem, which does not exist"
			e.Err = errors.New("UpsertBucket: x509: certificate signed by unknown authority")
		})},
		{"request_unknown_host", failed(errors.ErrServerUnavailable, 0, "", func(e *errors.RequestError) {
			e.BaseURL, e.Hint = "https://wandb.corp.exmaple", "the host name may be misspelled, or known only in another network"
			e.Err = fmt.Errorf("UpsertBucket: %w", &net.DNSError{Err: "no such host", Name: "wandb.corp.exmaple", Server: "10.0.0.53:53", IsNotFound: true})
		})},
		{"request_proxy_plain", failed(errors.ErrServerUnavailable, 0, "", func(e *errors.RequestError) {
			e.Proxy = &errors.Proxy{Address: "https://proxy.corp.example:3128", Source: "https_proxy", Target: "api.forge.coreweave.com:443", Plain: true}
			e.Err = errors.New("UpsertBucket: the proxy https://proxy.corp.example:3128 does not speak TLS")
		})},
		{"request_proxy_invalid", failed(errors.ErrServerUnavailable, 0, "", func(e *errors.RequestError) {
			e.Proxy = &errors.Proxy{Source: "HTTPS_PROXY", Target: "api.forge.coreweave.com:443", Invalid: true}
			e.Err = errors.New("UpsertBucket: the proxy http://http:: lookup http: no such host")
		})},
		{"request_proxy_unreachable", failed(errors.ErrServerUnavailable, 0, "", func(e *errors.RequestError) {
			e.Proxy = &errors.Proxy{Address: "http://proxy.corp.example:3128", Source: "HTTPS_PROXY", Target: "api.forge.coreweave.com:443"}
			e.Err = errors.New("connection refused")
		})},
		{"request_proxy_gateway", failed(errors.ErrServerUnavailable, 503, "Service Unavailable", func(e *errors.RequestError) {
			e.Proxy = &errors.Proxy{Address: "http://proxy.corp.example:3128", Source: "HTTPS_PROXY", Target: "api.forge.coreweave.com:443"}
		})},
		{"request_untrusted", failed(errors.ErrServerUnavailable, 0, "", func(e *errors.RequestError) {
			e.BaseURL, e.Untrusted = "https://wandb.corp.example", true
			e.Err = errors.New(`UpsertBucket: Post "https://wandb.corp.example/graphql": tls: failed to verify certificate: x509: certificate signed by unknown authority`)
		})},
		{"request_untrusted_expired", failed(errors.ErrServerUnavailable, 0, "", func(e *errors.RequestError) {
			e.Untrusted, e.Hint = true, "the certificate has expired, or is not valid yet, or the clock of this machine is wrong"
			e.Err = errors.New(`UpsertBucket: Post "https://api.forge.coreweave.com/graphql": tls: failed to verify certificate: x509: certificate has expired or is not yet valid: current time 2036-11-26T11:00:00Z is after 2036-02-01T00:00:00Z`)
		})},
		{"request_http_only", failed(errors.ErrWrongBaseURL, 0, "", func(e *errors.RequestError) {
			e.BaseURL, e.Suggestion = "https://localhost:8080", "http://localhost:8080"
			e.Hint = "the server speaks http there and not https; over http, whoever sits in between can read the API key"
			e.Err = errors.New(`UpsertBucket: Post "https://localhost:8080/graphql": http: server gave HTTP response to HTTPS client`)
		})},
		{"request_web_page", failed(errors.ErrServerUnavailable, 503, "", func(e *errors.RequestError) {
			e.Err = errors.New("UpsertBucket: HTTP 503 with a web page")
		})},
		{"request_retried", failed(errors.ErrServerUnavailable, 502, "", func(e *errors.RequestError) {
			e.Hint = "no usable response within 1m30s; the last response was HTTP 502"
			e.Err = errors.New("UpsertBucket: context deadline exceeded (after 3 attempts, the last response was HTTP 502)")
		})},
		{"request_too_slow", failed(errors.ErrServerUnavailable, 0, "", func(e *errors.RequestError) {
			e.Hint = "no usable response within 1m30s"
			e.Err = errors.Join(context.DeadlineExceeded, errors.New("last response was HTTP 502"))
		})},
		{"request_cancelled", failed(nil, 0, "", func(e *errors.RequestError) {
			e.Err = errors.Join(context.Canceled, errors.New(`Post "https://api.forge.coreweave.com/graphql": context canceled`))
		})},
		{"request_wrong_base_url", failed(errors.ErrWrongBaseURL, 404, "404 page not found", func(e *errors.RequestError) { e.BaseURL = "https://wandb.ai" })},
		{"request_wrong_base_url_own", failed(errors.ErrWrongBaseURL, 200, "Welcome to Hotel WiFi", func(e *errors.RequestError) {
			e.Hint = "the body is an HTML page"
		})},
		{"request_wrong_base_url_selfhosted", failed(errors.ErrWrongBaseURL, 404, "404 page not found", func(e *errors.RequestError) {
			e.BaseURL = "https://wandb.corp.example/api"
		})},
		{"request_wrong_base_url_redirect", failed(errors.ErrWrongBaseURL, 308, "", func(e *errors.RequestError) {
			e.BaseURL, e.Suggestion = "http://wandb.corp.example", "https://wandb.corp.example"
			e.Hint = "the answer is a redirect to https://wandb.corp.example/graphql, which is not followed, so that the API key goes nowhere else"
			e.Err = errors.New("UpsertBucket: HTTP 308, a redirect to https://wandb.corp.example/graphql")
		})},
		{"request_wrong_base_url_login", failed(errors.ErrWrongBaseURL, 302, "", func(e *errors.RequestError) {
			e.BaseURL = "https://wandb.corp.example"
			e.Hint = "the answer is a redirect to https://sso.corp.example/login, which is not followed, so that the API key goes nowhere else"
			e.Err = errors.New("UpsertBucket: HTTP 302, a redirect to https://sso.corp.example/login")
		})},
		{"request_wrong_base_url_unnamed", failed(errors.ErrWrongBaseURL, 200, "", func(e *errors.RequestError) { e.BaseURL = "" })},
		{"request_schema_mismatch", failed(errors.ErrSchemaMismatch, 200, `Unknown argument "entityName" on field "project".`)},
		{"request_invalid_input", failed(errors.ErrInvalidInput, 400, "run config cannot exceed 15 MB")},
		{"request_too_large", failed(errors.ErrInvalidInput, 413, "413 Request Entity Too Large", func(e *errors.RequestError) {
			e.Hint = "the limit is not W&B's, but that of something in between, such as a proxy"
		})},
		{"request_unexpected_answer", failed(errors.ErrUnexpectedAnswer, 200, "", func(e *errors.RequestError) { e.Err = errors.New("the answer names no run") })},
		{"request_no_cause", &errors.RequestError{Op: "read run", Err: errors.New("disk full")}},
		{"request_zero", &errors.RequestError{}},
	}...)
}

func invalidInputs() []golden {
	return []golden{
		{"input_project", &errors.InputError{Field: "project", Value: "a/b", Rule: "must not contain '/'"}},
		{"input_path", &errors.InputError{Field: "path", Value: "/nope", Rule: "no such file or directory"}},
		{"input_file_path", &errors.InputError{Field: "file path", Value: "/nope", Rule: "no such file or directory"}},
		{"input_run_path", &errors.InputError{Field: "run path", Value: "x/y/z/w", Rule: "must have the form entity/project/run"}},
		{"input_artifact_tag", &errors.InputError{Field: "artifact tag", Value: "a/b", Rule: "must be words of letters, digits, '_' and '-', separated by spaces"}},
		{"input_empty", &errors.InputError{Field: "run id", Rule: "must not be empty"}},
		{"input_hostile", &errors.InputError{Field: "entity", Value: "--id=\x1b[31m\n" + strings.Repeat("x", 1<<20), Rule: "must not begin with '-'"}},
		{"input_config", &errors.InputError{Field: `config["lr"]`, Value: "func main", Rule: "must be a JSON value"}},
		{"input_config_file", &errors.InputError{Field: "config file", Value: "config-defaults.yaml", Rule: "line 3: is indented with a tab; use spaces"}},
		{"input_metric", &errors.InputError{Field: `metric "val/pred"`, Rule: "invalid image: must not be nil"}},
		{"input_key", &errors.InputError{Field: "API key", Rule: "must not end with a newline"}},
		{"input_from_file", &errors.InputError{
			Field: "base URL", Value: "https://wandb.ai", Rule: "must be the address of the API, https://api.forge.coreweave.com",
			Source: "settings file /home/jo/my work/wandb/settings",
		}},
		{"input_broken_file", &errors.InputError{
			Field: "settings", Rule: "line 3: expected name = value; until it is fixed, set WANDB_BASE_URL to the server",
			Source: "settings file /home/jo/.config/wandb/settings",
		}},
		{"input_from_variable", &errors.InputError{Field: "entity", Value: "acme/vision", Rule: "must not contain '/'", Source: "WANDB_ENTITY"}},
		{"input_from_option", &errors.InputError{Field: "entity", Value: "acme/vision", Rule: "must not contain '/'", Source: "RunOptions.Entity"}},
		{"input_from_flag", &errors.InputError{Field: "entity", Value: "acme/vision", Rule: "must not contain '/'", Source: "--entity"}},
		{"input_variable", &errors.InputError{Field: "WANDB_API_KEY", Rule: "must not be set together with WANDB_IDENTITY_TOKEN_FILE", Source: "WANDB_API_KEY"}},
		{"input_zero", &errors.InputError{}},
	}
}
