// Package crashtest kills programs that log runs and looks what is left.
//
// Its test starts real processes that log through package client, ends them with
// SIGKILL at random moments, also inside a write, inside an upload and inside
// Finish, kills the first upload of what is on disk as well, uploads it, and compares
// the server with what the processes had said they logged: rows, artifacts and media. WANDGO_CRASHTEST_KILLS sets
// how many there are; CI kills 500.
package crashtest
