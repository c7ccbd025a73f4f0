package record

import (
	"bytes"
	"maps"
	"slices"

	"github.com/wandgo/wandgo/internal/jsonx"
)

// Tree is what a config or a summary amounts to after all its changes: values by
// path. The zero Tree is empty and ready to use. It is not safe for concurrent
// use.
type Tree struct{ root treeNode }

type treeNode struct {
	value    []byte // nil for an object
	children map[string]*treeNode
}

// ApplyConfig makes the changes of a config record: first the updates, which
// merge objects key by key, then the removals. It returns how many items it left
// out, as they have no path or no JSON value.
func (t *Tree) ApplyConfig(c *Config) (bad int) { return t.apply(c.Update, c.Remove, true, t.Merge) }

// ApplySummary makes the changes of a summary record: first the updates, which
// replace what was at their path, then the removals. An update to null is a removal:
// so the official client writes what its user sets to None, and to NaN. It returns how
// many items it left out, as ApplyConfig does.
func (t *Tree) ApplySummary(s *Summary) (bad int) {
	return t.apply(s.Update, s.Remove, false, func(path []string, value []byte) {
		if string(bytes.TrimSpace(value)) == "null" {
			t.Remove(path...)
			return
		}
		t.Set(path, value)
	})
}

// apply makes changes. The official client stores config keys that are empty, and no others.
func (t *Tree) apply(update, remove []Item, emptyKey bool, put func([]string, []byte)) (bad int) {
	for i := range update {
		path := update[i].Path()
		if len(path) == 0 && emptyKey {
			path = []string{""}
		}
		if len(path) == 0 || len(path) > jsonx.MaxDepth || !jsonx.Valid(update[i].Value) {
			bad++
			continue
		}
		put(path, update[i].Value)
	}
	for i := range remove {
		t.Remove(remove[i].Path()...)
	}
	return bad
}

// Path is where the item belongs, as one of its two keys says.
func (it *Item) Path() []string {
	if len(it.NestedKey) > 0 || it.Key == "" {
		return it.NestedKey
	}
	return []string{it.Key}
}

// Set puts a JSON value, which is copied, at a path, whatever was there before.
// An object is one value, whose members no path leads to.
func (t *Tree) Set(path []string, value []byte) {
	n := t.at(path)
	n.value, n.children = bytes.Clone(value), nil
}

// Merge puts a JSON value, which is copied, at a path. An object is merged with
// the one that is there, key by key.
func (t *Tree) Merge(path []string, value []byte) { t.at(path).merge(value, len(path)) }

// at finds or makes a node.
func (t *Tree) at(path []string) *treeNode {
	n := &t.root
	for _, key := range path {
		n = n.child(key)
	}
	return n
}

// child finds or creates a child, which replaces a value at its name.
func (n *treeNode) child(key string) *treeNode {
	if n.children == nil {
		n.children, n.value = make(map[string]*treeNode), nil
	}
	c := n.children[key]
	if c == nil {
		c = new(treeNode)
		n.children[key] = c
	}
	return c
}

func (n *treeNode) merge(value []byte, depth int) {
	start := jsonx.SkipSpace(value, 0)
	if start >= len(value) || value[start] != '{' {
		n.value, n.children = bytes.Clone(value), nil
		return
	}
	jsonx.EachMember(value, start, func(key, keyEnd, at int) int {
		end := jsonx.Skip(value, at, depth)
		if end >= 0 && !blank(value[at:end], depth+1) {
			name, _, _ := jsonx.Unquote(nil, value[key:keyEnd])
			n.child(string(name)).merge(value[at:end], depth+1)
		}
		return end
	})
}

// blank reports whether a value is an object without any value in it. It does not replace
// what is there, as in the official client.
func blank(value []byte, depth int) bool {
	start := jsonx.SkipSpace(value, 0)
	if start >= len(value) || value[start] != '{' {
		return false
	}
	empty := true
	jsonx.EachMember(value, start, func(_, _, at int) int {
		end := jsonx.Skip(value, at, depth)
		if end >= 0 && !blank(value[at:end], depth+1) {
			empty = false
			return -1
		}
		return end
	})
	return empty
}

// Remove removes what is at a path, if there is anything.
func (t *Tree) Remove(path ...string) {
	at := &t.root
	for i, key := range path {
		if i == len(path)-1 {
			delete(at.children, key)
			return
		}
		if at = at.children[key]; at == nil {
			return
		}
	}
}

// Get returns the JSON at a path, nil if there is nothing or an object without
// members.
func (t *Tree) Get(path ...string) []byte {
	at := &t.root
	for _, key := range path {
		if at = at.children[key]; at == nil {
			return nil
		}
	}
	out, _ := at.append(nil)
	return out
}

// Keys returns the first level of keys in order.
func (t *Tree) Keys() []string { return slices.Sorted(maps.Keys(t.root.children)) }

// AppendJSON appends the tree as one JSON object with sorted keys. Objects
// without members are omitted, as the official client does.
func (t *Tree) AppendJSON(dst []byte) []byte {
	out, ok := t.root.append(dst)
	if !ok {
		return append(dst, "{}"...)
	}
	return out
}

// append says whether there was anything to append.
func (n *treeNode) append(dst []byte) (out []byte, ok bool) {
	if n.children == nil {
		return jsonx.AppendLine(dst, n.value), n.value != nil
	}
	begin := len(dst)
	dst = append(dst, '{')
	for _, key := range slices.Sorted(maps.Keys(n.children)) {
		mark := len(dst)
		if mark > begin+1 {
			dst = append(dst, ',')
		}
		dst = jsonx.AppendQuoted(dst, []byte(key))
		dst = append(dst, ':')
		if dst, ok = n.children[key].append(dst); !ok {
			dst = dst[:mark]
		}
	}
	if len(dst) == begin+1 {
		return dst[:begin], false
	}
	return append(dst, '}'), true
}
