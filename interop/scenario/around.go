package scenario

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/wandgo/wandgo/client"
)

var _ = register(map[string]func(half){
	"console": func(h half) {
		r := h.init("console", client.RunOptions{})
		out := r.Stdout(os.Stdout)
		say(out, "hello\n")
		say(out, "two\nlines\n")
		say(out, "grüße 🚀 \x1b[31mred\x1b[0m\n")
		for i := 0; i <= 100; i += 10 {
			say(out, fmt.Sprintf("\r%3d%% |%s|", i, strings.Repeat("#", i/10)))
		}
		say(out, "\n")
		say(out, "one\rtwo\n")
		say(out, "up 1\nup 2\n\x1b[2Aover\x1b[2B\n")
		say(out, "\n")
		say(out, "tab\there\n")
		r.log(row{"a": 1})
		say(out, "no newline at the end")
		r.finish()
	},
	"console_stderr": func(h half) {
		r := h.init("console_stderr", client.RunOptions{})
		out := r.Stderr(os.Stderr)
		say(out, "to stderr\n")
		say(out, "50%\r99%\n")
		r.finish()
	},
	"system_metrics": func(h half) {
		r := h.init("system_metrics", client.RunOptions{})
		for i := range 8 {
			r.log(row{"i": i})
			time.Sleep(250 * time.Millisecond)
		}
		r.finish()
	},
	"saved_files": func(h half) {
		r := h.init("saved_files", client.RunOptions{})
		for name, text := range map[string]string{"notes.txt": "hello\n", "ckpt/a.bin": "\x00\x01", "ckpt/sub/b.bin": "", "räum lich.txt": "x"} {
			must(os.MkdirAll(filepath.Dir(name), 0o755))
			must(os.WriteFile(name, []byte(text), 0o644))
		}
		r.save("notes.txt", "", client.SaveNow)
		r.save("ckpt/*.bin", "", client.SaveLive)
		r.save("ckpt/sub/b.bin", "ckpt", client.SaveLive)
		r.save("räum lich.txt", "", client.SaveAtEnd)
		r.log(row{"a": 1})
		r.finish()
	},
	"alerts": func(h half) {
		r := h.init("alerts", client.RunOptions{})
		must(r.Alert(h.ctx, client.Alert{Title: "Low accuracy", Text: "it is 0.1"}))
		must(r.Alert(h.ctx, client.Alert{Title: "Diverged", Text: "loss is NaN", Level: client.AlertError, Wait: 5 * time.Minute}))
		must(r.Alert(h.ctx, client.Alert{Title: "Note", Text: "an <b>ünï</b> text", Level: client.AlertWarn}))
		r.log(row{"a": 1})
		r.finish()
	},
	"offline":      func(h half) { h.withoutServer("offline") },
	"offline_twin": func(h half) { h.withoutServer("online") },
	"sync": func(h half) {
		c, err := client.New(client.Options{})
		must(err)
		report, err := c.Sync(h.ctx, nil, client.SyncOptions{})
		must(err)
		if len(report.Runs) == 0 {
			must(errors.New("nothing to sync"))
		}
		must(c.Close())
	},
})

func (h half) withoutServer(mode string) {
	r := h.init("offline", client.RunOptions{
		Mode: client.Mode(mode), Config: row{"lr": 0.1, "n": row{"m": 1}}, Tags: []string{"t"}, Notes: "n", Name: "off", Group: "g", JobType: "j",
	})
	r.define("acc", client.MetricOptions{Summary: []client.SummaryKind{client.SummaryMax}})
	say(r.Stdout(os.Stdout), "printed offline\n")
	for i := range 10 {
		r.log(row{"loss": 1 / float64(i+1), "acc": i % 4, "n": row{"x": i}, "odd": nan})
	}
	r.partial(row{"left": 1})
	must(r.SetSummary("set", "mine"))
	r.update(row{"late": true})
	must(os.WriteFile("kept.txt", []byte("kept"), 0o644))
	r.save("kept.txt", "", client.SaveNow)
	must(r.Alert(h.ctx, client.Alert{Title: "Offline", Text: "all the same"}))
	r.finishWith(4)
}

func say(w io.Writer, text string) {
	_, err := io.WriteString(w, text)
	must(err)
}

func (r run) save(pattern, base string, policy client.FilePolicy) {
	names, err := r.SaveFile(pattern, base, policy)
	must(err)
	if len(names) == 0 {
		must(fmt.Errorf("nothing matches %s", pattern))
	}
}
