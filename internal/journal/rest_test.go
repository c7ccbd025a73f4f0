package journal

import (
	"math/rand/v2"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/internal/record"
	"github.com/wandgo/wandgo/internal/record/wire"
)

// restOf returns the steps of the rows that a closed log accepted and its file lacks.
func restOf(t *testing.T, w *Writer) (steps []int64) {
	t.Helper()
	require.NoError(t, w.Rest(func(e *wire.Entry) error {
		if h, ok := e.Body.(*record.History); ok {
			steps = append(steps, h.Step)
		}
		return nil
	}))
	return steps
}

// TestRest_DiskFullAtAnyByte_FileAndRestHaveEveryRowOnce has the disk fill up at random
// places, also within headers, and stay full.
func TestRest_DiskFullAtAnyByte_FileAndRestHaveEveryRowOnce(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 3))
	for range 300 {
		d := &fakeDisk{room: r.IntN(200)}
		w := newWriter("run.wandb", d, Options{FlushEvery: time.Hour})
		n := 1 + r.IntN(60)
		for i := range n {
			line := `{"a":1,"b":"` + strings.Repeat("x", r.IntN(6000)) + `"}`
			_ = w.AppendRow(&record.Row{Line: []byte(line), Step: int64(i)})
			if r.IntN(3) == 0 {
				d.set(func() { d.room += r.IntN(9000) })
				_ = w.Flush()
			}
		}
		err := w.Close()
		all, _ := steps(t, d.data)
		rest := restOf(t, w)
		if len(rest) > 0 {
			require.ErrorIs(t, err, syscall.ENOSPC)
		}
		all = append(all, rest...)
		require.Len(t, all, n)
		for i, step := range all {
			require.EqualValues(t, i, step)
		}
	}
}

func TestRest_WholeFile_IsEmpty(t *testing.T) {
	t.Parallel()
	d := &fakeDisk{room: 1 << 30}
	w := newWriter("run.wandb", d, Options{})
	require.NoError(t, w.AppendRow(&record.Row{Line: []byte(`{"a":1}`)}))
	require.NoError(t, w.Close())
	assert.Empty(t, restOf(t, w))
}

// TestOnFull_HalfOfTheMemoryIsUsed_IsCalledOnce: there is time to go elsewhere before a
// record is lost.
func TestOnFull_HalfOfTheMemoryIsUsed_IsCalledOnce(t *testing.T) {
	t.Parallel()
	d := &fakeDisk{}
	called := make(chan struct{}, 2)
	w := newWriter("run.wandb", d, Options{FlushEvery: time.Hour, OnFull: func() { called <- struct{}{} }})
	line := []byte(`{"pad":"` + strings.Repeat("x", 100_000) + `"}`)
	lost := 0
	for i := range 200 { // 20 MB
		if isLoss(w.AppendRow(&record.Row{Line: line, Step: int64(i)})) {
			lost++
		}
	}
	<-called
	assert.Empty(t, called)
	assert.Positive(t, lost)
	require.Error(t, w.Close())
	assert.Len(t, restOf(t, w), 200-lost)
}
