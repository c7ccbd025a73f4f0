package sweep

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/wandgo/wandgo/internal/jsonx"
	"github.com/wandgo/wandgo/internal/settings"
)

// command is one thing that the server wants of an agent.
type command struct {
	Type, RunID, Program string
	Params               map[string]any
	order                []string // of Params
}

// runState is what an agent reports of its runs: {"abcd1234":true}.
func runState(alive string) string {
	if alive == "" {
		return "{}"
	}
	return string(append(jsonx.AppendString([]byte{'{'}, alive), ":true}"...))
}

// parseCommands reads the list in a response to a heartbeat. Unknown members are ignored. A command
// to run a trial must name its run.
func parseCommands(text string) ([]command, error) {
	v, err := jsonx.Parse([]byte(text))
	if err != nil {
		return nil, fmt.Errorf("read commands: %w", err)
	}
	list, ok := v.([]any)
	if !ok && v != nil {
		return nil, fmt.Errorf("read commands: %w: not a list", jsonx.ErrSyntax)
	}
	var raw []struct { // for the order of the parameters; nil if it cannot be read
		Args json.RawMessage `json:"args"`
	}
	if json.Unmarshal([]byte(text), &raw) != nil || len(raw) != len(list) {
		raw = nil
	}
	commands := make([]command, 0, len(list))
	for i, v := range list {
		object, _ := v.(map[string]any)
		c := command{Params: map[string]any{}}
		c.Type, _ = object["type"].(string)
		c.RunID, _ = object["run_id"].(string)
		c.Program, _ = object["program"].(string)
		args, _ := object["args"].(map[string]any)
		for name, arg := range args {
			if wrapped, ok := arg.(map[string]any); ok {
				if value, ok := wrapped["value"]; ok {
					c.Params[name] = value
				}
			}
		}
		if raw != nil {
			c.order = slices.DeleteFunc(memberNames(raw[i].Args), func(name string) bool { _, ok := c.Params[name]; return !ok })
		}
		if c.RunID == "" && c.Type != "exit" {
			return nil, fmt.Errorf("read commands: %q names no run", c.Type)
		}
		// The id becomes part of the names of files.
		if err := settings.CheckRunID(c.RunID); err != nil || strings.Contains(c.RunID, `\`) {
			return nil, fmt.Errorf("read commands: %.80q is not the id of a run", c.RunID)
		}
		commands = append(commands, c)
	}
	return commands, nil
}

// memberNames returns the names of an object's members in their order, or nil if it is not an
// object.
func memberNames(object []byte) []string {
	var names []string
	end := jsonx.EachMember(object, jsonx.SkipSpace(object, 0), func(key, keyEnd, at int) int {
		name, _, _ := jsonx.Unquote(nil, object[key:keyEnd])
		if !slices.Contains(names, string(name)) {
			names = append(names, string(name))
		}
		return jsonx.Skip(object, at, 1)
	})
	if end < 0 {
		return nil
	}
	return names
}
