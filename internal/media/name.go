package media

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"hash/crc32"
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
	return "media/" + kind + "/" + safeName(key, "_"+step+"_"+sum+ext)
}

// EntryName is the name of a file of an artifact that is made from a key, like [FileName].
func EntryName(key, ext string) string { return safeName(key, ext) }

// safeName is a key with an end as the name of a file.
func safeName(key, end string) string {
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
	return strings.Join(kept, "/")
}

// maxArtifactName is the server's limit, in bytes.
const maxArtifactName = 128

// ArtifactName is the name of an artifact, as the official client makes it: characters that
// the server refuses are omitted, and a checksum says which they were. What is too long is
// cut and ends in a hash.
func ArtifactName(name string) string {
	safe := strings.Map(func(r rune) rune {
		if r == '_' || r == '-' || r == '.' || '0' <= r && r <= '9' || 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' {
			return r
		}
		return -1
	}, name)
	if safe != name {
		sum := binary.BigEndian.AppendUint32(nil, crc32.ChecksumIEEE([]byte(name)))
		safe += "-" + base64.RawURLEncoding.EncodeToString(sum)
	}
	return shorten(safe, maxArtifactName)
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
