// Package errors says why a call to a W&B server failed, so that a program can
// branch on the cause and a person knows what to do next.
//
// It has three kinds of values. A [Sentinel], such as [ErrNotTeamMember], is a
// cause: compare with [Is]. A [PermissionError], a [RequestError] or an
// [InputError] is one failure with its facts: get at it with [As] or [AsType].
// And [Explain] gives the full text of any of them, for a person.
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
// Every refusal matches [ErrPermissionDenied], whatever its cause. It matches a
// narrower sentinel only when there is evidence for that cause, that is when the
// PermissionError's Confidence is [Likely] or [Certain]. When the evidence does
// not decide, the error matches the umbrella alone, and its Candidates list what
// it may be: a wrong cause would be worse than none. So test for the causes you
// can act on, and for the umbrella last. Failures that are not refusals, such as
// [ErrRateLimited], never match the umbrella. The server's own error stays
// reachable with [As] through all of them.
//
// # Text
//
// Error is one line, for logs. Explain is several lines, and ends with the
// command to type or the address to open. LogValue gives log/slog a group,
// MarshalJSON gives machines stable names, and %+v prints what Explain returns.
// None of them shows an API key: these types never hold one, and what a server
// or a proxy echoes is redacted where it has the form of a credential. Text of
// foreign origin is cut to a readable length, and its control characters are
// escaped.
//
// # Concurrency
//
// Every function may be called by several goroutines at once. The error values
// are immutable once returned, and safe to share.
//
// # Standard library
//
// The package re-exports [New], [Is], [As], [AsType], [Join] and [Unwrap], so
// that a file that imports it needs no alias for the standard library's package
// of the same name. It depends on the standard library only, and reads neither
// the environment nor any file.
package errors
