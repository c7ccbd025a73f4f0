package errors_test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/errors"
)

func asMap(t *testing.T, v any) map[string]any {
	t.Helper()
	data, err := json.Marshal(v)
	require.NoError(t, err)
	var m map[string]any
	require.NoError(t, json.Unmarshal(data, &m))
	return m
}

func TestPermissionError_MarshalJSON_MatchesGolden(t *testing.T) {
	t.Parallel()
	e := refused(errors.ErrNotTeamMember, errors.Likely, func(e *errors.PermissionError) {
		e.Candidates = []error{errors.ErrNotTeamMember, nil, errors.New("something of our own")}
		e.Evidence = e.Evidence[:1]
		e.Viewer.Email = ""
	})
	got, err := json.MarshalIndent(e, "", "  ")
	require.NoError(t, err)
	path := filepath.Join("testdata", "permission.json")
	if *update {
		require.NoError(t, os.WriteFile(path, append(got, '\n'), 0o600))
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err)
	assert.JSONEq(t, string(want), string(got))

	m := asMap(t, e)
	assert.Equal(t, "not_team_member", m["cause"])
	assert.Equal(t, "likely", m["confidence"])
	assert.Equal(t, []any{"not_team_member", "something of our own"}, m["candidates"])
	assert.Equal(t, e.Error(), m["error"])
	assert.Equal(t, e.Err.Error(), m["err"])
}

func TestMarshalJSON_FewFields_HasAllKeys(t *testing.T) {
	t.Parallel()
	m := asMap(t, &errors.PermissionError{Cause: errors.ErrViewerRole, Time: time.Date(99999, 1, 1, 0, 0, 0, 0, time.UTC)})
	assert.Equal(t, "permission_denied", m["cause"], "a cause without confidence is not claimed")
	assert.Equal(t, "undetermined", m["confidence"])
	for _, key := range []string{"candidates", "evidence", "notes", "suggestions"} {
		assert.Equal(t, []any{}, m[key], key)
	}
	for _, key := range []string{"viewer", "time"} {
		assert.Contains(t, m, key)
		assert.Nil(t, m[key], key)
	}
	full := asMap(t, refused(errors.ErrViewerRole, errors.Certain))
	for key := range full {
		assert.Contains(t, m, key, "every key is always there")
	}
	assert.Len(t, full, len(m))

	r := asMap(t, &errors.RequestError{Op: "create run", Cause: errors.ErrRateLimited, StatusCode: 429})
	assert.Equal(t, "rate_limited", r["cause"])
	assert.Equal(t, true, r["retryable"])
	assert.Equal(t, false, r["untrusted"])
	untrusted := &errors.RequestError{Cause: errors.ErrServerUnavailable, Untrusted: true}
	r = asMap(t, untrusted)
	assert.Equal(t, true, r["untrusted"])
	assert.Equal(t, false, r["retryable"])
	assert.Contains(t, logged(untrusted), "untrusted")
	i := asMap(t, &errors.InputError{Field: "project", Value: "a/b", Rule: "must not contain '/'"})
	assert.Equal(t, map[string]any{
		"kind": "input", "error": `invalid project "a/b": must not contain '/'`, "cause": "invalid_input",
		"field": "project", "value": "a/b", "rule": "must not contain '/'", "source": "",
	}, i)
	null, err := json.Marshal((*errors.RequestError)(nil))
	require.NoError(t, err)
	assert.Equal(t, "null", string(null))
}

// requestError holds a request with its headers, which an error must never show.
type requestError struct {
	Request *http.Request
	Header  http.Header
	Secret  string
}

func (e *requestError) Error() string { return "server answered 403" }

// The key is in the original error's fields, echoed by the server, and pasted in
// place of a name.
func TestErrors_FieldsHoldSecrets_NoFormShowsThem(t *testing.T) {
	t.Parallel()
	keys := map[string]string{
		"classic":       "0123456789abcdefdeadbeef0123456789abcdef",
		"pasted thrice": strings.Repeat("0123456789abcdefdeadbeef0123456789abcdef", 3),
		"present":       "wandb_v1_" + strings.Repeat("Ab3_x", 15),
		"self-hosted":   "local-" + strings.Repeat("0a1b2c3d4e", 4),
		"JWT":           "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJqbyJ9.c2lnbmF0dXJl",
		"basic":         base64.StdEncoding.EncodeToString([]byte("api:0123456789abcdefdeadbeef")),
	}
	for name, key := range keys {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			header := http.Header{"Authorization": {"Basic " + key}}
			original := &requestError{Request: &http.Request{Header: header}, Header: header, Secret: key}
			message := "denied: Authorization: Basic " + key + " and " + key + " for https://api:" + key + "@api.wandb.ai/graphql"
			p := refused(errors.ErrNotTeamMember, errors.Certain, func(e *errors.PermissionError) {
				e.Err, e.Message, e.Code, e.Entity, e.Project = original, message, key, key, key
				e.BaseURL, e.AppURL = "https://jo:"+key+"@wandb.corp.example", "https://jo:"+key+"@wandb.corp.example"
				e.KeySource, e.Notes, e.Role = "Options.APIKey "+key, []string{message}, key
				e.Evidence[0].Result, e.Evidence[0].Question = message, message
				e.Viewer.Username, e.Viewer.Teams, e.Viewer.DefaultEntity = key, []string{key}, key
				e.Suggestions = []string{key}
			})
			r := &errors.RequestError{
				Op: "create run", Entity: key, Cause: errors.ErrUnexpectedAnswer, Message: message, Hint: message,
				BaseURL: "https://jo:" + key + "@wandb.corp.example", Err: original,
			}
			r2 := &errors.RequestError{Op: "create run", Err: errors.New(message)}
			i := &errors.InputError{Field: "entity", Value: key, Rule: "must not be " + key}
			secret := key[:len(key)/2]
			for _, err := range []error{p, r, r2, i} {
				wrapped := struct {
					Err   error
					Inner any
				}{err, err}
				for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
					assert.NotContains(t, fmt.Sprintf(verb, err), secret, verb)
					assert.NotContains(t, fmt.Sprintf(verb, wrapped), secret, verb)
				}
				data, jsonErr := json.Marshal(wrapped)
				require.NoError(t, jsonErr)
				assert.NotContains(t, string(data), secret)
				assert.NotContains(t, logged(err), secret)
				assert.NotContains(t, logged(fmt.Errorf("start: %w", err)), secret)
				assert.NotContains(t, errors.Explain(err), secret)
			}
			// A copy by value has no methods; the encoder must not walk into Err.
			data, err := json.Marshal(struct{ Err any }{struct{ errors.RequestError }{errors.RequestError{Err: original}}})
			require.NoError(t, err)
			assert.NotContains(t, string(data), secret)
			var got *requestError
			require.True(t, errors.As(p, &got))
			assert.Same(t, original, got, "the original stays reachable")
		})
	}
}

// A field that MarshalJSON does not redact would show the key.
func TestMarshalJSON_KeyInEveryField_ShowsItNowhere(t *testing.T) {
	t.Parallel()
	key := "wandb_v1_" + strings.Repeat("Ab3_x", 15)
	for _, err := range []error{
		&errors.PermissionError{Viewer: &errors.Viewer{}, Proxy: &errors.Proxy{}, Evidence: make([]errors.Probe, 1)},
		&errors.RequestError{Proxy: &errors.Proxy{}},
		&errors.InputError{},
	} {
		filled := fillTexts(reflect.ValueOf(err).Elem(), "of "+key)
		assert.Greater(t, filled, 3)
		data, jsonErr := json.Marshal(err)
		require.NoError(t, jsonErr)
		assert.NotContains(t, string(data), key)
	}
}

// fillTexts sets every text in v, except ids, which are not redacted. It returns their number.
func fillTexts(v reflect.Value, text string) (filled int) {
	switch v.Kind() {
	case reflect.String:
		v.SetString(text)
		return 1
	case reflect.Pointer:
		return fillTexts(v.Elem(), text)
	case reflect.Slice:
		if v.Len() == 0 {
			v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		}
		return fillTexts(v.Index(0), text)
	case reflect.Struct:
		for i := range v.NumField() {
			if name := v.Type().Field(i).Name; v.Field(i).CanSet() && !strings.HasSuffix(name, "ID") {
				filled += fillTexts(v.Field(i), text)
			}
		}
	}
	return filled
}

func TestErrors_NamesThatResembleKeys_AreShown(t *testing.T) {
	t.Parallel()
	for _, name := range []string{
		"experiment_2024_resnet50_ablation_learning_rate_sweep",
		"your_wandb_username_or_team_name_here",
		"3f2504e0-4f89-11d3-9a0c-0305e82c3301",
		"basic-authentication-tests",
		"local-run",
		"Bearer authentication-is-hard",
	} {
		e := refused(errors.ErrEntityMissing, errors.Certain, func(e *errors.PermissionError) { e.Entity = name })
		assert.Contains(t, e.Error(), name)
	}
	sha := "0123456789abcdefdeadbeef0123456789abcdef"
	r := &errors.RequestError{Cause: errors.ErrRunDeleted, RunID: sha}
	assert.Equal(t, sha, asMap(t, r)["runId"], "a run id may be a commit")
	assert.Contains(t, r.Error(), sha)
}
