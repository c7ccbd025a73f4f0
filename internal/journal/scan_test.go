package journal

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

// TestSkipDigits has every byte at every place of two words.
func TestSkipDigits(t *testing.T) {
	t.Parallel()
	for place := range 20 {
		for c := range 256 {
			b := []byte("01234567890123456789")
			b[place] = byte(c)
			want := place
			if c >= '0' && c <= '9' {
				want = len(b)
			}
			for from := range place + 1 {
				if got := skipDigits(b, from); got != want {
					assert.Equal(t, want, got, "%q from %d", b, from)
				}
			}
		}
	}
}
