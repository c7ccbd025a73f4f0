// Package program generates random runs: a config, rows, summary values and changes of the
// config, of any value that both clients can store. The official client plays the same runs
// with testdata/programs.py.
package program
