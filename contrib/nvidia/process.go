package nvidia

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// maxProcesses limits the size of a process tree.
const maxProcesses = 4096

// processTree returns this process and, on Linux, its descendants.
func processTree() []int {
	pids := []int{os.Getpid()}
	for i := 0; i < len(pids) && len(pids) < maxProcesses; i++ {
		// The pattern is valid, and an unreadable process has no children.
		files, _ := filepath.Glob("/proc/" + strconv.Itoa(pids[i]) + "/task/*/children")
		for _, file := range files {
			text, _ := os.ReadFile(file)
			for child := range strings.FieldsSeq(string(text)) {
				if pid, err := strconv.Atoi(child); err == nil {
					pids = append(pids, pid)
				}
			}
		}
	}
	return pids
}
