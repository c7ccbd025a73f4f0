package ptytest

import (
	"bytes"
	"io"
	"os"
	"strings"
	"sync"
	"testing"
)

// Terminal is a pseudo terminal that reads everything written to it.
type Terminal struct {
	// File is the standard output of the program under test.
	File *os.File

	reading sync.WaitGroup
	mu      sync.Mutex
	text    bytes.Buffer
	more    chan struct{} // closed when more has arrived
}

// Open opens a terminal. The end of the test closes it.
func Open(tb testing.TB) *Terminal {
	tb.Helper()
	screen, file, err := open()
	if err != nil {
		tb.Skip("no pseudo terminal: ", err)
	}
	t := &Terminal{File: file, more: make(chan struct{})}
	t.reading.Go(func() { _, _ = io.Copy(t, screen) }) // ends with an error once the other end is closed
	tb.Cleanup(func() {
		t.close()
		_ = screen.Close()
	})
	return t
}

// Write records output.
func (t *Terminal) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	close(t.more)
	t.more = make(chan struct{})
	return t.text.Write(p)
}

// Wait blocks until the output contains text. It fails the test if that does not happen
// before the test's context ends.
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
	_ = t.File.Close() // may be closed already
	t.reading.Wait()
}

// Raw closes the terminal and returns everything that was written.
func (t *Terminal) Raw() string {
	t.close()
	return t.text.String()
}

// Text closes the terminal and returns what is on the screen, without colors. Of a
// line that was overwritten, it returns the last version.
func (t *Terminal) Text() string {
	lines := strings.Split(strings.ReplaceAll(plain(t.Raw()), "\r\n", "\n"), "\n")
	for i, line := range lines {
		lines[i] = line[strings.LastIndexByte(line, '\r')+1:]
	}
	return strings.Join(lines, "\n")
}

// plain removes colors.
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
