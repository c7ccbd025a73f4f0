package media

import (
	"github.com/wandgo/wandgo/internal/media"
	"github.com/wandgo/wandgo/internal/smallfile"
)

// single is a value with one file and nothing else that the web page needs.
type single struct {
	of      *singleType
	ext     string
	path    string      // of the user's file, or
	file    *media.File // the content, which is nil until a user's file is prepared
	caption string

	width, height  int      // of a video that was encoded
	rate, duration *float64 // of audio, if they are known
}

// singleType says how values of one type look in the history.
type singleType struct {
	name, kind string // of one: its _type and its directory
	list       string // the _type of a list
	// members are those of a list; if it is nil, a list is one of single values.
	members func(list []*single, items []singleJSON) map[string]any
}

type singleJSON struct {
	file
	Width  int `json:"width,omitempty"`
	Height int `json:"height,omitempty"`
}

// openSingle is a value of a user's file, which is only checked here.
func openSingle(of *singleType, path, caption string, extensions ...string) (*single, error) {
	ext, err := extension(path, extensions...)
	if err != nil {
		return nil, err
	}
	f, err := smallfile.Open(path)
	if err != nil {
		return nil, err
	}
	_ = f.Close() // nothing was read
	return &single{of: of, ext: "." + ext, path: path, caption: caption}, nil
}

// Prepare implements [media.Value].
func (v *single) Prepare(s *media.Stage) (media.Prepared, error) {
	if v.file != nil {
		return v, nil
	}
	prepared := *v
	var err error
	prepared.file, err = s.Copy(v.path)
	return &prepared, err
}

func (v *single) save(p *media.Place) singleJSON {
	out := singleJSON{file: save(p, v.of.name, v.of.kind, v.ext, v.file), Width: v.width, Height: v.height}
	out.Caption = v.caption
	return out
}

// AppendJSON implements [media.Prepared].
func (v *single) AppendJSON(dst []byte, p *media.Place) ([]byte, error) {
	return appendJSON(dst, v.save(p))
}

// Kind implements [media.Lister].
func (v *single) Kind() string { return v.of.list }

// AppendList implements [media.Lister].
func (v *single) AppendList(dst []byte, all []media.Prepared, p *media.Place) ([]byte, error) {
	list, items := make([]*single, len(all)), make([]singleJSON, len(all))
	for i, one := range all {
		list[i], _ = one.(*single) // their kind is the same
		items[i] = list[i].save(p)
	}
	if v.of.members == nil {
		return appendJSON(dst, items)
	}
	members := v.of.members(list, items)
	members["count"] = len(all)
	return appendTyped(dst, v.of.list, members)
}

// captionsOrFalse are the captions of a list, as the web page expects those of videos and
// molecules.
func captionsOrFalse(list []*single) any {
	if texts := captions(list, func(v *single) string { return v.caption }); texts != nil {
		return texts
	}
	return false
}

// paths are the names of the files of a list.
func paths(items []singleJSON) []string {
	names := make([]string, len(items))
	for i := range items {
		names[i] = items[i].Path
	}
	return names
}
