// Package jsonx reads and writes JSON with one extension: the bare tokens NaN,
// Infinity and -Infinity stand for the numbers that JSON cannot express. History
// rows and summaries travel in this form.
package jsonx

// MaxDepth is how deeply a value may nest.
const MaxDepth = 1000
