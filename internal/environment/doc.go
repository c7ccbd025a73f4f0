// Package environment describes the program and machine of a run: arguments, host,
// hardware, Git commit and module versions. The web UI shows this on the run's overview
// page.
//
// [Collect] runs no other program and reads no source code. Text that looks like a secret is
// hidden, and unknown values are omitted. Only [Diff] runs git.
package environment
