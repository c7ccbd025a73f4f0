// Package media is where the values of the public package of this name meet a row. Such a
// value has files: its row has a JSON object with their names, and they are stored below
// the run's files directory.
//
// A value is logged in two steps. [Value.Prepare] does what takes long, without a lock: it
// copies a file, or writes a table. [Prepared.AppendJSON] is called when key and step are
// known; it names the files and writes the object.
package media
