package graphql

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestError_IsValidation_OnlyForRejectedDocuments(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name   string
		status int
		body   string
		want   bool
	}{
		{"unknown field, 200", 200, `{"errors":[{"message":"Cannot query field \"x\" on type \"Y\"."}]}`, true},
		{"unknown field, 400", 400, `{"errors":[{"message":"Cannot query field \"x\" on type \"Y\".","locations":[{"line":1,"column":1}]}],"data":null}`, true},
		{"unknown field, 422", 422, `{"errors":[{"message":"Cannot query field \"x\" on type \"Y\"."}]}`, true},
		{"unknown argument", 200, `{"errors":[{"message":"Unknown argument \"x\" on field \"Y.z\"."}]}`, true},
		{"unknown type", 400, `{"errors":[{"message":"Unknown type \"X\"."}]}`, true},
		{"invalid value, located, without path", 200, `{"errors":[{"message":"Variable \"entity\" has invalid value null.","locations":[{"line":1,"column":1}]}]}`, true},
		{"by its code", 400, `{"errors":[{"message":"nope","extensions":{"code":"GRAPHQL_VALIDATION_FAILED"}}]}`, true},
		{"unknown field, said with a path", 400, `{"errors":[{"message":"Cannot query field \"x\" on type \"Y\".","path":["query","x"]}]}`, true},
		{"a refusal with a path", 403, `{"errors":[{"message":"permission denied","path":["upsertBucket"]}]}`, false},
		{"a refusal with path and location", 200, `{"errors":[{"message":"permission denied","path":["roles"],"locations":[{"line":1,"column":1}]}]}`, false},
		{"a refusal with a location only", 401, `{"errors":[{"message":"unauthorized","locations":[{"line":1,"column":1}]}]}`, false},
		{"bad input", 400, `{"errors":[{"message":"run config cannot exceed 15 MB","path":["upsertBucket"]}]}`, false},
		{"executed in part", 200, `{"errors":[{"message":"odd","locations":[{"line":1,"column":1}]},{"message":"permission denied","path":["roles"]}]}`, false},
		{"another shape", 400, `{"error":"Cannot query field"}`, false},
		{"no errors", 400, `{"errors":[]}`, false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			_, _, e := decodeUpsert(tc.status, "application/json", tc.body)
			require.NotNil(t, e)
			assert.Equal(t, tc.want, e.IsValidation())
		})
	}
	assert.False(t, (&Error{}).IsValidation())
}

func TestError_Zero_HasText(t *testing.T) {
	t.Parallel()
	assert.Equal(t, "graphql: no response", (&Error{}).Error())
	assert.Equal(t, "X: boom", (&Error{Operation: "X", Err: errors.New("boom")}).Error())
	assert.Equal(t, "graphql: HTTP 403 with no message", (&Error{StatusCode: 403, Kind: KindGraphQL, HasData: true}).Error())
}
