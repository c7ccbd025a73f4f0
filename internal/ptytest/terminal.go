package ptytest

import (
	"bytes"
	"io"
	"os"
	"strings"
	"sync"
	"testing"
)

// Terminal is a pseudo terminal with a person behind it who reads everything.
type Terminal struct {
	// File is what a program gets as its standard output.
	File *os.File

	reading sync.WaitGroup
	mu      sync.Mutex
	text    bytes.Buffer
	more    chan struct{} // closed when more has arrived
}

// Open opens a terminal. It is closed at the end of the test.
func Open(tb testing.TB) *Terminal {
	tb.Helper()
	screen, file, err := open()
	if err != nil {
		tb.Skip("no pseudo terminal: ", err)
	}
	t := &Terminal{File: file, more: make(chan struct{})}
	t.reading.Go(func() { _, _ = io.Copy(t, screen) }) // ends with an error once nobody has the other end
	tb.Cleanup(func() {
		t.close()
		_ = screen.Close()
	})
	return t
}

// Write takes what arrived on the screen.
func (t *Terminal) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	close(t.more)
	t.more = make(chan struct{})
	return t.text.Write(p)
}

// Wait waits until the text has arrived. It fails the test where that does not
// happen in its time.
func (t *Terminal) Wait(tb testing.TB, text string) {
	tb.Helper()
	for {
		t.mu.Lock()
		found, more := strings.Contains(t.text.String(), text), t.more
		t.mu.Unlock()
		if found {
			return
		}
		select {
		case <-more:
		case <-tb.Context().Done():
			tb.Fatalf("%q never arrived", text)
		}
	}
}

func (t *Terminal) close() {
	_ = t.File.Close() // a second time it is closed already
	t.reading.Wait()
}

// Raw ends the writing and returns all that was written.
func (t *Terminal) Raw() string {
	t.close()
	return t.text.String()
}

// Text ends the writing and returns what is on the screen then, without colours: of
// a line that was written over only the last.
func (t *Terminal) Text() string {
	lines := strings.Split(strings.ReplaceAll(plain(t.Raw()), "\r\n", "\n"), "\n")
	for i, line := range lines {
		lines[i] = line[strings.LastIndexByte(line, '\r')+1:]
	}
	return strings.Join(lines, "\n")
}

// plain takes out colours.
func plain(text string) string {
	var b strings.Builder
	for {
		before, after, found := strings.Cut(text, "\x1b[")
		b.WriteString(before)
		if !found {
			return b.String()
		}
		_, text, _ = strings.Cut(after, "m")
	}
}
