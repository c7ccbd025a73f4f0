// Package repo holds tests about the repository itself: what a user's program
// links, which way imports point, and rules that no linter checks.
package repo
