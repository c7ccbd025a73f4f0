// Package upload sends artifacts to the server: it creates the version, uploads the files
// that the server does not have, then the manifest, and commits.
//
// The files of an artifact are asked for in batches, each file with an address that is signed
// for a limited time. An address that has expired is asked for again. What is on the server
// stays there: an artifact that is sent twice is created once, because the server knows it by
// its digest, and files that it has are not sent.
package upload
