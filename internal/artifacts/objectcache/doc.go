// Package objectcache keeps the files of downloaded artifacts for the next download. The
// directory and its layout are the official client's, which shares them.
//
// That client puts bytes into the cache that it has not verified, and other programs can
// write there, so an entry is hashed when a process first reads it. An entry that does not
// match its digest is removed.
package objectcache
