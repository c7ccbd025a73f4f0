package runfiles_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/internal/runfiles"
)

// The same calls were made with the official Python SDK 0.31.0, ignore_globs
// *.tmp, requirements.txt and d/*.txt, against a recording server. What it sent
// is below, without what Init and Finish add of their own, and without the names
// of directories, which it asked addresses for and then did not upload.
var official = struct{ asked, put [][]string }{
	asked: [][]string{
		{"d/.hid", "empty.txt", "live.txt", "now.txt", "sub/b.txt"},
		{"live.txt", "now.txt"},
		{"d/.hid", "end.txt", "live.txt", "sub/b.txt"},
	},
	put: [][]string{
		{"d/.hid=h", "empty.txt=", "live.txt=live1", "now.txt=now1", "sub/b.txt=b"},
		{"live.txt=live2"},
		{"end.txt=end2", "live.txt=live3"},
	},
}

func TestSave_RecordedCalls_EqualsOfficialClient(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		set := func(name, text string) {
			path := write(t, filepath.Join(dir, name), text)
			require.NoError(t, os.Chtimes(path, time.Now(), time.Now())) // the fake clock
		}
		for name, text := range map[string]string{
			"now.txt": "now1", "end.txt": "end1", "live.txt": "live1", "empty.txt": "", "ign.tmp": "x",
			"d/a.txt": "a", "d/.hid": "h", "d/sub/b.txt": "b",
		} {
			set(name, text)
		}
		w := &wire{}
		o := newWire(t, w, func(c *runfiles.Config) { c.IgnoreGlobs = []string{"*.tmp", "requirements.txt", "d/*.txt"} })
		save := func(pattern, base string, policy runfiles.Policy) {
			_, err := o.SaveGlob(filepath.Join(dir, pattern), base, policy)
			require.NoError(t, err)
		}
		var asked, put [][]string
		step := func() { // what was sent since the last one, sorted
			synctest.Wait()
			for _, names := range w.names()[len(asked):] {
				asked = append(asked, slices.Sorted(slices.Values(names)))
			}
			seen := 0
			for _, earlier := range put {
				seen += len(earlier)
			}
			put = append(put, slices.Sorted(slices.Values(w.bodies()[seen:])))
		}

		save("now.txt", dir, runfiles.Now)
		save("end.txt", dir, runfiles.End)
		save("live.txt", dir, runfiles.Live)
		save("empty.txt", dir, runfiles.Now)
		save("none*.txt", dir, runfiles.Live)
		save("ign.tmp", dir, runfiles.Now)
		_, err := o.SaveGlob(filepath.Join(dir, "d"), dir, runfiles.Live)
		require.ErrorIs(t, err, runfiles.ErrNotRegular, "the official client sends nothing either, and does not say so")
		save("d/*", dir, runfiles.Live)
		save("d/.hid", dir, runfiles.Live) // the official client's d/* has it, with any .env beside it
		save("d/sub/b.txt", "", runfiles.Live)
		save("d/sub/b.txt", dir+"/d", runfiles.Live)
		advance(7 * time.Second)
		step()
		set("live.txt", "live2")
		set("end.txt", "end2")
		save("now.txt", dir, runfiles.Now)
		advance(8 * time.Second)
		step()
		set("live.txt", "live3")
		require.NoError(t, o.Finish(t.Context()))
		step()

		assert.Equal(t, official.asked, asked)
		assert.Equal(t, official.put, put)
		for _, p := range w.sent() {
			// The official client's are these, Host, User-Agent and Content-Length.
			for name := range p.header {
				assert.Contains(t, []string{"User-Agent", "Accept-Encoding"}, name)
			}
			assert.EqualValues(t, len(p.body), p.length, p.name)
			assert.True(t, strings.HasPrefix(p.url, "https://bucket.test/store/"))
		}
	})
}
