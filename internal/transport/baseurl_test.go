package transport

import (
	"net/url"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestBaseURL_Covers_OnlyAddressesBelow(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name, base, url string
		want            bool
	}{
		{"the path below", "https://api.wandb.ai", "https://api.wandb.ai/graphql", true},
		{"the base itself", "https://api.wandb.ai", "https://api.wandb.ai", true},
		{"a query", "https://api.wandb.ai", "https://api.wandb.ai/graphql?a=b", true},
		{"a slash after the base", "https://api.wandb.ai/", "https://api.wandb.ai/graphql", true},
		{"the default port of https spelled out", "https://h", "https://h:443/graphql", true},
		{"the default port of https in the base", "https://h:443", "https://h/graphql", true},
		{"the default port of http", "http://h:80", "http://h/x", true},
		{"case of scheme and host", "https://API.wandb.ai", "HTTPS://api.WANDB.ai/graphql", true},
		{"the base's path", "https://h/wandb", "https://h/wandb/graphql", true},
		{"an IPv6 address", "http://[::1]:8080", "http://[::1]:8080/graphql", true},
		{"another scheme", "https://h", "http://h/graphql", false},
		{"http on the port of https", "https://h", "http://h:443/graphql", false},
		{"another host", "https://api.wandb.ai", "https://evil.example/graphql", false},
		{"a host that begins like ours", "https://api.wandb.ai", "https://api.wandb.ai.evil.example/", false},
		{"a subdomain", "https://wandb.ai", "https://api.wandb.ai/", false},
		{"another port", "http://h:8080", "http://h:8081/graphql", false},
		{"outside the base's path", "https://h/wandb", "https://h/other/graphql", false},
		{"a path that begins like ours", "https://h/wandb", "https://h/wandb2/graphql", false},
		{"dots that climb out", "https://h/wandb", "https://h/wandb/../other", false},
		{"encoded dots that climb out", "https://h/wandb", "https://h/wandb/%2e%2e/other", false},
		{"an encoded slash instead of the boundary", "https://h/wandb", "https://h/wandb%2f..%2fother", false},
		{"backslashes that climb out", "https://h/wandb", `https://h/wandb/..\other`, false},
		{"user information", "https://h", "https://me@h/graphql", false},
		{"an object store", "https://api.wandb.ai", "https://storage.googleapis.com/b/o?sig=x", false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			base, err := parseBaseURL(tc.base)
			require.NoError(t, err)
			u, err := url.Parse(tc.url)
			require.NoError(t, err)
			assert.Equal(t, tc.want, base.covers(u))
		})
	}
}

func TestBaseURL_Resolve_JoinsPath(t *testing.T) {
	t.Parallel()
	base, err := parseBaseURL("https://h/wandb/")
	require.NoError(t, err)
	for path, want := range map[string]string{
		"/graphql":              "https://h/wandb/graphql",
		"/files/a%2Fb/c":        "https://h/wandb/files/a%2Fb/c",
		"//evil.example/x":      "https://h/wandb//evil.example/x",
		"/x?y=1":                "https://h/wandb/x?y=1",
		"https://store/o?sig=1": "https://store/o?sig=1",
	} {
		u, err := base.resolve(path)
		require.NoError(t, err, path)
		assert.Equal(t, want, u.String())
	}
	for _, path := range []string{"", "graphql", "@evil.example", ".evil.example/", "https://u:p@store/o", "/%zz", "https:///x"} {
		_, err := base.resolve(path)
		assert.Error(t, err, path)
	}
}

func TestParseBaseURL_Invalid_ReturnsError(t *testing.T) {
	t.Parallel()
	for _, bad := range []string{
		"", "api.wandb.ai", "ftp://h", "https://", "https://jo:hunter22@h", "https://h?x=1", "https://h#x",
		"https://jo:hunter22@h:notaport", "http://[::1", "https://h?",
	} {
		_, err := parseBaseURL(bad)
		require.Error(t, err, bad)
		assert.NotContains(t, err.Error(), "hunter22")
	}
	for in, want := range map[string]string{"https://h": "https://h", "https://h///": "https://h", "http://h:8080/a/": "http://h:8080/a"} {
		b, err := parseBaseURL(in)
		require.NoError(t, err)
		assert.Equal(t, want, b.text)
	}
}

func FuzzCovers(f *testing.F) {
	f.Add("https://h/wandb", "/graphql")
	f.Add("https://h/wandb", "/../graphql")
	f.Add("http://h:80", "//evil.example/%2e%2e")
	f.Add("https://h", "@evil.example/")
	f.Fuzz(func(t *testing.T, baseText, path string) {
		base, err := parseBaseURL(baseText)
		if err != nil {
			return
		}
		u, err := base.resolve(path)
		if err != nil || !base.covers(u) {
			return
		}
		// An address that gets the key is on the base's host, also if its text is
		// parsed again.
		again, err := url.Parse(u.String())
		require.NoError(t, err)
		assert.Equal(t, base.url.Hostname(), again.Hostname())
		assert.Equal(t, port(base.url), port(again))
		assert.Nil(t, again.User)
	})
}
