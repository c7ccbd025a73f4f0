// Package ptytest provides tests with a pseudo terminal. It supports Linux; elsewhere
// tests that open one are skipped.
package ptytest
