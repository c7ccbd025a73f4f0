// Package objects holds the contents of the fake server's object store. Small ones are in
// memory, large ones in files that are deleted with the store.
package objects
