package download

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"
	"time"

	"github.com/wandgo/wandgo/internal/connection"
	"github.com/wandgo/wandgo/internal/diagnose"
)

// Version is a version of an artifact on the server. Make it with [Resolve] or [ByID].
type Version struct {
	conn *connection.Connection
	old  bool // the server does not know memberships of collections

	mu       sync.Mutex
	info     Info
	manifest *manifestFile // read once if it is small

	stored storage
}

// Info is what the server shows of a version. Entity, Project and Collection are where it
// was named from, and Source where it was logged; they differ for a link.
type Info struct {
	ID                  string
	Path                Path // with the version "vN"
	CollectionID        string
	Source              Path // likewise
	State, Type, Digest string
	Description         string
	Metadata            json.RawMessage // a JSON object, or nil
	TTL                 time.Duration   // 0 if there is none
	Aliases, Tags       []string
	Size, Files         int64
	CreatedAt           time.Time
}

// Linked reports whether the version was named by a link.
func (i *Info) Linked() bool { return i.Path != i.Source }

// Holder is embedded in the public type, which thereby has a version that only this module
// can get at.
type Holder struct{ v *Version }

func (h *Holder) versionHolder() *Holder { return h }

// Hold puts a version into a type that embeds [Holder].
func Hold(x interface{ versionHolder() *Holder }, v *Version) { x.versionHolder().v = v }

// Of returns the version of a type that embeds [Holder]. It is an empty one, all of whose
// methods fail, if there is none in it.
func Of(x interface{ versionHolder() *Holder }) *Version {
	if h := x.versionHolder(); h != nil && h.v != nil {
		return h.v
	}
	return &Version{}
}

// Info returns what is known of the version.
func (v *Version) Info() Info {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.info
}

func (v *Version) question(op diagnose.Op) diagnose.Question {
	p := v.Info().Path
	return diagnose.Question{Op: op, Entity: p.Entity, Project: p.Project, Artifact: p.Name()}
}

// explain turns an error into the public one.
func (v *Version) explain(ctx context.Context, op diagnose.Op, err error) error {
	return explain(ctx, v.conn, v.question(op), err)
}

func explain(ctx context.Context, conn *connection.Connection, q diagnose.Question, err error) error {
	switch {
	case err == nil, diagnose.Explained(err):
		return err
	case diagnose.Explainable(err):
		return conn.Diagnoser.Explain(ctx, ctx, q, err)
	}
	return fmt.Errorf("%s %s/%s/%s: %w", q.Op.Verb, q.Entity, q.Project, q.Artifact, err)
}
