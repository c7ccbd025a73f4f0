package session

import (
	"net/http"

	"github.com/wandgo/wandgo/internal/sink"
)

// Writer is this process as one of several that write a run. A nil Writer is alone.
type Writer struct {
	ID                string // names the writer of the lines
	Label             string
	Primary, Finishes bool
}

// streamHeader marks the requests with rows.
func (w *Writer) streamHeader() http.Header {
	if w == nil {
		return nil
	}
	return sink.WriterHeader(w.ID)
}

// id is as which the server knows the process, "" for a run of one.
func (w *Writer) id() string {
	if w == nil {
		return ""
	}
	return w.ID
}

// GraphQLHeader marks GraphQL requests.
func (w *Writer) GraphQLHeader() http.Header {
	header := make(http.Header)
	header.Set("X-Wandb-Use-Async-Filestream", "true")
	header.Set("X-Wandb-Client-Id", w.ID)
	return header
}

// tag is the writer's label, "" for a run of one.
func (w *Writer) tag() string {
	if w == nil {
		return ""
	}
	return w.Label
}

// Describes reports whether this process uploads what describes the whole run.
func (w *Writer) Describes() bool { return w == nil || w.Primary }

// ends reports whether the run ends with this process.
func (w *Writer) ends() bool { return w == nil || w.Finishes }

// ConsoleFile is the name of the console's text among the run's files.
func (w *Writer) ConsoleFile() string {
	if w == nil {
		return "output.log"
	}
	return "output_" + w.Label + ".log"
}
