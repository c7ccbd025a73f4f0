// Package runfiles uploads the files of one run.
//
// A file has a name inside the run, with forward slashes on every system, and a
// [Policy] that says when it goes. Names are collected for five seconds, then
// the server is asked for an address for each of them, and each content is put
// to its address: a presigned one, of an object store that is no part of W&B,
// so that no request to it carries the API key. Large files are read from disk
// as they are sent, and never held in memory.
//
// The same name may be saved again. The later upload waits for the earlier one,
// and is left out where the content is what the store has already.
//
// Symbolic links are followed: what is uploaded is the content a link leads to,
// under the name of the link. Only regular files have content. A directory, a
// pipe or a device is reported and left out, as reading it may never end.
//
// One file that fails stops no other. A refusal of the server, however, is one
// of the whole run: uploads end, the owner hears of it once, and
// [Uploader.Keep] puts what the server does not have into a directory.
//
// Life cycle: [New], Start, any number of saves, Finish, and Close in any case.
// An Uploader that is never started and has Keep called instead is that of an
// offline run.
package runfiles
