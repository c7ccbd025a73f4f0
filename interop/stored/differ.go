package stored

// MayDiffer lists the fields in which a run of wandgo may differ from one of the official
// client, for every scenario.
func MayDiffer() []Rule {
	return []Rule{
		// Moments and durations.
		{Path: "history[*]._timestamp", Reason: "the two ran at different moments"},
		{Path: "history[*]._runtime", Reason: "the two took different times"},
		{Path: "summary._timestamp", Reason: "the two ran at different moments"},
		{Path: "summary._runtime", Reason: "the two took different times"},
		{Path: "summary._wandb.runtime", Reason: "the two took different times"},
		{Path: `files."wandb-summary.json"._timestamp`, Reason: "the two ran at different moments"},
		{Path: `files."wandb-summary.json"._runtime`, Reason: "the two took different times"},
		{Path: `files."wandb-summary.json"._wandb.runtime`, Reason: "the two took different times"},

		// Who wrote it.
		{Path: "config._wandb.cli_version", Reason: "each client's own version"},
		{Path: "config._wandb.python_version", How: Anything, Reason: "there is no Python"},
		{Path: "config._wandb.t.*", How: Anything, Reason: "telemetry counts what each client's program uses: versions, imported libraries, features by another client's numbers"},
		{Path: "config._wandb.e.(writer)*", How: Anything, Reason: "the environment: program, arguments, interpreter, free memory; its keys and their kinds are compared in the scenario machine"},
		{Path: `files."config.yaml"._wandb.value.*`, How: Anything, Reason: "the same as config._wandb"},
		{Path: `files."wandb-metadata.json"`, How: Anything, Reason: "the official client leaves it out of a run that ends before it knows its machine"},
		{Path: `uploaded."wandb-metadata.json"`, How: Anything, Reason: "the same"},
		{Path: `files."wandb-metadata.json".*`, How: Anything, Reason: "the same as config._wandb.e"},
		{Path: `files."requirements.txt"*`, How: Anything, Reason: "lists Python packages there, Go modules here"},
	}
}
