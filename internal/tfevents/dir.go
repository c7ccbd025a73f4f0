package tfevents

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/wandgo/wandgo/errors"
)

// Dir is a directory with event files.
type Dir struct {
	// Path is the directory, absolute and without symbolic links.
	Path string
	// Name is the path relative to where the search started, with slashes; "." is that
	// directory itself.
	Name string
	// Files are the names of the event files, in the order in which they were written.
	Files []string
}

// Find lists the directories with event files at root and below it, in the order of their
// names. Symbolic links below root are not followed. Directories that cannot be read are
// errors.
func Find(ctx context.Context, root string) ([]*Dir, error) {
	root, err := filepath.Abs(root)
	if err == nil {
		root, err = filepath.EvalSymlinks(root)
	}
	if err != nil {
		return nil, err
	}
	var dirs []*Dir
	byPath := make(map[string]*Dir)
	err = filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err := errors.Join(err, ctx.Err()); err != nil {
			return err
		}
		if !entry.Type().IsRegular() || !strings.Contains(entry.Name(), "tfevents") {
			return nil
		}
		parent := filepath.Dir(path)
		d := byPath[parent]
		if d == nil {
			name, err := filepath.Rel(root, parent)
			if err != nil {
				return err
			}
			d = &Dir{Path: parent, Name: filepath.ToSlash(name)}
			byPath[parent], dirs = d, append(dirs, d)
		}
		d.Files = append(d.Files, entry.Name())
		return nil
	})
	return dirs, err
}

// restart is a writer that started within the events of a directory.
type restart struct{ before, step int64 }

// Contents is what a first pass over a directory found.
type Contents struct {
	dir *Dir
	// Started is the least time of an event, zero if there is none.
	Started time.Time
	// Training is a digest of what a program that trains again in the same directory does not
	// write again: the first record with values, and the name of its file. It stays the same
	// while the files grow, and is empty without such a record.
	Training string
	// Digest is one of all records that could be read.
	Digest string
	// Damage are the first MaxDamage parts that could not be read; Damaged is how many there
	// are in all.
	Damage  []string
	Damaged int
	// Restarted says that a writer started after others had written events.
	Restarted bool
	// Replaced is how many events a restarted program replaced, and Skipped how many values of
	// each kind were not read. Both are set by Rows.
	Replaced int
	Skipped  map[string]int

	restarts []restart // with growing before, and each with the least step from there on
}

// MaxDamage is how many damaged parts are listed.
const MaxDamage = 10

// Scan reads all events once, to learn where the run starts and restarts. Errors are those of
// the file system and of ctx.
func (d *Dir) Scan(ctx context.Context) (*Contents, error) {
	c := &Contents{dir: d}
	n, digest := int64(0), sha256.New()
	err := c.each(ctx, func(e *event) error {
		_, _ = digest.Write(e.record)
		if c.Training == "" && len(e.summary) > 0 {
			first := sha256.Sum256(append([]byte(e.file+"\x00"), e.record...))
			c.Training = hex.EncodeToString(first[:])
		}
		if e.timed() && (c.Started.IsZero() || e.time().Before(c.Started)) {
			c.Started = e.time()
		}
		if e.restart {
			c.restarts = append(c.restarts, restart{n, e.step})
			c.Restarted = c.Restarted || c.Training != ""
		}
		n++
		return nil
	}, c.damaged)
	c.Digest = hex.EncodeToString(digest.Sum(nil))
	for i := len(c.restarts) - 2; i >= 0; i-- {
		c.restarts[i].step = min(c.restarts[i].step, c.restarts[i+1].step)
	}
	return c, err
}

// timed reports whether the event's time is one.
func (e *event) timed() bool {
	return e.wallTime > 0 && e.wallTime < math.MaxInt32*100 // NaN is neither
}

func (c *Contents) damaged(file string, err error) {
	if c.Damaged++; c.Damaged <= MaxDamage {
		c.Damage = append(c.Damage, file+" "+err.Error())
	}
}

// each calls do with each event of the directory.
func (c *Contents) each(ctx context.Context, do func(*event) error, damaged func(file string, err error)) error {
	for _, name := range c.dir.Files {
		if err := c.eachOf(ctx, name, do, damaged); err != nil {
			return err
		}
	}
	return nil
}

func (c *Contents) eachOf(ctx context.Context, name string, do func(*event) error, damaged func(file string, err error)) error {
	f, err := os.Open(filepath.Join(c.dir.Path, name))
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }()
	r := newReader(f)
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		at := r.offset
		data, err := r.next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		var e event
		if err == nil {
			if e, err = readEvent(data); err != nil {
				err = &damageError{at, noEvent}
			}
			e.file, e.record = name, data
		}
		if _, ok := errors.AsType[*damageError](err); ok {
			damaged(name, err)
			continue
		}
		if err == nil {
			err = do(&e)
		}
		if err != nil {
			return err
		}
	}
}
