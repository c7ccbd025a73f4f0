package summary

import "github.com/wandgo/wandgo/internal/history"

// plan holds the nodes of a row's keys, which saves a lookup for each. It stays valid
// because nodes of the root are never replaced.
type plan struct {
	owner *Summary
	nodes []*node
	// timestamp is the index of the key _timestamp, or -1.
	timestamp int
}

// planOf returns the plan for the keys of row.
func (s *Summary) planOf(row *history.Row) *plan {
	if p, ok := row.Memo[history.MemoSummary].(*plan); ok && p.owner == s {
		return p
	}
	p := &plan{owner: s, nodes: make([]*node, len(row.Keys)), timestamp: -1}
	for i, key := range row.Keys {
		p.nodes[i] = s.root.child(key)
		if key == keyTimestamp {
			p.timestamp = i
		}
	}
	row.Memo[history.MemoSummary] = p
	return p
}
