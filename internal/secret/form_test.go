package secret

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestRedact(t *testing.T) {
	t.Parallel()
	hex := "deadbeef" + strings.Repeat("0123", 8)
	for _, tt := range []struct{ name, in, want string }{
		{"classic", hex, Redacted},
		{"classic, pasted twice", hex + hex, Redacted},
		{"behind a team", "acme/" + hex, "acme/" + Redacted},
		{"in JSON", `{"key":"` + hex + `"}`, `{"key":"` + Redacted + `"}`},
		{"present", "wandb_v1_notakey" + strings.Repeat("a-B_", 10), Redacted},
		{"self-hosted", "local-" + hex, Redacted},
		{"web token", "eyJhbGciOiJub25lIn0.eyJub3Rha2V5IjoxfQ.c2ln", Redacted},
		{"a name", "experiment_2024_resnet50_ablation_learning_rate", "experiment_2024_resnet50_ablation_learning_rate"},
		{"a short one", "local-run", "local-run"},
		{"a long word", strings.Repeat("x", 50), strings.Repeat("x", 50)},
		{"nothing", "", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			assert.Equal(t, tt.want, Redact(tt.in))
		})
	}
}

func TestIn(t *testing.T) {
	t.Parallel()
	assert.True(t, New(text).In("a "+text+" b"))
	assert.False(t, New(text).In("a b"))
	assert.False(t, Key{}.In("a b"))
}
