package configfile

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"maps"
	"regexp"
	"slices"
	"strconv"

	"go.yaml.in/yaml/v3"
)

// Error says what is wrong with a file. It repeats nothing of the file except names
// of keys, because values may be secret.
type Error struct {
	// Line counts from 1.
	Line int
	// What completes "line 7: …".
	What string
}

func (e *Error) Error() string { return fmt.Sprintf("line %d: %s", e.Line, e.What) }

// Top-level keys that are not config: the version of the format, and the part that
// belongs to the client that wrote the file.
const (
	versionKey = "wandb_version"
	ownKey     = "_wandb"
)

// Parse returns the config in a file by key. Values are nil, bool, int64, float64,
// string, []any or map[string]any. An empty file is an empty config. The error is an
// [*Error].
func Parse(data []byte) (map[string]any, error) {
	tree, lines, err := ParseTree(data)
	if err != nil {
		return nil, err
	}
	delete(tree, versionKey)
	delete(tree, ownKey)
	config := make(map[string]any, len(tree))
	inOrder := func(a, b string) int { return cmp.Or(cmp.Compare(lines[a], lines[b]), cmp.Compare(a, b)) }
	for _, name := range slices.SortedFunc(maps.Keys(tree), inOrder) {
		entry, _ := tree[name].(map[string]any)
		value, ok := entry["value"]
		if !ok {
			return nil, &Error{lines[name], fmt.Sprintf("the key %q has no value below it: write %s: {value: …}", name, name)}
		}
		config[name] = value
	}
	return config, nil
}

// ParseTree returns the map in a file, with the line of each key by its path, such as
// "parameters.lr.min". Values are as by [Parse]. An empty file is an empty map. The error is
// an [*Error].
func ParseTree(data []byte) (tree map[string]any, lines map[string]int, err error) {
	root, err := parse(data)
	if err != nil || root == nil {
		return map[string]any{}, map[string]int{}, err
	}
	b := builder{lines: map[string]int{}}
	v, err := b.value(root, 1)
	if err != nil {
		return nil, nil, err
	}
	tree, ok := v.(map[string]any)
	if !ok && v != nil {
		return nil, nil, &Error{root.Line, "must hold keys with values"}
	}
	return tree, b.lines, nil
}

// parse returns the root of the only document in data, or nil.
func parse(data []byte) (*yaml.Node, error) {
	d := yaml.NewDecoder(bytes.NewReader(data))
	var document, next yaml.Node
	if err := d.Decode(&document); errors.Is(err, io.EOF) {
		return nil, nil
	} else if err != nil {
		return nil, syntaxError(data, err)
	}
	if err := d.Decode(&next); err == nil {
		return nil, &Error{next.Line, "begins a second document; a config file has one"}
	} else if !errors.Is(err, io.EOF) {
		return nil, syntaxError(data, err)
	}
	return document.Content[0], nil
}

// Forms of the library's errors. That of an unknown anchor is the only one that
// repeats a value, and the only one without a line.
var (
	problem       = regexp.MustCompile(`^yaml: (?:line (\d+): )?(.*)$`)
	unknownAnchor = regexp.MustCompile(`^unknown anchor '(.*)' referenced$`)
)

func syntaxError(data []byte, err error) *Error {
	m := problem.FindStringSubmatch(err.Error())
	if m == nil {
		return &Error{1, "is not YAML"}
	}
	if a := unknownAnchor.FindStringSubmatch(m[2]); a != nil {
		before, _, _ := bytes.Cut(data, []byte("*"+a[1]))
		return &Error{1 + bytes.Count(before, []byte("\n")), "refers to an anchor that is not defined; put text that begins with * in quotes"}
	}
	line, err := strconv.Atoi(m[1])
	if err != nil {
		line = 1
	}
	return &Error{line, "is not YAML: " + m[2]}
}
