package client_test

import (
	"context"
	"errors"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/client"
	"github.com/wandgo/wandgo/internal/journal"
	"github.com/wandgo/wandgo/wandbtest"
)

// machine is a computer whose processes can be killed: its disk outlives them.
type machine struct {
	s    *wandbtest.Server
	key  string
	dir  string      // of the runs
	tmp  string      // the temporary directory, on a disk of its own
	full atomic.Bool // the disk of dir takes no more of a log
	// noTmp: there is no room in the temporary directory either.
	noTmp bool
}

func newMachine(t *testing.T, s *wandbtest.Server, key string) *machine {
	t.Helper()
	return &machine{s: s, key: key, dir: t.TempDir(), tmp: t.TempDir()}
}

// process is a program on a machine.
type process struct {
	*client.Client
	m   *machine
	net *cable
	dir string // of the runs, as long as the process is alive
}

// cable connects a process to the server until it is unplugged.
type cable struct {
	unplugged atomic.Bool
	inFlight  sync.RWMutex
}

var errUnplugged = errors.New("unplugged")

func (c *cable) RoundTrip(r *http.Request) (*http.Response, error) {
	c.inFlight.RLock()
	defer c.inFlight.RUnlock()
	if c.unplugged.Load() {
		return nil, errUnplugged
	}
	return http.DefaultTransport.RoundTrip(r)
}

// cut unplugs the cable when what is in flight has arrived: a later process asks the server
// after that.
func (c *cable) cut() {
	c.unplugged.Store(true)
	c.inFlight.Lock()
	c.inFlight.Unlock() //nolint:staticcheck // it waits for the others
}

// start starts a process. It sees the disk as it is now.
func (m *machine) start(t *testing.T, change ...func(*client.Options)) *process {
	t.Helper()
	p := &process{m: m, net: new(cable), dir: m.dir}
	p.Client = newClient(t, m.s, m.key, append([]func(*client.Options){quickly, func(o *client.Options) {
		o.Dir, o.HTTPClient = m.dir, &http.Client{Transport: p.net}
		others := o.Getenv
		o.Getenv = func(name string) string {
			if name == "TMPDIR" {
				return m.tmp
			}
			return others(name)
		}
	}}, change...)...)
	p.UseJournalFile(m.create)
	return p
}

// create creates a log on the machine's disk.
func (m *machine) create(path string) (journal.File, error) {
	if m.noTmp && strings.HasPrefix(path, m.tmp) {
		return nil, syscall.ENOSPC
	}
	if strings.HasPrefix(path, m.tmp) {
		return journal.CreateFile(path)
	}
	if m.full.Load() {
		return nil, syscall.ENOSPC
	}
	f, err := journal.CreateFile(path)
	return fullableFile{f, m}, err
}

// fullableFile is a log on the machine's disk.
type fullableFile struct {
	journal.File
	m *machine
}

func (f fullableFile) WriteAt(b []byte, off int64) (int, error) {
	if !f.m.full.Load() {
		return f.File.WriteAt(b, off)
	}
	n, err := f.File.WriteAt(b[:len(b)/2], off) // the last block has some room
	return n, errors.Join(err, syscall.ENOSPC)
}

// kill ends a process that writes run. Its directory stays as the kill left it.
func (p *process) kill(t *testing.T, run *client.Run) {
	t.Helper()
	over, cancel := context.WithCancel(t.Context())
	cancel()
	_ = run.Flush(over) // to the disk; whether the server gets anything is left open
	p.net.cut()
	left := t.TempDir()
	places := []string{p.m.dir, p.m.tmp} // the rest of a log may be in the second
	for i, place := range places {
		require.NoError(t, copyLiving(filepath.Join(left, strconv.Itoa(i)), place))
	}
	err := run.Finish(over)
	if run.URL() != "" && run.Err() == nil {
		require.Error(t, err)
	}
	for i, place := range places {
		require.NoError(t, os.RemoveAll(place))
		require.NoError(t, os.Rename(filepath.Join(left, strconv.Itoa(i)), place))
	}
}

// copyLiving copies a directory in which files come and go.
func copyLiving(to, from string) error {
	return filepath.WalkDir(from, func(path string, d fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) || filepath.Ext(path) == ".tmp" {
			return nil
		}
		if err != nil {
			return err
		}
		target := filepath.Join(to, strings.TrimPrefix(path, from))
		switch {
		case d.IsDir():
			return os.MkdirAll(target, 0o700)
		case d.Type()&fs.ModeSymlink != 0:
			link, err := os.Readlink(path)
			return errors.Join(err, os.Symlink(link, target))
		}
		text, err := os.ReadFile(path)
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		return errors.Join(err, os.WriteFile(target, text, 0o600))
	})
}
