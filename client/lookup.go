package client

import (
	"context"
	"sync"
	"time"

	"github.com/wandgo/wandgo/internal/journal"
	"github.com/wandgo/wandgo/internal/runfiles"
)

// describeTimeout is how long a source may take to say what it measures.
const describeTimeout = 10 * time.Second

// lookups find out what takes longer than a program should wait for Init. They
// begin with the run and are waited for at its end.
type lookups struct {
	stop context.CancelFunc // nil where nothing is looked up
	work sync.WaitGroup
}

// lookUp begins what there is to look up.
func (r *Run) lookUp(p *plan) {
	var ctx context.Context
	ctx, r.lookups.stop = context.WithCancel(context.Background())
	if p.machine.described() {
		for _, source := range p.sources {
			if d, ok := source.(Describer); ok {
				r.lookups.work.Go(func() { r.lookUpDevices(ctx, p.machine, d) })
			}
		}
	}
}

// endLookups waits for what is being looked up, for as long as ctx lasts.
func (r *Run) endLookups(ctx context.Context) {
	if r.lookups.stop == nil {
		return
	}
	defer context.AfterFunc(ctx, r.lookups.stop)()
	r.lookups.work.Wait()
	r.lookups.stop()
}

// lookUpDevices adds to the description of the machine what a source measures:
// on disk, in the config and in the file.
func (r *Run) lookUpDevices(ctx context.Context, m *machine, d Describer) {
	ctx, cancel := context.WithTimeout(ctx, describeTimeout)
	defer cancel()
	facts, err := d.Describe(ctx)
	if err == nil && len(facts) == 0 {
		return
	}
	if err == nil {
		err = m.add(facts)
	}
	if err != nil {
		r.client.log.WarnContext(ctx, "what is measured is not described", "run", r.String(), "error", err)
		return
	}
	r.mu.Lock()
	r.config.Own.Environments = m.config(r.config.Own.Environments)
	r.changed(false)
	if r.rec != nil {
		r.note(m.record(r.rec))
	}
	r.mu.Unlock()
	r.saveOwnFile(fileMetadata, m.text())
}

// fileMetadata is the file that describes the process and its machine.
const fileMetadata = "wandb-metadata.json"

// saveOwnFile saves a file that the client makes itself.
func (r *Run) saveOwnFile(name string, content []byte) {
	err := r.files.SaveBytes(name, content, runfiles.Now)
	if rec := r.recorder(); rec != nil && err == nil {
		err = rec.files([]string{name}, runfiles.Now, journal.FileWandb)
	}
	if err != nil {
		r.client.log.Warn("save file", "run", r.String(), "file", name, "error", err)
	}
}
