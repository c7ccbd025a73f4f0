package wandbtest

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/wandgo/wandgo/internal/fakeserver/jsontext"
	"github.com/wandgo/wandgo/internal/fakeserver/objects"
)

// The paths of the API and of the object store. One with a slash at its end is a prefix.
const (
	graphqlPath     = "/graphql"
	filesPath       = "/files/"
	storePath       = "/storage/" // of the object store
	otelPath        = "/sdk/otel/v1/"
	oidcPath        = "/oidc/token"
	artifactsPath   = "/artifacts/" // redirects to the object store, as the next does
	artifactsV2Path = "/artifactsV2/"
)

var endpoints = []string{graphqlPath, filesPath, storePath, otelPath, oidcPath, artifactsPath, artifactsV2Path}

// endpointOf returns the endpoint of a request, "" if its path is not the API's.
func endpointOf(r *http.Request) string {
	path := r.URL.EscapedPath()
	for _, e := range endpoints {
		if path == e || strings.HasSuffix(e, "/") && strings.HasPrefix(path, e) {
			return e
		}
	}
	return ""
}

// maxBody is the largest request body, after decompression.
const maxBody = 256 << 20

// reply is a response before it is sent, so that faults can alter it.
type reply struct {
	status int
	header http.Header
	body   io.SectionReader // empty if zero
}

func newReply(status int, contentType string, body []byte) reply {
	return reply{status, http.Header{"Content-Type": {contentType}}, *io.NewSectionReader(bytes.NewReader(body), 0, int64(len(body)))}
}

func jsonReply(status int, body []byte) reply { return newReply(status, "application/json", body) }

// emptyReply is a success without a body.
func emptyReply() reply { return reply{status: http.StatusOK, header: http.Header{}} }

// altered returns the reply with the body that alter makes of its own.
func (r reply) altered(alter func(body []byte) []byte) reply {
	content, err := io.ReadAll(&r.body)
	if err != nil {
		return storageError(err)
	}
	r.body = newReply(0, "", alter(content)).body
	return r
}

// restError returns an error of an endpoint other than GraphQL.
func restError(err error) reply {
	why := refusalOf(err)
	return jsonReply(why.status, append(jsontext.AppendQuoted([]byte(`{"error":`), why.message), '}'))
}

// pageNotFound is the response of Go's router to an unknown path, as of W&B's servers.
func pageNotFound() reply {
	return newReply(http.StatusNotFound, "text/plain; charset=utf-8", []byte("404 page not found\n"))
}

// incoming is a request that has been read and classified.
type incoming struct {
	*http.Request
	endpoint  string
	body      []byte
	operation string
	graphql   graphqlRequest
	malformed error
	run       RunKey
	file      string
	caller    caller
	badToken  error
	object    *objects.Object // the body instead, if it is large
}

// ServeHTTP responds to one request. You need it only for a listener or transport of your
// own; the server already listens at [Server.URL]. It panics with [http.ErrAbortHandler] to
// break a connection, as net/http expects.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !s.enter() {
		abort()
	}
	defer s.handlers.Done()
	if s.cfg.pages != nil && (r.Method == http.MethodGet || r.Method == http.MethodHead) && endpointOf(r) == "" {
		s.servePage(w, r)
		return
	}
	in := s.read(r)
	entry := s.log.begin(Request{
		Time: s.cfg.clock(), Method: r.Method, Path: r.URL.RequestURI(), Operation: in.operation,
		User: in.caller.username(), Header: r.Header,
	}, in.body)
	ctx, status := r.Context(), 0
	defer func() { s.finish(ctx, in, entry, status) }() // also when the connection is cut
	fault := s.faults.pick(s, in)
	if !s.hold(r, &fault) {
		abort()
	}
	var rep reply
	if fault.lets() {
		rep = s.dispatch(in, fault.RefuseField)
	}
	rep = fault.alter(rep)
	switch fault.Cut {
	case CutBefore, CutAfter:
		abort()
	case CutMidBody:
		send(w, rep, rep.body.Size()/2)
		abort()
	}
	status = rep.status
	send(w, rep, rep.body.Size())
}

// servePage lets the handler of [WithPages] respond. A page may be a stream without an end,
// so its context ends with the server.
func (s *Server) servePage(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithCancel(r.Context())
	defer cancel()
	stop := context.AfterFunc(s.stopped, cancel) //nolint:contextcheck // two contexts end it
	defer stop()
	s.cfg.pages.ServeHTTP(w, r.WithContext(ctx))
}

// abort makes net/http drop the connection.
func abort() {
	panic(http.ErrAbortHandler) //nolint:forbidigo // net/http has no other way to say it, and recovers it
}

// finish records how a request ended.
func (s *Server) finish(ctx context.Context, in incoming, entry *Request, status int) {
	s.cfg.logger.LogAttrs(ctx, slog.LevelInfo, "request", slog.String("method", in.Method),
		slog.String("path", in.URL.Path), slog.String("operation", in.operation),
		slog.String("user", in.caller.username()), slog.Int("status", status))
	s.log.finish(entry, status)
}

// hold delays a request by the fault's Delay. It returns false if there must be no response.
func (s *Server) hold(r *http.Request, f *Fault) bool {
	var expired <-chan time.Time
	if !f.Hang {
		if f.Delay <= 0 {
			return true
		}
		expired = time.After(f.Delay)
	}
	select {
	case <-expired:
		return true
	case <-r.Context().Done():
	case <-s.stopped.Done():
	}
	return false
}

// send sends the response, or the first n bytes of its body.
func send(w http.ResponseWriter, rep reply, n int64) {
	maps.Copy(w.Header(), rep.header)
	w.Header().Set("Content-Length", strconv.FormatInt(rep.body.Size(), 10))
	w.WriteHeader(rep.status)
	io.CopyN(w, &rep.body, n) //nolint:errcheck // the client is gone
	if n < rep.body.Size() {
		http.NewResponseController(w).Flush()
	}
}

// read reads the body of a request and determines its kind and its caller.
func (s *Server) read(r *http.Request) incoming {
	in := incoming{Request: r, endpoint: endpointOf(r)}
	in.caller, in.badToken = s.identify(r.Header)
	switch in.endpoint {
	case filesPath:
		in.classifyFile(strings.TrimPrefix(r.URL.EscapedPath(), filesPath))
	case storePath, artifactsPath, artifactsV2Path:
		in.operation = r.Method
	case otelPath:
		in.operation = "otel"
	case oidcPath:
		in.operation = "token"
	}
	if r.ContentLength > objects.InMemory && strings.HasPrefix(r.URL.Path, storePath+artifactFolder) {
		in.object, in.malformed = s.objects.Read(r.Body, r.ContentLength)
	} else {
		in.body, in.malformed = readBody(r)
	}
	if in.operation == "token" {
		s.log.hideAssertion(in.body)
	}
	if in.endpoint == graphqlPath && in.malformed == nil {
		in.malformed = json.Unmarshal(in.body, &in.graphql)
		if in.malformed == nil {
			in.operation = s.operationName(in.graphql)
		}
	}
	return in
}

func (in *incoming) classifyFile(rest string) {
	parts, ok := splitPath(rest)
	if !ok || len(parts) < 4 {
		return
	}
	in.run = RunKey{Entity: parts[0], Project: parts[1], ID: parts[2]}
	in.file = strings.Join(parts[3:], "/")
	in.operation = in.Method
	if in.Method == http.MethodPost && in.file == "file_stream" {
		in.operation = "file_stream"
	}
}

// readBody reads a whole body, decompressed. One of known size is read into memory of just
// that size, without growing on the way.
func readBody(r *http.Request) ([]byte, error) {
	limited := http.MaxBytesReader(nil, r.Body, maxBody)
	if r.Header.Get("Content-Encoding") != "gzip" {
		if r.ContentLength < 0 || r.ContentLength > maxBody {
			return io.ReadAll(limited)
		}
		body := make([]byte, r.ContentLength)
		n, err := io.ReadFull(limited, body)
		return body[:n], err
	}
	zr, err := gzip.NewReader(limited)
	if err != nil {
		return nil, err
	}
	return io.ReadAll(http.MaxBytesReader(nil, zr, maxBody))
}

// dispatch responds to a request, unless it is over a limit. refused is the field of GraphQL
// that a fault refuses, or "".
func (s *Server) dispatch(in incoming, refused string) reply {
	if in.badToken != nil {
		return restError(in.badToken)
	}
	q := s.limiter.count(s, in)
	if q.exceeded {
		return q.tell(q.refusal())
	}
	return q.tell(s.respond(in, refused, q))
}

func (s *Server) respond(in incoming, refused string, q quota) reply {
	switch {
	case in.malformed != nil && in.Method == http.MethodPost:
		return restError(badRequest("malformed request: %s", sanitize(in.malformed)))
	case in.malformed != nil && in.Method == http.MethodPut:
		return storageError(refusal{http.StatusBadRequest, "The body was not read", "IncompleteBody"})
	case in.operation == "file_stream":
		return s.serveFileStream(in, q)
	}
	switch in.Method + " " + in.endpoint {
	case "POST " + graphqlPath:
		return s.serveGraphQL(in.caller, in.Header, in.graphql, refused)
	case "GET " + filesPath:
		if in.file != "" {
			return s.serveDownload(in)
		}
	case "PUT " + storePath:
		return s.serveUpload(in)
	case "GET " + storePath:
		return s.serveObject(in)
	case "GET " + artifactsPath, "GET " + artifactsV2Path:
		return s.serveArtifactRedirect(in)
	case "POST " + oidcPath:
		return s.serveToken(in.body)
	case "POST " + otelPath:
		return emptyReply()
	}
	return pageNotFound()
}

// sanitize keeps the text of a decoding error, which may quote the input, short.
func sanitize(err error) string {
	if syntax, ok := err.(*json.SyntaxError); ok { //nolint:errorlint // never wrapped
		return syntax.Error() + " at " + strconv.FormatInt(syntax.Offset, 10)
	}
	return err.Error()
}
