package sweep

import (
	"maps"
	"regexp"
	"runtime"
	"slices"
	"strings"

	"github.com/wandgo/wandgo/internal/history"
	"github.com/wandgo/wandgo/internal/runconfig"
)

var (
	wholeMacro = regexp.MustCompile(`^\$?\{([a-z_]+)\}$`)
	envMacro   = regexp.MustCompile(`\$\{envvar:([A-Z0-9_]*)\}`)
)

// expand replaces the macros of a command line. An argument that is a macro which does not exist is
// dropped if it begins with $, as by the official client.
func expand(command []string, t Trial, jsonFile string, env []string) []string {
	var args []string
	for _, arg := range command {
		arg = envMacro.ReplaceAllStringFunc(arg, func(m string) string { return lookup(env, envMacro.FindStringSubmatch(m)[1]) })
		m := wholeMacro.FindStringSubmatch(arg)
		if m == nil {
			args = append(args, arg)
			continue
		}
		values, known := t.macro(m[1], jsonFile)
		if !known && arg[0] != '$' {
			values = []string{arg}
		}
		args = append(args, values...)
	}
	return args
}

// lookup returns a variable of an environment. One that is not set is its name.
func lookup(env []string, name string) string {
	for _, entry := range slices.Backward(env) {
		if key, value, _ := strings.Cut(entry, "="); key == name {
			return value
		}
	}
	return name
}

// macro returns the arguments that a macro stands for.
func (t Trial) macro(name, jsonFile string) (args []string, known bool) {
	switch name {
	case "args_no_equals":
		for _, name := range t.names() {
			args = append(args, "--"+name, pythonText(t.Params[name]))
		}
	case "args_no_boolean_flags":
		for _, name := range t.names() {
			switch v := t.Params[name]; v {
			case true:
				args = append(args, "--"+name)
			case false:
			default:
				args = append(args, "--"+name+"="+pythonText(v))
			}
		}
	case "args_json":
		args = []string{t.json()}
	case "args_json_file":
		args = []string{jsonFile}
	case "program":
		args = []string{t.Program}
	case "interpreter":
		args = []string{"python"}
	case "env": // the program that finds others, where there is one
		if runtime.GOOS != "windows" {
			args = []string{"/usr/bin/env"}
		}
	default:
		prefixes := map[string]string{"args": "--", "args_no_hyphens": "", "args_append_hydra": "+", "args_override_hydra": "++"}
		prefix, ok := prefixes[name]
		if !ok {
			return nil, false
		}
		for _, name := range t.names() {
			args = append(args, prefix+name+"="+pythonText(t.Params[name]))
		}
	}
	return args, true
}

// names returns the parameters in the order in which the server sent them.
func (t Trial) names() []string {
	if t.order != nil {
		return t.order
	}
	return slices.Sorted(maps.Keys(t.Params))
}

// yaml is the file with the parameters, as any W&B client reads it.
func (t Trial) yaml() ([]byte, error) {
	config := make(map[string]any, len(t.Params))
	for name, value := range t.Params {
		config[name] = map[string]any{"value": value}
	}
	wire, err := new(history.Encoder).AppendValue(nil, config)
	if err != nil {
		return nil, err
	}
	text, err := runconfig.PythonYAML(wire)
	return slices.Concat([]byte("wandb_version: 1\n\n"), text), err
}

// json is the parameters as Python's json.dumps writes them.
func (t Trial) json() string {
	var b strings.Builder
	b.WriteByte('{')
	for i, name := range t.names() {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(pythonJSON(name) + ": " + pythonJSON(t.Params[name]))
	}
	b.WriteByte('}')
	return b.String()
}
