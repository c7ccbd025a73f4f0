package identity

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/internal/secret"
)

// The file has the format of the official client, is readable only by its owner, and keeps
// the entries of others.
func TestToken_Exchanged_IsStored(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) { // the clock starts at midnight, 1 January 2000
		i := &issuer{}
		p := newPlace(t, i)
		p.take(t, "")
		text, err := os.ReadFile(p.credentials)
		require.NoError(t, err)
		assert.JSONEq(t, `{"credentials":{"https://api.test/sub":{"expires_at":"2000-01-01 01:00:00","access_token":"notakey-access-1"}}}`, string(text))
		info, err := os.Stat(p.credentials)
		require.NoError(t, err)
		assert.Equal(t, os.FileMode(0o600), info.Mode().Perm())

		require.NoError(t, os.WriteFile(p.credentials, []byte(`{"version":2,"credentials":{
			"https://api.wandb.ai":{"expires_at":"2026-01-31 13:05:00","access_token":"notakey-others","scope":"all"},
			"https://api.test/sub":{"expires_at":"1999-01-01 00:00:00","access_token":"notakey-old"},
			"https://odd.test":7}}`), 0o644))
		p.renew(t, i)
		p.take(t, "")
		text, err = os.ReadFile(p.credentials)
		require.NoError(t, err)
		assert.JSONEq(t, `{"version":2,"credentials":{
			"https://api.wandb.ai":{"expires_at":"2026-01-31 13:05:00","access_token":"notakey-others","scope":"all"},
			"https://api.test/sub":{"expires_at":"2000-01-01 01:00:00","access_token":"notakey-access-2"},
			"https://odd.test":7}}`, string(text))
		info, err = os.Stat(p.credentials)
		require.NoError(t, err)
		assert.Equal(t, os.FileMode(0o600), info.Mode().Perm())
		left, err := os.ReadDir(filepath.Dir(p.credentials))
		require.NoError(t, err)
		assert.Len(t, left, 1, "nothing is left of the writing")
	})
}

// A path that leads to another file costs that file
// nothing, and the run neither.
func TestToken_OtherFile_IsNotOverwritten(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"an ini file": "[default]\naws_secret = notakey\n", "other JSON": `{"auths":{}}`, "a list": "[]", "null": "null",
		"entries of another kind": `{"credentials":[1]}`, "no entries": `{"credentials":null}`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newPlace(t, &issuer{})
			p.credentials = filepath.Join(t.TempDir(), "file")
			require.NoError(t, os.WriteFile(p.credentials, []byte(text), 0o644))
			p.renew(t, &issuer{})
			token, _ := p.take(t, "")
			assert.Equal(t, "notakey-access-1", token)
			kept, err := os.ReadFile(p.credentials)
			require.NoError(t, err)
			assert.Equal(t, text, string(kept))
			assert.Contains(t, p.log.String(), "is not a credentials file")
			assert.NotContains(t, p.log.String(), "notakey")
		})
	}
}

// A token that cannot be stored is used by this process.
func TestToken_CannotStore_IsUsed(t *testing.T) {
	t.Parallel()
	for name, path := range map[string]string{"none": "", "below a file": filepath.Join(os.DevNull, ".config", "credentials.json")} {
		i := &issuer{}
		p := newPlace(t, i)
		p.credentials = path
		p.renew(t, i)
		p.take(t, "")
		token, fresh := p.take(t, "")
		assert.Equal(t, "notakey-access-1", token, name)
		assert.False(t, fresh)
	}
}

// The link stays, and what it leads to is replaced.
func TestToken_CredentialsFileIsALink_KeepsTheLink(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	target, link := filepath.Join(dir, "target.json"), filepath.Join(dir, "link.json")
	require.NoError(t, os.WriteFile(target, nil, 0o600))
	require.NoError(t, os.Symlink(target, link))
	require.NoError(t, saveToken(link, baseURL, accessToken{secret.New("notakey-1"), time.Now()}))
	info, err := os.Lstat(link)
	require.NoError(t, err)
	assert.Equal(t, os.ModeSymlink, info.Mode().Type())
	text, err := os.ReadFile(target)
	require.NoError(t, err)
	assert.Contains(t, string(text), "notakey-1")
}

func TestCredentials_InvalidEntry_IsIgnored(t *testing.T) {
	t.Parallel()
	for name, entry := range map[string]string{
		"no entry": `{}`, "a number": `{"https://api.test/sub":1}`, "another time": `{"https://api.test/sub":{"expires_at":"2026-01-31T13:05:00Z","access_token":"notakey"}}`,
		"no time": `{"https://api.test/sub":{"access_token":"notakey"}}`, "no token": `{"https://api.test/sub":{"expires_at":"2026-01-31 13:05:00"}}`,
		"another server": `{"https://api.test":{"expires_at":"2026-01-31 13:05:00","access_token":"notakey"}}`,
	} {
		c, err := parseCredentials([]byte(`{"credentials":` + entry + `}`))
		require.NoError(t, err, name)
		assert.False(t, c.token(baseURL).usable(), name)
	}
}

// Whatever a file holds, adding a token changes nothing else in it,
// and the token is read back.
func FuzzCredentials(f *testing.F) {
	for _, text := range []string{
		"", "{}", "null", "[]", `{"credentials":{}}`, `{"credentials":{"https://api.wandb.ai":{"expires_at":"2026-01-31 13:05:00","access_token":"notakey"}}}`,
		`{"credentials":{"https://api.test/sub":{"expires_at":"x","access_token":1}},"more":[{"a":1e999}]}`, `{"credentials":{"a":1,"a":2}}`, "\xff",
	} {
		f.Add([]byte(text), "notakey-token", int64(1_769_864_700))
	}
	f.Fuzz(func(t *testing.T, data []byte, token string, at int64) {
		c, err := parseCredentials(data)
		if err != nil {
			require.ErrorIs(t, err, errNoCredentials)
			return
		}
		_ = c.token(baseURL)
		before := others(t, data)
		expires := time.Unix(at%253_000_000_000, 0).UTC()
		text, err := c.with(baseURL, accessToken{secret.New(token), expires})
		require.NoError(t, err)
		again, err := parseCredentials(text)
		require.NoError(t, err)
		assert.Equal(t, before, others(t, text))
		if raw, _ := json.Marshal(token); expires.Year() >= 0 && jsonText(raw) == token {
			assert.Equal(t, accessToken{secret.New(token), expires}, again.token(baseURL))
		}
	})
}

// jsonText is a text as JSON keeps it.
func jsonText(raw []byte) (text string) {
	_ = json.Unmarshal(raw, &text)
	return text
}

// others decodes a file without the entry of the server.
func others(t *testing.T, data []byte) any {
	t.Helper()
	if len(data) == 0 {
		data = []byte("{}")
	}
	var top map[string]json.RawMessage
	require.NoError(t, json.Unmarshal(data, &top))
	entries := map[string]json.RawMessage{}
	if raw, ok := top[credentialsKey]; ok {
		require.NoError(t, json.Unmarshal(raw, &entries))
	}
	delete(entries, baseURL)
	delete(top, credentialsKey)
	for _, m := range []map[string]json.RawMessage{top, entries} {
		for key, raw := range m {
			compact, err := json.Marshal(raw)
			require.NoError(t, err)
			m[key] = compact
		}
	}
	return []any{top, entries}
}
