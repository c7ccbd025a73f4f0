package wandbtest

import "sync"

// workspace is memory in which posts to the file stream are read, one after the
// other: the body as it came, and the text of its lines. Nothing in it outlives
// the request; what is stored has memory of its own, of just its size.
type workspace struct {
	body, text []byte
	ends       []int
}

// maxSpare is the most that a workspace keeps for the next post. A usual post of a
// busy run is well below.
const maxSpare = 4 << 20

// workspaces lend their workspaces to handlers. The zero value is ready.
type workspaces struct{ pool sync.Pool }

func (p *workspaces) borrow() *workspace {
	if w, ok := p.pool.Get().(*workspace); ok {
		return w
	}
	return &workspace{}
}

// giveBack must be called when nobody looks at the memory any more.
func (p *workspaces) giveBack(w *workspace) {
	if cap(w.body) <= maxSpare && cap(w.text) <= maxSpare {
		p.pool.Put(w)
	}
}
