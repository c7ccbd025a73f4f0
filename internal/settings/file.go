package settings

import (
	"bytes"
	"fmt"
	"strings"
)

// fileSection is the only section of a settings file that is used. fileFallback is the
// section whose options every other section inherits.
const (
	fileSection  = "default"
	fileFallback = "DEFAULT"
)

// byteOrderMark is the first character of some text files written on Windows.
const byteOrderMark = "\ufeff"

// Limits of %(name)s references: their depth, and the length of the expanded text, because
// each level can multiply the last.
const (
	maxReferences   = 10
	maxExpandedText = 64 << 10
)

// fileError says what is wrong with a settings file. It names the line but does not repeat
// its text, which may contain a key.
type fileError struct {
	line int
	what string
}

func (e *fileError) Error() string { return fmt.Sprintf("line %d: %s", e.line, e.what) }

// fileOption is one option and the line it starts on.
type fileOption struct {
	lines []string
	line  int
}

// parseFile returns the options in the [default] section of a settings file, with names in
// lower case. The format is the INI dialect of the official client: "=" or ":", comments
// on their own lines, values that continue on indented lines, "%%" for a per cent sign and
// %(name)s for another option. As in the official client, one error makes the whole file
// unusable.
func parseFile(data []byte) (map[string]string, error) {
	sections, err := scanFile(string(data))
	if err != nil {
		return nil, err
	}
	options, ok := sections[fileSection]
	if !ok {
		return map[string]string{}, nil
	}
	for name, opt := range sections[fileFallback] {
		if _, own := options[name]; !own {
			options[name] = opt
		}
	}
	out := make(map[string]string, len(options))
	for name, opt := range options {
		if out[name], err = expandReferences(options, opt, 1); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// scanFile splits the text into sections and options.
func scanFile(text string) (map[string]map[string]*fileOption, error) {
	sections := map[string]map[string]*fileOption{}
	var section map[string]*fileOption
	var current *fileOption // the option that indented lines continue
	indent := 0
	for i, raw := range strings.Split(text, "\n") {
		line := i + 1
		value := strings.TrimSpace(raw)
		if strings.HasPrefix(value, "#") || strings.HasPrefix(value, ";") {
			continue
		}
		if value == "" {
			if current != nil {
				current.lines = append(current.lines, "")
			}
			continue
		}
		level := len(raw) - len(strings.TrimLeft(raw, " \t\r\f\v"))
		if current != nil && level > indent {
			current.lines = append(current.lines, value)
			continue
		}
		indent = level
		if name, ok := sectionName(value); ok {
			if _, again := sections[name]; again && name != fileFallback {
				return nil, &fileError{line, "the section appears twice"}
			} else if !again {
				sections[name] = map[string]*fileOption{}
			}
			section, current = sections[name], nil
			continue
		}
		if section == nil {
			return nil, &fileError{line, "expected a section such as [default]"}
		}
		cut := strings.IndexAny(value, "=:")
		if cut <= 0 {
			return nil, &fileError{line, "expected name = value"}
		}
		name := strings.ToLower(strings.TrimSpace(value[:cut]))
		if _, again := section[name]; again {
			return nil, &fileError{line, "the option appears twice"}
		}
		current = &fileOption{lines: []string{strings.TrimSpace(value[cut+1:])}, line: line}
		section[name] = current
	}
	return sections, nil
}

func sectionName(value string) (string, bool) {
	end := strings.LastIndexByte(value, ']')
	if value[0] != '[' || end < 2 {
		return "", false
	}
	return value[1:end], true
}

// expandReferences replaces %% and %(name)s in the option's text.
func expandReferences(options map[string]*fileOption, opt *fileOption, depth int) (string, error) {
	if depth > maxReferences {
		return "", &fileError{opt.line, "references are nested too deeply"}
	}
	text := strings.TrimRight(strings.Join(opt.lines, "\n"), "\n")
	var b strings.Builder
	for {
		before, after, found := strings.Cut(text, "%")
		b.WriteString(before)
		if !found {
			return b.String(), nil
		}
		switch {
		case strings.HasPrefix(after, "%"):
			b.WriteByte('%')
			text = after[1:]
		case strings.HasPrefix(after, "("):
			name, rest, ok := strings.Cut(after[1:], ")s")
			other, known := options[strings.ToLower(name)]
			if !ok || !known {
				return "", &fileError{opt.line, "refers to an option that does not exist"}
			}
			inner, err := expandReferences(options, other, depth+1)
			if err != nil {
				return "", err
			}
			b.WriteString(inner)
			text = rest
		default:
			return "", &fileError{opt.line, "a per cent sign must be written %%"}
		}
		if b.Len() > maxExpandedText {
			return "", &fileError{opt.line, "is too long after its references are expanded"}
		}
	}
}

// settingsFile reads and parses a settings file.
func (e Env) settingsFile(path string) (map[string]string, error) {
	data, err := e.readFile(path)
	if err != nil {
		return nil, err
	}
	return parseFile(bytes.TrimPrefix(data, []byte(byteOrderMark)))
}
