package main

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestWrap_Words_BreakAtSpaces(t *testing.T) {
	t.Parallel()
	assert.Equal(t, []string{"aa bb", "cc"}, wrap("aa  bb cc", 6))
	assert.Equal(t, []string{"…… b"}, wrap("…… b", 4), "characters, not bytes")
	assert.Equal(t, []string{""}, wrap("", 4))
	assert.Equal(t, []string{"longer-than-that"}, wrap("longer-than-that", 4))
}
