package runfiles_test

import (
	"fmt"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/wandgo/wandgo/internal/objectstore"
	"github.com/wandgo/wandgo/internal/runfiles"
	"github.com/wandgo/wandgo/wandbtest"
)

// After random saves from several goroutines and random errors of the store, the run has
// the last content of each name.
func TestUploader_RandomSaves_LastContentWins(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(r *rapid.T) {
		o := newOnline(t, func(c *runfiles.Config) {
			c.BatchSize = rapid.IntRange(1, 4).Draw(r, "batch size")
			c.Slots = objectstore.NewSlots(rapid.IntRange(1, 4).Draw(r, "slots"))
		})
		defer o.Close()
		for range rapid.IntRange(0, 6).Draw(r, "faults") {
			o.srv.Inject(wandbtest.Fault{
				Operation: rapid.SampledFrom([]string{"PUT", "CreateRunFiles"}).Draw(r, "operation"),
				After:     rapid.IntRange(0, 10).Draw(r, "after"),
				Count:     rapid.IntRange(1, 3).Draw(r, "count"),
				Status:    rapid.SampledFrom([]int{0, 429, 500, 503}).Draw(r, "status"),
				Cut:       rapid.SampledFrom([]wandbtest.Cut{wandbtest.CutNone, wandbtest.CutBefore, wandbtest.CutAfter}).Draw(r, "cut"),
				Process:   rapid.Bool().Draw(r, "process"),
			})
		}
		policies := []runfiles.Policy{runfiles.Now, runfiles.End, runfiles.Live}
		want := make(map[string]string)
		var mu sync.Mutex
		var wg sync.WaitGroup
		for g := range rapid.IntRange(1, 4).Draw(r, "goroutines") {
			type save struct {
				name   string
				text   string
				policy runfiles.Policy
			}
			saves := make([]save, rapid.IntRange(0, 8).Draw(r, "saves"))
			for i := range saves { // each goroutine has names of its own
				saves[i] = save{
					fmt.Sprintf("%d/%d", g, rapid.IntRange(0, 2).Draw(r, "name")),
					rapid.SampledFrom([]string{"", "a", "b", "longer"}).Draw(r, "text"),
					rapid.SampledFrom(policies).Draw(r, "policy"),
				}
			}
			wg.Go(func() {
				for _, s := range saves {
					if err := o.SaveBytes(s.name, []byte(s.text), s.policy); err != nil {
						t.Error(err)
					}
					if s.text == "b" {
						o.Flush()
					}
					mu.Lock()
					want[s.name] = s.text
					mu.Unlock()
				}
			})
		}
		wg.Wait()
		require.NoError(r, o.Finish(t.Context()))
		require.Equal(r, want, o.files())
		p := o.Progress()
		require.Zero(r, p.Waiting)
		require.Equal(r, p.Files, p.Done)
		require.Equal(r, p.Bytes, p.BytesDone)
		require.Len(r, unique(o.names()), len(want), "each name was reported")
	})
}

func unique(names []string) map[string]bool {
	set := make(map[string]bool)
	for _, n := range names {
		set[n] = true
	}
	return set
}
