// Package scenario lists what both clients are asked to do, and holds the wandgo
// half of it. The official client's half is testdata/scenarios.py, in functions
// of the same names.
package scenario
