// Package identity logs in with an identity token: a JSON web token (OIDC) that a
// job's platform writes into a file, and that the server exchanges for access tokens.
//
// A [Source] is the [transport.TokenSource] that does it. The file is read anew for
// every exchange, since platforms replace the token before it expires. Access tokens
// are kept in a credentials file that the official client and other processes use
// too. A Source starts no goroutine: of several callers who need a token the first
// gets it, and the others wait for that.
package identity
