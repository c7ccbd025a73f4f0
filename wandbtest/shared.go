package wandbtest

import (
	"net/http"
	"strconv"
	"time"

	"github.com/wandgo/wandgo/internal/fakeserver/jsontext"
	"github.com/wandgo/wandgo/internal/fakeserver/store"
)

// Headers of clients in shared mode. GraphQL and the file stream have different names for
// the writer's id.
const (
	headerShared = "X-Wandb-Use-Async-Filestream"
	headerWriter = "X-Wandb-Async-Client-Id"
)

// WriterView is what one process of a run in shared mode sent.
type WriterView struct {
	// ClientID is the id of the process.
	ClientID string
	// HistoryLines, EventLines and Logs are the lines as they were sent, in the order of
	// the process's own numbers. [WriterView.History] and [WriterView.Events] decode them.
	HistoryLines, EventLines, Logs []string
	// RawSummary is the last summary of the process.
	RawSummary string
	// Streams and Heartbeats count its posts, and those without content.
	Streams, Heartbeats int
	// Missing counts history lines that were not sent although a higher one was.
	Missing int
	// Complete says that the process ended the run.
	Complete bool
	// HeartbeatAt is the time of its last request, by the server's clock.
	HeartbeatAt time.Time
}

// History decodes the rows that the writer sent.
func (v WriterView) History() []map[string]any { return decodeRows(v.HistoryLines) }

// Events decodes the rows of system metrics that the writer sent.
func (v WriterView) Events() []map[string]any { return decodeRows(v.EventLines) }

// writer is one of several processes that write a run.
type writer struct {
	id                  string
	files               map[string]*share
	summary             string
	streams, heartbeats int
	complete            bool
	heartbeat           time.Time
	referee             referee
}

// share is a writer's part of a file: its lines by its own numbers, and where
// they are in the run's file.
type share struct {
	lines store.Lines
	at    map[int]int
}

// put stores lines in the share and in the run's file, where new lines follow all that
// arrived before.
func (p *share) put(whole *store.Lines, c streamChunk) {
	p.lines.Put(c.offset, c.content)
	for i, text := range c.content {
		n, again := p.at[c.offset+i]
		if !again {
			n = whole.Count()
			p.at[c.offset+i] = n
		}
		if c.name == historyFile {
			text = withStep(text, n)
		}
		whole.Put(n, []string{text})
	}
}

func (w *writer) file(name string) *share {
	if w.files[name] == nil {
		w.files[name] = &share{at: map[int]int{}}
	}
	return w.files[name]
}

// writerOf returns the writer in a post's header, "" if the run is not shared.
func writerOf(h http.Header) (string, error) {
	if h.Get(headerShared) != "true" {
		return "", nil
	}
	id := h.Get(headerWriter)
	if id == "" {
		return "", badRequest("%s without %s", headerShared, headerWriter)
	}
	return id, nil
}

// storeShared applies the post of one of several writers. Call with mu held.
func (r *run) storeShared(post streamPost, w *writer, now time.Time) {
	for _, c := range post.files {
		if c.name == summaryFile {
			if len(c.content) > 0 {
				w.summary = c.content[len(c.content)-1]
				r.summary = jsontext.Overlay(r.summary, w.summary)
			}
			continue
		}
		w.file(c.name).put(r.file(c.name), c)
	}
	w.heartbeat = now
	w.streams++
	if post.empty {
		w.heartbeats++
	}
	if post.complete { // the others may still send what they have
		w.complete = true
		r.complete, r.exitCode = true, post.exitCode
	}
}

// writer returns the writer of an id. Call with mu held.
func (r *run) writer(id string) *writer {
	for _, w := range r.writers {
		if w.id == id {
			return w
		}
	}
	w := &writer{id: id, files: map[string]*share{}}
	r.writers = append(r.writers, w)
	return w
}

// withStep sets the step of a row by its order of arrival. The step that the client sent
// applies to that client only.
func withStep(line string, n int) string {
	if !jsontext.IsObject(line) {
		return line
	}
	return jsontext.Overlay(line, `{"_step":`+strconv.Itoa(n)+`}`)
}

// writerViews copies the writers. Call with mu held.
func (r *run) writerViews() []WriterView {
	var out []WriterView
	for _, w := range r.writers {
		history := &w.file(historyFile).lines
		out = append(out, WriterView{
			ClientID: w.id, HistoryLines: history.All(), EventLines: w.file(eventsFile).lines.All(), Logs: w.file(consoleFile).lines.All(),
			RawSummary: w.summary, Streams: w.streams, Heartbeats: w.heartbeats, Missing: history.Missing(),
			Complete: w.complete, HeartbeatAt: w.heartbeat,
		})
	}
	return out
}
