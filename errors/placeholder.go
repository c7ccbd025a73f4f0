package errors

import "strings"

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
	if what, ok := placeholderNames[plain]; ok {
		return what, true
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
	exampleName  = "a placeholder from an example"
	emptyValue   = "an empty value turned into text"
	unsetVar     = "a variable that was not filled in"
	genericName  = "a generic word left over from an example"
	wandbItself  = "the name of W&B itself"
	truthValue   = "a truth value turned into text"
	notANumber   = "not-a-number turned into text"
	bracketedVal = "a placeholder in brackets"
)

// placeholderBrackets surround names to be replaced in template languages and
// manuals.
var placeholderBrackets = []struct{ left, right, what string }{
	{"<", ">", bracketedVal},
	{"[", "]", bracketedVal},
	{"{", "}", unsetVar},
	{"$", "", unsetVar},
	{"%", "%", unsetVar},
}

// placeholderNames are whole names, lower case with "_" for every separator.
var placeholderNames = map[string]string{
	"none":      "Python's None turned into text",
	"null":      emptyValue,
	"nil":       emptyValue,
	"undefined": emptyValue,
	"empty":     emptyValue,
	"n/a":       emptyValue,
	"nan":       notANumber,
	"true":      truthValue,
	"false":     truthValue,

	"user": genericName, "username": genericName, "user_name": genericName,
	"entity": genericName, "entity_name": genericName,
	"team": genericName, "team_name": genericName, "teamname": genericName,
	"org": genericName, "organization": genericName,
	"project": genericName, "project_name": genericName,
	"name": genericName, "example": genericName,

	"my_team": exampleName, "myteam": exampleName, "my_entity": exampleName,
	"my_org": exampleName, "my_username": exampleName, "my_user": exampleName,
	"my_team_name": exampleName, "my_entity_name": exampleName,
	"yourname": exampleName, "yourteam": exampleName, "yourusername": exampleName,
	"youruser": exampleName, "yourentity": exampleName,
	"wandb_entity": exampleName, "wandb_username": exampleName, "wandb_user": exampleName,
	"wandb_project": exampleName, "wandb_team": exampleName,
	"changeme": exampleName, "change_me": exampleName, "placeholder": exampleName,
	"todo": exampleName, "tbd": exampleName, "fixme": exampleName,
	"xxx": exampleName, "xxxx": exampleName,
	"some_entity": exampleName, "some_team": exampleName,

	"wandb": wandbItself,
}
