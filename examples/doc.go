// Package examples holds programs that run without any setup:
//
//	go run ./examples/quickstart        train a small model and log it
//	go run ./examples/template          a training program to copy
//	go run ./examples/refused           every cause of a refusal, and what the caller sees
//	go run ./examples/harness -help     a training harness that survives refusals
//	go run ./examples/distributed -n 4  several processes that write one run
//	go run ./examples/sweep             a sweep that finds the minimum of a function
//
// Without an API key all but the template talk to a W&B server in their own process.
package examples

//go:generate go test -run Pages|Causes . ./quickstart ./refused ./snippets -update
