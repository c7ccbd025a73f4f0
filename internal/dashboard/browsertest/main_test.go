package browsertest

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	cdpbrowser "github.com/chromedp/cdproto/browser"
	cdplog "github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	cdpruntime "github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"
)

// patience bounds each test. A browser on a busy machine needs seconds for a page.
const patience = 90 * time.Second

// chromium is the browser's executable, or "" if there is none.
func chromium() string {
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "headless-shell"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	return ""
}

var browser context.Context // of the process that all tests share; they have a tab each

func TestMain(m *testing.M) {
	os.Exit(func() int {
		path := chromium()
		if path == "" {
			if os.Getenv("WANDGO_TEST_BROWSER") != "" {
				fmt.Fprintln(os.Stderr, "no Chromium is installed")
				return 1
			}
			fmt.Fprintln(os.Stderr, "skipped: no Chromium is installed")
			return 0
		}
		options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.WindowSize(1400, 900),
			chromedp.WSURLReadTimeout(patience), chromedp.Flag("disable-dev-shm-usage", true))
		allocator, stop := chromedp.NewExecAllocator(context.Background(), options...)
		defer stop()
		var cancel context.CancelFunc
		browser, cancel = chromedp.NewContext(allocator) //nolint:fatcontext // the one of all tests
		defer cancel()
		if err := chromedp.Do(browser); err != nil {
			fmt.Fprintln(os.Stderr, "start Chromium:", err)
			return 1
		}
		return m.Run()
	}())
}

// tab is a tab of the browser that notes what must not happen: errors of scripts and in the
// console, violations of the policy, dialogs, and requests to other hosts.
type tab struct {
	t   *testing.T
	ctx context.Context

	mu     sync.Mutex
	faults []string
}

// open opens a tab, which is closed with the test. Nothing outside host may be asked.
func open(t *testing.T, host string) *tab {
	t.Helper()
	ctx, cancel := context.WithTimeout(browser, patience)
	ctx, closeTab := chromedp.NewContext(ctx)
	tb := &tab{t: t, ctx: ctx}
	t.Cleanup(func() {
		closeTab()
		cancel()
		tb.mu.Lock()
		defer tb.mu.Unlock()
		require.Empty(t, tb.faults, "what the browser complained about")
	})
	require.NoError(t, chromedp.Listen(ctx, func(event any) {
		switch e := event.(type) {
		case *cdpruntime.EventExceptionThrown:
			tb.fault("script error: " + e.ExceptionDetails.Text + " " + e.ExceptionDetails.Exception.Description)
		case *cdplog.EventEntryAdded:
			if e.Entry.Level == cdplog.EntryLevelError || e.Entry.Source == cdplog.EntrySourceSecurity {
				tb.fault(string(e.Entry.Source) + ": " + e.Entry.Text + " " + e.Entry.URL)
			}
		case *cdpruntime.EventConsoleAPICalled:
			if e.Type == cdpruntime.ConsoleAPICalledTypeError || e.Type == cdpruntime.ConsoleAPICalledTypeAssert {
				tb.fault("console: " + string(e.Type))
			}
		case *page.EventJavascriptDialogOpening:
			tb.fault("dialog: " + e.Message)
			go func() {
				_, _ = chromedp.Call(ctx, page.HandleJavaScriptDialog, page.HandleJavaScriptDialogParams{})
			}()
		case *network.EventRequestWillBeSent:
			if url := e.Request.URL; !strings.HasPrefix(url, host) && !strings.HasPrefix(url, "data:") && !strings.HasPrefix(url, "blob:") {
				tb.fault("request to " + url)
			}
		}
	}))
	return tb
}

func (tb *tab) fault(text string) {
	tb.mu.Lock()
	defer tb.mu.Unlock()
	tb.faults = append(tb.faults, text)
}

func (tb *tab) do(steps ...chromedp.Action[chromedp.Void]) {
	tb.t.Helper()
	require.NoError(tb.t, chromedp.Do(tb.ctx, steps...))
}

// script runs a script.
func script(source string) chromedp.Action[chromedp.Void] {
	return chromedp.Evaluate[chromedp.Void](source)
}

// set gives a control a value, as a person does.
func set(selector, value, event string) chromedp.Action[chromedp.Void] {
	return script(fmt.Sprintf(`(() => { const c = document.querySelector(%q); c.value = %q; c.dispatchEvent(new Event(%q)); })()`, selector, value, event))
}

// js evaluates an expression.
func js[T any](tb *tab, expression string) T {
	tb.t.Helper()
	got, err := chromedp.Run(tb.ctx, chromedp.Evaluate[T](expression))
	require.NoError(tb.t, err, expression)
	return got
}

// until waits until an expression is true; it is not while it fails.
func (tb *tab) until(expression string) {
	tb.t.Helper()
	_, err := chromedp.Run(tb.ctx, chromedp.Poll[chromedp.Void]("(() => { try { return Boolean("+expression+"); } catch { return false; } })()", chromedp.WithPollingInterval(50*time.Millisecond), chromedp.WithPollingTimeout(patience/2)))
	if err != nil {
		text, _ := chromedp.Run(tb.ctx, chromedp.Evaluate[string]("document.body.innerText"))
		require.NoError(tb.t, err, "waiting for %s; the page says:\n%s", expression, text)
	}
}

// download clicks on an element, and returns the file that the browser then saves. One test
// at a time may do so, because the directory is that of the browser.
func (tb *tab) download(selector string) (name string, content []byte) {
	tb.t.Helper()
	dir := tb.t.TempDir()
	begun, done := make(chan string, 1), make(chan cdpbrowser.DownloadProgressState, 1)
	ctx, cancel := context.WithCancel(tb.ctx)
	defer cancel()
	require.NoError(tb.t, chromedp.ListenBrowser(ctx, func(event any) {
		switch e := event.(type) {
		case *cdpbrowser.EventDownloadWillBegin:
			select {
			case begun <- e.SuggestedFilename:
			default:
			}
		case *cdpbrowser.EventDownloadProgress:
			if e.State == cdpbrowser.DownloadProgressStateInProgress {
				return
			}
			select {
			case done <- e.State:
			default:
			}
		}
	}))
	report := true
	_, err := chromedp.CallBrowser(ctx, cdpbrowser.SetDownloadBehavior, cdpbrowser.SetDownloadBehaviorParams{
		Behavior: cdpbrowser.SetDownloadBehaviorBehaviorAllow, DownloadPath: dir, EventsEnabled: &report,
	})
	require.NoError(tb.t, err)
	tb.do(chromedp.Click(chromedp.CSS(selector)))
	select {
	case state := <-done:
		require.Equal(tb.t, cdpbrowser.DownloadProgressStateCompleted, state)
	case <-ctx.Done():
		require.Fail(tb.t, "nothing was saved", selector)
	}
	name = <-begun
	content, err = os.ReadFile(filepath.Join(dir, name))
	require.NoError(tb.t, err)
	return name, content
}

// picture stores a picture of the tab if somebody wants to look at it.
func (tb *tab) picture(name string) {
	tb.t.Helper()
	dir := os.Getenv("WANDGO_SCREENSHOTS")
	if dir == "" {
		return
	}
	png, err := chromedp.Run(tb.ctx, chromedp.CaptureScreenshot())
	require.NoError(tb.t, err)
	require.NoError(tb.t, os.WriteFile(filepath.Join(dir, name+".png"), png, 0o644))
}
