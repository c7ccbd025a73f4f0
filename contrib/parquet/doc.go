// Package parquet reads and writes the rows of runs as Parquet files.
//
// Servers move old rows to Parquet files. With this package, a history has those rows as well:
//
//	for row, err := range run.History(ctx, api.Parquet(parquet.Read)) {
//		…
//	}
//
// [Write] stores a history in a Parquet file. The package is a module of its own, so that a program
// links the library for Parquet only if it needs it.
//
// How to use this module from a clone of the repository: contrib/README.md.
package parquet
