// Package interop runs the same training script with the official W&B client and
// with wandgo, against the same kind of server, and compares what the server
// stored. It is a module of its own, so users do not download it.
//
//	go test ./...        # all scenarios, compared field by field
//	go test -run TestRandomPrograms -random 500 -seed 1   # more random programs
//	go test -run Artifacts  # artifacts: stored, read by the other client, synced, damaged
//	go test -run TestOldClients -old 0.16.6,0.19.11,0.22.3
//	go run ./bench       # time, memory and traffic of both, as a table
//	go run ./bench -board # wandgo board beside leet, TensorBoard and trackio
//
// The official client comes from PyPI, in its current version; see package official.
// Without PyPI and without a cached installation the tests skip with a message.
//
// A scenario has two functions of the same name, one in testdata/scenarios.py and one in
// package scenario. stored.MayDiffer lists the permitted differences with their reasons.
package interop
