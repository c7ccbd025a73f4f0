package main

import (
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/wandgo/wandgo/wandbtest"
)

// The target of all runs.
const (
	entity  = "acme"
	project = "soak"
)

// addresses is the first line that the server process prints.
type addresses struct {
	URL     string `json:"url"`     // of the W&B server
	Control string `json:"control"` // of the tally
}

// tally is what the server has stored.
type tally struct {
	Rows     int `json:"rows"`     // of the run, or of all
	Requests int `json:"requests"` // of the file stream
	Hits     int `json:"hits"`     // of faults
	// Wrong describes what is wrong with the rows of a run.
	Wrong string `json:"wrong,omitempty"`
	State string `json:"state,omitempty"`
}

// serve is the server process. It runs until its input is closed, so that it does not
// outlive its parent.
func serve(o *options, in io.Reader, out io.Writer) error {
	s, err := wandbtest.Start(wandbtest.Solo())
	if err != nil {
		return err
	}
	defer s.Close()
	c := &control{server: s}
	for _, f := range faults(o.faults) {
		c.faults = append(c.faults, s.Inject(f))
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0") //nolint:noctx // the control of this very program
	if err != nil {
		return fmt.Errorf("listen: %w", err)
	}
	h := &http.Server{Handler: c, ReadHeaderTimeout: time.Minute}
	defer h.Close()
	go func() { _ = h.Serve(listener) }()
	if err := json.NewEncoder(out).Encode(addresses{URL: s.URL(), Control: "http://" + listener.Addr().String()}); err != nil {
		return fmt.Errorf("print the addresses: %w", err)
	}
	closed := make(chan struct{})
	go func() {
		_, _ = io.Copy(io.Discard, in)
		close(closed)
	}()
	// An interrupt is for the parent, which then asks for the tally.
	<-closed
	return nil
}

// faults returns the failures, each with an equal share of the requests.
func faults(share float64) []wandbtest.Fault {
	header := func(name, value string) http.Header { return http.Header{name: {value}} }
	all := []wandbtest.Fault{
		{Status: 500, Body: `{"error":"internal"}`},
		{Status: 503},
		{Status: 502, Process: true}, // processed, and sent again
		{Status: 429},
		{Status: 429, Header: header("Retry-After", "1")},
		{Cut: wandbtest.CutBefore},
		{Cut: wandbtest.CutAfter},
		{Cut: wandbtest.CutMidBody},
		{Operation: "file_stream", Garbage: true, Process: true},
		{Delay: 2 * time.Second},
	}
	for i := range all {
		// Each is only asked if none before it matched.
		p := share / float64(len(all)) / (1 - share*float64(i)/float64(len(all)))
		all[i].Match = func(*http.Request, []byte) bool { return rand.Float64() < p } //nolint:gosec // not a secret
	}
	return all
}

// control responds with the tally.
type control struct {
	server *wandbtest.Server
	faults []*wandbtest.Handle
}

func (c *control) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var t tally
	for _, f := range c.faults {
		t.Hits += f.Hits()
	}
	if id := r.FormValue("run"); id != "" {
		want, _ := strconv.Atoi(r.FormValue("rows"))
		c.look(id, want, &t)
	} else {
		for _, key := range c.server.Runs() {
			if v, ok := c.server.Run(key.Entity, key.Project, key.ID); ok {
				t.Rows += len(v.HistoryLines)
				t.Requests += v.Streams
			}
		}
	}
	_ = json.NewEncoder(w).Encode(t)
}

// look checks whether the run has rows 0 to want-1, each once and in order.
func (c *control) look(id string, want int, t *tally) {
	v, ok := c.server.Run(entity, project, id)
	if !ok {
		t.Wrong = "no such run"
		return
	}
	t.Rows, t.Requests, t.State = len(v.HistoryLines), v.Streams, v.State
	if t.Rows != want {
		t.Wrong = fmt.Sprintf("%d rows, want %d", t.Rows, want)
	}
	for i, line := range v.HistoryLines {
		if problem := checkRow([]byte(line), i); problem != "" {
			t.Wrong = problem
			return
		}
	}
	// The pace cannot be judged if requests fail.
	if found := v.Violations(wandbtest.Pace{}); len(found) > 0 {
		t.Wrong = found[0]
	}
	if v.Missing > 0 {
		t.Wrong = strconv.Itoa(v.Missing) + " lines were never filled"
	}
	if !strings.Contains(v.RawSummary, `"row":`+strconv.Itoa(want-1)+",") {
		t.Wrong = "the summary is not from the last row"
	}
}

// checkRow describes what is wrong with row i, "" if nothing is.
func checkRow(line []byte, i int) string {
	var row struct {
		Row  *int `json:"row"`
		Step *int `json:"_step"`
	}
	switch err := json.Unmarshal(line, &row); {
	case err != nil:
		return fmt.Sprintf("row %d: %v", i, err)
	case row.Row == nil || row.Step == nil:
		return fmt.Sprintf("row %d has no number", i)
	case *row.Row != i || *row.Step != i:
		return fmt.Sprintf("row %d is row %d of step %d", i, *row.Row, *row.Step)
	}
	return ""
}
