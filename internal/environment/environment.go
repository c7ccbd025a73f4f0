package environment

import (
	"encoding/json"
	"fmt"
	"time"
)

// Environment is the content of wandb-metadata.json, and of the run's config under
// _wandb.e. The names and their order are those of the official client, except for Go,
// which replaces Python.
type Environment struct {
	OS            string            `json:"os,omitempty"`
	Go            string            `json:"go,omitempty"`
	StartedAt     Time              `json:"startedAt,omitzero"`
	Docker        string            `json:"docker,omitempty"`
	Args          []string          `json:"args,omitempty"`
	Program       string            `json:"program,omitempty"`
	CodePath      string            `json:"codePath,omitempty"`
	CodePathLocal string            `json:"codePathLocal,omitempty"`
	Git           Git               `json:"git,omitzero"`
	Email         string            `json:"email,omitempty"`
	Root          string            `json:"root,omitempty"`
	Host          string            `json:"host,omitempty"`
	Username      string            `json:"username,omitempty"`
	Executable    string            `json:"executable,omitempty"`
	CPUCount      int               `json:"cpu_count,omitempty"` // cores
	LogicalCPUs   int               `json:"cpu_count_logical,omitempty"`
	GPU           string            `json:"gpu,omitempty"` // the name of the first
	GPUCount      int               `json:"gpu_count,omitempty"`
	Disk          map[string]Disk   `json:"disk,omitempty"` // by mount point
	Memory        Memory            `json:"memory,omitzero"`
	CPU           CPU               `json:"cpu,omitzero"`
	NVIDIA        []GPU             `json:"gpu_nvidia,omitempty"`
	CUDAVersion   string            `json:"cudaVersion,omitempty"`
	Slurm         map[string]string `json:"slurm,omitempty"` // SLURM_JOB_ID is job_id
	WriterID      string            `json:"writerId,omitempty"`
}

// Git is a commit and its remote.
type Git struct {
	Remote string `json:"remote,omitempty"` // a URL without password
	Commit string `json:"commit,omitempty"` // in hex
}

// Disk is the size of a file system in bytes. The server expects 64-bit integers as
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

// GPU is one NVIDIA GPU.
type GPU struct {
	Name         string `json:"name,omitempty"`
	MemoryTotal  uint64 `json:"memoryTotal,string,omitempty"` // bytes
	CUDACores    int    `json:"cudaCores,omitempty"`
	Architecture string `json:"architecture,omitempty"`
	UUID         string `json:"uuid,omitempty"`
}

// Time is a point in time, written in UTC with microseconds.
type Time struct{ time.Time }

// MarshalText returns the time as text.
func (t Time) MarshalText() ([]byte, error) {
	return t.UTC().AppendFormat(nil, "2006-01-02T15:04:05.000000Z"), nil
}

// MarshalJSON returns the time as a JSON string.
func (t Time) MarshalJSON() ([]byte, error) {
	return t.UTC().AppendFormat(nil, `"2006-01-02T15:04:05.000000Z"`), nil
}

// File returns wandb-metadata.json: indented JSON that ends in a newline.
func (e *Environment) File() ([]byte, error) {
	text, err := json.MarshalIndent(e, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("encode the environment: %w", err)
	}
	return append(text, '\n'), nil
}
