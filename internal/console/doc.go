// Package console turns the standard output and error of a program into the numbered
// lines of a run's logs tab.
//
// A [Terminal] is a small terminal emulator: a carriage return or a cursor move changes
// lines that were already sent. They are sent again under their old number, so that a
// progress bar stays one line. [NewTee] and [NewHandler] copy a program's own output to
// it, and a [File] stores the text on disk.
//
// The expected lines were recorded from the official client; see testdata/README.md.
package console
