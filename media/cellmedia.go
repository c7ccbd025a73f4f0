package media

import (
	"maps"
	"slices"
	"strconv"
	"strings"
)

func (v *single) class() string {
	switch v.of {
	case &htmlType:
		return "Html"
	case &object3DType:
		return "Object3D"
	}
	name := strings.TrimSuffix(v.of.name, "-file")
	return strings.ToUpper(name[:1]) + name[1:]
}

func (v *single) columnType() *columnType { return &columnType{name: v.of.name} }

func (v *single) inArtifact(e *entries) (map[string]any, error) {
	path, sum, err := e.addMedia(v.of.kind, v.ext, v.path, v.file)
	out := map[string]any{"_type": v.of.name, "path": path, "sha256": sum}
	put(out, "caption", v.caption)
	put(out, "width", int64(v.width))
	put(out, "height", int64(v.height))
	return out, err
}

// put sets a key unless its value is zero.
func put[T comparable](object map[string]any, key string, value T) {
	if value != *new(T) {
		object[key] = value
	}
}

func (*picture) class() string { return "Image" }

func (v *picture) columnType() *columnType {
	return &columnType{name: "image-file", image: v.overlays.imageType()}
}

func (v *picture) inArtifact(e *entries) (map[string]any, error) {
	path, sum, err := e.addMedia("images", v.ext, v.path, v.file)
	if err != nil {
		return nil, err
	}
	out := map[string]any{"_type": "image-file", "path": path, "sha256": sum, "format": v.format}
	put(out, "width", int64(v.width))
	put(out, "height", int64(v.height))
	put(out, "caption", v.caption)
	put(out, "grouping", int64(v.grouping))
	masks, boxes := make(map[string]any), make(map[string]any)
	for _, m := range v.overlays.masks {
		path, sum, err := e.addMedia("images/mask", ".mask.png", "", m.file)
		if err != nil {
			return nil, err
		}
		masks[m.name] = map[string]any{"_type": "mask", "path": path, "sha256": sum}
	}
	for _, b := range v.overlays.boxes {
		boxes[b.name] = b.boxes
	}
	if len(masks) > 0 {
		out["masks"] = masks
	}
	if len(boxes) > 0 {
		out["boxes"] = boxes
	}
	if len(masks)+len(boxes) > 0 {
		out["classes"], err = e.addClasses(v.overlays.classes())
	}
	return out, err
}

// classes are the names of all classes of the masks and boxes.
func (o *overlays) classes() map[int]string {
	all := make(map[int]string)
	for _, list := range [][]overlay{o.masks, o.boxes} {
		for _, one := range list {
			maps.Copy(all, one.labels)
		}
	}
	return all
}

// imageType are the classes that the images of a column have.
type imageType struct {
	boxes, masks map[string]map[int]string // by name
	scores       map[string]bool
}

func (o *overlays) imageType() *imageType {
	t := &imageType{boxes: map[string]map[int]string{}, masks: map[string]map[int]string{}, scores: map[string]bool{}}
	for _, m := range o.masks {
		t.masks[m.name] = m.labels
	}
	for _, b := range o.boxes {
		t.boxes[b.name] = b.labels
		for _, name := range b.scores {
			t.scores[name] = true
		}
	}
	return t
}

func (t *imageType) merge(other *imageType) *imageType {
	if len(other.boxes)+len(other.masks)+len(other.scores) == 0 {
		return t
	}
	all := &imageType{boxes: mergeLabels(t.boxes, other.boxes), masks: mergeLabels(t.masks, other.masks), scores: maps.Clone(t.scores)}
	maps.Copy(all.scores, other.scores)
	return all
}

// mergeLabels merges class names; those of a win.
func mergeLabels(a, b map[string]map[int]string) map[string]map[int]string {
	all := make(map[string]map[int]string)
	for _, m := range []map[string]map[int]string{b, a} {
		for name, labels := range m {
			if all[name] == nil {
				all[name] = make(map[int]string)
			}
			maps.Copy(all[name], labels)
		}
	}
	return all
}

func (t *imageType) json() map[string]any {
	classes := make(map[string]any)
	ids := func(layers map[string]map[int]string) map[string]any {
		out := make(map[string]any)
		for name, labels := range layers {
			list := make([]any, 0, len(labels))
			for _, id := range slices.Sorted(maps.Keys(labels)) {
				list = append(list, int64(id))
				classes[strconv.Itoa(id)] = labels[id]
			}
			out[name] = list
		}
		return out
	}
	names := func(layers map[string]map[int]string) map[string]any {
		out := make(map[string]any)
		for name, labels := range layers {
			below := make(map[string]any)
			for id, label := range labels {
				below[strconv.Itoa(id)] = label
			}
			out[name] = below
		}
		return out
	}
	scores := make([]any, 0, len(t.scores))
	for _, name := range slices.Sorted(maps.Keys(t.scores)) {
		scores = append(scores, name)
	}
	constant := func(v any, set bool) map[string]any {
		return map[string]any{"wb_type": "const", "params": map[string]any{"val": v, "is_set": set}}
	}
	return map[string]any{
		"box_layers": constant(ids(t.boxes), false), "mask_layers": constant(ids(t.masks), false),
		"box_score_keys": constant(scores, true),
		"box_class_maps": constant(names(t.boxes), false), "mask_class_maps": constant(names(t.masks), false),
		"class_map": constant(classes, false),
	}
}
