package configfile

import (
	"errors"
	"math"
	"regexp"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// inline reads the value that text begins with, and returns what follows it. In
// brackets more characters end a value.
func inline(text string, inBrackets bool, depth int) (v any, rest string, err error) {
	switch {
	case text == "":
		return nil, "", errors.New("must close its brackets on the line that opens them")
	case text[0] == '[' || text[0] == '{':
		return brackets(text, depth+1)
	case text[0] == '"' || text[0] == '\'':
		end := endOfQuotes(text)
		if end == 0 {
			return nil, "", errors.New("begins a text in quotes that has no end")
		}
		s, err := unquote(text[:end])
		return s, text[end:], err
	}
	end := len(text)
	for i := range len(text) {
		if text[i] == '#' && i > 0 && isBlank(text[i-1]) || text[i] == ':' && (i+1 == len(text) || isBlank(text[i+1])) ||
			inBrackets && strings.IndexByte(",[]{}:?#", text[i]) >= 0 {
			end = i
			break
		}
	}
	for end > 0 && text[end-1] == ' ' {
		end--
	}
	v, err = plain(text[:end])
	return v, text[end:], err
}

// isBlank is for a text whose lines have been joined.
func isBlank(c byte) bool { return c == ' ' || c == '\n' }

// brackets reads a list or a map in brackets, on one line.
func brackets(text string, depth int) (v any, rest string, err error) {
	if depth > maxDepth {
		return nil, "", errors.New("is nested too deeply")
	}
	list, m, isMap, end := []any{}, map[string]any{}, text[0] == '{', "]"
	if isMap {
		end = "}"
	}
	rest = strings.TrimLeft(text[1:], " ")
	for !strings.HasPrefix(rest, end) {
		var name string
		if isMap {
			if name, rest, err = key(rest, true); err != nil {
				return nil, "", err
			}
			if _, again := m[name]; again {
				return nil, "", errors.New("repeats a key")
			}
		}
		if v, rest, err = inline(rest, true, depth); err != nil {
			return nil, "", err
		}
		list, m[name] = append(list, v), v
		rest = strings.TrimLeft(rest, " ")
		if after, ok := strings.CutPrefix(rest, ","); ok {
			rest = strings.TrimLeft(after, " ")
		} else if !strings.HasPrefix(rest, end) {
			return nil, "", errors.New("expected a comma or the end of the brackets; put texts with special characters in quotes")
		}
	}
	if isMap {
		return m, rest[1:], nil
	}
	return list, rest[1:], nil
}

// key splits text into the key it begins with and the value behind the colon.
func key(text string, inBrackets bool) (name, rest string, err error) {
	if text == "" || text[0] == '[' || text[0] == '{' {
		return "", "", errors.New("expected a key that is a text")
	}
	v, rest, err := inline(text, inBrackets, 0)
	if err != nil {
		return "", "", err
	}
	name, isText := v.(string)
	length := len(text) - len(rest)
	rest = strings.TrimLeft(rest, " ")
	switch {
	case !strings.HasPrefix(rest, ":") || rest != ":" && rest[1] != ' ':
		return "", "", errors.New("expected a key, a colon and a space")
	case !isText:
		return "", "", errors.New("has a key that is no text; put it in quotes")
	case length > maxKey:
		return "", "", errors.New("has a key that is too long")
	}
	return name, strings.TrimLeft(rest[1:], " "), nil
}

var (
	integer  = regexp.MustCompile(`^[-+]?(?:0|[1-9]\d*)$`)
	fraction = regexp.MustCompile(`^(?:[-+]?\d+\.\d*|\.\d+)(?:[eE][-+]\d+)?$`)
	// otherNumber are numbers to YAML 1.2, and texts to 1.1.
	otherNumber = regexp.MustCompile(`^[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?$`)
	null        = regexp.MustCompile(`^(?:~|null|Null|NULL)$`)
	boolean     = regexp.MustCompile(`^(?:true|True|TRUE|false|False|FALSE)$`)
	infinite    = regexp.MustCompile(`^[-+]?\.(?:inf|Inf|INF)$`)
	noNumber    = regexp.MustCompile(`^\.(?:nan|NaN|NAN)$`)
	// disputed are true or false to some readers, and texts to others.
	disputed = regexp.MustCompile(`^(?:yes|Yes|YES|no|No|NO|on|On|ON|off|Off|OFF)$`)
	path     = regexp.MustCompile(`^(?:\.{0,2}|~)/`)
)

// plain reads a text without quotes: a number, a word, or itself.
func plain(text string) (any, error) {
	first, _ := utf8.DecodeRuneInString(text)
	switch {
	case null.MatchString(text):
		return nil, nil
	case boolean.MatchString(text):
		return strings.EqualFold(text, "true"), nil
	case infinite.MatchString(text):
		return math.Inf(map[bool]int{true: -1, false: 1}[text[0] == '-']), nil
	case noNumber.MatchString(text):
		return math.NaN(), nil
	case integer.MatchString(text):
		if n, err := strconv.ParseInt(text, 10, 64); err == nil {
			return n, nil
		}
		return nil, errors.New("holds a number that is too large; put it in quotes")
	case fraction.MatchString(text):
		if x, err := strconv.ParseFloat(text, 64); err == nil {
			return x, nil
		}
		return nil, errors.New("holds a number that is too large; put it in quotes")
	case otherNumber.MatchString(text):
		return nil, errors.New("holds a number that some readers read otherwise; write it as 0.5, 8 or 1.0e+3, or put it in quotes")
	case disputed.MatchString(text):
		return nil, errors.New("holds a word that some readers take for true or false; write true or false, or put it in quotes")
	case strings.ContainsRune(text, '\t'):
		return nil, errors.New("holds a tab; put the text in quotes")
	case unicode.IsLetter(first), first == '_', path.MatchString(text):
		return text, nil
	case unicode.IsDigit(first), strings.ContainsRune("+-.", first):
		return nil, errors.New("holds a text that begins as a number does; put it in quotes")
	}
	return nil, errors.New("holds a value in a form that is not supported; put texts in quotes and write lists and maps out")
}

// endOfQuotes returns how much of text, which begins with a quote, is in quotes, 0
// if they have no end.
func endOfQuotes(text string) int {
	for i := 1; i < len(text); i++ {
		switch {
		case text[i] == '\\' && text[0] == '"':
			i++
		case text[i] != text[0]:
		case text[0] == '\'' && i+1 < len(text) && text[i+1] == '\'':
			i++
		default:
			return i + 1
		}
	}
	return 0
}

// fold joins a text with its next line. A break is a space, or as many breaks as
// there are empty lines; in double quotes a backslash before it takes it away.
func fold(text string, empty int, more string) (string, error) {
	trimmed := strings.TrimRight(text, " \t")
	slashes := len(trimmed) - len(strings.TrimRight(trimmed, `\`))
	escaped := text[0] == '"' && slashes%2 == 1
	switch {
	case more[0] == '\t' || escaped && (trimmed != text || empty > 0):
		return "", errors.New("goes on with a text in a way that is not supported; write it on one line")
	case escaped:
		return text[:len(text)-1] + more, nil
	case empty > 0:
		return trimmed + strings.Repeat("\n", empty) + more, nil
	}
	return trimmed + " " + more, nil
}

// escapes are the characters that a backslash and a letter stand for.
var escapes = map[byte]string{
	'0': "\x00", 'a': "\a", 'b': "\b", 't': "\t", 'n': "\n", 'v': "\v", 'f': "\f", 'r': "\r", 'e': "\x1b",
	' ': " ", '"': `"`, '\\': `\`, 'N': "\u0085", '_': "\u00a0", 'L': "\u2028", 'P': "\u2029",
}

// unquote returns what stands in quotes.
func unquote(whole string) (string, error) {
	inner := whole[1 : len(whole)-1]
	if whole[0] == '\'' {
		return strings.ReplaceAll(inner, "''", "'"), nil
	}
	var b strings.Builder
	for {
		before, after, found := strings.Cut(inner, `\`)
		b.WriteString(before)
		if !found {
			return b.String(), nil
		}
		if text, ok := escapes[after[0]]; ok {
			b.WriteString(text)
			inner = after[1:]
			continue
		}
		digits := map[byte]int{'x': 2, 'u': 4, 'U': 8}[after[0]]
		if digits == 0 || len(after) <= digits {
			return "", errors.New("holds an escape that YAML does not know")
		}
		n, err := strconv.ParseUint(after[1:1+digits], 16, 32)
		if err != nil || n > unicode.MaxRune || n >= 0xd800 && n < 0xe000 {
			return "", errors.New("holds an escape that stands for no character")
		}
		b.WriteRune(rune(n))
		inner = after[1+digits:]
	}
}
