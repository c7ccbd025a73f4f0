package graphql

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/internal/secret"
)

func TestOptions_AnyFormat_HideKey(t *testing.T) {
	t.Parallel()
	o := Options{
		BaseURL: "https://jo:hunter22@h", APIKey: testKey, Username: "jo",
		ExtraHeaders: map[string]string{"X-Gateway": "gateway-secret"},
	}
	var logged bytes.Buffer
	slog.New(slog.NewJSONHandler(&logged, nil)).Info("x", "options", o)
	marshalled, err := json.Marshal(map[string]any{"o": o})
	require.NoError(t, err)
	texts := []string{logged.String(), string(marshalled)}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%d", "%x"} {
		texts = append(texts, fmt.Sprintf(verb, o), fmt.Sprintf(verb, &o), fmt.Sprintf(verb, struct{ O Options }{o}))
	}
	for _, text := range texts {
		assert.Contains(t, text, secret.Redacted)
		assert.Contains(t, text, "X-Gateway")
		for _, hidden := range []string{testKey, fmt.Sprintf("%x", testKey), "hunter22", "gateway-secret"} {
			assert.NotContains(t, text, hidden)
		}
	}
	_, err = New(o)
	require.Error(t, err)
	assert.NotContains(t, err.Error(), "hunter22")

	o.BaseURL = ""
	c, err := New(o)
	require.NoError(t, err)
	for _, verb := range []string{"%v", "%+v", "%#v", "%x"} {
		assert.Equal(t, "GraphQL client of https://api.forge.coreweave.com", fmt.Sprintf(verb, c))
	}
}

func TestOptions_Observe_SeesEachAttempt(t *testing.T) {
	t.Parallel()
	var seen []Exchange
	c := serve(t, Options{APIKey: testKey, Observe: func(x Exchange) { seen = append(seen, x) }}, respond(403, `{"error":"key `+testKey+`"}`))
	_, err := Viewer(t.Context(), c)
	require.Error(t, err)
	require.Len(t, seen, 1)
	assert.Equal(t, "Viewer", seen[0].Operation)
	assert.Equal(t, 403, seen[0].StatusCode)
	assert.JSONEq(t, `{"error":"key [redacted]"}`, seen[0].BodyHead)
	assert.NotContains(t, err.Error(), testKey)
}
