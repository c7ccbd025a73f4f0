package main

import (
	"context"
	"encoding/gob"
	"fmt"
	"net"
	"sync"
)

// message is what a worker brings to a meeting: numbers to be added up, and how
// it stands.
type message struct {
	Rank    int
	Numbers []float64
	Rows    int
	URL     string // of the run
}

// sum is what a meeting amounts to.
type sum struct {
	Numbers []float64
	Workers int // that took part
}

// hub adds up what the workers bring. A meeting is over when each worker that
// lives has brought something; one that dies is not waited for.
type hub struct {
	listener net.Listener
	serving  sync.WaitGroup

	mu      sync.Mutex
	alive   map[int]bool
	brought map[int]message
	told    []message // the last of each rank
	conns   map[net.Conn]bool
	answers map[int]chan sum
	closed  bool
}

func newHub(l net.Listener, n int) *hub {
	h := &hub{
		listener: l, alive: make(map[int]bool), brought: make(map[int]message), told: make([]message, n),
		conns: make(map[net.Conn]bool), answers: make(map[int]chan sum),
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

// serve speaks with one worker until it is gone.
func (h *hub) serve(conn net.Conn) {
	defer conn.Close()
	in, out := gob.NewDecoder(conn), gob.NewEncoder(conn)
	rank := -1
	defer func() { h.gone(rank) }()
	for {
		var m message
		if in.Decode(&m) != nil {
			return
		}
		if m.Rank < 0 || m.Rank >= len(h.told) {
			return
		}
		rank = m.Rank
		if out.Encode(<-h.bring(m)) != nil {
			return
		}
	}
}

// bring hands in a message. The answer comes when all have handed in theirs.
func (h *hub) bring(m message) <-chan sum {
	answer := make(chan sum, 1)
	h.mu.Lock()
	defer h.mu.Unlock()
	h.brought[m.Rank], h.answers[m.Rank], h.told[m.Rank] = m, answer, m
	h.conclude()
	return answer
}

// gone says that a worker will bring nothing more.
func (h *hub) gone(rank int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.alive, rank)
	h.conclude()
}

// conclude ends the meeting if nobody is missing. h.mu is held.
func (h *hub) conclude() {
	if len(h.brought) == 0 {
		return
	}
	for rank := range h.alive {
		if _, here := h.brought[rank]; !here && !h.closed {
			return
		}
	}
	total := sum{Workers: len(h.brought)}
	for rank := range h.told { // in order, so that rounding is the same each time
		m, here := h.brought[rank]
		if !here {
			continue
		}
		if total.Numbers == nil {
			total.Numbers = make([]float64, len(m.Numbers))
		}
		for i := range min(len(total.Numbers), len(m.Numbers)) {
			total.Numbers[i] += m.Numbers[i]
		}
	}
	for _, answer := range h.answers {
		answer <- total
	}
	clear(h.brought)
	clear(h.answers)
}

// rows is how many rows a worker said it had logged.
func (h *hub) rows(rank int) int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.told[rank].Rows
}

func (h *hub) runURL() string {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, m := range h.told {
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
	h.conclude()
	h.mu.Unlock()
	h.serving.Wait()
}

// peers is a worker's way to the others.
type peers struct {
	rank int
	conn net.Conn
	in   *gob.Decoder
	out  *gob.Encoder
}

func join(ctx context.Context, address string, rank int) (*peers, error) {
	conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", address)
	if err != nil {
		return nil, fmt.Errorf("join the other workers: %w", err)
	}
	return &peers{rank: rank, conn: conn, in: gob.NewDecoder(conn), out: gob.NewEncoder(conn)}, nil
}

// meet brings numbers and returns the sum of everybody's. It waits for the
// slowest.
func (p *peers) meet(m message) (sum, error) {
	m.Rank = p.rank
	var total sum
	if err := p.out.Encode(m); err != nil {
		return total, fmt.Errorf("meet the other workers: %w", err)
	}
	if err := p.in.Decode(&total); err != nil {
		return total, fmt.Errorf("meet the other workers: %w", err)
	}
	return total, nil
}
