package api_test

import (
	"fmt"
	"os"
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// TestHistory_MillionRows_YieldsEveryRowOnceInBoundedMemory takes seconds, so it runs only if
// WANDGO_TEST_LONG is set.
func TestHistory_MillionRows_YieldsEveryRowOnceInBoundedMemory(t *testing.T) { //nolint:paralleltest // it measures memory
	if os.Getenv("WANDGO_TEST_LONG") == "" {
		t.Skip("WANDGO_TEST_LONG is not set")
	}
	const n = 1_000_000
	srv, c, a := serve(t)
	post(t, c, srv, "r", lines(n, func(i int) string {
		f := float64(i)
		return fmt.Sprintf(`{"_step":%d,"m0":%v,"m1":%v,"m2":%v,"m3":%v,"m4":%v,"m5":%v,"m6":%v,"m7":%v,"m8":%v,"m9":%v}`, i, f/3, f/7, f/9, f/11, f/13, f/17, f/19, f/21, f/23, f/27)
	})...)
	run, err := a.Run(t.Context(), "acme/vision/r")
	require.NoError(t, err)
	var before, now runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	most := uint64(0)
	began := time.Now()
	next := int64(0)
	for row, err := range run.History(t.Context()) {
		require.NoError(t, err)
		if row.Step() != next {
			require.Equal(t, next, row.Step())
		}
		if next++; next%100_000 == 0 {
			runtime.GC()
			runtime.ReadMemStats(&now)
			most = max(most, now.HeapAlloc)
		}
	}
	took := time.Since(began)
	require.EqualValues(t, n, next)
	t.Logf("%d rows in %v, %d requests, at most %d MB more on the heap", n, took.Round(time.Millisecond), len(srv.Requests()), (int64(most)-int64(before.HeapAlloc))>>20)
	require.Less(t, int64(most)-int64(before.HeapAlloc), int64(200<<20))
}
