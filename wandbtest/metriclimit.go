package wandbtest

import (
	"fmt"
	"strings"
)

// countMetrics adds the keys of a post's rows to those of the run. It returns false if they
// exceed the limit. near is the warning for the response if the run is close to it.
func (r *run) countMetrics(post streamPost, most int) (near string, ok bool) {
	if most == 0 {
		return "", true
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	fresh := map[string]bool{}
	for _, c := range post.files {
		if c.name != historyFile {
			continue
		}
		for _, row := range decodeRows(c.content) {
			for key := range row {
				if !strings.HasPrefix(key, "_") && !r.metrics[key] {
					fresh[key] = true
				}
			}
		}
	}
	n := len(r.metrics) + len(fresh)
	if n > most {
		return "", false
	}
	for key := range fresh {
		r.metrics[key] = true
	}
	if n*10 < most*9 {
		return "", true
	}
	return fmt.Sprintf(`,"metric_limit":{"warning":true,"count":%d,"limit":%d}`, n, most), true
}
