package dashboard

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/wandgo/wandgo/internal/plaintext"
	"github.com/wandgo/wandgo/internal/runstore"
)

// Options are options of [New].
type Options struct {
	// Version is wandgo's version.
	Version string
	// Mode is "board" for runs on disk and "serve" for those of a test server.
	Mode string
	// Token must be in the first link that a browser opens, if it is not "".
	Token string
	// Hint is the command to type if there are no runs.
	Hint string
	// Catalog has the artifacts and sweeps of a test server, nil if there is none.
	Catalog Catalog
	// LocalSweep reads the directory of a sweep that no server schedules; nil if none shows.
	LocalSweep func(dir string) (Sweep, error)
}

// Board is the handler of the pages and of what they fetch. It is safe for concurrent use.
type Board struct {
	store *runstore.Store
	opts  Options
	mux   *http.ServeMux
	pages pages
	// sweepCache is for localSweeps.
	sweepCache sweepCache
	// beat is how often an idle event stream sends a comment, and pause the least time
	// between two events about the same thing.
	beat, pause time.Duration
	// unseen is how long a run may be unknown after its link was printed.
	unseen time.Duration
}

// New returns a board over a store.
func New(store *runstore.Store, opts Options) *Board {
	b := &Board{store: store, opts: opts, mux: http.NewServeMux(), pages: loadPages(), beat: 15 * time.Second, pause: 500 * time.Millisecond, unseen: 3 * time.Second}
	b.mux.HandleFunc("GET /-/info", answer(b.info))
	b.mux.HandleFunc("GET /-/find", answer(b.find))
	b.mux.HandleFunc("GET /-/runs", answer(b.list))
	b.mux.HandleFunc("GET /-/runs/{key}", b.answerRun(b.detail))
	b.mux.HandleFunc("GET /-/runs/{key}/csv", b.ofRun(csvOf))
	b.mux.HandleFunc("GET /-/runs/{key}/values", b.answerRun(valuesOf))
	b.mux.HandleFunc("GET /-/runs/{key}/console", b.answerRun(consoleOf))
	b.mux.HandleFunc("GET /-/runs/{key}/files", b.answerRun(filesOf))
	b.mux.HandleFunc("GET /-/runs/{key}/files/{path...}", b.ofRun(sendRunFile))
	b.mux.HandleFunc("GET /-/runs/{key}/artifacts/{id}/{path...}", b.ofRun(sendRunArtifact))
	b.mux.HandleFunc("GET /-/artifacts", answer(b.artifacts))
	b.mux.HandleFunc("GET /-/artifacts/{id}/{path...}", b.catalogFile)
	b.mux.HandleFunc("GET /-/sweeps", answer(b.sweeps))
	b.mux.HandleFunc("GET /-/series", b.series)
	b.mux.HandleFunc("GET /-/events", b.events)
	b.mux.HandleFunc("GET /-/assets/{path...}", b.pages.asset)
	b.mux.HandleFunc("GET /-/", func(w http.ResponseWriter, _ *http.Request) {
		fail(w, &statusError{http.StatusNotFound, "there is no such page"})
	})
	b.mux.HandleFunc("GET /", b.pages.page)
	return b
}

// ServeHTTP answers a request.
func (b *Board) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if b.admit(w, r) {
		b.mux.ServeHTTP(w, r)
	}
}

// statusError is an error with the status that it has as a response.
type statusError struct {
	status int
	text   string
}

func (e *statusError) Error() string { return e.text }

func badRequest(format string, args ...any) error {
	return &statusError{http.StatusBadRequest, fmt.Sprintf(format, args...)}
}

var errNoRun = &statusError{http.StatusNotFound, "there is no such run; it may have been deleted"}

// answer turns a function that returns a value into a handler that sends it as JSON.
func answer(get func(*http.Request) (any, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		v, err := get(r)
		if err != nil {
			fail(w, err)
			return
		}
		sendJSON(w, http.StatusOK, v)
	}
}

// maxErrorText bounds the text of an error.
const maxErrorText = 500

func fail(w http.ResponseWriter, err error) {
	status := http.StatusInternalServerError
	if e, ok := err.(*statusError); ok { //nolint:errorlint // one of ours is not wrapped
		status = e.status
	}
	sendJSON(w, status, map[string]string{"error": plaintext.Line(err.Error(), maxErrorText)})
}

func sendJSON(w http.ResponseWriter, status int, v any) {
	text, err := json.Marshal(v)
	if err != nil { // a defect: every value that is sent can be encoded
		status, text = http.StatusInternalServerError, []byte(`{"error":"the answer cannot be encoded"}`)
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = w.Write(text) // the browser is gone if it fails
}

// ofRun calls a handler with the run that a path names.
func (b *Board) ofRun(serve func(http.ResponseWriter, *http.Request, *runstore.Run)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if run := b.store.Run(r.PathValue("key")); run != nil {
			serve(w, r, run)
			return
		}
		fail(w, errNoRun)
	}
}

// answerRun is [answer] for a function of the run that a path names.
func (b *Board) answerRun(get func(*http.Request, *runstore.Run) (any, error)) http.HandlerFunc {
	return b.ofRun(func(w http.ResponseWriter, r *http.Request, run *runstore.Run) {
		answer(func(r *http.Request) (any, error) { return get(r, run) })(w, r)
	})
}

func (b *Board) info(*http.Request) (any, error) {
	out := struct {
		Version string   `json:"version"`
		Mode    string   `json:"mode"`
		Dirs    []string `json:"dirs"`
		Hint    string   `json:"hint"`
		Catalog bool     `json:"catalog"` // there are artifacts
		Sweeps  bool     `json:"sweeps"`  // there are local sweeps
		Error   string   `json:"error,omitempty"`
	}{b.opts.Version, b.opts.Mode, append([]string{}, b.store.Dirs()...), b.opts.Hint, b.opts.Catalog != nil, b.opts.LocalSweep != nil && len(b.store.Sweeps()) > 0, ""}
	if err := b.store.Err(); err != nil {
		out.Error = plaintext.Line(err.Error(), maxErrorText)
	}
	return out, nil
}

// find returns the key of the latest run with an entity, a project and an id. Those of a run
// on disk may be empty. A run whose link was printed just now is waited for.
func (b *Board) find(r *http.Request) (any, error) {
	q := r.URL.Query()
	ctx, cancel := context.WithTimeout(r.Context(), b.unseen)
	defer cancel()
	for {
		version := b.store.Version()
		if best := b.newest(q.Get("entity"), q.Get("project"), q.Get("id")); best != nil {
			return map[string]string{"key": best.Key}, nil
		}
		b.store.Wait(ctx, version)
		if ctx.Err() != nil {
			return nil, errNoRun
		}
	}
}

// newest returns the latest run with an id, nil if there is none.
func (b *Board) newest(entity, project, id string) (best *runstore.Info) {
	for _, run := range b.store.Runs() {
		i := run.Info()
		if i.ID == id && matches(i.Entity, entity) && matches(i.Project, project) && (best == nil || i.Started.After(best.Started)) {
			best = i
		}
	}
	return best
}

// matches compares a name with that in a link, which is "-" for a name that is not known.
func matches(have, want string) bool {
	return have == want || have == "" && strings.Trim(want, "-") == ""
}
