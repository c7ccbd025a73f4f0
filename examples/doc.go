// Package examples holds programs that run with nothing set up:
//
//	go run ./examples/quickstart        train a small model and log it
//	go run ./examples/refused           every refusal, and what the caller sees
//	go run ./examples/harness -help     a training harness that survives refusals
//	go run ./examples/distributed -n 4  several processes that write one run
//
// Without an API key they talk to a W&B server in their own process.
package examples
