package wandbtest

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"slices"
	"strings"

	"github.com/wandgo/wandgo/internal/fakeserver/jsontext"
)

// TableView is a table that was logged. Cells are decoded like [RunView.History]; those with
// media are [*CellView]. A value of any other type is the name of its type.
type TableView struct {
	Columns []string
	Rows    [][]any
}

// CellView is a value of media in a cell of a table.
type CellView struct {
	// Type is that of the value, such as "image-file".
	Type string
	// Content is the file.
	Content []byte
	// Image is the decoded file of an image, nil for a BMP and for other media.
	Image image.Image
	// Masks are the decoded masks of an image, by name.
	Masks map[string]image.Image
	// Object is the value as the artifact has it, with caption, boxes and paths.
	Object map[string]any
}

// Table decodes the file of a table that is a value of the history or of the summary. It
// has at most 10,000 rows; the artifact of the table has all. Of an incremental table it
// has the rows of one increment. The errors are those of [RunView.MediaFiles], and
//
//   - the file cannot be decoded, or an image in a cell cannot;
//   - cells have media, which are in the artifact of the table, and the server has no such
//     artifact, or not all its files yet.
func (v RunView) Table(value any) (TableView, error) {
	files, err := v.MediaFiles(value)
	if err != nil {
		return TableView{}, err
	}
	if len(files) != 1 {
		return TableView{}, fmt.Errorf("not a table: %v", value)
	}
	columns, rows, err := decodeTable(files[0])
	if err != nil {
		return TableView{}, fmt.Errorf("decode table: %w: %v", err, value)
	}
	var t TableView
	for _, c := range columns {
		t.Columns = append(t.Columns, fmt.Sprint(c))
	}
	object, _ := value.(map[string]any)
	at, _ := object["artifact_path"].(string)
	if at != "" && anyMedia(rows) {
		if err := v.addMedia(rows, at); err != nil {
			return TableView{}, fmt.Errorf("media of the table: %w", err)
		}
	}
	for _, r := range rows {
		cells, _ := r.([]any)
		t.Rows = append(t.Rows, cells)
	}
	return t, nil
}

func decodeTable(content []byte) (columns, rows []any, err error) {
	object, err := jsontext.DecodeObject(string(content))
	if err != nil {
		return nil, nil, err
	}
	columns, _ = object["columns"].([]any)
	rows, ok := object["data"].([]any)
	if !ok {
		return nil, nil, errors.New("no data")
	}
	return columns, rows, nil
}

// anyMedia says whether a cell has the name of a type of media. It can be a text, too.
func anyMedia(cell any) bool {
	switch c := cell.(type) {
	case string:
		switch c {
		case "Image", "Audio", "Video", "Html", "Object3D", "Molecule", "Plotly", "Bokeh":
			return true
		}
	case []any:
		return slices.ContainsFunc(c, anyMedia)
	case map[string]any:
		for _, below := range c {
			if anyMedia(below) {
				return true
			}
		}
	}
	return false
}

// addMedia replaces the names of types in rows by the media that the artifact of the table
// has in their place.
func (v RunView) addMedia(rows []any, at string) error {
	id, name, _ := strings.Cut(strings.TrimPrefix(at, "wandb-client-artifact://"), "/")
	if v.artifact == nil {
		return errors.New("the snapshot has no artifacts")
	}
	a, ok := v.artifact(id)
	if !ok {
		return fmt.Errorf("no artifact %s", id)
	}
	content, err := a.read(name)
	if err != nil {
		return err
	}
	_, full, err := decodeTable(content)
	if err != nil {
		return fmt.Errorf("decode %s: %w", name, err)
	}
	_, err = a.withMedia(rows, full)
	return err
}

func (v ArtifactView) read(name string) ([]byte, error) {
	f, ok := v.File(name)
	if !ok {
		return nil, fmt.Errorf("artifact %s (%s) has no file %s", v.Collection, v.State, name)
	}
	return f.Content()
}

// withMedia returns cell with the media of full, the same cell in the artifact. It changes
// lists and objects in place.
func (v ArtifactView) withMedia(cell, full any) (any, error) {
	var err error
	switch c := cell.(type) {
	case string:
		if object, ok := full.(map[string]any); ok {
			return v.cell(object)
		}
	case []any:
		list, _ := full.([]any)
		for i := 0; i < min(len(c), len(list)) && err == nil; i++ {
			c[i], err = v.withMedia(c[i], list[i])
		}
	case map[string]any:
		object, _ := full.(map[string]any)
		for key := range c {
			if c[key], err = v.withMedia(c[key], object[key]); err != nil {
				break
			}
		}
	}
	return cell, err
}

func (v ArtifactView) image(name string) (image.Image, error) {
	content, err := v.read(name)
	if err != nil {
		return nil, err
	}
	img, _, err := image.Decode(bytes.NewReader(content))
	if err != nil {
		return nil, fmt.Errorf("decode %s: %w", name, err)
	}
	return img, nil
}

func (v ArtifactView) cell(object map[string]any) (*CellView, error) {
	c := &CellView{Object: object}
	c.Type, _ = object["_type"].(string)
	name, _ := object["path"].(string)
	var err error
	if c.Content, err = v.read(name); err != nil {
		return nil, err
	}
	if c.Type != "image-file" {
		return c, nil
	}
	if object["format"] != "bmp" {
		if c.Image, err = v.image(name); err != nil {
			return nil, err
		}
	}
	masks, _ := object["masks"].(map[string]any)
	for key, mask := range masks {
		below, _ := mask.(map[string]any)
		name, _ := below["path"].(string)
		img, err := v.image(name)
		if err != nil {
			return nil, err
		}
		if c.Masks == nil {
			c.Masks = make(map[string]image.Image)
		}
		c.Masks[key] = img
	}
	return c, nil
}
