// Package fakeserver has no code of its own. Its folders hold the parts of the fake
// W&B server that need no knowledge of accounts and runs; package wandbtest puts
// them together and is the only one that imports them.
//
//	wandbtest            types and methods that tests use, resolvers, policy, runs
//	fakeserver/jsontext  JSON with NaN and Infinity, read independently of the client
//
// No package here imports client, internal/session, internal/sink or
// internal/journal: the fake must not share a mistake with the client it judges.
package fakeserver
