package dashboard

import (
	"bytes"
	"cmp"
	"errors"
	"io"
	"io/fs"
	"net/http"
	"path"
	"sort"
	"strings"
	"time"

	"github.com/wandgo/wandgo/internal/runstore"
)

type fileEntry struct {
	runstore.File
	Type string `json:"type"`
}

func filesOf(_ *http.Request, run *runstore.Run) (any, error) {
	list, more, err := run.Files()
	if err != nil {
		return nil, err
	}
	return filesAnswer(list, more), nil
}

func filesAnswer(list []runstore.File, more bool) any {
	out := struct {
		Files []fileEntry `json:"files"`
		More  bool        `json:"more"`
	}{[]fileEntry{}, more}
	for _, f := range list {
		out.Files = append(out.Files, fileEntry{f, typeOf(f.Path)})
	}
	sort.Slice(out.Files, func(i, j int) bool { return out.Files[i].Path < out.Files[j].Path })
	return out
}

// inline are the types of files that a browser shows. Everything else is a download: a page
// of HTML, or a drawing with a script in it, must not be shown as if it were the board's.
var inline = map[string]string{
	".png": "image/png", ".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".gif": "image/gif", ".webp": "image/webp",
	".wav": "audio/wav", ".mp3": "audio/mpeg", ".ogg": "audio/ogg", ".flac": "audio/flac",
	".mp4": "video/mp4", ".webm": "video/webm",
	".json": "application/json", ".txt": "text/plain; charset=utf-8", ".log": "text/plain; charset=utf-8",
	".yaml": "text/plain; charset=utf-8", ".yml": "text/plain; charset=utf-8", ".csv": "text/plain; charset=utf-8",
	".md": "text/plain; charset=utf-8", ".patch": "text/plain; charset=utf-8", ".toml": "text/plain; charset=utf-8",
	".py": "text/plain; charset=utf-8", ".go": "text/plain; charset=utf-8",
}

const download = "application/octet-stream"

func typeOf(name string) string {
	return cmp.Or(inline[strings.ToLower(path.Ext(name))], download)
}

// filePolicy is the content policy of files: whatever they are, they run nothing.
const filePolicy = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; media-src 'self'"

func sendRunFile(w http.ResponseWriter, r *http.Request, run *runstore.Run) {
	f, err := run.OpenFile(r.PathValue("path"))
	if errors.Is(err, fs.ErrPermission) {
		fail(w, &statusError{http.StatusForbidden, "this file cannot be read"})
		return
	}
	sendOpened(w, r, f, err, "there is no such file in the run's directory")
}

// sendRunArtifact sends a file of an artifact that a run logs.
func sendRunArtifact(w http.ResponseWriter, r *http.Request, run *runstore.Run) {
	f, err := run.OpenArtifact(r.PathValue("id"), r.PathValue("path"))
	sendOpened(w, r, f, err, "this disk has no copy of this file of an artifact: copies are removed when the server has the artifact")
}

// sendOpened sends the file that a path names and closes it. missing says that there is none.
func sendOpened(w http.ResponseWriter, r *http.Request, f runstore.OpenedFile, err error, missing string) {
	if err != nil {
		fail(w, &statusError{http.StatusNotFound, missing})
		return
	}
	defer func() { _ = f.Close() }() // it was only read
	sendFile(w, r, f.Changed(), f)
}

// catalogFile sends a file of an artifact of a server.
func (b *Board) catalogFile(w http.ResponseWriter, r *http.Request) {
	var content []byte
	ok := false
	if b.opts.Catalog != nil {
		content, ok = b.opts.Catalog.File(r.PathValue("id"), r.PathValue("path"))
	}
	if !ok {
		fail(w, &statusError{http.StatusNotFound, "there is no such file of an artifact"})
		return
	}
	sendFile(w, r, time.Time{}, bytes.NewReader(content))
}

func sendFile(w http.ResponseWriter, r *http.Request, changed time.Time, content io.ReadSeeker) {
	name := r.PathValue("path")
	kind := typeOf(name)
	w.Header().Set("Content-Security-Policy", filePolicy)
	w.Header().Set("Content-Type", kind)
	w.Header().Set("Cache-Control", "no-cache")
	if kind == download {
		w.Header().Set("Content-Disposition", `attachment; filename="`+attachmentName(name)+`"`)
	}
	http.ServeContent(w, r, "", changed, content)
}

// attachmentName keeps the ending of a file's name.
func attachmentName(name string) string {
	base := path.Base(name)
	ext := path.Ext(base)
	return fileName(strings.TrimSuffix(base, ext)) + "." + fileName(strings.TrimPrefix(ext, "."))
}
