package diagnose

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/graphql"
)

// The suggestion is the target of the redirect if that is an API. The text always
// names the target.
func TestClassify_Redirect_SuggestsBaseURL(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, base, location, want string }{
		{"http to https", "http://wandb.test", "https://wandb.test/graphql", "https://wandb.test"},
		{"another host, with a path", "https://old.test", "https://new.test:8443/wandb/graphql", "https://new.test:8443/wandb"},
		{"another path on the same host", "https://wandb.test", "/api/graphql", "https://wandb.test/api"},
		{"a slash at the end", "http://wandb.test", "https://wandb.test/graphql/", "https://wandb.test"},
		{"only a slash more", "https://wandb.test", "https://wandb.test/graphql/", ""},
		{"to itself", "https://wandb.test", "https://wandb.test/graphql", ""},
		{"a login page", "https://wandb.test", "https://sso.test/login", ""},
		{"the web pages", "https://wandb.test", "/login", ""},
		{"to clear text", "https://wandb.test", "http://wandb.test/graphql", ""},
		{"with a password", "https://wandb.test", "https://jo:pw@wandb.test/x/graphql", ""},
		{"another scheme", "https://wandb.test", "ftp://wandb.test/graphql", ""},
		{"W&B's own address, which is right", "https://api.wandb.ai", "https://portal.test/graphql", ""},
		{"no address", "https://wandb.test", "%zz", ""},
		{"nowhere", "https://wandb.test", "", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			answer := failure(308, graphql.KindEmpty, "")
			answer.Location = tt.location
			err := diagnoserAt(tt.base).requestError(t.Context(), Question{}, Classify(t.Context(), answer))
			e, ok := errors.AsType[*errors.RequestError](err)
			require.True(t, ok)
			require.ErrorIs(t, err, errors.ErrWrongBaseURL)
			assert.Equal(t, tt.want, e.Suggestion)
			assert.Contains(t, e.Hint, tt.location)
			if tt.location == "" {
				assert.Contains(t, e.Hint, "is a redirect;")
			}
		})
	}
	for _, tt := range []struct{ name, base, want string }{
		{"port and path stay", "http://wandb.test:8080/x", "https://wandb.test:8080/x"},
		{"W&B's own address, which is right", "https://api.wandb.ai", ""},
		{"none", "", ""},
	} {
		t.Run("the other scheme: "+tt.name, func(t *testing.T) {
			t.Parallel()
			assert.Equal(t, tt.want, betterBaseURL(tt.base, &Failure{Scheme: "https"}))
		})
	}
}
