package media

import (
	"cmp"
	"math"
	"path"
	"strings"

	"github.com/wandgo/wandgo/internal/media"
)

// ObjectOptions are what a 3D object or a molecule has beside its shape. The zero value is
// fine.
type ObjectOptions struct {
	// Caption is shown below the object.
	Caption string
}

// Object3DValue is a 3D object for a row. [PointCloud], [Scene.Value] and [Object3DFile]
// make it.
type Object3DValue struct{ holder }

// PointCloud is a cloud of points: x, y and z of each; or these and a category from 1 to
// 14; or these and red, green and blue from 0 to 255. All points have the same length. It is
// encoded before PointCloud returns.
func PointCloud(points [][]float64, options ...ObjectOptions) *Object3DValue {
	return pointsFile(appendPoints(nil, points), checkPoints(points), options)
}

// appendPoints appends points as the official client does, to have the same hash.
func appendPoints(dst []byte, points [][]float64) []byte {
	dst = append(dst, '[')
	for i, p := range points {
		if i > 0 {
			dst = append(dst, ',')
		}
		for j, f := range p {
			dst = append(dst, "[,"[min(j, 1)])
			dst = runStyle.float(dst, f)
		}
		dst = append(dst, ']')
	}
	return append(dst, ']')
}

func checkPoints(points [][]float64) error {
	for i, p := range points {
		switch {
		case len(p) != 3 && len(p) != 4 && len(p) != 6:
			return invalid("point cloud", "point %d has %d numbers; it must have 3, 4 or 6", i, len(p))
		case len(p) != len(points[0]):
			return invalid("point cloud", "point %d has %d numbers, and the first %d", i, len(p), len(points[0]))
		}
		for _, f := range p {
			if math.IsNaN(f) || math.IsInf(f, 0) {
				return invalid("point cloud", "point %d has %v", i, f)
			}
		}
	}
	return nil
}

func pointsFile(content []byte, err error, options []ObjectOptions) *Object3DValue {
	return &Object3DValue{media.Hold(&single{
		of: &object3DType, ext: ".pts.json", file: media.FileOf(content), caption: first(options).Caption,
	}, err)}
}

// Scene is a point cloud with boxes and vectors.
type Scene struct {
	// Points are as in [PointCloud].
	Points  [][]float64
	Boxes   []Box3D
	Vectors []Vector3D
}

// Box3D is a box of a [Scene].
type Box3D struct {
	Corners [8][3]float64 `json:"corners"`
	Label   string        `json:"label,omitempty"`
	Color   [3]uint8      `json:"color"` // red, green, blue
	Score   *float64      `json:"score,omitempty"`
}

// Vector3D is an arrow of a [Scene].
type Vector3D struct {
	Start [3]float64 `json:"start"`
	End   [3]float64 `json:"end"`
}

// Value is the scene as a value for a row. It is encoded before Value returns.
func (s Scene) Value(options ...ObjectOptions) *Object3DValue {
	content, err := appendJSON([]byte(`{"type":"lidar/beta","vectors":`), orEmpty(s.Vectors))
	if err == nil {
		content = appendPoints(append(content, `,"points":`...), s.Points)
		content, err = appendJSON(append(content, `,"boxes":`...), orEmpty(s.Boxes))
	}
	return pointsFile(append(content, '}'), cmp.Or(checkPoints(s.Points), err), options)
}

func orEmpty[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}

// Object3DFile is a 3D object in a file, which is stored as it is: obj, gltf, glb, babylon,
// stl or pts.json. It is copied while the value is logged.
func Object3DFile(path string, options ...ObjectOptions) *Object3DValue {
	return &Object3DValue{media.Hold(openSingle(&object3DType, path, first(options).Caption, "obj", "gltf", "glb", "babylon", "stl", "pts.json"))}
}

var object3DType = singleType{
	name: "object3D-file", kind: "object3D", list: "object3D",
	members: func(_ []*single, items []singleJSON) map[string]any {
		names := paths(items)
		for i, name := range names {
			names[i] = strings.TrimPrefix(name, path.Join("media", "object3D")+"/")
		}
		return map[string]any{"filenames": names, "objects": items}
	},
}

// MoleculeValue is a molecule for a row. [Molecule] makes it.
type MoleculeValue struct{ holder }

// Molecule is a molecule in a file, which is stored as it is: pdb, pqr, mmcif, mcif, cif,
// sdf, sd, gro, mol2 or mmtf. It is copied while the value is logged.
func Molecule(path string, options ...ObjectOptions) *MoleculeValue {
	return &MoleculeValue{media.Hold(openSingle(&moleculeType, path, first(options).Caption,
		"pdb", "pqr", "mmcif", "mcif", "cif", "sdf", "sd", "gro", "mol2", "mmtf"))}
}

var moleculeType = singleType{
	name: "molecule-file", kind: "molecule", list: "molecule",
	members: func(list []*single, items []singleJSON) map[string]any {
		return map[string]any{"filenames": paths(items), "captions": captionsOrFalse(list)}
	},
}
