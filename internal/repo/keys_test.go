package repo_test

import (
	"go/scanner"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var (
	// keyShape is what the official client accepts for a key: 40 characters or more.
	keyShape = regexp.MustCompile(`^[A-Za-z0-9_-]{40,}$`)
	// wordShape is a long name made of words, such as an environment variable's.
	wordShape = regexp.MustCompile(`^[A-Za-z]{1,12}(?:[_-][A-Za-z]{0,12}[0-9]{0,4}){3,}$`)
	// keyMarker is what keyscan knows a fake key by. The second is for the tests
	// of keys that are hexadecimal, as the older ones are.
	keyMarker = regexp.MustCompile(`notakey|^[0-9a-f]*deadbeef[0-9a-f]*$`)
)

// TestFakeKeysAreRecognisable keeps the search for leaked keys complete, and
// secret scanners of other people quiet: whatever looks like a key in tests, the
// fake server and the examples has the marker in it.
func TestFakeKeysAreRecognisable(t *testing.T) {
	t.Parallel()
	marked := 0
	for _, pkg := range own(t) {
		files := slices.Concat(pkg.TestGoFiles, pkg.XTestGoFiles)
		if pkg.path() == "wandbtest" || strings.HasPrefix(pkg.path(), "examples/") {
			files = append(files, pkg.GoFiles...)
		}
		for _, name := range files {
			source, err := os.ReadFile(filepath.Join(pkg.Dir, name))
			require.NoError(t, err)
			file := token.NewFileSet().AddFile(name, -1, len(source))
			var words scanner.Scanner // to parse every test takes long
			words.Init(file, source, nil, 0)
			for pos, kind, word := words.Scan(); kind != token.EOF; pos, kind, word = words.Scan() {
				if kind != token.STRING || len(word) < 40 {
					continue
				}
				text, err := strconv.Unquote(word)
				switch {
				case err != nil || !keyShape.MatchString(text) || wordShape.MatchString(text):
				case keyMarker.MatchString(text):
					marked++
				default:
					assert.Fail(t, "looks like a key and lacks the word notakey", "%s/%s:%d", pkg.path(), name, file.Line(pos))
				}
			}
		}
	}
	assert.Positive(t, marked, "no fake key found: does this test still look in the right places?")
}
