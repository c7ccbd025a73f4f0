package graphql

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// classify names the form of a body that is not a JSON object, and returns its
// message: a page's title, an object store's code and message, or plain text.
func classify(body []byte, contentType string) (BodyKind, string) {
	body = bytes.TrimSpace(body)
	head := body[:min(len(body), 2*maxErrorHead)]
	if len(head) < len(body) {
		head = trimPartialRune(head) // the cut may have split a character
	}
	switch {
	case len(body) == 0:
		return KindEmpty, ""
	case len(head) == 0 || !utf8.Valid(head) || bytes.IndexByte(head, 0) >= 0:
		return KindGarbage, ""
	case head[0] == '<':
		return classifyMarkup(string(head), contentType)
	case head[0] == '{' || head[0] == '[':
		return KindGarbage, "" // cut short, or a list
	case json.Valid(body):
		var s string
		_ = json.Unmarshal(body, &s) // a number or a bool has no message
		return KindGarbage, s
	case unprintable(head):
		return KindGarbage, ""
	default:
		return KindText, string(head[:min(len(head), maxErrorHead)])
	}
}

func classifyMarkup(page, contentType string) (BodyKind, string) {
	lower := asciiLower(page)
	start := skipPrologue(lower)
	switch {
	case strings.HasPrefix(lower[start:], "<error>"), strings.HasPrefix(lower[start:], "<error "):
		code, message := element(page, lower, "code"), element(page, lower, "message")
		if code == "" {
			return KindText, message
		}
		if message == "" {
			return KindStorageXML, code
		}
		return KindStorageXML, code + ": " + message
	case strings.Contains(contentType, "html"), isHTML(lower[start:]):
		if title := element(page, lower, "title"); title != "" {
			return KindHTML, title
		}
		return KindHTML, element(page, lower, "h1")
	default:
		return KindText, page[:min(len(page), maxErrorHead)]
	}
}

// skipPrologue skips XML declarations and comments.
func skipPrologue(lower string) int {
	at := 0
	for {
		rest := lower[at:]
		trimmed := strings.TrimLeft(rest, " \t\r\n")
		at += len(rest) - len(trimmed)
		var end string
		switch {
		case strings.HasPrefix(trimmed, "<?"):
			end = "?>"
		case strings.HasPrefix(trimmed, "<!--"):
			end = "-->"
		default:
			return at
		}
		i := strings.Index(trimmed, end)
		if i < 0 {
			return at
		}
		at += i + len(end)
	}
}

func isHTML(lower string) bool {
	return slices.ContainsFunc([]string{
		"<!doctype html", "<html", "<head", "<body", "<title", "<h1", "<h2", "<center", "<div", "<p>", "<meta", "<script", "<pre",
	}, func(start string) bool { return strings.HasPrefix(lower, start) })
}

// element returns the text of the first element of that name, or "".
// That is enough for the flat errors of object stores and page titles. A real
// parser would reject many of the pages that proxies send.
func element(page, lower, name string) string {
	open := strings.Index(lower, "<"+name)
	if open < 0 {
		return ""
	}
	open += len(name) + 1
	end := strings.IndexByte(lower[open:], '>')
	if end < 0 {
		return ""
	}
	from := open + end + 1
	to := strings.Index(lower[from:], "</"+name)
	if to < 0 {
		return ""
	}
	return strings.Join(strings.Fields(unescape(page[from:from+to])), " ")
}

// otherMessage finds the message in the error objects of other servers.
func otherMessage(body []byte) string {
	var object map[string]any
	if json.Unmarshal(body, &object) != nil {
		return ""
	}
	for _, key := range []string{"message", "Message", "detail", "error_description", "description", "reason", "title", "msg"} {
		if s, ok := object[key].(string); ok && s != "" {
			return s
		}
	}
	return ""
}

// asciiLower keeps all offsets, unlike strings.ToLower.
func asciiLower(s string) string {
	b := []byte(s)
	for i, c := range b {
		if 'A' <= c && c <= 'Z' {
			b[i] = c + 'a' - 'A'
		}
	}
	return string(b)
}

func trimPartialRune(b []byte) []byte {
	for i := 1; i <= min(utf8.UTFMax, len(b)); i++ {
		if utf8.RuneStart(b[len(b)-i]) {
			if !utf8.FullRune(b[len(b)-i:]) {
				return b[:len(b)-i]
			}
			break
		}
	}
	return b
}

func unprintable(head []byte) bool {
	return bytes.ContainsFunc(head, func(r rune) bool {
		return unicode.IsControl(r) && r != '\n' && r != '\r' && r != '\t' && r != '\f' && r != 0x1b
	})
}
