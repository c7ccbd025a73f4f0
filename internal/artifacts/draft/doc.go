// Package draft is an artifact that is not on a server yet: what a program adds to it, and
// how that is fixed, which is hashed and copied so that later changes of the files do not
// matter.
package draft
