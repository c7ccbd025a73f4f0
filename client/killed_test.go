package client_test

import (
	"context"
	"errors"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/client"
	"github.com/wandgo/wandgo/wandbtest"
)

// machine is a computer whose processes can be killed: its disk outlives them.
type machine struct {
	s   *wandbtest.Server
	key string
	dir string // of the runs
}

func newMachine(t *testing.T, s *wandbtest.Server, key string) *machine {
	t.Helper()
	return &machine{s: s, key: key, dir: t.TempDir()}
}

// process is a program on a machine.
type process struct {
	*client.Client
	m   *machine
	net *cable
	dir string // of the runs, as long as the process is alive
}

// cable connects a process to the server until it is unplugged.
type cable struct{ unplugged atomic.Bool }

var errUnplugged = errors.New("unplugged")

func (c *cable) RoundTrip(r *http.Request) (*http.Response, error) {
	if c.unplugged.Load() {
		return nil, errUnplugged
	}
	return http.DefaultTransport.RoundTrip(r)
}

// start starts a process. It sees the disk as it is now.
func (m *machine) start(t *testing.T, change ...func(*client.Options)) *process {
	t.Helper()
	p := &process{m: m, net: new(cable), dir: m.dir}
	p.Client = newClient(t, m.s, m.key, append([]func(*client.Options){quickly, func(o *client.Options) {
		o.Dir, o.HTTPClient = m.dir, &http.Client{Transport: p.net}
	}}, change...)...)
	return p
}

// kill ends a process that writes run. Its directory stays as the kill left it.
func (p *process) kill(t *testing.T, run *client.Run) {
	t.Helper()
	over, cancel := context.WithCancel(t.Context())
	cancel()
	_ = run.Flush(over) // to the disk; whether the server gets anything is left open
	p.net.unplugged.Store(true)
	left := filepath.Join(t.TempDir(), "left")
	require.NoError(t, copyLiving(left, run.Dir()))
	err := run.Finish(over)
	if run.URL() != "" && run.Err() == nil {
		require.Error(t, err)
	}
	require.NoError(t, os.RemoveAll(run.Dir()))
	require.NoError(t, os.Rename(left, run.Dir()))
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
