// Package diagnose finds out why the server refused.
//
// It works in three steps that can be read and tested apart: [Classify] reduces
// the refusing response to facts; [Ask] puts follow-up questions to the server
// and collects [Findings]; [Decide] is a pure function from both to a
// [Verdict], written down as the decision tables it implements. [Refuse] and
// [Fail] turn the outcome into the public errors.
//
// A verdict claims only what its evidence shows. Where it does not decide, the
// verdict is undetermined and lists what it may be.
package diagnose
