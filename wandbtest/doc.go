// Package wandbtest is a W&B server inside the test process. It implements the parts of the
// protocol that a training program uses: GraphQL, the file stream and file uploads. It
// stores what a client sends, and a test can read it.
//
//	srv := wandbtest.New(t, wandbtest.Solo())
//	t.Setenv("WANDB_BASE_URL", srv.URL())
//	t.Setenv("WANDB_API_KEY", wandbtest.AliceKey)
//	train() // your code, with this library or the official one
//	run, ok := srv.Run("acme", "vision", "run1")
//
// # The world
//
// A server starts with a [World]: users with their keys, organizations with seats, teams
// with roles, projects with scopes and project roles. From its current state the server
// computes whether a request is allowed and what a refusal looks like; no response is
// canned. Methods such as [Server.SetRole] and [Server.RevokeKey] change the world while
// the server runs, as an administrator does in the web UI. Behavior that W&B does not
// document is a field of [Policy], with its default in the comment.
//
// # Identity tokens
//
// A [User] with Subjects can log in with an identity token instead of a key:
//
//	file := filepath.Join(t.TempDir(), "token")
//	token := wandbtest.IdentityToken("job@example.com", time.Now().Add(time.Hour))
//	os.WriteFile(file, []byte(token), 0o600)
//	t.Setenv("WANDB_IDENTITY_TOKEN_FILE", file)
//
// The server exchanges it for access tokens, which expire by the server's clock. See
// [Policy].TokenLifetime and [Server.RevokeTokens].
//
// # Faults
//
// [Server.Inject] adds a [Fault]: a status, a delay, a broken connection, a refused GraphQL
// field. It returns a [Handle] that counts the hits and can wait for them, so that tests
// need no sleeps.
//
// # Protocol violations
//
// [RunView.Violations] lists where the client violated the protocol, such as
//
//   - rows that leave gaps or go back,
//   - posts after the final one,
//   - missing heartbeats,
//   - posts that were sent too early.
//
// [WithRateLimit] responds with 429 to requests over a limit. [WithUploadHeaders] makes
// uploads require headers, as some object stores do. [WithStoreHost] gives the object store
// another host name. [WithoutFileURLs] makes the server return no signed addresses of artifact files.
//
// # Sweeps
//
// The server runs sweeps: it hands out the points of a grid, or random points for the methods
// random and bayes, until the grid or run_cap is exhausted. [Server.SetSweepState],
// [Server.DeleteSweep] and [Server.StopRun] do what a user does in the web UI, and
// [Server.Sweep] shows the sweep. It never ends a trial early on its own. If an agent is lost, the
// run of its trial counts as crashed after five minutes, or stays pending if it had not started;
// what a W&B server does with the latter is not documented. No trial is handed out twice, but for the
// points of a grid whose runs were deleted, when the sweep is resumed.
//
// # Artifacts
//
// The server stores artifacts with their versions, aliases, tags and links. A version with the
// content of an earlier one is that version. [Server.Artifact] shows one, and
// [ArtifactView.Violations] what the client did wrong. The object store refuses content that
// was not announced, and its addresses expire; see [Server.ExpireURLs]. [Fault].Alter damages
// what is downloaded:
//
//	srv.Inject(wandbtest.Fault{Operation: "GET", Alter: func(body []byte) []byte { return body[1:] }})
//
// A fault of the operation "CommitArtifact" with status 409 is what two runs see that commit
// to one collection at the same time. A project with ProtectedAliases refuses them to all but
// its admins. Projects of an [Organization]'s entity are its registries.
//
// # Limits
//
// The server listens on the loopback interface only and keeps everything in memory, except
// files of artifacts of more than 1 MiB. It has no launch queues. A GraphQL document that selects an
// unsupported field results in a validation error, as from an older server, and
// [Server.Unknown] lists it.
//
// All methods of [Server] and [Handle] are safe for concurrent use.
//
// # Media
//
// A run has the files of its images, tables and other media in [RunView.Files].
// [RunView.Images], [RunView.Table] and [RunView.MediaFiles] decode those of a value of its
// history or summary, so that a test can look at the picture that was logged.
package wandbtest
