package summary

// plan is the key set of a row with the nodes of its keys. Rows of one run mostly
// have the same few key sets, and a plan saves one of two lookups for each key.
// Nodes of the root are never replaced, so a plan stays good.
type plan struct {
	keys         []string
	nodes        []*node // nil for keys that are left out
	values       []any   // of the row being taken in
	ownTimestamp bool
}

// plans are those of recent rows, latest use first: a training loop has one for
// training, one for validation, perhaps one for samples.
type plans [4]*plan

// of gives the plan with exactly the keys of row, holding row's values. A new key
// set takes the place of the one longest unused.
func (ps *plans) of(root *node, row map[string]any) *plan {
	for i, p := range ps {
		if p != nil && p.take(row) {
			ps.moveUp(i)
			return p
		}
	}
	ps.moveUp(len(ps) - 1)
	if ps[0] == nil {
		ps[0] = &plan{}
	}
	ps[0].learn(root, row)
	return ps[0]
}

func (ps *plans) moveUp(i int) {
	if i == 0 {
		return
	}
	p := ps[i]
	copy(ps[1:i+1], ps[:i])
	ps[0] = p
}

// take fills in the values of row and reports whether it has exactly the plan's
// keys.
func (p *plan) take(row map[string]any) bool {
	if len(row) != len(p.keys) {
		return false
	}
	for i, key := range p.keys {
		v, ok := row[key]
		if !ok {
			p.release()
			return false
		}
		p.values[i] = v
	}
	return true // as many keys, and each of them
}

func (p *plan) learn(root *node, row map[string]any) {
	clear(p.keys)
	clear(p.nodes)
	p.keys, p.nodes, p.values, p.ownTimestamp = p.keys[:0], p.nodes[:0], p.values[:0], false
	for key, v := range row {
		var n *node
		switch key {
		case "", keyStep, keyRuntime: // not in the row as it is written
		case keyTimestamp:
			p.ownTimestamp = true
			n = root.child(key)
		default:
			n = root.child(key)
		}
		p.keys, p.nodes, p.values = append(p.keys, key), append(p.nodes, n), append(p.values, v)
	}
}

// release forgets the values, which belong to the caller.
func (p *plan) release() { clear(p.values) }
