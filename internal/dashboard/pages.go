package dashboard

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"io/fs"
	"net/http"
	"path"
	"time"
)

// assets are the files of the pages. They are written by hand, and need no build.
//
//go:embed assets
var assets embed.FS

// pages serves the assets.
type pages struct {
	files map[string]asset
}

type asset struct {
	content []byte
	tag     string // its ETag
}

func loadPages() pages {
	p := pages{files: map[string]asset{}}
	_ = fs.WalkDir(assets, "assets", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		content, err := assets.ReadFile(name)
		sum := sha256.Sum256(content)
		p.files[name[len("assets/"):]] = asset{content, `"` + hex.EncodeToString(sum[:8]) + `"`}
		return err
	}) // what is embedded can be read
	return p
}

// asset serves a file.
func (p pages) asset(w http.ResponseWriter, r *http.Request) { p.send(w, r, r.PathValue("path")) }

// page serves the document of all pages.
func (p pages) page(w http.ResponseWriter, r *http.Request) { p.send(w, r, "index.html") }

// types are those of the assets; what the system's tables say does not matter.
var types = map[string]string{
	".html": "text/html; charset=utf-8",
	".js":   "text/javascript; charset=utf-8",
	".css":  "text/css; charset=utf-8",
	".svg":  "image/svg+xml",
}

func (p pages) send(w http.ResponseWriter, r *http.Request, name string) {
	a, ok := p.files[name]
	if !ok {
		fail(w, &statusError{http.StatusNotFound, "there is no such file"})
		return
	}
	w.Header().Set("Content-Type", cmp.Or(types[path.Ext(name)], "text/plain; charset=utf-8"))
	w.Header().Set("ETag", a.tag)
	w.Header().Set("Cache-Control", "no-cache")
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(a.content))
}
