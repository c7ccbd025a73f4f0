package sweep

import "syscall"

// endWithParent makes the kernel send SIGTERM to the program when the thread that started it ends,
// so that no program outlives an agent that is killed.
func endWithParent(attributes *syscall.SysProcAttr) { attributes.Pdeathsig = syscall.SIGTERM }
