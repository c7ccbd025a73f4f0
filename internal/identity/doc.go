// Package identity authenticates with an identity token: a JSON web token (OIDC) that a
// job's platform writes into a file, and that the server exchanges for access tokens.
//
// A [Source] is the [transport.TokenSource] for it. It reads the file for every exchange,
// because platforms replace the token before it expires. It stores access tokens in a
// credentials file that the official client and other processes use too. A Source starts
// no goroutine: of several callers that need a token, the first one fetches it and the
// others wait.
package identity
