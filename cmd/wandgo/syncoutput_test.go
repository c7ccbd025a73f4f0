package main

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/wandgo/wandgo/client"
	"github.com/wandgo/wandgo/internal/term"
)

func TestProgress_EachPhase_ShowsRunAndReason(t *testing.T) {
	t.Parallel()
	var b writer
	o := &syncOutput{printer: &printer{w: &b, style: term.NewStyle(false)}, live: true}
	shown := func() string {
		defer func() { b = nil }()
		return strings.ReplaceAll(string(b), "\r\x1b[K", "")
	}
	p := client.SyncProgress{RunID: "r1", Phase: client.SyncReading, Logs: 3, LogsDone: 1}
	o.progress(p)
	assert.Equal(t, "[2/3] r1: reading", shown())
	p.Phase = client.SyncAsking
	o.progress(p)
	assert.Equal(t, "[2/3] r1: waiting for the server", shown(), "at once")
	o.waiting("dial tcp 127.0.0.1:9: connect: connection refused")
	assert.Equal(t, "[2/3] waiting for the server: dial tcp 127.0.0.1:9: connect: connection refused", shown())
	p.Phase, p.Rows, p.TotalRows = client.SyncSending, 1234, 4936
	o.progress(p)
	assert.Equal(t, "[2/3] r1: 1,234 of 4,936 rows, 25%", shown())
	p.Rows++
	o.progress(p)
	assert.Empty(t, shown(), "not so often")
}
