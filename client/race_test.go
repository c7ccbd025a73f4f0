//go:build race

package client_test

// underRace says that the race detector watches, at several times the price.
const underRace = true
