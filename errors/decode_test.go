package errors_test

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/errors"
)

func TestFromJSON_WhatMarshalJSONWrote_ExplainsTheSame(t *testing.T) {
	t.Parallel()
	tests := map[string]error{
		"refusal": refused(errors.ErrNotTeamMember, errors.Likely),
		"refusal, undetermined": refused(nil, errors.Undetermined, func(e *errors.PermissionError) {
			e.Candidates = []error{errors.ErrViewerRole, errors.ErrProjectRestricted}
		}),
		"request": &errors.RequestError{
			Op: "create run", Entity: "acme", Project: "vision", RunID: "8c1fzq20", BaseURL: "https://api.forge.coreweave.com",
			Cause: errors.ErrRateLimited, StatusCode: 429, Message: "slow down", RetryAfter: time.Minute,
		},
		"request without a cause": &errors.RequestError{Op: "create run", Err: errors.New("no luck")},
	}
	for _, cause := range causesOfRefusal() {
		tests[cause.Code()] = refused(cause, errors.Certain)
	}
	for name, original := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			data, err := json.Marshal(original)
			require.NoError(t, err)
			got := errors.FromJSON(data)
			require.Error(t, got)
			assert.Equal(t, original.Error(), got.Error())
			assert.Equal(t, errors.Code(original), errors.Code(got))
			assert.Equal(t, explain(t, original), explain(t, got))
			again, err := json.Marshal(got)
			require.NoError(t, err)
			assert.JSONEq(t, string(data), string(again))
		})
	}
}

func TestFromJSON_EveryField_IsBack(t *testing.T) {
	t.Parallel()
	when := time.Date(2026, 11, 29, 8, 0, 0, 0, time.UTC)
	proxy := &errors.Proxy{Address: "http://proxy.acme.example:3128", Schemes: []string{"Basic"}}
	for name, original := range map[string]error{
		"refusal": &errors.PermissionError{
			Op: "log artifact", Action: errors.ActionLogArtifact, Resource: errors.ResourceArtifact,
			Entity: "acme", EntityDefaulted: true, Project: "vision", ProjectDefaulted: true, RunID: "8c1fzq20",
			Artifact: "weights:latest", Dir: "/job/wandb/run-1", RestDir: "/tmp/rest", File: "model.bin", Store: "store.example",
			Proxy: proxy, BaseURL: "https://api.forge.coreweave.com", AppURL: "https://forge.coreweave.com",
			Viewer: &errors.Viewer{Username: "jo", Teams: []string{"acme"}}, Role: "viewer", KeySource: "WANDB_API_KEY",
			Cause: errors.ErrViewerRole, Confidence: errors.Likely, Candidates: []error{errors.ErrNotTeamMember},
			Evidence: []errors.Probe{{Question: "Who is it?"}}, Notes: []string{"a note"}, Suggestions: []string{"acme-2"},
			StatusCode: 403, Message: "permission denied", Code: "PERMISSION", RequestID: "r-1", Time: when, Err: errors.New("refused"),
		},
		"request": &errors.RequestError{
			Op: "log artifact", Entity: "acme", Project: "vision", RunID: "8c1fzq20", Artifact: "weights:latest",
			Dir: "/job/wandb/run-1", RestDir: "/tmp/rest", File: "model.bin", Store: "store.example", Proxy: proxy,
			BaseURL: "https://wandb.corp.example", Cause: errors.ErrServerUnavailable, StatusCode: 502, Message: "bad gateway",
			RequestID: "r-1", RetryAfter: time.Minute, Untrusted: true, CertSource: "SSL_CERT_FILE",
			Suggestion: "https://wandb.example", Hint: "a hint", Err: errors.New("no luck"),
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			data, err := json.Marshal(original)
			require.NoError(t, err)
			want, got := reflect.ValueOf(original).Elem(), reflect.ValueOf(errors.FromJSON(data)).Elem()
			require.Equal(t, want.Type(), got.Type())
			for i, field := range reflect.VisibleFields(want.Type()) {
				if !field.IsExported() {
					continue
				}
				assert.False(t, want.Field(i).IsZero(), "this test sets no %s", field.Name)
				switch field.Name {
				case "Dir", "RestDir": // documented to be empty
					assert.Zero(t, got.Field(i).Interface(), field.Name)
				case "Err": // only its text is kept
					assert.EqualError(t, got.Field(i).Interface().(error), want.Field(i).Interface().(error).Error())
				default:
					assert.Equal(t, want.Field(i).Interface(), got.Field(i).Interface(), field.Name)
				}
			}
		})
	}
}

func TestFromJSON_OtherTexts_ReturnsTheirErrorOrNil(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		`{"error":"disk full"}`:                          "disk full",
		`{"error":"a\nb\u001b[31m"}`:                     `a\nb\x1b[31m`,
		`{"kind":"permission","error":"x","evidence":3}`: "x",
		`{"kind":"later","error":"x"}`:                   "x",
		`{}`:                                             "",
		`null`:                                           "",
		`[]`:                                             "",
		`{`:                                              "",
	} {
		err := errors.FromJSON([]byte(text))
		if want == "" {
			assert.NoError(t, err, text)
			continue
		}
		if assert.Error(t, err, text) {
			assert.True(t, strings.HasPrefix(err.Error(), want), "%s: %s", text, err)
			assertOneLine(t, err.Error())
		}
	}
}

func explain(t *testing.T, err error) string {
	t.Helper()
	e, ok := err.(interface{ Explain() string })
	require.True(t, ok)
	return e.Explain()
}

func FuzzFromJSON(f *testing.F) {
	for _, e := range []error{refused(errors.ErrNotTeamMember, errors.Likely), &errors.RequestError{Cause: errors.ErrRateLimited}} {
		data, err := json.Marshal(e)
		require.NoError(f, err)
		f.Add(data)
	}
	f.Add([]byte(`{"kind":"request","retryAfterSeconds":1e300}`))
	f.Add([]byte(`{"error":"` + strings.Repeat("~", 3000) + `"}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		err := errors.FromJSON(data)
		if err == nil {
			return
		}
		assertOneLine(t, err.Error())
		if e, ok := err.(interface{ Explain() string }); ok {
			assertPrintable(t, strings.ReplaceAll(e.Explain(), "\n", " "))
		}
		_, err = json.Marshal(err)
		require.NoError(t, err)
	})
}
