package interop

import (
	"fmt"
	"os"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/api"
	"github.com/wandgo/wandgo/client"
	"github.com/wandgo/wandgo/interop/scenario"
	"github.com/wandgo/wandgo/wandbtest"
)

// TestScan_MillionRows_TakesLessTimeThanTheOfficialClient prints how long both clients take to read a long
// history. It takes minutes, so it runs only if WANDGO_TEST_LONG is set, perhaps to a number of rows.
func TestScan_MillionRows_TakesLessTimeThanTheOfficialClient(t *testing.T) { //nolint:paralleltest // it measures
	if os.Getenv("WANDGO_TEST_LONG") == "" {
		t.Skip("WANDGO_TEST_LONG is not set")
	}
	n, err := strconv.Atoi(os.Getenv("WANDGO_TEST_LONG"))
	if err != nil || n < 1000 {
		n = 1_000_000
	}
	srv := wandbtest.New(t, scenario.Server())
	script := officialScript(t, srv, "scan.py")
	c := connect(t, srv)
	run, err := c.Init(t.Context(), client.RunOptions{ID: "long"})
	require.NoError(t, err)
	require.NoError(t, run.Finish(t.Context()))
	lines := make([]string, n)
	for i := range lines {
		line := fmt.Appendf(nil, `{"_step":%d`, i)
		for m := range 10 {
			line = fmt.Appendf(line, `,"m%d":%v`, m, float64(i)/float64(m+3))
		}
		lines[i] = string(append(line, '}'))
	}
	require.NoError(t, srv.SetHistory("acme", "reads", "long", lines))
	began := time.Now()
	stored, err := api.New(c).Run(t.Context(), "acme/reads/long")
	require.NoError(t, err)
	ours := 0
	for row, err := range stored.History(t.Context()) {
		require.NoError(t, err)
		if row.Step() != int64(ours) {
			require.EqualValues(t, ours, row.Step())
		}
		ours++
	}
	took := time.Since(began)
	var theirs int
	var seconds float64
	_, err = fmt.Sscan(script("acme/reads/long"), &theirs, &seconds)
	require.NoError(t, err)
	assert.Equal(t, n, ours)
	assert.Equal(t, n, theirs)
	t.Logf("%d rows: wandgo %.1f s, official client %.1f s: %.1f times", n, took.Seconds(), seconds, seconds/took.Seconds())
}
