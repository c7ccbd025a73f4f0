package summary

import "github.com/wandgo/wandgo/internal/history"

// plan has the nodes of a key set, which saves a lookup for each key of a row. It is
// kept with the key set. Nodes of the root are never replaced, so it stays good.
type plan struct {
	owner        *Summary
	nodes        []*node // nil for keys that are left out
	ownTimestamp bool
}

// planOf gives the plan of the row's key set.
func (s *Summary) planOf(row *history.Row) *plan {
	if p, ok := row.Memo.(*plan); ok && p.owner == s {
		return p
	}
	p := &plan{owner: s, nodes: make([]*node, len(row.Keys))}
	for i, key := range row.Keys {
		switch key {
		case "", keyStep, keyRuntime: // not in the row as it is written
		case keyTimestamp:
			p.ownTimestamp = true
			p.nodes[i] = s.root.child(key)
		default:
			p.nodes[i] = s.root.child(key)
		}
	}
	row.Memo = p
	return p
}
