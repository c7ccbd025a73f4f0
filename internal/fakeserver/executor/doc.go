// Package executor knows GraphQL and nothing of accounts and runs: the schema of
// each kind of server, and which documents fit it.
package executor
