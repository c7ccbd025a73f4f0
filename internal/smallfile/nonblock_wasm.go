//go:build js || wasip1

package smallfile

// nonblock is not known to package syscall of these systems.
const nonblock = 0
