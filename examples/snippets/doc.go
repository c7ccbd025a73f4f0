// Package snippets is the Go code of README.md. The tests run each function against a
// server and hold the README to the source.
package snippets
