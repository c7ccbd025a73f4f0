package errors

import "strings"

// InputError names the argument that broke a rule. It is returned before any
// request is sent. It matches [ErrInvalidInput]. It is immutable once returned
// and safe to share between goroutines.
type InputError struct {
	// Field is the argument: "entity", "project", "run id", "config[\"a\"]".
	Field string
	// Value is what was given, as it was given: showing it quoted, escaped and
	// cut is this type's work. It is "" where it must not be shown.
	Value string
	// Rule is the rule it broke, as a sentence part: "must not contain '/'".
	Rule string
}

// Unwrap gives [ErrInvalidInput].
func (e *InputError) Unwrap() error { return ErrInvalidInput }

// Error names field, value and rule in one line:
//
//	invalid project "a/b": must not contain '/'
func (e *InputError) Error() string {
	if e == nil {
		return ErrInvalidInput.Error()
	}
	line := e.subject()
	if rule := inline(e.Rule, messageLimit); rule != "" {
		line += ": " + rule
	}
	return line
}

func (e *InputError) subject() string {
	field := inline(e.Field, nameLimit)
	if field == "" {
		field = "input"
	}
	if e.Value != "" {
		field += " " + quotedTo(e.Value, inputLimit)
	}
	return "invalid " + field
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
	"base url":  "WANDB_BASE_URL",
	"API key":   "WANDB_API_KEY",
	"api key":   "WANDB_API_KEY",
	"resume":    "WANDB_RESUME",
	"mode":      "WANDB_MODE",
	"directory": "WANDB_DIR",
}

// Explain returns the full text for a person, in several lines without colour.
func (e *InputError) Explain() string {
	if e == nil {
		return sentence(ErrInvalidInput.Error())
	}
	var b strings.Builder
	writeWrapped(&b, "", "", sentence(e.Error()))
	b.WriteByte('\n')
	writeWrapped(&b, "Why: ", "     ", "A value breaks a rule that is known here, so nothing was sent to the server.")
	b.WriteByte('\n')
	var a advice
	field := inline(e.Field, nameLimit)
	switch variable := inputVariables[e.Field]; {
	case variable != "":
		a.step("Correct the ", field, " where the code or its configuration sets it. ",
			"If neither does, it came from the environment:")
		a.end = "echo \"$" + variable + "\""
	case field != "":
		a.step("Correct ", field, " where the program sets it.")
	default:
		a.step("Correct the value where the program sets it.")
	}
	if e.Field == "API key" || e.Field == "api key" { // echo would show it
		a = advice{}
		a.step("Set the key again, complete and without blanks or quotes around it. Where it comes from:")
		a.end = "wandgo doctor"
	}
	a.write(&b)
	return strings.TrimRight(b.String(), "\n")
}
