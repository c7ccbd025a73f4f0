package environment

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/wandgo/wandgo/internal/record"
)

// devices are the fields of the description that an add-on may set.
type devices struct {
	NVIDIA      []record.GPU `json:"gpu_nvidia"`
	CUDAVersion string       `json:"cudaVersion"`
}

// With returns a copy of the environment with the fields of an add-on, under their names in
// wandb-metadata.json: gpu_nvidia and cudaVersion. Other names, and values of another
// form, are an error.
func With(e *record.Environment, facts map[string]any) (*record.Environment, error) {
	text, err := json.Marshal(facts)
	if err != nil {
		return nil, fmt.Errorf("read what devices there are: %w", err)
	}
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	var found devices
	if err := d.Decode(&found); err != nil {
		return nil, fmt.Errorf("read what devices there are: %w", err)
	}
	with := *e
	with.NVIDIA = slices.Concat(e.NVIDIA, found.NVIDIA)
	with.CUDAVersion = cmp.Or(found.CUDAVersion, e.CUDAVersion)
	if with.GPUCount = uint32(len(with.NVIDIA)); with.GPUCount > 0 {
		with.GPU = with.NVIDIA[0].Name
	}
	return &with, nil
}
