package download

import (
	"encoding/hex"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/internal/artifacts/manifest"
	"github.com/wandgo/wandgo/internal/artifacts/objectcache"
	"github.com/wandgo/wandgo/internal/record"
)

func TestReuse_CachedFile_IsPlacedOnlyIfItIsRight(t *testing.T) {
	t.Parallel()
	h, err := manifest.MD5.New()
	require.NoError(t, err)
	_, _ = h.Write([]byte("hello"))
	e := &record.ArtifactEntry{Path: "f", Size: 5, Digest: manifest.Digest(h.Sum(nil))}
	for content, want := range map[string]bool{"hello": true, "hellO": false, "hell": false, "": false} {
		t.Run(content, func(t *testing.T) {
			t.Parallel()
			cache := objectcache.New(t.TempDir())
			if content != "" {
				require.NoError(t, cache.Put(keyOf(e), strings.NewReader("hello")))
				sum, err := manifest.ParseDigest(e.Digest)
				require.NoError(t, err)
				require.NoError(t, os.WriteFile(filepath.Join(cache.Dir(), "obj", "md5", hex.EncodeToString(sum[:1]), hex.EncodeToString(sum[1:])), []byte(content), 0o600))
			}
			dir := t.TempDir()
			target, err := openTarget(dir)
			require.NoError(t, err)
			defer target.close(true)
			j := &job{target: target, cache: cache}
			has, err := j.reuse(t.Context(), e, "f")
			require.NoError(t, err)
			assert.Equal(t, want, has)
			if has {
				assert.FileExists(t, filepath.Join(dir, "f"))
				return
			}
			assert.NoFileExists(t, filepath.Join(dir, "f"), "it has to be fetched")
			assert.Equal(t, []string{lockName}, names(target.root, target.partial.dir))
		})
	}
}
