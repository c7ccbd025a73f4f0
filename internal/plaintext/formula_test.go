package plaintext_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/wandgo/wandgo/internal/plaintext"
)

func TestNoFormula_Formula_GetsAQuote(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"": "", "loss": "loss", "a=1": "a=1", "-1e3": "-1e3", "+Inf": "+Inf",
		"=1+1": "'=1+1", "+cmd": "'+cmd", "-a": "'-a", "@SUM(A1)": "'@SUM(A1)", "\t=1": "'\t=1", "\r=1": "'\r=1",
	} {
		assert.Equal(t, want, plaintext.NoFormula(text), "%q", text)
	}
}
