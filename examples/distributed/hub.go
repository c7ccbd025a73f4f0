package main

import (
	"context"
	"encoding/gob"
	"fmt"
	"net"
	"sync"
)

// message is a worker's contribution to a reduction, with its progress.
type message struct {
	Rank    int
	Numbers []float64
	Rows    int
	URL     string // of the run
}

// sum is the result of a reduction.
type sum struct {
	Numbers []float64
	Workers int // that contributed
}

// hub adds up the workers' numbers. A reduction is complete when every live worker has
// contributed. A worker that dies does not block the others.
type hub struct {
	listener net.Listener
	serving  sync.WaitGroup

	mu          sync.Mutex
	alive       map[int]bool
	contributed map[int]message
	last        []message // by rank
	conns       map[net.Conn]bool
	results     map[int]chan sum
	closed      bool
}

func newHub(l net.Listener, n int) *hub {
	h := &hub{
		listener: l, alive: make(map[int]bool), contributed: make(map[int]message), last: make([]message, n),
		conns: make(map[net.Conn]bool), results: make(map[int]chan sum),
	}
	for rank := range n {
		h.alive[rank] = true
	}
	h.serving.Go(h.accept)
	return h
}

func (h *hub) accept() {
	for {
		conn, err := h.listener.Accept()
		if err != nil {
			return // closed
		}
		h.mu.Lock()
		h.conns[conn] = true
		closed := h.closed
		h.mu.Unlock()
		if closed {
			conn.Close()
			return
		}
		h.serving.Go(func() { h.serve(conn) })
	}
}

// serve handles one worker until it disconnects.
func (h *hub) serve(conn net.Conn) {
	defer conn.Close()
	in, out := gob.NewDecoder(conn), gob.NewEncoder(conn)
	rank := -1
	defer func() { h.disconnected(rank) }()
	for {
		var m message
		if in.Decode(&m) != nil {
			return
		}
		if m.Rank < 0 || m.Rank >= len(h.last) {
			return
		}
		rank = m.Rank
		if out.Encode(<-h.contribute(m)) != nil {
			return
		}
	}
}

// contribute adds a message to the reduction. The channel delivers the sum when the
// reduction is complete.
func (h *hub) contribute(m message) <-chan sum {
	result := make(chan sum, 1)
	h.mu.Lock()
	defer h.mu.Unlock()
	h.contributed[m.Rank], h.results[m.Rank], h.last[m.Rank] = m, result, m
	h.reduce()
	return result
}

// disconnected removes a worker from this and all later reductions.
func (h *hub) disconnected(rank int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.alive, rank)
	h.reduce()
}

// reduce completes the reduction if no live worker is missing. The caller holds h.mu.
func (h *hub) reduce() {
	if len(h.contributed) == 0 {
		return
	}
	for rank := range h.alive {
		if _, ok := h.contributed[rank]; !ok && !h.closed {
			return
		}
	}
	total := sum{Workers: len(h.contributed)}
	for rank := range h.last { // in order, so that rounding is deterministic
		m, ok := h.contributed[rank]
		if !ok {
			continue
		}
		if total.Numbers == nil {
			total.Numbers = make([]float64, len(m.Numbers))
		}
		for i := range min(len(total.Numbers), len(m.Numbers)) {
			total.Numbers[i] += m.Numbers[i]
		}
	}
	for _, result := range h.results {
		result <- total
	}
	clear(h.contributed)
	clear(h.results)
}

// rows returns how many rows a worker has reported.
func (h *hub) rows(rank int) int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.last[rank].Rows
}

func (h *hub) runURL() string {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, m := range h.last {
		if m.URL != "" {
			return m.URL
		}
	}
	return ""
}

func (h *hub) close() {
	h.listener.Close()
	h.mu.Lock()
	h.closed = true
	for conn := range h.conns {
		conn.Close()
	}
	h.reduce()
	h.mu.Unlock()
	h.serving.Wait()
}

// peers is a worker's connection to the others.
type peers struct {
	rank int
	conn net.Conn
	in   *gob.Decoder
	out  *gob.Encoder
}

func join(ctx context.Context, address string, rank int) (*peers, error) {
	conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", address)
	if err != nil {
		return nil, fmt.Errorf("connect to the other workers: %w", err)
	}
	return &peers{rank: rank, conn: conn, in: gob.NewDecoder(conn), out: gob.NewEncoder(conn)}, nil
}

// reduce returns the sum of all workers' numbers. It blocks until the slowest worker has
// contributed.
func (p *peers) reduce(m message) (sum, error) {
	m.Rank = p.rank
	var total sum
	if err := p.out.Encode(m); err != nil {
		return total, fmt.Errorf("add up with the other workers: %w", err)
	}
	if err := p.in.Decode(&total); err != nil {
		return total, fmt.Errorf("add up with the other workers: %w", err)
	}
	return total, nil
}
