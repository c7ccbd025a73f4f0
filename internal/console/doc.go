// Package console turns what a program writes to its standard output and error
// into the numbered lines of a run's logs tab.
//
// A [Terminal] is a small terminal: a carriage return or a cursor move changes
// lines that were sent already, which then go out again under their old number,
// so that a progress bar stays one line. [NewTee] and [NewHandler] put it beside
// a program's own output, and a [File] keeps the bare text on disk.
//
// What each sequence of bytes becomes was recorded from the official client; see
// testdata/README.md.
package console
