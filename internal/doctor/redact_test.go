package doctor

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/wandgo/wandgo/internal/secret"
)

func TestRedactor_Text_RemovesSecretsAndHome(t *testing.T) {
	t.Parallel()
	const key = "notakey0jo000000000000000000000000000000a1"
	r := Redactor{keys: secret.Keys{secret.New(key)}, home: "/home/jo"}
	for _, test := range []struct{ name, text, want string }{
		{"plain text stays", "HTTP 403 permission denied for acme/vision", "HTTP 403 permission denied for acme/vision"},
		{"key", "k=" + key + "!", "k=[redacted]!"},
		{"unknown hex key", "0123456789abcdefdeadbeef0123456789abcdef", "[redacted]"},
		{"unknown present key", "wandb_v2_ab-cDEF", "[redacted]"},
		{"local key", "local-" + "0123456789abcdefdeadbeef0123456789abcdef", "[redacted]"},
		{"credentials", "Authorization: Basic YXBpOmFiY2Q=", "Authorization: Basic [redacted]"},
		{"bearer", "bearer abcdefgh.ijk", "bearer [redacted]"},
		{"token", "eyJhbGciOiJIUzI1NiJ9.eyJzdWIi.abc-d_e", "[redacted]"},
		{"email", "write to jo.doe+x@mail.example.com.", "write to [email]."},
		{"home", "/home/jo/.netrc", "~/.netrc"},
		{"password in a URL", "http://me:pw@proxy:80/x", "http://[redacted]@proxy:80/x"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			assert.Equal(t, test.want, r.Text(test.text))
		})
	}
	assert.Equal(t, "/a", Redactor{home: "/"}.Text("/a"))
}
