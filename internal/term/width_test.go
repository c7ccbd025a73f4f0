package term

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestWidth_EachScript_CountsColumns(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, text string
		width      int
	}{
		{"nothing", "", 0},
		{"ASCII", "train/loss", 10},
		{"Latin", "größe", 5},
		{"combining accent", "e\u0301", 1},
		{"Greek", "λ₁", 2},
		{"Chinese", "损失", 4},
		{"Japanese", "ロス", 4},
		{"halfwidth", "ﾛｽ", 2},
		{"Korean", "손실", 4},
		{"Korean, decomposed", "\u1109\u1169\u11ab", 2},
		{"fullwidth", "ｌｏｓｓ", 8},
		{"emoji", "🚀 loss", 7},
		{"old emoji", "⚡", 2},
		{"a sign that is not an emoji", "→", 1},
		{"sparkline", "▁▂▃▄▅▆▇█", 8},
		{"zero width joiner", "a\u200db", 2},
		{"control characters", "a\x1b\n", 1},
		{"invalid UTF-8", "\xff", 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			assert.Equal(t, tt.width, Width(tt.text))
		})
	}
	assert.True(t, slices.IsSorted(wide), "the search needs the order")
	assert.Zero(t, len(wide)%2, "and both ends of each range")
}

func TestCut_TextAndLimit_Fits(t *testing.T) {
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
		{"room for half a character", "训练损失", 4, "训…"},
		{"accents take no room", "e\u0301e\u0301", 2, "e\u0301e\u0301"},
		{"no room", "loss", 0, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			assert.Equal(t, tt.want, Cut(tt.text, tt.limit))
		})
	}
}

func TestPad_ShortText_GetsSpaces(t *testing.T) {
	t.Parallel()
	assert.Equal(t, "损失  ", Pad("损失", 6))
	assert.Equal(t, "loss", Pad("loss", 2))
}
