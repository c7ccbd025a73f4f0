// Package transport is the HTTP layer under the GraphQL client and the file
// stream: credentials, retries, and responses kept whole so that a refusal can
// be explained.
//
// A [Transport] is safe for concurrent use and starts no goroutine of its own.
// [Transport.Do] blocks until there is a final response, the retries run out or
// the context ends.
package transport
