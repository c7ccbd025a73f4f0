// Package environment describes where a run was made: the program and its
// arguments, the host, its hardware, the Git commit and the versions of the
// modules. The web UI shows this on the run's overview page.
//
// It runs no other program, reads no source code and never a Git diff, and hides
// what looks like a secret. What it cannot find out it leaves out.
package environment
