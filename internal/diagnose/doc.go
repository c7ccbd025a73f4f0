// Package diagnose finds out why the server refused.
//
// A [Diagnoser] is the entry for other packages. It answers three questions:
//
//   - Explain this failure: [Diagnoser.Explain] for a request,
//     [Diagnoser.ExplainRunning] for a run that was created before, and
//     [Diagnoser.Preliminary] without a question to the server.
//   - May I? [Diagnoser.Check].
//   - Who am I? [Diagnoser.Viewer], and [Diagnoser.CheckKey] without a request.
//
// Underneath, a diagnosis has three steps that can be read and tested apart:
// [Classify] reduces the failed request to facts; [Ask] sends follow-up questions
// to the server and collects [Findings]; [Decide] is a pure function from both to
// a [Verdict], written as the decision tables it implements. [Predict] reads the
// same tables forwards.
//
// A verdict claims only what its evidence shows. If the evidence does not decide,
// the verdict is undetermined and lists the candidates.
//
// To add a cause, add a sentinel and its text in package errors, then a row to
// one of the tables.
package diagnose
