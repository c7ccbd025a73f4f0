package settings

import (
	"bytes"
	"fmt"
	"maps"
	"strings"

	"github.com/wandgo/wandgo/internal/smallfile"
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

// lineError says what is wrong with a settings file or netrc. It names the line but does not repeat
// its text, which may contain a key.
type lineError struct {
	line int
	what string
}

func (e *lineError) Error() string { return fmt.Sprintf("line %d: %s", e.line, e.what) }

// section has the options of a section by name, and the number of its last line that is neither
// empty nor a comment.
type section struct {
	options map[string]*fileOption
	end     int
}

// fileOption is one option, with the numbers of its first and last line.
type fileOption struct {
	lines     []string
	line, end int
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
	own := sections[fileSection]
	if own == nil {
		return map[string]string{}, nil
	}
	options := maps.Clone(sections[fileFallback].options)
	maps.Copy(options, own.options)
	out := make(map[string]string, len(options))
	for name, opt := range options {
		if out[name], err = expandReferences(options, opt, 1); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// scanFile splits the text into sections and options. There is always a [DEFAULT] section.
func scanFile(text string) (map[string]*section, error) {
	sections := map[string]*section{fileFallback: {options: map[string]*fileOption{}}}
	var inside *section
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
			current.end, inside.end = line, line
			continue
		}
		indent = level
		if name, ok := sectionName(value); ok {
			if name != fileFallback {
				if sections[name] != nil {
					return nil, &lineError{line, "the section appears twice"}
				}
				sections[name] = &section{options: map[string]*fileOption{}}
			}
			inside, current = sections[name], nil
			inside.end = line
			continue
		}
		if inside == nil {
			return nil, &lineError{line, "expected a section such as [default]"}
		}
		cut := strings.IndexAny(value, "=:")
		if cut <= 0 {
			return nil, &lineError{line, "expected name = value"}
		}
		name := strings.ToLower(strings.TrimSpace(value[:cut]))
		if inside.options[name] != nil {
			return nil, &lineError{line, "the option appears twice"}
		}
		current = &fileOption{[]string{strings.TrimSpace(value[cut+1:])}, line, line}
		inside.options[name], inside.end = current, line
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
		return "", &lineError{opt.line, "references are nested too deeply"}
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
				return "", &lineError{opt.line, "refers to an option that does not exist"}
			}
			inner, err := expandReferences(options, other, depth+1)
			if err != nil {
				return "", err
			}
			b.WriteString(inner)
			text = rest
		default:
			return "", &lineError{opt.line, "a per cent sign must be written %%"}
		}
		if b.Len() > maxExpandedText {
			return "", &lineError{opt.line, "is too long after its references are expanded"}
		}
	}
}

// readSettingsFile reads and parses a settings file.
func readSettingsFile(path string) (map[string]string, error) {
	data, err := smallfile.Read(path)
	if err != nil {
		return nil, err
	}
	return parseFile(bytes.TrimPrefix(data, []byte(byteOrderMark)))
}
