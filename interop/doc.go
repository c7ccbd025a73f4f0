// Package interop runs the same training script with the official W&B client and
// with wandgo, against the same kind of server, and compares what the server
// stored. It has a go.mod of its own, so that nothing of it reaches users.
//
//	go test ./...        # all scenarios, compared field by field
//	go run ./bench       # time, memory and traffic of both, as a table
//
// The official client comes from PyPI, in its current version; see package
// official. Where PyPI cannot be reached and no earlier installation is cached
// the tests say so and skip.
//
// A scenario has two halves of the same name: a function in
// testdata/scenarios.py and one in package scenario. What may differ between the
// stored runs is one list with reasons, stored.MayDiffer.
package interop
