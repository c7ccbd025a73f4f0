package wandbtest

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/wandgo/wandgo/internal/fakeserver/store"
)

// Old posts go, and views of before stay as they were.
func TestRecord_ManyPosts_DropsTheOldest(t *testing.T) {
	t.Parallel()
	var r run
	began := time.Unix(0, 0)
	add := func(n int) {
		for range n {
			i := len(r.posts)
			r.record(Post{At: began.Add(time.Duration(i) * time.Second), Bytes: i})
		}
	}
	add(2*maxPosts - 1)
	before := r.view(time.Time{}).Posts
	add(1)
	assert.Len(t, r.posts, maxPosts)
	assert.Equal(t, maxPosts, r.posts[0].Bytes)
	assert.Len(t, before, 2*maxPosts-1)
	assert.Zero(t, before[0].Bytes)
	assert.Equal(t, 2*maxPosts-2, before[2*maxPosts-2].Bytes)

	v := RunView{CreatedAt: began, Posts: r.posts, Streams: 2 * maxPosts, taken: began.Add(2 * maxPosts * time.Second)}
	assert.Empty(t, v.Violations(Pace{Heartbeat: time.Second}), "the time before the first that is kept is not known")
	v.Streams = maxPosts
	assert.Len(t, v.Violations(Pace{Heartbeat: time.Second}), 1)
}

func TestReferee_ManyViolations_KeepsBoundedNotes(t *testing.T) {
	t.Parallel()
	var f referee
	var have store.Lines
	files := func(string) *store.Lines { return &have }
	f.judge(streamPost{complete: true}, files, 1)
	for range 2 * maxViolations {
		f.judge(streamPost{}, files, 1)
	}
	assert.Len(t, f.violations, maxViolations)
	r := run{referee: f}
	assert.Len(t, r.view(time.Time{}).Violations(Pace{}), maxViolations)
}
