package main

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestRate_Set_AcceptsRequestsPerTime(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]rate{"60/1m": {60, time.Minute}, "1/250ms": {1, 250 * time.Millisecond}} {
		var r rate
		require.NoError(t, r.Set(text))
		assert.Equal(t, want, r)
		require.NoError(t, r.Set(r.String()))
		assert.Equal(t, want, r)
	}
	for _, text := range []string{"", "60", "60/", "/1m", "0/1m", "-1/1m", "60/0s", "60/-1s", "60/m", "x/1m", "1e3/1m", "60/1m/1m"} {
		var r rate
		assert.Error(t, r.Set(text), text)
		assert.Equal(t, rate{}, r)
	}
	r := in(t, nil).run(t, "serve", "--rate-limit", "60")
	assert.Equal(t, exitUsage, r.status)
	assert.Contains(t, r.stderr, "such as 60/1m")
}
