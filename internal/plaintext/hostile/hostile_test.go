package hostile_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"go.uber.org/goleak"

	"github.com/wandgo/wandgo/internal/plaintext"
	"github.com/wandgo/wandgo/internal/plaintext/hostile"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestTexts_Each_IsFoundRawAndNotAfterCleaning(t *testing.T) {
	t.Parallel()
	for name, text := range hostile.Texts() {
		assert.NotEmpty(t, hostile.Raw(text), name)
		assert.Empty(t, hostile.Raw(plaintext.Line(text, plaintext.NoLimit)), name)
		assert.Empty(t, hostile.Raw(plaintext.Quote(text, plaintext.NoLimit)), name)
		assert.Empty(t, hostile.Raw(plaintext.ShellPath(text)), name)
	}
	assert.Empty(t, hostile.Raw("two\nlines, größer 世界 🦆 \uFFFD"))
}
