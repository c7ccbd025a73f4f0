package main

import (
	"context"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
)

func TestViewerTable_SlowFailedAndWithout_SaysWhich(t *testing.T) {
	t.Parallel()
	table := newViewerTable([]viewer{&wandgoBoard{}, leet{}, tensorBoard{}, trackio{}})
	results := []viewerResult{
		{samples: []viewerSample{{"all": 0.3, "zoom": 0.0041}, {"all": 9, "zoom": 0.004}, {"all": 1.26, "zoom": 0.2}}},
		{samples: []viewerSample{{"all": 60}}, err: context.DeadlineExceeded},
		{samples: []viewerSample{{"all": 12.4}}},
		{samples: []viewerSample{{}}, err: assert.AnError},
	}
	table.add(results, "1,000,000 × 10: first points", "all", 1500*time.Millisecond)
	table.add(results, "zoom", "zoom", 50*time.Millisecond)
	lines := strings.Split(table.String(), "\n")
	assert.Equal(t, "1,000,000 × 10: first points  1.5 s      1.3 s     > 60 s       12 s     failed", lines[1])
	assert.Equal(t, "zoom                          50 ms     4.1 ms          -       none     failed", lines[2])
	for _, line := range lines {
		assert.LessOrEqual(t, utf8.RuneCountInString(line), 80)
	}
}
