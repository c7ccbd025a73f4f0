// Package wandgo is a Weights & Biases client for Go that needs neither Python
// nor a helper daemon, and that tells why the server refused.
//
// Programs import two packages: [github.com/wandgo/wandgo/client] creates runs
// and logs to them, [github.com/wandgo/wandgo/errors] names the causes of a
// refusal. [github.com/wandgo/wandgo/wandbtest] is a W&B server in the process,
// for tests. This root package only carries the GraphQL schema they share.
package wandgo

import _ "embed"

//go:embed schema.graphql
var schema string

// Schema returns the part of the W&B server's GraphQL schema that wandgo uses,
// as SDL. Fields marked @since are missing on servers older than it names.
func Schema() string { return schema }
