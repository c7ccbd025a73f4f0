package client

import (
	"context"

	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/internal/diagnose"
)

// part is what the server takes of a run, or refuses, apart from the rest.
type part int

const (
	partRows     part = iota // the file stream; without it the run is not online any more
	partSettings             // config, name, tags and the like
	partFiles
	parts // how many there are
)

// op is the verb of errors about the part.
func (p part) op() diagnose.Op {
	return [...]diagnose.Op{diagnose.OpUploadRun, diagnose.OpUpdateSettings, diagnose.OpUploadFiles}[p]
}

// reasons are why the server does not take parts of a run; nil for what it takes.
type reasons struct {
	errs [parts]error
	nth  [parts]int // tells one refusal from the next, and from its end
	disk error      // why the disk does not have what the server does not
}

func (r *reasons) set(p part, err error) (nth int) {
	r.errs[p] = err
	r.nth[p]++
	return r.nth[p]
}

// first is the reason that counts most.
func (r *reasons) first() error {
	if err := r.errs[partRows]; err != nil && r.disk != nil {
		return errors.Join(err, flat{r.disk})
	}
	for _, err := range r.errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// fail notes why the server does not take a part.
func (r *Run) fail(p part, err error) (nth int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.why.set(p, err)
}

// reason is why the server does not take a part, nil if it does.
func (r *Run) reason(p part) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.why.errs[p]
}

// refused is called when the server does not take a part of the run for good, by
// whoever was told: the file stream, the settings or the files. Training goes on; why
// is found out beside it.
func (u *upload) refused(p part, cause error) {
	r := u.run
	nth := r.fail(p, u.firstReading(p, cause))
	u.aside.begin()
	go func() {
		why := u.why(u.asking, p, cause)
		stands := u.settle(p, nth, why)
		if p == partRows {
			if !u.finishing.Load() { // Finish is about to show it
				r.display.Lost(r.Dir(), oneLine(r.Err()))
			}
			r.stopIfAsked()
		}
		u.aside.end()
		if stands {
			u.tell(p, why) // Finish does not wait for it, and so may be called from it
		}
	}()
}

// refusedInFinish is refused for Finish, which waits for the answer and returns it.
func (u *upload) refusedInFinish(ctx context.Context, p part, cause error) error {
	nth := u.run.fail(p, u.firstReading(p, cause)) //nolint:contextcheck // nobody is asked
	why := u.why(ctx, p, cause)
	u.settle(p, nth, why)
	return why
}

// settle keeps why the server does not take a part, also on disk. It reports false if
// the server took it meanwhile.
func (u *upload) settle(p part, nth int, why error) (stands bool) {
	r := u.run
	u.noting.Lock()
	defer u.noting.Unlock()
	r.mu.Lock()
	stands = r.why.nth[p] == nth
	if stands {
		r.why.errs[p] = why
	}
	first, rec := r.why.first(), r.rec
	r.mu.Unlock()
	if !stands || rec == nil || !answered(why) {
		return stands
	}
	if err := rec.refusal(first); err != nil {
		r.client.log.Warn("record why the server does not take the run", "run", r.String(), "error", err)
	}
	return true
}

// taken is called when the server took what it may have refused before.
func (u *upload) taken(p part) {
	r := u.run
	u.noting.Lock()
	defer u.noting.Unlock()
	r.mu.Lock()
	before := r.why.errs[p]
	r.why.set(p, nil)
	over, rec := before != nil && r.why.first() == nil, r.rec
	r.mu.Unlock()
	if !over || rec == nil {
		return
	}
	if err := rec.dir.ClearRefusal(); err != nil {
		r.client.log.Warn("forget a refusal that is over", "run", r.String(), "error", err)
	}
}

// tell calls the program's hook, unless it has heard as much, or Finish is under way
// and will say so itself. The calls follow one another.
func (u *upload) tell(p part, why error) {
	if u.plan.onLost == nil {
		return
	}
	u.telling.Lock()
	defer u.telling.Unlock()
	heard := u.told != nil && (p != partRows || errors.Code(u.told) == errors.Code(why))
	if heard || u.finishing.Load() {
		return
	}
	u.told = why
	if p == partRows {
		why = u.run.Err() // the disk may have its part in it
	}
	u.plan.onLost(why)
}
