// Package wandgo is a Weights & Biases client for Go that needs neither Python nor a
// helper process, and that reports why the server refused.
//
// Programs import:
//
//   - [github.com/wandgo/wandgo/client] to create runs and log to them,
//   - [github.com/wandgo/wandgo/errors] to branch on the causes of a refusal,
//   - [github.com/wandgo/wandgo/wandbtest] to test against a W&B server in the process.
//
// This root package contains only the GraphQL schema that they share.
package wandgo

import _ "embed"

//go:embed schema.graphql
var schema string

// Schema returns, in GraphQL's schema language, the part of the W&B server's schema that
// wandgo uses. Fields marked @since are missing on servers older than the mark.
func Schema() string { return schema }
