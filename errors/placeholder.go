package errors

import (
	"slices"
	"strings"
)

// LooksLikePlaceholder reports whether a valid name of an entity or a project looks
// like a placeholder that was not replaced. what follows "looks like": "None" looks
// like "Python's None turned into text". Such a name may be real, so it is worth a
// note beside a refusal but not a refusal.
func LooksLikePlaceholder(name string) (what string, ok bool) {
	name = strings.TrimSpace(name)
	if name == "" || len(name) > 4*maxNameRunes {
		return "", false
	}
	for _, pair := range placeholderBrackets {
		if strings.HasPrefix(name, pair.left) && strings.HasSuffix(name, pair.right) && len(name) > len(pair.left) {
			return pair.what, true
		}
	}
	if strings.HasPrefix(name, "-") {
		return "a command-line flag", true
	}
	if strings.Contains(name, "=") {
		return "a setting and its value in one", true
	}
	plain := strings.NewReplacer("-", "_", " ", "_", ".", "_").Replace(strings.ToLower(name))
	for _, placeholder := range placeholderNames {
		if slices.Contains(placeholder.names, plain) {
			return placeholder.what, true
		}
	}
	for _, prefix := range []string{"your_", "insert_", "replace_", "enter_your_", "put_your_", "change_me"} {
		if strings.HasPrefix(plain, prefix) {
			return exampleName, true
		}
	}
	if strings.HasSuffix(plain, "_here") {
		return exampleName, true
	}
	return "", false
}

const (
	exampleName = "a placeholder from an example"
	unsetVar    = "a variable that was not filled in"
)

// placeholderBrackets surround names to be replaced in template languages and
// manuals.
var placeholderBrackets = []struct{ left, right, what string }{
	{"<", ">", "a placeholder in brackets"},
	{"[", "]", "a placeholder in brackets"},
	{"{", "}", unsetVar},
	{"$", "", unsetVar},
	{"%", "%", unsetVar},
}

// placeholderNames are whole names, lower case with "_" for every separator.
var placeholderNames = []struct {
	what  string
	names []string
}{
	{"Python's None turned into text", []string{"none"}},
	{"an empty value turned into text", []string{"null", "nil", "undefined", "empty", "n/a"}},
	{"not-a-number turned into text", []string{"nan"}},
	{"a truth value turned into text", []string{"true", "false"}},
	{"the name of W&B itself", []string{"wandb"}},
	{"a generic word left over from an example", []string{
		"user", "username", "user_name", "entity", "entity_name", "team", "team_name", "teamname", "org", "organization",
		"project", "project_name", "name", "example",
	}},
	{exampleName, []string{
		"my_team", "myteam", "my_entity", "my_org", "my_username", "my_user", "my_team_name", "my_entity_name",
		"yourname", "yourteam", "yourusername", "youruser", "yourentity", "some_entity", "some_team",
		"wandb_entity", "wandb_username", "wandb_user", "wandb_project", "wandb_team",
		"changeme", "change_me", "placeholder", "todo", "tbd", "fixme", "xxx", "xxxx",
	}},
}
