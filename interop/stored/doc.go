// Package stored turns runs, as the server stored them, into flat lists of
// fields and compares these.
package stored
