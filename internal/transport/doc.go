// Package transport is the HTTP layer under the GraphQL client and the file
// stream: credentials, retries, and responses kept whole so that a refusal can
// be explained.
//
// The credentials are an API key, or access tokens of a [TokenSource], of which a
// request takes another when the server does not accept the one it had.
//
// A [Transport] is safe for concurrent use and starts no goroutine of its own.
// [Transport.Do] blocks until there is a final response, the retries run out or
// the context ends.
package transport
