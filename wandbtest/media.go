package wandbtest

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"image"
	_ "image/gif" // the formats that Images decodes
	_ "image/jpeg"
	_ "image/png"
	"strings"
)

// MediaFiles returns the files that a value of the history or of the summary names, such as
// v.History()[0]["pred"], in their order. The error says that value is not one of media,
// or that a file was not uploaded, or has another hash or size than the value says.
func (v RunView) MediaFiles(value any) ([][]byte, error) {
	object, _ := value.(map[string]any)
	typ, _ := object["_type"].(string)
	if typ == "" {
		return nil, fmt.Errorf("not a value of media: %v", value)
	}
	if path, ok := object["path"].(string); ok {
		content, err := v.mediaFile(path, object)
		if err != nil {
			return nil, err
		}
		return [][]byte{content}, nil
	}
	var files [][]byte
	for _, member := range []string{"filenames", "audio", "videos", "html", "objects"} {
		list, _ := object[member].([]any)
		for _, elem := range list {
			below := elem
			if name, ok := elem.(string); ok {
				if typ == "object3D" { // these are relative
					continue
				}
				below = map[string]any{"_type": typ, "path": name}
			}
			more, err := v.MediaFiles(below)
			if err != nil {
				return nil, err
			}
			files = append(files, more...)
		}
	}
	return files, nil
}

// mediaFile returns an uploaded file, checked against what its value says, and against the
// start of the hash in its name.
func (v RunView) mediaFile(path string, object map[string]any) ([]byte, error) {
	content, ok := v.Files[path]
	if !ok {
		return nil, fmt.Errorf("%s was not uploaded", path)
	}
	sum := sha256.Sum256(content)
	text := hex.EncodeToString(sum[:])
	if want, ok := object["sha256"].(string); ok && want != text {
		return nil, fmt.Errorf("%s has the SHA-256 %s; its value says %s", path, text, want)
	}
	if size, ok := object["size"].(float64); ok && int(size) != len(content) {
		return nil, fmt.Errorf("%s has %d bytes; its value says %v", path, len(content), size)
	}
	if !strings.Contains(path, "_"+text[:20]) {
		return nil, fmt.Errorf("the name of %s does not have its hash %s", path, text[:20])
	}
	return content, nil
}

// Images decodes the images of a value: one, a list, or a mask. PNG, JPEG and GIF are
// decoded. The errors are those of [RunView.MediaFiles] and of decoding.
func (v RunView) Images(value any) ([]image.Image, error) {
	files, err := v.MediaFiles(value)
	if err != nil {
		return nil, err
	}
	images := make([]image.Image, len(files))
	for i, content := range files {
		if images[i], _, err = image.Decode(bytes.NewReader(content)); err != nil {
			return nil, fmt.Errorf("decode image %d: %w", i, err)
		}
	}
	return images, nil
}
