package gqlclient_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/wandgo/wandgo/internal/gqlclient"
)

func TestOptional_EmptyText_IsNotSet(t *testing.T) {
	t.Parallel()
	assert.Nil(t, gqlclient.Optional(""))
	assert.Equal(t, new("a"), gqlclient.Optional("a"))
}

func TestTime_WithAndWithoutZone_IsUTC(t *testing.T) {
	t.Parallel()
	noon := time.Date(2026, 11, 28, 12, 0, 0, 0, time.UTC)
	for text, want := range map[string]time.Time{
		"2026-11-28T12:00:00": noon, "2026-11-28T12:00:00Z": noon, "2026-11-28T14:00:00+02:00": noon,
		"2026-11-28T12:00:00.25": noon.Add(time.Second / 4), "": {}, "yesterday": {},
	} {
		assert.Equal(t, want, gqlclient.Time(&text), text)
	}
	assert.Zero(t, gqlclient.Time(nil))
}
