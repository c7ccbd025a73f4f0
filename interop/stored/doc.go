// Package stored converts stored runs into flat lists of fields and compares them.
package stored
