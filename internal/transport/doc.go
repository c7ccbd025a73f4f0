// Package transport is the HTTP layer of the GraphQL client and the file stream. It
// adds credentials, retries failed attempts, and returns complete responses, so
// that a refusal can be explained.
//
// The credentials are an API key, or access tokens of a [TokenSource]. If the
// server rejects an access token, the request is retried with a new one.
//
// A [Transport] is safe for concurrent use and starts no goroutine of its own.
// [Transport.Do] blocks until there is a final response, the retries run out or
// the context ends.
package transport
