package media

import (
	"bufio"
	"crypto/md5" //nolint:gosec // the server's digest of files
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/wandgo/wandgo/internal/artifacts/manifest"
	"github.com/wandgo/wandgo/internal/media"
	"github.com/wandgo/wandgo/internal/record"
	"github.com/wandgo/wandgo/internal/smallfile"
)

// entries are the files of an artifact that is made for a table. They are written to a
// directory, from which they are uploaded.
type entries struct {
	dir    string // "" if nothing is stored
	byPath map[string]record.ArtifactEntry
}

// write writes a file whose path in the artifact is not known yet.
func (e *entries) write(content func(io.Writer) error) (record.ArtifactEntry, error) {
	var entry record.ArtifactEntry
	if e.dir == "" {
		return entry, nil
	}
	entry.LocalPath = filepath.Join(e.dir, strconv.Itoa(len(e.byPath)))
	f, err := os.OpenFile(entry.LocalPath, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o644)
	if err != nil {
		return entry, fmt.Errorf("write a file of an artifact: %w", err)
	}
	h := md5.New() //nolint:gosec // see above
	w := bufio.NewWriterSize(io.MultiWriter(f, h), 64<<10)
	if err = content(w); err == nil {
		err = w.Flush()
	}
	if err == nil {
		entry.Size, err = f.Seek(0, io.SeekCurrent)
	}
	if closing := f.Close(); err == nil {
		err = closing
	}
	if err != nil {
		return entry, fmt.Errorf("write a file of an artifact: %w", err)
	}
	entry.Digest = manifest.Digest(h.Sum(nil))
	return entry, nil
}

// add writes a file under a path. The same path is the same file.
func (e *entries) add(path string, content []byte) (record.ArtifactEntry, error) {
	if entry, ok := e.byPath[path]; ok {
		return entry, nil
	}
	entry, err := e.write(func(w io.Writer) error { _, err := w.Write(content); return err })
	if err == nil {
		entry.Path = path
		e.byPath[path] = entry
	}
	return entry, err
}

// addMedia adds a file of media: what was made from data under its MD5, a user's file under
// its SHA-256 and its name. It returns the path and the SHA-256.
func (e *entries) addMedia(kind, ext, userPath string, f *media.File) (path, sum string, err error) {
	if userPath == "" {
		md := md5.Sum(f.Bytes) //nolint:gosec // see above
		path = "media/" + kind + "/" + hex.EncodeToString(md[:])[:20] + ext
		_, err = e.add(path, f.Bytes)
		return path, f.SHA256, err
	}
	h := sha256.New()
	entry, err := e.write(func(w io.Writer) error {
		from, err := smallfile.Open(userPath)
		if err != nil {
			return err
		}
		defer func() { _ = from.Close() }()
		_, err = io.Copy(io.MultiWriter(w, h), from)
		return err
	})
	if err != nil {
		return "", "", err
	}
	sum = hex.EncodeToString(h.Sum(nil))
	entry.Path = "media/" + kind + "/" + sum[:20] + "/" + media.EntryName(filepath.Base(userPath), "")
	if _, twice := e.byPath[entry.Path]; !twice && e.dir != "" {
		e.byPath[entry.Path] = entry
	}
	return entry.Path, sum, nil
}

// addClasses adds the names of classes, and returns what an image has of them.
func (e *entries) addClasses(names map[int]string) (map[string]any, error) {
	var list []any
	var python strings.Builder // the text whose hash is the official client's name
	for i, id := range slices.Sorted(maps.Keys(names)) {
		list = append(list, map[string]any{"id": int64(id), "name": names[id]})
		if i > 0 {
			python.WriteString(", ")
		}
		quote := "'"
		if strings.Contains(names[id], "'") && !strings.Contains(names[id], `"`) {
			quote = `"`
		}
		fmt.Fprintf(&python, "{'id': %d, 'name': %s%s%s}", id, quote, names[id], quote)
	}
	sum := md5.Sum([]byte("[" + python.String() + "]")) //nolint:gosec // a name
	path := "media/classes/" + hex.EncodeToString(sum[:]) + "_cls.classes.json"
	entry, err := e.add(path, artifactStyle.append(nil, map[string]any{"_type": "classes", "class_set": list}))
	if err != nil {
		return nil, err
	}
	return map[string]any{"type": "classes-file", "path": path, "digest": entry.Digest}, nil
}

// sorted are the files by path.
func (e *entries) sorted() []record.ArtifactEntry {
	return slices.SortedFunc(maps.Values(e.byPath), func(a, b record.ArtifactEntry) int { return strings.Compare(a.Path, b.Path) })
}
