package record

import (
	"encoding/json"
	"fmt"
	"time"
)

// Environment describes the machine and the program. As JSON it is wandb-metadata.json
// and stands in the run's config under _wandb.e; the names are those of the official
// client, in its order. The official client writes it to a log in parts, which belong
// together by WriterID.
type Environment struct {
	OS     string `json:"os,omitempty"`
	Python string `json:"python,omitempty"`
	// Go is the version of Go. It is not in logs.
	Go            string   `json:"go,omitempty"`
	StartedAt     Time     `json:"startedAt,omitzero"`
	Docker        string   `json:"docker,omitempty"`
	Args          []string `json:"args,omitempty"`
	Program       string   `json:"program,omitempty"`
	CodePath      string   `json:"codePath,omitempty"`
	CodePathLocal string   `json:"codePathLocal,omitempty"`
	Git           *Git     `json:"git,omitempty"`
	Email         string   `json:"email,omitempty"`
	Root          string   `json:"root,omitempty"`
	Host          string   `json:"host,omitempty"`
	Username      string   `json:"username,omitempty"`
	Executable    string   `json:"executable,omitempty"`
	Colab         string   `json:"colab,omitempty"`
	CPUCount      uint32   `json:"cpu_count,omitempty"` // cores
	LogicalCPUs   uint32   `json:"cpu_count_logical,omitempty"`
	GPU           string   `json:"gpu,omitempty"` // the name of the first
	GPUCount      uint32   `json:"gpu_count,omitempty"`
	// Disk has the sizes of file systems by mount point.
	Disk        map[string]Disk `json:"disk,omitempty"`
	Memory      Memory          `json:"memory,omitzero"`
	CPU         CPU             `json:"cpu,omitzero"`
	NVIDIA      []GPU           `json:"gpu_nvidia,omitempty"`
	CUDAVersion string          `json:"cudaVersion,omitempty"`
	// Slurm has the job's variables: SLURM_JOB_ID is job_id. It is not in logs.
	Slurm    map[string]string `json:"slurm,omitempty"`
	WriterID string            `json:"writerId,omitempty"`
	// Unknown has the fields that are not decoded here, in wire form.
	Unknown []byte `json:"-"`
}

// Disk is the size of a file system in bytes. The server wants 64-bit integers as
// strings.
type Disk struct {
	Total uint64 `json:"total,string"`
	Used  uint64 `json:"used,string"`
}

// Memory is the size of the main memory in bytes.
type Memory struct {
	Total uint64 `json:"total,string"`
}

// CPU is a processor.
type CPU struct {
	Model string `json:"model,omitempty"`
}

// GPU is one NVIDIA GPU. MemoryTotal is in bytes.
type GPU struct {
	Name         string `json:"name,omitempty"`
	MemoryTotal  uint64 `json:"memoryTotal,string,omitempty"`
	CUDACores    uint32 `json:"cudaCores,omitempty"`
	Architecture string `json:"architecture,omitempty"`
	UUID         string `json:"uuid,omitempty"`
}

// Time is a point in time. As JSON it is in UTC with as many digits of a second as
// protobuf writes: none, three, six or nine.
type Time struct{ time.Time }

// MarshalJSON writes the time.
func (t Time) MarshalJSON() ([]byte, error) {
	layout := `"2006-01-02T15:04:05.000000000Z07:00"`
	switch nano := t.Nanosecond(); {
	case nano == 0:
		layout = `"` + time.RFC3339 + `"`
	case nano%1e6 == 0:
		layout = `"2006-01-02T15:04:05.000Z07:00"`
	case nano%1e3 == 0:
		layout = `"2006-01-02T15:04:05.000000Z07:00"`
	}
	return t.UTC().AppendFormat(nil, layout), nil
}

// JSON returns the description in one line.
func (e *Environment) JSON() []byte {
	text, err := json.Marshal(e)
	if err != nil { // it has no value that JSON cannot hold
		return []byte("{}")
	}
	return text
}

// File returns wandb-metadata.json: indented JSON that ends in a newline.
func (e *Environment) File() ([]byte, error) {
	text, err := json.MarshalIndent(e, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("encode the environment: %w", err)
	}
	return append(text, '\n'), nil
}
