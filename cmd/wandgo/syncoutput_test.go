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
	o := &syncOutput{progressLine: progressLine{printer: &printer{w: &b, style: term.NewStyle(false)}, live: true}}
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

func TestDraw_NarrowTerminal_FitsOneLine(t *testing.T) {
	t.Parallel()
	var b writer
	o := &syncOutput{progressLine: progressLine{printer: &printer{w: &b, width: 30}, live: true}, mark: "[1/2] "}
	o.waiting("connect: connection refused, and more")
	assert.Equal(t, "[1/2] waiting for the server…", strings.TrimPrefix(string(b), "\r\x1b[K"))
}

func TestRows_PartAlreadyOnTheServer_CountsBoth(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		rows, sent, before int64
		want               string
	}{
		{32, 32, 0, "32 rows"},
		{1, 1, 0, "1 row"},
		{0, 0, 0, "0 rows"},
		{32, 31, 1, "32 rows (31 uploaded now, 1 already on the server)"},
		{1200, 0, 1200, "1,200 rows, already on the server"},
		{32, 30, 0, "30 of 32 rows uploaded"}, // two are too long for the server
		{32, 10, 5, "15 of 32 rows (10 uploaded now, 5 already on the server)"},
		{32, 0, 5, "5 of 32 rows, already on the server"},
		{32, 0, 0, "0 of 32 rows uploaded"},
	} {
		r := client.SyncedRun{Rows: tt.rows, RowsSent: tt.sent, RowsBefore: tt.before}
		assert.Equal(t, tt.want, rows(&r))
	}
}
