// Package wandbtest is a W&B server inside the test process. It speaks the
// parts of the protocol that a training program uses (GraphQL, the file stream,
// file uploads), stores what it is sent, and lets a test read it back.
//
//	srv := wandbtest.New(t, wandbtest.Solo())
//	t.Setenv("WANDB_BASE_URL", srv.URL())
//	t.Setenv("WANDB_API_KEY", wandbtest.AliceKey)
//	train() // your code, with this library or the official one
//	run, ok := srv.Run("acme", "vision", "run1")
//
// # The world
//
// A server is made from a [World]: users with their keys, organizations with
// seats, teams with roles, projects with scopes and project roles. Whether a
// request is allowed, and what the refusal looks like, is computed from the
// world as it is at that moment. No reply is canned. [Server.SetRole],
// [Server.RevokeKey] and the like change the world while it runs, as an
// administrator would in the web pages. Behaviour that W&B does not document is a
// field of [Policy], with its default in the comment.
//
// # Identity tokens
//
// A [User] with subjects logs in with an identity token in place of a key:
//
//	file := filepath.Join(t.TempDir(), "token")
//	token := wandbtest.IdentityToken("job@example.com", time.Now().Add(time.Hour))
//	os.WriteFile(file, []byte(token), 0o600)
//	t.Setenv("WANDB_IDENTITY_TOKEN_FILE", file)
//
// The server exchanges it for access tokens, which expire by the server's clock; see
// [Policy.TokenLifetime] and [Server.RevokeTokens].
//
// # Faults
//
// [Server.Inject] adds a [Fault]: a status, a delay, a cut connection, a refused
// GraphQL field. The [Handle] it returns counts and waits for hits, so that
// tests need no sleeps.
//
// # Protocol violations
//
// [RunView.Violations] lists where the client departed from the protocol:
//   - rows that leave gaps or go back
//   - posts after the final one
//   - missing heartbeats
//   - posts sent too soon
//
// [WithRateLimit] answers 429 to requests over a limit. [WithUploadHeaders] makes
// uploads require headers, as some object stores do, and [WithStoreHost] gives the store a
// host of its own.
//
// # Limits
//
// The server listens on the loopback interface only and keeps everything in
// memory. It is a test double without sweeps, artifacts and launch queues. A GraphQL
// document that selects an unsupported field gets a validation error, as from a real
// server that is too old, and is listed by [Server.Unknown].
//
// All methods of [Server] and [Handle] are safe for concurrent use.
package wandbtest
