// Package cluster tests the Kubernetes manifest of examples/distributed against the types of
// the Kubernetes API. It is a module of its own, so that programs that use wandgo do not
// depend on them.
package cluster
