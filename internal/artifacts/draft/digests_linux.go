package draft

import (
	"io/fs"
	"os"
	"syscall"
)

// stateOf returns the state of a file.
func stateOf(info fs.FileInfo) fileState {
	st, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return fileState{}
	}
	return fileState{device: uint64(st.Dev), inode: st.Ino, size: st.Size, modified: st.Mtim.Nano(), changed: st.Ctim.Nano()} //nolint:unconvert // differs between machines
}

// notesChanges reports whether a file is on a file system whose times show every change: one of
// a local disk. Others may have the times of another machine, or none for changes through
// mapped memory.
func notesChanges(f *os.File) bool {
	const ext, xfs, btrfs = 0xef53, 0x58465342, 0x9123683e
	conn, err := f.SyscallConn()
	if err != nil {
		return false
	}
	var st syscall.Statfs_t
	if conn.Control(func(fd uintptr) { err = syscall.Fstatfs(int(fd), &st) }) != nil || err != nil {
		return false
	}
	switch uint32(st.Type) { //nolint:gosec // it has 32 bits
	case ext, xfs, btrfs:
		return true
	}
	return false
}
