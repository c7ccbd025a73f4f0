// Package journal reads and writes the .wandb transaction log, the file in which
// a run is kept on disk, in the form of the official client. What it writes, the
// official tools can upload; what they write, it reads.
//
// # Form on disk
//
// Seven bytes name the format: ":W&B", 0xBEE1 and version 0. Then comes a log in
// blocks of 32 KiB, counted from the start of the file, as LevelDB has it. A
// record is one chunk or, where a block ends within it, several. A chunk has a
// CRC-32 (IEEE, over the type and the data), a length, a type and the data. A
// record is a protobuf message, [wire.Entry]; its kinds are the types of package record. Values of metrics, of config and of the summary are JSON
// text with the extra tokens NaN, Infinity and -Infinity.
//
// # Durability
//
// A [Writer] hands records to the operating system when 64 KiB have gathered, at
// least once a second, and at once for a [record.Run] and an [record.Exit]. A process that is
// killed loses the last second of records at most. A separate goroutine writes them, while
// the next ones gather in a second buffer: an Append waits only if that is full too. What a machine that loses
// power may lose is for [Options.Sync] to say: by default, whatever the system
// had not yet written by itself.
//
// # Disk faults
//
// While the disk takes nothing, records wait in memory up to [MemoryLimit];
// those beyond are counted as lost: the log has no record with their number. The first call that finds a fault out returns
// a [*WriteError], and the disk is tried again once a second. A write that went
// through in part is completed from where it broke off, so a log that met a full
// disk has neither a hole nor a torn record in it once there is room again. A log
// that is deleted under way is written anew; where the system does not allow that, later
// records are lost.
//
// A file system that does not respond, such as a network file system whose server is gone, is a
// fault too ([ErrStuck]): no call waits for a write longer than two seconds, and none again while
// an operation is stuck. What a closed log accepted and its file does not have is [Writer.Rest],
// for another file system to have.
//
// # Damage
//
// A [Reader] recovers every record that is whole: a torn end, flipped bits, zeroed
// sectors, and bytes that are missing or too many cost the records they touch and no
// other. After damage it looks for the next chunk whose checksum is right, at any
// place. [Reader.Skipped] says what was omitted and where. Lengths in the file are
// never trusted for allocating memory.
package journal
