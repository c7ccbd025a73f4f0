package syncrun_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/wandgo/wandgo/internal/record"
	"github.com/wandgo/wandgo/internal/syncrun"
)

func TestOriginals_Add_FindsCopies(t *testing.T) {
	t.Parallel()
	var o syncrun.Originals
	for _, tt := range []struct {
		dir       string
		beginning syncrun.Beginning
		number    int
		copied    bool
	}{
		{dir: "wandb/run-a", beginning: syncrun.Beginning{Started: 1}, number: 0},
		{dir: "backup/renamed", beginning: syncrun.Beginning{Started: 1}, number: 0, copied: true},
		{dir: "wandb/run-a-2", beginning: syncrun.Beginning{Started: 1, Step: 5}, number: 1},
		{dir: "backup/run-a", number: 0, copied: true},
		{dir: "wandb/run-b", number: 2},
		{dir: "elsewhere/run-b", beginning: syncrun.Beginning{Started: 2}, number: 3},
	} {
		number, copied := o.Add(tt.dir, tt.beginning)
		assert.Equal(t, tt.number, number, tt.dir)
		assert.Equal(t, tt.copied, copied, tt.dir)
	}
}

func TestContinues(t *testing.T) {
	t.Parallel()
	resumed := &record.Run{Resumed: true}
	assert.True(t, syncrun.Continues(false, true, resumed))
	assert.True(t, syncrun.Continues(false, false, nil), "the official client")
	assert.False(t, syncrun.Continues(false, true, &record.Run{}))
	assert.False(t, syncrun.Continues(true, true, resumed), "offline")
}
