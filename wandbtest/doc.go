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
// world as it is at that moment; nothing is canned. [Server.SetRole],
// [Server.RevokeKey] and the like change the world while it runs, as an
// administrator would in the web pages. What public documentation leaves open is
// a field of [Policy], with the default written beside it.
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
// The server exchanges it for access tokens that end by its clock; see
// [Policy.TokenLifetime] and [Server.RevokeTokens].
//
// # Faults
//
// [Server.Inject] adds a [Fault]: a status, a delay, a cut connection, a refused
// GraphQL field. The [Handle] it returns counts and waits for hits, so that
// tests need no sleeps.
//
// # The client's conduct
//
// [RunView.Violations] says where the client departed from the protocol: rows that
// leave gaps or go back, a final post that was not the last, heartbeats that failed
// to come, posts that came too soon. [WithRateLimit] answers with 429 what is too
// much, and says beforehand how much is left; [WithUploadHeaders] makes uploads as
// particular as some object stores are.
//
// # Limits
//
// The server listens on the loopback interface only and keeps everything in
// memory. It is a test double: it has no sweeps, artifacts or launch queues. A
// GraphQL document that asks for what it lacks is answered with a validation
// error, as a real server that is too old would, and is listed by
// [Server.Unknown].
//
// All methods of [Server] and [Handle] are safe for concurrent use.
package wandbtest
