package session

import (
	"encoding/json"
	"log/slog"
	"runtime/debug"
	"sync"

	"github.com/wandgo/wandgo/internal/environment"
	"github.com/wandgo/wandgo/internal/record"
	"github.com/wandgo/wandgo/internal/runid"
	"github.com/wandgo/wandgo/internal/settings"
)

// Machine describes the process and the machine it runs on, for the run's overview
// page: wandb-metadata.json and requirements.txt.
type Machine struct {
	writerID     string
	requirements []byte

	mu          sync.Mutex // guards what may be added while the run is going on
	environment *record.Environment
	metadata    []byte // nil if nothing is described
}

// DescribeMachine describes this process, as far as the settings allow. It reads a few
// small files. Of several writers of a run only the primary one is described.
func DescribeMachine(s *settings.Settings, log *slog.Logger, w *Writer, p environment.Process) *Machine {
	m := &Machine{writerID: runid.NewClient(), environment: new(record.Environment)}
	if w != nil {
		m.writerID = w.ID
	}
	if !w.Describes() {
		return m
	}
	p.WriterID = m.writerID
	m.environment = environment.Collect(s, p)
	if info, ok := debug.ReadBuildInfo(); ok && !s.Machine.NoInfo && !s.Machine.NoRequirements {
		m.requirements = []byte(environment.Requirements(info))
	}
	if s.Machine.NoInfo || s.Machine.NoMeta {
		return m
	}
	text, err := m.environment.File()
	if err != nil {
		log.Warn("cannot describe the machine", "error", err)
		return m
	}
	m.metadata = text
	return m
}

// Git is the state of the repository that the program runs in.
func (m *Machine) Git() record.Git {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.environment.Git == nil {
		return record.Git{}
	}
	return *m.environment.Git
}

// described reports whether the machine is described.
func (m *Machine) described() bool { return m.text() != nil }

// text is wandb-metadata.json.
func (m *Machine) text() []byte {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.metadata
}

// add adds what was found out later.
func (m *Machine) add(facts map[string]any) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	with, err := environment.With(m.environment, facts)
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

// Config adds the description to those in the config, where the web UI looks for it.
func (m *Machine) Config(environments map[string]json.RawMessage) map[string]json.RawMessage {
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

// record is the description as a log has it, or nil.
func (m *Machine) record() record.Record {
	if m == nil {
		return nil
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.metadata == nil {
		return nil
	}
	e := *m.environment
	e.WriterID = m.writerID
	return &e
}
