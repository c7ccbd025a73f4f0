package wandbtest

import "sync"

// workspace is the memory for reading posts to the file stream, one after the other: the
// body, and the text of its lines. Stored lines are copied to memory of their exact size.
type workspace struct {
	body, text []byte
	ends       []int
}

// maxSpare is how much memory a workspace keeps for the next post. Usual posts are smaller.
const maxSpare = 4 << 20

// workspaces lend their workspaces to handlers. The zero value is ready.
type workspaces struct{ pool sync.Pool }

func (p *workspaces) borrow() *workspace {
	if w, ok := p.pool.Get().(*workspace); ok {
		return w
	}
	return &workspace{}
}

// giveBack returns the workspace. Its memory must no longer be used.
func (p *workspaces) giveBack(w *workspace) {
	if cap(w.body) <= maxSpare && cap(w.text) <= maxSpare {
		p.pool.Put(w)
	}
}
