// Command wandgo checks what a W&B API key can do and explains refusals. It uploads runs,
// shows those on this disk in a browser, stores and fetches artifacts, runs sweeps, exports
// histories, and has a W&B server for tests.
//
//	wandgo login       store an API key for a server
//	wandgo status      show the settings and where they come from
//	wandgo whoami      show the account that the key belongs to
//	wandgo doctor      check whether a run can be created; if not, why and what to do
//	wandgo verify      create a test run and check that the server stores it
//	wandgo sync        upload runs from this disk
//	wandgo ls          list the runs on this disk and what is uploaded
//	wandgo inspect     print a log, plot a metric, show or extract media
//	wandgo board       look at the runs on this disk in a browser
//	wandgo artifact    list, upload and download artifacts
//	wandgo sweep       create, list and steer sweeps
//	wandgo agent       run the trials of a sweep, as programs
//	wandgo export      write the histories of runs to a file
//	wandgo import      make runs of the files of another tool
//	wandgo offline     keep the runs of this directory on this disk
//	wandgo online      upload the runs of this directory again
//	wandgo serve       run a W&B server in memory, for tests
//	wandgo completion  print a shell completion script
//	wandgo version     show the version of this program
//	wandgo help        show the help of a command
//
// It reads the same environment as the client (WANDB_API_KEY, WANDB_BASE_URL,
// netrc, the settings files) and prints no keys. Each cause of a refusal has an exit
// status of its own; see wandgo doctor --exit-codes.
package main
