package dashboard

import (
	"bufio"
	"encoding/csv"
	"net/http"
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

// fileName is a name for a download.
func fileName(s string) string {
	s = strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '-' || r == '_' {
			return r
		}
		return '_'
	}, s)
	return s[:min(len(s), 100)]
}
