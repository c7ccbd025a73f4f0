package client

import (
	"encoding/json"
	"os"
	"runtime/debug"
	"sync"

	"github.com/wandgo/wandgo/internal/environment"
	"github.com/wandgo/wandgo/internal/record"
	"github.com/wandgo/wandgo/internal/runid"
)

// machine describes the process and the machine it runs on, for the run's
// overview page: wandb-metadata.json and requirements.txt.
type machine struct {
	writerID     string
	requirements []byte

	mu          sync.Mutex // guards what may be added while the run goes on
	environment *environment.Environment
	metadata    []byte // nil where nothing is told
}

// lookAround describes this process, as far as the settings let it. It reads a few
// small files. Of several writers of a run only the primary one is described.
func (c *Client) lookAround(p *plan) *machine {
	m := &machine{writerID: runid.NewClient(), environment: new(environment.Environment)}
	if p.writer != nil {
		m.writerID = p.writer.id
	}
	if !p.writer.describes() {
		return m
	}
	s := c.settings.Machine
	m.environment = environment.Collect(c.surroundings(m.writerID, p))
	if info, ok := debug.ReadBuildInfo(); ok && !s.NoInfo && !s.NoRequirements {
		m.requirements = []byte(environment.Requirements(info))
	}
	if s.NoInfo || s.NoMeta {
		return m
	}
	text, err := m.environment.File()
	if err != nil {
		c.log.Warn("describe the machine", "error", err)
		return m
	}
	m.metadata = text
	return m
}

// described reports whether anything is told of the machine.
func (m *machine) described() bool { return m.text() != nil }

// text is wandb-metadata.json.
func (m *machine) text() []byte {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.metadata
}

// add takes in what was found out later.
func (m *machine) add(facts map[string]any) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	with, err := m.environment.With(facts)
	if err != nil {
		return err
	}
	text, err := with.File()
	if err != nil {
		return err
	}
	m.environment, m.metadata = with, text
	return nil
}

// surroundings says what to describe of the process and its machine.
func (c *Client) surroundings(writerID string, p *plan) environment.Options {
	s := c.settings.Machine
	o := environment.Process(c.environ(), p.started)
	o.WriterID = writerID
	o.Username, o.Email = c.settings.Username, c.settings.Email
	o.Root = c.settings.Dir
	o.Program, o.Executable = first(c.settings.Program, o.Program), first(s.Executable, o.Executable)
	o.Host, o.Docker = first(c.settings.Host, o.Host), s.Docker
	o.NoGit, o.NoMachine = s.NoGit, s.NoInfo
	o.GitRoot, o.GitRemote, o.GitRemoteURL, o.GitCommit = s.Git.Root, s.Git.Remote, s.Git.RemoteURL, s.Git.Commit
	return o
}

// environ is the environment as far as it describes the machine.
func (c *Client) environ() []string {
	if c.isolated != nil {
		return nil
	}
	return os.Environ() //nolint:forbidigo // it describes the machine and decides nothing
}

func (c *Client) getenv(name string) string {
	if c.isolated != nil {
		return c.isolated(name)
	}
	return os.Getenv(name) //nolint:forbidigo // the settings package has no place for these
}

// config puts the description where the web UI looks for it.
func (m *machine) config(environments map[string]json.RawMessage) map[string]json.RawMessage {
	text := m.text()
	if text == nil {
		return environments
	}
	if environments == nil {
		environments = make(map[string]json.RawMessage)
	}
	environments[m.writerID] = text
	return environments
}

// record keeps the description.
func (m *machine) record(rec *recorder) error {
	m.mu.Lock()
	e, told := m.environment, m.metadata != nil
	m.mu.Unlock()
	if !told {
		return nil
	}
	body := &record.Environment{
		OS: e.OS, StartedAt: e.StartedAt.Time, Docker: e.Docker, Args: e.Args,
		Program: e.Program, CodePath: e.CodePath, CodePathLocal: e.CodePathLocal,
		Email: e.Email, Root: e.Root, Host: e.Host, Username: e.Username, Executable: e.Executable,
		CPUCount: uint32(e.CPUCount), CPUCountLogical: uint32(e.LogicalCPUs), //nolint:gosec // counts of processors
		CPUModel: e.CPU.Model, CUDAVersion: e.CUDAVersion, MemoryTotal: e.Memory.Total,
		GPUType: e.GPU, GPUCount: uint32(e.GPUCount), //nolint:gosec // a count
		WriterID: m.writerID,
	}
	for _, g := range e.NVIDIA {
		body.NVIDIA = append(body.NVIDIA, record.GPU{
			Name: g.Name, MemoryTotal: g.MemoryTotal, Architecture: g.Architecture, UUID: g.UUID,
			CUDACores: uint32(g.CUDACores), //nolint:gosec // a count
		})
	}
	if e.Git != (environment.Git{}) {
		body.Git = &record.Git{RemoteURL: e.Git.Remote, Commit: e.Git.Commit}
	}
	for mount, d := range e.Disk {
		if body.Disk == nil {
			body.Disk = make(map[string]record.DiskSize)
		}
		body.Disk[mount] = record.DiskSize{Total: d.Total, Used: d.Used}
	}
	return rec.writer.Append(body)
}
