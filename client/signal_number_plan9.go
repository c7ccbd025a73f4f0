package client

import "os"

// signalNumber reports false: the notes of Plan 9 have no numbers.
func signalNumber(os.Signal) (n int, ok bool) { return 0, false }
