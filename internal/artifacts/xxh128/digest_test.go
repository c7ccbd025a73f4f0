package xxh128_test

import (
	"crypto/md5"
	"encoding/hex"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/wandgo/wandgo/internal/artifacts/xxh128"
)

// pattern is n bytes, none of which is like its neighbors.
func pattern(n int) []byte {
	b := make([]byte, n)
	x := uint64(0x9E3779B185EBCA87)
	for i := range b {
		x = x*6364136223846793005 + 1442695040888963407
		b[i] = byte(x >> 56)
	}
	return b
}

func sum(parts ...[]byte) string {
	h := xxh128.New()
	for _, p := range parts {
		_, _ = h.Write(p)
	}
	return hex.EncodeToString(h.Sum(nil))
}

// The expected sums are those of the module github.com/zeebo/xxh3 1.1.0.
func TestNew_EveryPathOfTheAlgorithm_EqualsAnotherImplementation(t *testing.T) {
	t.Parallel()
	b := pattern(5000)
	for _, tt := range []struct {
		size int
		want string
	}{
		{0, "99aa06d3014798d86001c324468d497f"},
		{1, "b5e79b035bb573904272be416e3711f0"},
		{3, "71aca226de09d588922c0bd470da1518"},
		{4, "05815e4fa0cc3a1e045d3c5d1cdd72d2"},
		{8, "e12be665c381e1c4b4a4347851a4cbcc"},
		{9, "b07ac479f0895977a49113c6018da04c"},
		{16, "c20a50bfb989b287d601fe104929cbe0"},
		{17, "e5a426233b151378ec4f45a878d05f01"},
		{32, "85e2a063ee2360cf86f205eb40adeb7a"},
		{33, "a514b94c27a8d61f04d61143df6697b9"},
		{64, "bf21dfecc62f8f4c6b70b1e2d1dc7f80"},
		{65, "5bb25bcf9103e58ef26fda0460a4a9ca"},
		{96, "00975a1d73f18c8b199281225e3add3d"},
		{97, "077012c221c1c934c1b24c5df396ade0"},
		{128, "eebfb62e24197975a840da0c128dc2fe"},
		{129, "b5d8106797ffcca9ac15b78e1109aa86"},
		{160, "8b64c22cf059428d8733898d76ce303d"},
		{161, "7224bf41bcc3d63875df053b61a60d11"},
		{239, "d96b69812ccf067df7d7a3592b0ccea8"},
		{240, "016df4ed0b50fcf027e431b322e012b4"},
		{241, "6066cfe493692abfbf455fb68487c204"},
		{256, "b2697bc1c22958fe20baf05ce65fed9d"},
		{511, "ec1fc44e56b08aa48ef819da19cf99e0"},
		{512, "57e4df7f895d2aab863f9d0434820d3c"},
		{1023, "cea5291a800246e7e586671afb1ab534"},
		{1024, "3522149947b9ce07f2716404cbb45dc4"},
		{1025, "551df6388441bfc6f35cb07bf5225731"},
		{2048, "16e99707aa63198e34a333c364b9e176"},
		{2049, "f4ef28ceb55ff8bce822e777e2c3c5ef"},
		{4096, "2600c06aa0e4ec8a92eee3e698285672"},
		{5000, "4c510a83c9e0c3ce40b48f605ef63502"},
	} {
		assert.Equal(t, tt.want, sum(b[:tt.size]), "%d bytes", tt.size)
	}
	all := md5.New()
	for n := range len(b) + 1 {
		h := xxh128.New()
		_, _ = h.Write(b[:n])
		_, _ = all.Write(h.Sum(nil))
	}
	assert.Equal(t, "49e011198b00877f1d37c3e1f62232fb", hex.EncodeToString(all.Sum(nil)), "all sizes")
}

func TestNew_AnyParts_SameSum(t *testing.T) {
	t.Parallel()
	b := pattern(5000)
	for n := range b {
		if n > 700 && n%37 != 0 {
			continue
		}
		want := sum(b[:n])
		for _, cut := range []int{1, 63, 64, 240, 241, 1023, 1024, 1025, 2048, 4096} {
			if cut < n {
				assert.Equal(t, want, sum(b[:cut], b[cut:n]), "%d of %d bytes first", cut, n)
			}
		}
	}
	h := xxh128.New()
	_, _ = h.Write(b)
	first := h.Sum(nil)
	assert.Equal(t, first, h.Sum(nil), "it changes nothing")
	h.Reset()
	assert.Equal(t, sum(nil), hex.EncodeToString(h.Sum(nil)))
}

func BenchmarkWrite(b *testing.B) {
	data := pattern(1 << 20)
	h := xxh128.New()
	b.SetBytes(int64(len(data)))
	for b.Loop() {
		_, _ = h.Write(data)
	}
}
