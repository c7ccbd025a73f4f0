package media

import (
	"crypto/sha256"
	"encoding/hex"
	"path/filepath"
	"runtime"
	"strings"
)

// Limits of names, in bytes. Most file systems allow 255 for an element, and while a file
// is written its name is longer.
const (
	maxElement = 230
	maxName    = 1000
)

// FileName is the name of a file below media/<kind> in the run, as the official client
// makes it: slashes in the key are directories, and the elements . and .. are
// underscores. Beyond that, a name that no file can have is changed: a NUL is an
// underscore, and what is too long is cut and ends in a hash.
func FileName(kind, key, step, sum, ext string) string {
	end := "_" + step + "_" + sum + ext
	key = strings.ToValidUTF8(key, "\ufffd") // as JSON has it
	if len(key) > maxName {
		key = shorten(key, maxElement)
	}
	parts := strings.Split(key, "/")
	last := len(parts) - 1
	kept := parts[:0]
	for i, part := range parts {
		switch {
		case i == last:
			kept = append(kept, element(shorten(part, maxElement-len(end))+end))
		case part != "":
			kept = append(kept, element(shorten(part, maxElement)))
		}
	}
	return "media/" + kind + "/" + strings.Join(kept, "/")
}

// element makes one element of a name safe.
func element(part string) string {
	switch part {
	case ".":
		return "_"
	case "..":
		return "__"
	}
	windows := runtime.GOOS == "windows"
	part = strings.Map(func(r rune) rune {
		if r == 0 || windows && (r < ' ' || strings.ContainsRune(`\:*?"<>|`, r)) {
			return '_'
		}
		return r
	}, part)
	if windows && !filepath.IsLocal(part) { // a device, such as NUL.txt
		return "_" + part
	}
	return part
}

// shorten cuts a text to at most limit bytes, the last of which are a hash of it.
func shorten(text string, limit int) string {
	if len(text) <= limit {
		return text
	}
	sum := sha256.Sum256([]byte(text))
	return strings.ToValidUTF8(text[:limit-9], "") + "-" + hex.EncodeToString(sum[:4])
}
