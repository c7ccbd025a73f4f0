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

// Each line is a command line's end, split at "|"; HUSH is the secret.
func TestRedactArgs_SecretForm_IsHidden(t *testing.T) {
	t.Parallel()
	key := strings.Repeat("0123456789abcdef0123", 2)
	for _, line := range []string{
		"--pass|HUSH", "--pass=HUSH", "-pass=HUSH", "--db.pass|HUSH", "--passcode|HUSH", "--passphrase|HUSH", "--userPassword|HUSH",
		"--password-value|HUSH", "--secret-name|HUSH", "--creds|HUSH", "--credential|HUSH", "--aws-credentials=HUSH",
		"--key|HUSH", "--gcp-key|HUSH", "--gcp_key=HUSH", "--wandb-key|HUSH", "--azure.key=HUSH", "--apiKey|HUSH", "--APIKEY=HUSH",
		"--hf-token|HUSH", "--pat|HUSH", "--jwt|HUSH", "--sas|HUSH", "--cookie|HUSH", "--otp|HUSH", "--auth|HUSH", "--dsn|HUSH", "--webhook|HUSH",
		"--password|--HUSH-x!", "--private-key|-----BEGIN RSA PRIVATE KEY-----\nHUSH\n-----END RSA PRIVATE KEY-----",
		"-----BEGIN PRIVATE KEY-----HUSH", "--pem=-----BEGIN EC PRIVATE KEY-----\nHUSH",
		"--user|jo:HUSH", "-u|jo:HUSH", "--user=jo:HUSH",
		"https://HUSH@github.com/a/b", "https://HUSH:x-oauth-basic@github.com/a/b", "https://jo:HUSH@h/x", "--url=https://HUSH@h/x",
		"https://h/b?sig=HUSH", "https://h/b?sv=1&sig=HUSH&se=2", "https://h/b?X-Amz-Signature=HUSH", "https://h/?access_token=HUSH", "https://h/?a=1&api_key=HUSH",
		"--url|https://h/?token=HUSH", "--data=s3://b/k?secret=HUSH",
		"-H|Authorization: token HUSH", "-H|Authorization: HUSH", "-H|X-Api-Key: HUSH", "-H|PRIVATE-TOKEN: HUSH", "-H|Cookie: a=1 HUSH", "--header=Authorization: Bearer HUSH",
		`{"password": "HUSH"}`, `{"a": {"hf_token":"HUSH"}}`, "--set|a=1,token=HUSH,b=2", "env TOKEN=HUSH python", "DB_PASS=HUSH ./train", "export API_KEY='HUSH'",
		"db:password:HUSH", "model.optimizer.secret=HUSH",
		"note CLASSIC and more", "x=CLASSIC", "WANDB_API_KEY=CLASSIC python train.py", `{"wandb": "CLASSIC"}`, "local-CLASSIC", "a,CLASSIC,b", "--lr=1 CLASSIC",
		"see wandb_v1_HUSHHUSHHUSH12345 here", "--x=wandb_v2_HUSHHUSHHUSH", "hf_HUSHHUSHHUSHHUSHHUSH0",
	} {
		t.Run(line, func(t *testing.T) {
			t.Parallel()
			out := strings.Join(RedactArgs(strings.Split(strings.ReplaceAll(line, "CLASSIC", key), "|")), "|")
			assert.NotContains(t, out, "HUSH")
			assert.NotContains(t, out, key)
			assert.Contains(t, out, "[redacted]")
		})
	}
}

func TestRedactArgs_HarmlessForm_IsKept(t *testing.T) {
	t.Parallel()
	commit := strings.Repeat("0123456789abcdef0123", 2)
	for _, line := range []string{
		"--sort-key|loss", "--primary-key=id", "--num-keys=4", "--monitor-key|val/loss", "--keys|a,b", "--tokenizer|bpe", "--max-tokens=2048",
		"--passes|3", "--bypass=true", "--compass|north", "--author|jo", "--authors=jo", "--cookies-path|x", "--signal|9", "--design=flat",
		"/checkouts/COMMIT/train.py", "--repo=/src/COMMIT", "--commit|COMMIT", "--git-sha=COMMIT", "git+https://h/a.git@COMMIT", "--image=r/i@sha256:COMMIT",
		"model-COMMIT.pt", "--ckpt|runs/COMMIT-last", "--time|12:30:00", "--lr=1e-3", "https://h/a?page=2", "--range=a:b", "C:\\data\\x",
		"--user|jo", "--user|http://h", "-v", "--", "-", "--layers=[1, 2]", `{"lr": 0.1, "name": "x"}`, "--optimizer.lr=0.1,--x=2",
		"--a-long-name-that-is-not-a-key" + "-but-has-more-than-forty-characters",
	} {
		t.Run(line, func(t *testing.T) {
			t.Parallel()
			in := strings.Split(strings.ReplaceAll(line, "COMMIT", commit), "|")
			assert.Equal(t, in, RedactArgs(in))
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
