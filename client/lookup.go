package client

import (
	"context"
	"os"
	"sync"
	"time"

	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/internal/environment"
	"github.com/wandgo/wandgo/internal/record"
	"github.com/wandgo/wandgo/internal/runfiles"
)

const (
	// describeTimeout is how long a source may take to say what it measures.
	describeTimeout = 10 * time.Second
	// diffTimeout is how long git may take, in a large repository on a slow disk.
	diffTimeout = 30 * time.Second
	// maxDiff keeps out what is no change of a program, such as data under version
	// control.
	maxDiff = 10 << 20
)

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
	if p.saveDiff {
		dir, _ := os.Getwd() // the program may leave it
		r.lookups.work.Go(func() { r.lookUpDiff(ctx, dir) })
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

// lookUpDiff saves what differs from the commit.
func (r *Run) lookUpDiff(ctx context.Context, dir string) {
	ctx, cancel := context.WithTimeout(ctx, diffTimeout)
	defer cancel()
	diff, err := environment.Diff(ctx, dir, maxDiff)
	switch {
	case err != nil:
		r.client.log.WarnContext(ctx, "what differs from the commit is not saved", "run", r.String(), "error", err)
	case len(diff) > 0:
		r.saveOwnFile("diff.patch", diff)
	}
}

// fileMetadata is the file that describes the process and its machine.
const fileMetadata = "wandb-metadata.json"

// saveOwnFile saves a file that the client makes itself: to the disk first, so that a
// sync finds it if the process is killed before it is uploaded.
func (r *Run) saveOwnFile(name string, content []byte) {
	var err error
	if rec := r.recorder(); rec != nil {
		err = errors.Join(rec.dir.AddFile(name, content), rec.files([]string{name}, runfiles.Now, record.FileWandb))
	}
	// From memory all the same: the directory may be deleted under way.
	err = errors.Join(err, r.files.SaveBytes(name, content, runfiles.Now))
	if err != nil {
		r.client.log.Warn("save file", "run", r.String(), "file", name, "error", err)
	}
}
