// Command wandgo tells what a W&B API key may do, and why not.
//
//	wandgo doctor   may a run be created here? if not, why, and what to do
//	wandgo whoami   the account behind the key, in one line
//	wandgo serve    a W&B server for trying things out, in memory
//	wandgo help     more about each command
//	wandgo version  the version of this program
//
// It reads the same environment as the client (WANDB_API_KEY, WANDB_BASE_URL,
// netrc, the settings files), shows no key in any of its output, and tells each
// cause of a refusal by an exit status of its own: see wandgo doctor --exit-codes.
package main
