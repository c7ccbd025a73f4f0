//go:build js || wasip1

package smallfile

// nonblock is 0: package syscall has no O_NONBLOCK on these systems.
const nonblock = 0
