// Package download is what can be done with a version that the server has: its files are
// fetched, and what is shown with it is changed.
//
// A file is hashed while it arrives, and gets its name only if the content matches the
// manifest. The manifest itself is foreign data: it is read entry by entry, and nothing in
// it reaches outside of the target directory, which is an os.Root.
//
// A download is a pipeline: the manifest's entries → what is right already, on disk or in
// the cache → addresses for the rest, many at a time → transfers.
package download
