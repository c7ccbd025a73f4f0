package dashboard

import (
	"bufio"
	"encoding/csv"
	"net/http"
	"regexp"
	"strings"

	"github.com/wandgo/wandgo/internal/plaintext"
	"github.com/wandgo/wandgo/internal/runstore"
)

// csvOf sends all points of a metric, or of several one below the other.
func csvOf(w http.ResponseWriter, r *http.Request, run *runstore.Run) {
	q := r.URL.Query()
	v, metrics, err := parseView(q)
	if err != nil {
		fail(w, err)
		return
	}
	if len(metrics) == 0 {
		fail(w, badRequest("name a metric"))
		return
	}
	i := run.Info()
	w.Header().Set("Content-Type", "text/csv; charset=utf-8")
	w.Header().Set("Content-Disposition", `attachment; filename="`+fileName(i.ID+"-"+strings.Join(metrics, "-"))+`.csv"`)
	buffer := bufio.NewWriterSize(w, 1<<16)
	out := csv.NewWriter(buffer)
	defer func() {
		out.Flush()
		_ = buffer.Flush() // the browser is gone if it fails
	}()
	_ = out.Write([]string{plaintext.NoFormula(v.x), "metric", "value"})
	for _, m := range metrics {
		name := plaintext.NoFormula(m)
		for c, err := range run.Chunks(v.table, v.x, m, 0) {
			if err != nil || r.Context().Err() != nil {
				return
			}
			for k, x := range c.X {
				if out.Write([]string{number(x).String(), name, number(c.Y[k]).String()}) != nil {
					return
				}
			}
		}
	}
}

var notInFileNames = regexp.MustCompile(`[^A-Za-z0-9_-]`)

// fileName is a name for a download.
func fileName(s string) string {
	s = notInFileNames.ReplaceAllString(s, "_")
	return s[:min(len(s), 100)]
}
