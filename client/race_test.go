//go:build race

package client_test

// underRace says that the race detector watches, at several times the price.
const underRace = true

// slowness is how many times longer a limit must be if requests are to keep it.
const slowness = 8
