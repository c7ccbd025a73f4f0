package wandbtest

import (
	"errors"
	"net/http"

	"github.com/wandgo/wandgo/internal/fakeserver/jsontext"
	"github.com/wandgo/wandgo/internal/fakeserver/store"
)

// The files of the file stream.
const (
	historyFile = "wandb-history.jsonl"
	eventsFile  = "wandb-events.jsonl"
	consoleFile = "output.log"
	summaryFile = "wandb-summary.json"
)

// maxLine bounds line numbers, far above what a run can log.
const maxLine = 1 << 40

// streamPost is one post to the file stream.
type streamPost struct {
	files      []streamChunk
	uploaded   []string
	complete   bool
	exitCode   *int
	preempting bool
	// empty says that the body was {}, which is a heartbeat.
	empty bool
	size  int // of the body in bytes
}

// streamChunk has consecutive lines of one file.
type streamChunk struct {
	name    string
	offset  int
	content []string
}

// parsePost reads the body of a post. Unknown members are ignored, as servers do.
func parsePost(body []byte) (streamPost, error) {
	post := streamPost{empty: true, size: len(body)}
	s := jsontext.NewScanner(body)
	err := s.Object(func(key []byte) (err error) {
		post.empty = false
		switch name := string(key); {
		case s.Literal("null"):
			return nil
		case name == "files":
			return s.Object(func(name []byte) error {
				chunk := streamChunk{name: string(name)}
				err := parseChunk(s, &chunk)
				post.files = append(post.files, chunk)
				return err
			})
		case name == "uploaded":
			post.uploaded, err = parseContent(s)
			return err
		case name == "complete":
			return parseFlag(s, &post.complete)
		case name == "preempting":
			return parseFlag(s, &post.preempting)
		case name == "exitcode":
			n, err := s.Number()
			post.exitCode = new(int(n))
			return err
		}
		return s.Skip()
	})
	if err == nil {
		err = s.End()
	}
	return post, err
}

func parseFlag(s *jsontext.Scanner, flag *bool) error {
	if *flag = s.Literal("true"); *flag || s.Literal("false") {
		return nil
	}
	return s.Fail("true or false")
}

func parseChunk(s *jsontext.Scanner, chunk *streamChunk) error {
	return s.Object(func(key []byte) (err error) {
		switch string(key) {
		case "offset":
			n, err := s.Number()
			if err == nil && (n < 0 || n > maxLine) {
				return errors.New("offset out of range")
			}
			chunk.offset = int(n)
			return err
		case "content":
			chunk.content, err = parseContent(s)
			return err
		}
		return s.Skip()
	})
}

// parseContent reads a list of strings.
func parseContent(s *jsontext.Scanner) (lines []string, err error) {
	err = s.Array(func() error {
		text, err := s.ReadString()
		lines = append(lines, string(text))
		return err
	})
	return lines, err
}

// storeAlone applies the post of a run's only writer. Call with mu held.
func (r *run) storeAlone(post streamPost) {
	for _, c := range post.files {
		r.file(c.name).Put(c.offset, c.content)
		if c.name == summaryFile {
			r.summary = r.file(c.name).Last()
		}
	}
	// A post after the final one is a resumed run.
	r.complete, r.exitCode = post.complete, post.exitCode
}

// store applies a post to the run and reports whether a user requested that the run stop.
// writer is the id of the process in shared mode, else "".
func (r *run) store(post streamPost, s *Server, writer string) (stopped bool) {
	now := s.cfg.clock()
	r.mu.Lock()
	defer r.mu.Unlock()
	referee, files, apply := &r.referee, r.file, func() { r.storeAlone(post) }
	if writer != "" {
		w := r.writer(writer)
		referee, files = &w.referee, func(name string) *store.Lines { return &w.file(name).lines }
		apply = func() { r.storeShared(post, w, now) }
	}
	rows, repeated := referee.judge(post, files, r.upserts)
	ended := r.complete
	apply()
	if post.complete {
		referee.complete(files)
	}
	r.hear(ended, post.preempting, now)
	for _, name := range post.uploaded {
		if !r.uploadedSet[name] {
			r.uploadedSet[name] = true
			r.uploaded = append(r.uploaded, name)
		}
	}
	r.streams++
	if post.empty {
		r.heartbeats++
	}
	p := Post{
		At: now, Writer: writer, Bytes: post.size, Rows: rows, Repeated: repeated,
		Heartbeat: post.empty, Complete: post.complete, Preempting: post.preempting,
	}
	for _, c := range post.files {
		if c.name == consoleFile && len(c.content) > 0 {
			p.console = [2]int{c.offset, c.offset + len(c.content)}
		}
	}
	r.record(p)
	return r.stopped.Load()
}

// serveFileStream responds to a post to a run's file stream.
func (s *Server) serveFileStream(in incoming, q quota) reply {
	s.mu.RLock()
	r, err := s.streamTarget(in.caller, in.run)
	s.mu.RUnlock()
	if err != nil {
		return restError(err)
	}
	post, err := parsePost(in.body)
	if err != nil {
		return restError(badRequest("malformed file stream request: %v", err))
	}
	writer, err := writerOf(in.Header)
	if err != nil {
		return restError(err)
	}
	near, ok := r.countMetrics(post, s.cfg.policy.MaxMetrics)
	if !ok {
		rep := jsonReply(http.StatusBadRequest, []byte("{}"))
		rep.header.Set("X-Wandb-Error-Code", "run_metric_limit_exceeded")
		return rep
	}
	stopped := r.store(post, s, writer)
	s.changed.broadcast()
	answer := append([]byte(`{"exitcode":null,"limits":`), s.limits(q)...)
	if stopped {
		answer = append(answer, `,"stopped":true`...)
	}
	answer = append(answer, near...)
	return jsonReply(http.StatusOK, append(answer, '}'))
}

// streamTarget returns the run of a post. The permission to write is checked at each post,
// because roles and keys change during a run. Call with mu held.
func (s *Server) streamTarget(c caller, at RunKey) (*run, error) {
	r, err := s.writableRun(c, at.Entity, at.Project, at.ID)
	if errors.Is(err, noRun) {
		gone := notFound("Run does not exist %s/%s/%s", at.Entity, at.Project, at.ID)
		if p := s.realm.project(at.Entity, at.Project); p != nil && p.runs[at.ID] != nil {
			gone.status = s.cfg.policy.DeletedRunStatus
		}
		return nil, gone
	}
	return r, err
}
