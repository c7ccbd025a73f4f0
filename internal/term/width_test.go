package term

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestWidth(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, text string
		width      int
	}{
		{"nothing", "", 0},
		{"ASCII", "train/loss", 10},
		{"Latin", "größe", 5},
		{"an accent that combines", "e\u0301", 1},
		{"Greek", "λ₁", 2},
		{"Chinese", "损失", 4},
		{"Japanese", "ロス", 4},
		{"half of that width", "ﾛｽ", 2},
		{"Korean", "손실", 4},
		{"Korean taken apart", "\u1109\u1169\u11ab", 2},
		{"fullwidth", "ｌｏｓｓ", 8},
		{"emoji", "🚀 loss", 7},
		{"emoji of old", "⚡", 2},
		{"a sign that is no emoji", "→", 1},
		{"sparkline", "▁▂▃▄▅▆▇█", 8},
		{"zero width joiner", "a\u200db", 2},
		{"control characters", "a\x1b\n", 1},
		{"no UTF-8", "\xff", 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			assert.Equal(t, tt.width, Width(tt.text))
		})
	}
	assert.True(t, slices.IsSortedFunc(wide, func(a, b [2]rune) int { return int(a[1] - b[0]) }), "or the search misses some")
}

func TestCut(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, text string
		limit      int
		want       string
	}{
		{"fits", "loss", 4, "loss"},
		{"too long", "train/loss", 5, "trai…"},
		{"wide fits", "损失", 4, "损失"},
		{"wide and too long", "训练损失", 6, "训练…"},
		{"half a character is left", "训练损失", 4, "训…"},
		{"accents are free", "e\u0301e\u0301", 2, "e\u0301e\u0301"},
		{"no room at all", "loss", 0, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			assert.Equal(t, tt.want, Cut(tt.text, tt.limit))
		})
	}
	assert.Equal(t, "损失  ", Pad("损失", 6))
	assert.Equal(t, "loss", Pad("loss", 2))
}
