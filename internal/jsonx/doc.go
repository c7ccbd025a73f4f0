// Package jsonx reads and writes JSON with one extension: the bare tokens NaN,
// Infinity and -Infinity stand for the numbers that JSON cannot express. History
// rows and summaries travel in this form.
package jsonx

// MaxDepth is how deeply a value that is written or parsed may nest.
const MaxDepth = 100

// MaxSkipDepth is how deeply a value that is only skipped may nest.
const MaxSkipDepth = 1000
