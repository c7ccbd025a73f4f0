// Package errors says why a call to a W&B server failed, so that a program can
// branch on the cause and a person knows what to do next.
//
// It has two kinds of values. A [Sentinel], such as [ErrNotTeamMember], is a cause;
// compare with [Is]. A [PermissionError], a [RequestError] or an [InputError] is
// one failure with its facts; get it with [AsType] or [As]. [Explain] returns the
// full text of any of them for a person.
//
//	run, err := client.Init(ctx, client.RunOptions{Entity: "acme", Project: "vision"})
//	switch {
//	case errors.Is(err, errors.ErrNotTeamMember):
//		// Log to a team of our own instead.
//	case errors.Is(err, errors.ErrPermissionDenied):
//		fmt.Fprintln(os.Stderr, errors.Explain(err))
//		os.Exit(1)
//	case errors.IsRetryable(err):
//		// Try again later.
//	}
//
// # The umbrella
//
// Every refusal matches [ErrPermissionDenied]. It matches a narrower sentinel only
// if there is evidence for that cause: the PermissionError's Confidence is [Likely]
// or [Certain]. Otherwise it matches the umbrella alone, and its Candidates list
// the possible causes, because a wrong cause would be worse than none. So test for
// the causes you can act on first, and for the umbrella last. Other failures, such
// as [ErrRateLimited], never match the umbrella. The server's own error is in the
// chain of all of them.
//
// # Text
//
// Error returns one line, for logs. Explain returns several lines, with the command
// to type or the address to open. LogValue returns a group for log/slog,
// MarshalJSON uses stable names, and %+v prints what Explain returns.
//
// None of them shows an API key. These types never hold one, and everything in the
// form of a credential is redacted. Foreign text is cut to a readable length, and
// its unprintable characters are escaped.
//
// # Concurrency
//
// All functions are safe for concurrent use. Error values are immutable once
// returned.
//
// # Standard library
//
// The package re-exports [New], [Is], [As], [AsType], [Join] and [Unwrap], so that
// a file can use it in place of the standard library's package of the same name.
// It has no third-party dependencies and reads neither the environment nor files.
package errors
