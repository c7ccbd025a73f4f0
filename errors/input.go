package errors

import (
	"cmp"
	"slices"
	"strings"
)

// InputError names an invalid argument. It is returned before any request is sent.
// It matches [ErrInvalidInput]. It is immutable once returned.
type InputError struct {
	// Field is the argument: "entity", "project", "run id", "config[\"a\"]".
	Field string `json:"field"`
	// Value is the argument's value, without what looks like an API key. The type
	// quotes, escapes and cuts it. It is "" if it must not be shown.
	Value string `json:"value"`
	// Rule is the rule that it breaks, as part of a sentence: "must not contain '/'".
	Rule string `json:"rule"`
	// Source names where the value comes from: "RunOptions.Entity", "WANDB_ENTITY",
	// "settings file /home/jo/.config/wandb/settings". It is "" if the caller passed
	// the value directly, or if unknown.
	Source string `json:"source"`
}

// Unwrap returns [ErrInvalidInput].
func (e *InputError) Unwrap() error { return ErrInvalidInput }

// Error names field, value, rule and source in one line:
//
//	invalid project "a/b": must not contain '/' (from WANDB_PROJECT)
func (e *InputError) Error() string {
	if e == nil {
		return ErrInvalidInput.Error()
	}
	limit := inputLimit
	if slices.Contains([]string{"path", "file path", "sweep config path", "--output"}, e.Field) {
		limit = messageLimit // a person looks for it on the disk
	}
	line := "invalid " + cmp.Or(inline(e.Field, nameLimit), "input")
	if e.Value != "" {
		line += " " + quotedTo(e.Value, limit)
	}
	if rule := inline(e.Rule, messageLimit); rule != "" {
		line += ": " + rule
	}
	if source := inline(e.Source, messageLimit); source != "" && e.Source != e.Field {
		line += " (from " + source + ")"
	}
	return line
}

// inputVariables are the environment variables that set a field.
var inputVariables = map[string]string{
	"entity":    "WANDB_ENTITY",
	"project":   "WANDB_PROJECT",
	"run id":    "WANDB_RUN_ID",
	"group":     "WANDB_RUN_GROUP",
	"job type":  "WANDB_JOB_TYPE",
	"name":      "WANDB_NAME",
	"notes":     "WANDB_NOTES",
	"tags":      "WANDB_TAGS",
	"tag":       "WANDB_TAGS",
	"base URL":  "WANDB_BASE_URL",
	"resume":    "WANDB_RESUME",
	"mode":      "WANDB_MODE",
	"directory": "WANDB_DIR",
}

// Explain returns the full text for a person, in several lines without color.
func (e *InputError) Explain() string {
	if e == nil {
		return sentence(ErrInvalidInput.Error())
	}
	return explainInputs([]*InputError{e})
}

// explainInputs returns one text for several errors, such as all mistakes of a file.
func explainInputs(all []*InputError) string {
	var b strings.Builder
	var a advice
	for i, e := range all {
		writeWrapped(&b, "", "  ", sentence(e.Error()))
		if note := e.note(); i == len(all)-1 || note != all[i+1].note() {
			b.WriteString(note)
		}
		e.advise(&a)
	}
	b.WriteByte('\n')
	a.write(&b)
	return strings.TrimRight(b.String(), "\n")
}

// note says what happened to what was to be sent.
func (e *InputError) note() string {
	switch {
	case strings.HasPrefix(e.Field, `metric "`):
		return "It was dropped. The rest of the row was logged.\n"
	case slices.Contains([]string{"path", "trial command", "--prefix", "--keys", "--output", "--plot", "--x"}, e.Field): // of commands that send nothing, or have read already
		return ""
	}
	return "Nothing was sent to the server.\n"
}

// inputAdvice is what to do about fields whose values need more than a correction where they stand.
var inputAdvice = map[string]Remedy{
	// To print the key would show it.
	"API key":           {"Set the key again: complete, without quotes or spaces around it. To see where it comes from:", "wandgo doctor"},
	"path":              {"Give the path of a run's log or directory, or of a directory of runs. To see which runs there are:", "wandgo ls"},
	"file path":         {"Give the path of a file or a directory, or a reference such as s3://bucket/key.", ""},
	"project path":      {"Give the project as [entity/]project, or the address of its page.", ""},
	"run path":          {"Give the run as [entity/]project/run, or the address of its page.", ""},
	"sweep path":        {"Give the sweep as [entity/][project/]sweep, or the address of its page.", ""},
	"sweep config path": {"Give the path of a YAML file. To see what is in one:", "wandgo help sweep create"},
	"artifact path":     {"Give the artifact as [entity/][project/]name[:version or alias].", ""},
	"trial command":     {"Give a command that exists, or create a sweep whose YAML file has one (program or command):", "wandgo agent SWEEP -- ./train {args}"},
	"log directory":     {"Give the directory that TensorBoard reads (tensorboard --logdir). Files with tfevents in their names are in it or below it.", ""},
	"config file":       {"Correct the file, or run the program without it.", ""},
}

// advise says where to correct the value.
func (e *InputError) advise(a *advice) {
	if remedy, ok := inputAdvice[e.Field]; ok {
		a.steps = append(a.steps, remedy)
		return
	}
	field, source := cmp.Or(inline(e.Field, nameLimit), "value"), inline(e.Source, messageLimit)
	the := field
	if isNoun(field) {
		the = "the " + field
	}
	file, fromFile := strings.CutPrefix(e.Source, "settings file ")
	switch variable := inputVariables[e.Field]; {
	case fromFile:
		a.show("Correct the "+field+" in this settings file:", `"${EDITOR:-vi}" `+shellWord(file))
	case isVariable(e.Source) && e.Source == e.Field:
		a.show("Correct "+field+" in the program's environment, or remove it:", "unset "+source)
	case isVariable(e.Source):
		a.show("Correct the "+field+" in the program's environment. Its value is:", `echo "$`+source+`"`)
	case strings.HasPrefix(e.Source, "-"):
		a.step("Correct " + source + " on the command line.")
	case source != "" && (strings.HasPrefix(e.Rule, "is missing") || strings.HasPrefix(e.Rule, "are missing")):
		a.step("Add " + field + " to " + source + ".")
	case strings.Contains(e.Source, ", line "): // the field is a key of a file
		a.step("Correct " + field + " in " + source + ".")
	case source != "":
		a.step("Correct the " + field + " in " + source + ".")
	case variable != "":
		a.show("Correct the "+field+" in your code or configuration. If it is not set there, it comes from the environment:", `echo "$`+variable+`"`)
	default:
		a.step("Correct " + the + " in your code.")
	}
}

// isNoun reports whether a field takes an article: "artifact tag" does, unlike ForkFrom and
// config["lr"].
func isNoun(field string) bool {
	return field[0] >= 'a' && field[0] <= 'z' && !strings.ContainsAny(field, "\"[.'")
}

// isVariable reports whether a source is an environment variable's name.
func isVariable(source string) bool {
	return strings.HasPrefix(source, "WANDB_") && strings.Trim(source, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") == ""
}
