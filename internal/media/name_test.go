package media

import (
	"io/fs"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestFileName_Key_IsThatOfTheOfficialClient(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, key, want string }{
		{"plain", "img", "media/images/img_1_abc.png"},
		{"directories", "a/b/img", "media/images/a/b/img_1_abc.png"},
		{"leading slashes", "//a", "media/images/a_1_abc.png"},
		{"up", "../../x", "media/images/__/__/x_1_abc.png"},
		{"here", "./x", "media/images/_/x_1_abc.png"},
		{"slash at the end", "a/", "media/images/a/_1_abc.png"},
		{"other characters", "we ird:k?y*😀", "media/images/we ird:k?y*😀_1_abc.png"},
		{"NUL", "a\x00b", "media/images/a_b_1_abc.png"},
		{"not UTF-8", "a\xffb", "media/images/a\ufffdb_1_abc.png"},
	}
	for _, tt := range tests {
		assert.Equal(t, tt.want, FileName("images", tt.key, "1", "abc", ".png"), tt.name)
	}
	long := FileName("images", strings.Repeat("k", 300), "1", "abc", ".png")
	assert.NotEqual(t, long, FileName("images", strings.Repeat("k", 301), "1", "abc", ".png"), "the hash differs")
}

func TestArtifactName(t *testing.T) {
	t.Parallel()
	assert.Equal(t, "run-r1-tab", ArtifactName("run-r1-tab"))
	assert.Equal(t, "run-r-table-evalmytable-peH0Qw", ArtifactName("run-r-table-eval/my table!"))
	assert.Len(t, ArtifactName(strings.Repeat("n", 300)), 128)
}

func FuzzFileName(f *testing.F) {
	for _, key := range []string{"", "a", "../../x", "/", "a//b", "\x00", "CON", "NUL.txt", `C:\x`, strings.Repeat("é", 300), strings.Repeat("a/", 900), "\xff", "😀", "a\nb"} {
		f.Add(key)
	}
	f.Fuzz(func(t *testing.T, key string) {
		for _, name := range []string{
			FileName("images", key, "9223372036854775807", strings.Repeat("f", 20), ".boxes2D.json"),
			EntryName(key, ".table.json"),
		} {
			require.True(t, fs.ValidPath(name), "%q", name)
			require.True(t, filepath.IsLocal(filepath.FromSlash(name)), "%q", name)
			require.NotContains(t, name, "\x00")
			require.True(t, utf8.ValidString(name))
			require.LessOrEqual(t, len(name), 2000)
			for part := range strings.SplitSeq(name, "/") {
				require.LessOrEqual(t, len(part), 240)
			}
		}
		require.LessOrEqual(t, len(ArtifactName("run-r-"+key)), 128)
	})
}
