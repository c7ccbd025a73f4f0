package main

import (
	"cmp"
	"context"
	"crypto/rand"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/internal/dashboard"
	"github.com/wandgo/wandgo/internal/doctor"
	"github.com/wandgo/wandgo/internal/rundir"
	"github.com/wandgo/wandgo/internal/runstore"
	"github.com/wandgo/wandgo/internal/secret"
	"github.com/wandgo/wandgo/internal/settings"
	"github.com/wandgo/wandgo/internal/version"
)

var boardCommand = command{
	name: "board", args: "[DIR ...] [--addr HOST:PORT] [--no-open]\n" +
		"       wandgo board export RUN ... [-o FILE]",
	summary: "look at the runs on this disk in a browser",
	long:    boardHelp,
	run:     runBoard,
}

const boardHelp = `
Serves pages with the runs on this disk, of wandgo and of the official client:
list, charts, comparison, console, files, why a run was refused, and the trials
of sweeps without a server (sweep.Local). No account and no network are needed.
Runs in progress grow on the page. Ctrl-C stops it.

A DIR is a directory at any depth above the runs, the directory of a run, or a
log (run-ID.wandb). Without DIR, shows the runs in the directory "wandb" of the
settings, and in the temporary directories that are used if that one cannot be
written. Reads the runs and changes nothing in their directories; an index of
long logs is kept in the user's cache directory.

Flags:
  --addr HOST:PORT  address to listen on (default 127.0.0.1:0, a free port).
                    For an address that other machines can reach, the link has
                    a token, and the pages need it. The connection is not
                    encrypted
  --no-open         do not open the browser. It is opened only if the output
                    is a terminal
  --no-cache        neither read nor write an index

export writes runs as one file of HTML that opens anywhere, without a server:
charts, config, summary, console, troubles, the list of files, and media and
tables (files up to 8 MB, the latest first, up to 32 MB in all; it says what is
left out). RUN is the directory of a run, its log, or a directory of runs.

  -o FILE           the file to write (default report.html); "-" is the standard
                    output

The exit status is 33 if a DIR or a RUN does not exist.

Examples:
  wandgo board
  wandgo board experiments/ /scratch/jo/wandb
  wandgo board --addr 0.0.0.0:8080 --no-open
  wandgo board export wandb/latest-run -o report.html
`

func runBoard(ctx context.Context, a *app, c command, args []string) error {
	if len(args) > 0 && args[0] == "export" {
		return runBoardExport(ctx, a, c, args[1:])
	}
	set := c.flags()
	addr := set.String("addr", "127.0.0.1:0", "")
	noOpen := set.Bool("no-open", false, "")
	noCache := set.Bool("no-cache", false, "")
	dirs, err := a.parsePaths(c, set, args)
	if err != nil {
		return err
	}
	if dirs, err = a.boardDirs(dirs); err != nil {
		return err
	}
	host, _, err := net.SplitHostPort(*addr)
	if err != nil {
		return usageError(c, "--addr %s: must be HOST:PORT, such as 127.0.0.1:8080", *addr)
	}
	opts := dashboard.Options{Version: version.Module(), Mode: "board", Hint: "wandgo board DIR", LocalSweep: localSweep}
	if !doctor.IsLoopback(host) {
		opts.Token = rand.Text()
	}
	cache := ""
	if !*noCache {
		cache = a.env.cache()
	}
	store := runstore.Open(dirs, runstore.Options{Cache: cache, Staging: rundir.Staging(a.env.get, a.env.home())})
	defer store.Close()
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", *addr)
	if err != nil {
		return commandFailed(c, err)
	}
	link := boardLink(listener.Addr(), host, opts.Token)
	p := &printer{w: a.stdout}
	p.printf("Runs in %s\nBoard:  %s\n", printable(strings.Join(dirs, ", ")), link)
	if opts.Token == "" {
		p.printf("%s", tunnelHint(listener.Addr(), a.env.get("SSH_CONNECTION"), a.env.get("USER")))
	}
	p.printf("Press Ctrl-C to stop it.\n")
	if p.err != nil {
		_ = listener.Close()
		return failed("print the address", p.err)
	}
	if !*noOpen && a.interactive() {
		openBrowser(ctx, link, a.env.get)
	}
	return commandFailed(c, serveBoard(ctx, listener, dashboard.New(store, opts), store))
}

// boardDirs returns the directories to show: those that were given, which must exist, or
// those of the settings.
func (a *app) boardDirs(given []string) ([]string, error) {
	if len(given) == 0 {
		s, err := a.settings()
		if err != nil {
			return nil, err
		}
		return a.runRoots(s), nil
	}
	var dirs []string
	for _, dir := range given {
		path := a.env.path(dir)
		if _, err := os.Stat(path); err != nil {
			return nil, &errors.InputError{Field: "path", Value: secret.Redact(dir), Rule: settings.Reason(err)}
		}
		dirs = append(dirs, path)
	}
	return dirs, nil
}

// boardLink is the link to open. A board that listens everywhere is called by the name of
// the machine.
func boardLink(addr net.Addr, host, token string) string {
	_, port, err := net.SplitHostPort(addr.String())
	if err != nil {
		port = "80"
	}
	if ip := net.ParseIP(host); host == "" || ip != nil && ip.IsUnspecified() {
		name, err := os.Hostname()
		if err != nil {
			name = "localhost"
		}
		host = name
	}
	u := url.URL{Scheme: "http", Host: net.JoinHostPort(host, port), Path: "/"}
	if token != "" {
		u.RawQuery = url.Values{"token": {token}}.Encode()
	}
	return u.String()
}

// tunnelHint is the line for a person who is connected by SSH, whose browser does not reach
// the loopback address addr; "" for others. connection has the addresses and ports of the
// client and the server.
func tunnelHint(addr net.Addr, connection, user string) string {
	ends := strings.Fields(connection)
	if len(ends) != 4 || net.ParseIP(ends[2]) == nil {
		return ""
	}
	_, port, err := net.SplitHostPort(addr.String())
	if err != nil {
		return ""
	}
	to := ends[2]
	if user != "" {
		to = printable(user) + "@" + to
	}
	if ends[3] != "22" {
		to = "-p " + printable(ends[3]) + " " + to
	}
	return fmt.Sprintf("On your own machine, first: ssh -L %s:%s %s\n", port, addr, to)
}

// serveBoard serves the pages, and reads the runs, until ctx ends.
func serveBoard(ctx context.Context, listener net.Listener, pages http.Handler, store *runstore.Store) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	server := &http.Server{Handler: pages, ReadHeaderTimeout: 10 * time.Second, BaseContext: func(net.Listener) context.Context { return ctx }}
	var watch sync.WaitGroup
	watch.Go(func() { store.Watch(ctx) })
	stopped := context.AfterFunc(ctx, func() { _ = server.Close() })
	err := server.Serve(listener)
	stopped()
	cancel()
	watch.Wait()
	if errors.Is(err, http.ErrServerClosed) {
		return nil
	}
	return fmt.Errorf("serve the board: %w", err)
}

// cache is the directory for what can be made again, or "" if there is none.
func (e environment) cache() string {
	dir, err := os.UserCacheDir()
	if e.vars != nil {
		dir, err = e.vars["XDG_CACHE_HOME"], nil
		if home := e.home(); home != "" {
			dir = cmp.Or(dir, filepath.Join(home, ".cache"))
		}
	}
	if err != nil || dir == "" {
		return ""
	}
	return filepath.Join(dir, "wandgo", "board")
}
