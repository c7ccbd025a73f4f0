// Package runfiles uploads the files of one run.
//
// A file has a name inside the run, with forward slashes on every system, and a [Policy]
// that says when it is uploaded. Names are collected for five seconds. The server is then
// asked for the addresses of all of them, and each file is sent to its address. This is a
// presigned address of an object store that is not part of W&B, so no request to it
// carries the API key. Files are read from disk while they are sent, and not held in
// memory.
//
// A name may be saved again. The later upload waits for the earlier one, and is skipped if
// the store already has the content.
//
// Symbolic links are followed: the content of the target is uploaded under the name of the
// link. Only regular files have content. A directory, a pipe or a device is reported and
// skipped, because reading it may never end.
//
// A file that fails does not stop the others. A refusal by the server, however, is about
// the whole run: uploads stop, the owner is notified once, and [Uploader.Keep] stores the
// files that the server does not have in a directory.
//
// The calls are [New], Start, any number of saves, Finish, and always Close. For an
// offline run, Keep is called instead of Start.
package runfiles
