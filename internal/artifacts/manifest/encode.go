package manifest

import (
	"bufio"
	"encoding/json"
	"io"
	"strconv"

	"github.com/wandgo/wandgo/internal/jsonx"
	"github.com/wandgo/wandgo/internal/record"
)

// Encode writes a manifest as the JSON that is stored beside the files. The same manifest
// has always the same bytes. It leaves out what only this machine knows.
func Encode(w io.Writer, m *record.ArtifactManifest) error {
	out := bufio.NewWriterSize(w, 32<<10)
	b := append([]byte(nil), `{"version":`...)
	b = strconv.AppendInt(b, int64(m.Version), 10)
	b = append(b, `,"storagePolicy":`...)
	b = jsonx.AppendString(b, m.StoragePolicy)
	b = append(b, `,"storagePolicyConfig":`...)
	b = appendItems(b, m.Config)
	b = append(b, `,"contents":{`...)
	for i := range m.Entries {
		if i > 0 {
			b = append(b, ',')
		}
		b = jsonx.AppendString(b, m.Entries[i].Path)
		b = append(b, ':')
		b = appendEntry(b, &m.Entries[i])
		if _, err := out.Write(b); err != nil {
			return err
		}
		b = b[:0]
	}
	if _, err := out.Write(append(b, "}}"...)); err != nil {
		return err
	}
	return out.Flush()
}

func appendEntry(b []byte, e *record.ArtifactEntry) []byte {
	b = append(b, `{"digest":`...)
	b = jsonx.AppendString(b, e.Digest)
	b = append(b, `,"size":`...)
	b = strconv.AppendInt(b, e.Size, 10)
	for _, member := range [...]struct{ key, value string }{{`,"ref":`, e.Ref}, {`,"birthArtifactID":`, e.BirthID}} {
		if member.value != "" {
			b = append(b, member.key...)
			b = jsonx.AppendString(b, member.value)
		}
	}
	if len(e.Extra) > 0 {
		b = append(b, `,"extra":`...)
		b = appendItems(b, e.Extra)
	}
	return append(b, '}')
}

// appendItems appends a JSON object. A value that is not JSON becomes null.
func appendItems(b []byte, items []record.ArtifactItem) []byte {
	b = append(b, '{')
	for i, it := range items {
		if i > 0 {
			b = append(b, ',')
		}
		b = jsonx.AppendString(b, it.Key)
		b = append(b, ':')
		if json.Valid([]byte(it.JSON)) {
			b = append(b, it.JSON...)
		} else {
			b = append(b, "null"...)
		}
	}
	return append(b, '}')
}
