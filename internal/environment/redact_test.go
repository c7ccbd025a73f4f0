package environment

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestRedactArgs(t *testing.T) {
	t.Parallel()
	key := strings.Repeat("0123456789abcdef0123", 2) // the form of a W&B key
	token := "gh" + "p_" + strings.Repeat("a1", 18)
	plain := []string{
		"--tokenizer", "bpe", "--max-tokens=2048", "--token-dim", "64", "--sort-key", "name", "--use-token=true", "--token", "512",
	}
	for _, c := range []struct {
		name     string
		in, want []string
	}{
		{"plain", []string{"--lr", "0.1", "-v", "data/train.csv", "epochs=3"}, []string{"--lr", "0.1", "-v", "data/train.csv", "epochs=3"}},
		{"flag and value", []string{"--api-key", "hush", "--lr", "1"}, []string{"--api-key", "[redacted]", "--lr", "1"}},
		{"assigned flag", []string{"--api_key=hush", "-dbPassword=hush"}, []string{"--api_key=[redacted]", "-dbPassword=[redacted]"}},
		{"without dash", []string{"token=hush", "model.hf_token=hush"}, []string{"token=[redacted]", "model.hf_token=[redacted]"}},
		{"boolean flag before a flag", []string{"--auth", "--lr", "1"}, []string{"--auth", "--lr", "1"}},
		{"not secrets", plain, plain},
		{"form of a key", []string{key, "--x=" + token, token, "local-" + key}, []string{"[redacted]", "--x=[redacted]", "[redacted]", "[redacted]"}},
		{"a commit is no key", []string{"--commit", key, "--git-sha=" + key}, []string{"--commit", key, "--git-sha=" + key}},
		{"URL", []string{"postgres://jo:hush@db/x", "--url=redis://:hush@h"}, []string{"postgres://[redacted]@db/x", "--url=redis://[redacted]@h"}},
		{"header", []string{"-H", "Authorization: Bearer hush"}, []string{"-H", "Authorization: Bearer [redacted]"}},
		{"JSON", []string{`{"api_key": "hush", "lr": 0.1}`}, []string{`{"api_key": "[redacted]", "lr": 0.1}`}},
		{"list", []string{"--set", "lr=1,password=hush,x=2"}, []string{"--set", "lr=1,password=[redacted],x=2"}},
		{"empty", []string{"", "-", "--", "=", "--token="}, []string{"", "-", "--", "=", "--token="}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			before := append([]string(nil), c.in...)
			assert.Equal(t, c.want, RedactArgs(c.in))
			assert.Equal(t, before, c.in, "the caller's arguments stay")
		})
	}
}

func FuzzRedactArgs(f *testing.F) {
	f.Add("--api-key", "hush")
	f.Add("token=x", "{\"password\": \"a\"}")
	f.Fuzz(func(t *testing.T, a, b string) {
		out := RedactArgs([]string{a, b, "--password", "correct horse", "--token=battery staple"})
		require.Len(t, out, 5)
		require.Equal(t, []string{"[redacted]", "--token=[redacted]"}, out[3:])
	})
}
