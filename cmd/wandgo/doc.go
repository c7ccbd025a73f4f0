// Command wandgo checks what a W&B API key can do and explains refusals.
//
//	wandgo doctor   check whether a run can be created; if not, why and what to do
//	wandgo whoami   show the account that the key belongs to
//	wandgo sync     upload runs from this disk
//	wandgo ls       list the runs on this disk and what is uploaded
//	wandgo inspect  print a run's log, or plot one of its metrics
//	wandgo serve    run a W&B server in memory, for tests
//	wandgo version  show the version of this program
//	wandgo help     show the help of a command
//
// It reads the same environment as the client (WANDB_API_KEY, WANDB_BASE_URL,
// netrc, the settings files) and prints no keys. Each cause of a refusal has an exit
// status of its own; see wandgo doctor --exit-codes.
package main
