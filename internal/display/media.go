package display

import (
	"bytes"
	"encoding/json"
	"strconv"

	"github.com/wandgo/wandgo/internal/history"
	"github.com/wandgo/wandgo/internal/media"
)

// Limits of the images and other media of the table.
const (
	maxMedia      = 10
	maxKnownMedia = 200
)

// mediaValues has the images and other media that were logged, by key.
type mediaValues map[string]*mediaValue

type mediaValue struct {
	last  history.Encoded
	times int
}

// typed begins each value of package media.
var typed = []byte(`{"_type":"`)

// add adds a value of a row if it is of package media.
func (m mediaValues) add(name string, v any) {
	text, ok := v.(history.Encoded)
	if !ok || !bytes.HasPrefix(text, typed) {
		return
	}
	known := m[name]
	if known == nil {
		if len(m) >= maxKnownMedia {
			return
		}
		known = new(mediaValue)
		m[name] = known
	}
	known.last, known.times = text, known.times+1
}

// text describes the last value.
func (v *mediaValue) text() string {
	var object map[string]any
	_ = json.Unmarshal(v.last, &object) // written by history.Encoder
	text := clean(media.Text(object))
	if caption, ok := object["caption"].(string); ok {
		text += ` "` + clean(caption) + `"`
	}
	if v.times > 1 {
		text += ", logged " + strconv.Itoa(v.times) + " times"
	}
	return text
}
