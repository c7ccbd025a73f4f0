package secret

import (
	"encoding/base64"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

// Credentials that are none: each has the form, and "notakey" or "deadbeef" in it.
var (
	classicText = "deadbeef" + strings.Repeat("0123", 8)
	presentText = "wandb_v1_notakey" + strings.Repeat("a-B_", 10)
	tokenText   = "eyJhbGciOiJub25lIn0.eyJub3Rha2V5IjoxfQ.c2ln"
)

func TestRedact_Credential_IsReplaced(t *testing.T) {
	t.Parallel()
	pad := strings.Repeat("x1", 20)
	for _, tt := range []struct{ name, in, want string }{
		{"classic", classicText, Redacted},
		{"classic, upper case", strings.ToUpper(classicText), Redacted},
		{"classic, pasted twice", classicText + classicText, Redacted},
		{"classic, behind a team", "acme/" + classicText, "acme/" + Redacted},
		{"classic, in JSON", `{"key":"` + classicText + `"}`, `{"key":"` + Redacted + `"}`},
		{"classic, in a sentence", "the key " + classicText + ".", "the key " + Redacted + "."},
		{"present", presentText, Redacted},
		{"present, dash early", "wandb_v1_ab-notakey_cd", Redacted},
		{"present, next version", "wandb_v2_notakey-" + pad, Redacted},
		{"present, behind a letter", "kwandb_v12_notakey", "k" + Redacted},
		{"self-hosted", "local-" + classicText, Redacted},
		{"web token", tokenText, Redacted},
		{"web token without signature", "eyJhbGciOiJub25lIn0.eyJub3Rha2V5IjoxfQ.", Redacted},
		{"basic credential", base64.StdEncoding.EncodeToString([]byte("api:" + presentText)), Redacted},
		{"basic header", "Authorization: Basic notakey12=", "Authorization: Basic " + Redacted},
		{"bearer header, lower case", "authorization: bearer notakey-12", "authorization: bearer " + Redacted},
		{"bearer header without a digit", "bearer abcdefgh.ijk", "bearer " + Redacted},
		{"scheme twice", "basic basic notakey12", "basic basic " + Redacted},
		{"header in JSON", `{"Authorization":"Bearer notakey-12"}`, `{"Authorization":"Bearer ` + Redacted + `"}`},
		{"URL with password", "via http://jo:notakey@proxy:8080/x", "via http://" + Redacted + "@proxy:8080/x"},
		{"URL with @ in its password", "http://jo:not@key@proxy", "http://" + Redacted + "@proxy"},
		{"URL with user only", "https://notakey@proxy/x", "https://" + Redacted + "@proxy/x"},
		{"two URLs", "http://a:b@h and http://c@h/", "http://" + Redacted + "@h and http://" + Redacted + "@h/"},
		{"GitHub", "ghp" + "_" + pad, Redacted},
		{"GitHub, fine-grained", "github" + "_pat_" + pad + "_notakey", Redacted},
		{"GitLab", "glpat" + "-notakey-" + pad, Redacted},
		{"Hugging Face", "hf" + "_" + pad, Redacted},
		{"OpenAI", "sk" + "-proj-" + pad + "-notakey_x", Redacted},
		{"Slack", "xoxb" + "-1234-notakey", Redacted},
		{"AWS", "AKIA" + "NOTAKEYNOTAKEY12", Redacted},
		{"Google", "AIza" + pad, Redacted},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			assert.Equal(t, tt.want, Redact(tt.in))
			assert.Equal(t, tt.want, Redact(Redact(tt.in)), "a second time changes nothing")
		})
	}
}

func TestRedact_HarmlessText_IsKept(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"",
		"acme/vision",
		"experiment_2024_resnet50_ablation_learning_rate",
		"local-run",
		"local-experiment_resnet50_lr0001",
		"task-force-sk-learn-resnet50-baseline",
		"sk-learn-resnet50-baseline-with-augmentation",
		"hf_datasets_benchmark_run_1",
		"basic authentication is required",
		"Use basic authentication.",
		"bearer of news",
		"/tmp/TestDoctorNamesTheSettingsFileproject1067898565/001/settings",
		"abcd1234",
		"3f786850e387550fdab836ed7e6dc881", // an MD5 sum has 32 digits
		strings.Repeat("x", 50),
		"http://127.0.0.1:8080/graphql?x=a@b",
		"https://h/path/with@at?x=a@b",
		"write to jo@example.com",
	} {
		assert.Equal(t, text, Redact(text))
	}
}

func TestRedactHeaders_AnyValue_IsReplaced(t *testing.T) {
	t.Parallel()
	assert.Equal(t, "-H Authorization: Bearer "+Redacted, RedactHeaders("-H Authorization: Bearer hush"))
}

func TestIsKey_WholeText_Decides(t *testing.T) {
	t.Parallel()
	for _, key := range []string{classicText, presentText, tokenText, "local-" + classicText} {
		assert.True(t, IsKey(key), key)
		assert.False(t, IsKey("data/"+key), "only part of the text")
	}
	assert.False(t, IsKey(strings.Repeat("x", 50)), "a very long word")
}

func TestHoldsKey_ClassicForm_DoesNotCount(t *testing.T) {
	t.Parallel()
	assert.True(t, HoldsKey("run "+presentText))
	assert.True(t, HoldsKey("wandb_v2_notakey"))
	assert.True(t, HoldsKey("local-"+classicText))
	assert.False(t, HoldsKey(classicText))
	assert.True(t, IsClassicKey(classicText))
	assert.False(t, IsClassicKey(classicText+"0"))
}

func TestIn_KeyInText_ReturnsTrue(t *testing.T) {
	t.Parallel()
	assert.True(t, New(text).In("a "+text+" b"))
	assert.False(t, New(text).In("a b"))
	assert.False(t, Key{}.In("a b"))
}

func FuzzRedact(f *testing.F) {
	for _, seed := range []string{"", presentText, "bearer bearer notakey12", "http://a@b@c/" + tokenText, "basic eyJ" + classicText, "x://y@z"} {
		f.Add(seed, seed)
	}
	f.Fuzz(func(t *testing.T, before, after string) {
		once := Redact(before + " " + presentText + " " + after)
		assert.NotContains(t, once, presentText)
		assert.Equal(t, once, Redact(once), "a second time changes nothing")
	})
}
