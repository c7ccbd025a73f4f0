// Package fakeserver has no code of its own. Its folders hold the parts of the fake
// W&B server that need no knowledge of accounts and runs; package wandbtest puts
// them together and is the only one that imports them.
//
//	wandbtest            types and methods that tests use, resolvers, policy, runs
//	fakeserver/jsontext  JSON with NaN and Infinity, read independently of the client
//	fakeserver/executor  the schema of each kind of server, and documents checked against it
//	fakeserver/store     the lines of a run's files, shared with snapshots
//	fakeserver/objects   the contents of files of artifacts, large ones not in memory
//
// The places of what comes next:
//
//   - Fields to read and sweeps: methods named fields in wandbtest/read_*.go. The schema is
//     the repository's; a field without a resolver is null.
//   - Artifacts: wandbtest/artifact*.go store and change them, wandbtest/read_artifact.go
//     resolves their fields. Who may read and write them is decided in
//     wandbtest/access.go, from the world, like every other refusal.
//   - Pages that are not the API's: a case in respond, and its path in endpoints, in wandbtest/handler.go.
//   - Part of a run without a copy of the rest: methods beside RunView in
//     wandbtest/snapshot.go; package store shares what it stores.
//
// No package here imports client, internal/session, internal/sink or
// internal/journal: the fake must not share a mistake with the client it judges.
package fakeserver
