package settings

import (
	"encoding/json"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// The defaults are those of the official client.
const defaultInitTimeout = 90 * time.Second

var (
	defaultGraphQL      = Retry{Max: 20, WaitMin: 2 * time.Second, WaitMax: time.Minute, Timeout: 30 * time.Second}
	defaultFileStream   = Retry{Max: 10085, WaitMin: 2 * time.Second, WaitMax: time.Minute, Timeout: 3 * time.Minute}
	defaultFileTransfer = Retry{Max: 20, WaitMin: 2 * time.Second, WaitMax: time.Minute} // an upload may take hours
)

// maxSeconds bounds durations; a longer one has the wrong unit.
const maxSeconds = 1e8

// resolveRequests resolves the settings for requests and output.
func (r *resolver) resolveRequests() {
	s := r.settings
	s.Silent = r.boolean("silent", "WANDB_SILENT")
	s.Quiet = r.boolean("quiet", "WANDB_QUIET")
	s.NoConsole = r.consoleOff()
	s.InitTimeout = r.seconds(defaultInitTimeout, "init_timeout", "WANDB_INIT_TIMEOUT")
	s.FinishTimeout = r.seconds(0, "finish_timeout", "WANDB_FINISH_TIMEOUT")
	s.StopOnFatalError = r.boolean("stop_on_fatal_error", "WANDB_STOP_ON_FATAL_ERROR")

	s.GraphQL = r.retry(defaultGraphQL, "x_graphql_", "WANDB_HTTP_TIMEOUT")
	s.HTTPTimeout = s.GraphQL.Timeout
	s.FileStream.Retry = r.retry(defaultFileStream, "x_file_stream_")
	s.FileStream.TransmitInterval = r.seconds(0,
		"x_file_stream_transmit_interval", hidden("x_file_stream_transmit_interval")...)
	s.FileStream.MaxBytes = r.integer(0, "x_file_stream_max_bytes", hidden("x_file_stream_max_bytes")...)
	s.FileStream.MaxLineBytes = r.integer(0, "x_file_stream_max_line_bytes", hidden("x_file_stream_max_line_bytes")...)
	s.FileTransfer = r.retry(defaultFileTransfer, "x_file_transfer_", "WANDB_FILE_PUSHER_TIMEOUT")

	s.AllProxy = r.nonEmpty(setting{env: []string{"ALL_PROXY", "all_proxy"}}).Source
	s.CertFile = r.nonEmpty(setting{env: []string{"SSL_CERT_FILE"}})
	s.InsecureDisableSSL = r.boolean("insecure_disable_ssl", "WANDB_INSECURE_DISABLE_SSL")
	for _, p := range []struct {
		set   **url.URL
		shown *Value
		env   string
		file  string
	}{
		{&s.HTTPProxy, &s.ProxyOfHTTP, "WANDB_HTTP_PROXY", "http_proxy"},
		{&s.HTTPSProxy, &s.ProxyOfHTTPS, "WANDB_HTTPS_PROXY", "https_proxy"},
	} {
		*p.shown = r.standardProxy(strings.ToUpper(p.file), p.file)
		v := r.nonEmpty(setting{env: []string{p.env}, file: p.file})
		if v.Text == "" {
			continue
		}
		u, ok := parseProxy(v.Text)
		if !ok {
			r.warn("%s is not the address of a proxy and is ignored", v.Source)
		}
		if *p.set = u; ok {
			*p.shown = Value{Text: u.Host, Source: v.Source}
		}
	}
	r.resolveHeaders()
	r.resolveAgent()
}

// standardProxy is the host of the proxy in the first of the variables that is set, as
// net/http reads them. It has no text if the variable holds no address: net/http then makes
// up another one.
func (r *resolver) standardProxy(names ...string) Value {
	v := r.nonEmpty(setting{env: names})
	if v.Text == "" {
		return Value{}
	}
	host := ""
	if u, ok := parseProxy(v.Text); ok {
		host = u.Host
	}
	return Value{Text: host, Source: v.Source}
}

// consoleOff reports whether the console is excluded from the run. The official client's
// ways to capture it make no difference to a program that passes its own writers.
func (r *resolver) consoleOff() bool {
	v := r.nonEmpty(setting{env: []string{"WANDB_CONSOLE"}, file: "console"})
	switch v.Text {
	case "off":
		return true
	case "", "auto", "wrap", "wrap_raw", "wrap_emu", "redirect":
	default:
		r.warn("%s: %s is not a way to capture the console and is ignored", v.Source, shown(v.Text))
	}
	return false
}

// hidden returns the two spellings of the variable for an x_ setting.
func hidden(name string) []string {
	bare := strings.ToUpper(strings.TrimPrefix(name, "x_"))
	return []string{"WANDB_X_" + bare, "WANDB__" + bare}
}

// retry resolves the four settings that share a prefix. timeoutEnv are further variables
// for the timeout, which are stronger.
func (r *resolver) retry(def Retry, prefix string, timeoutEnv ...string) Retry {
	number := func(name string) string { return prefix + name }
	return Retry{
		Max: int(r.integer(int64(def.Max), number("retry_max"), hidden(number("retry_max"))...)),
		WaitMin: r.seconds(def.WaitMin, number("retry_wait_min_seconds"),
			hidden(number("retry_wait_min_seconds"))...),
		WaitMax: r.seconds(def.WaitMax, number("retry_wait_max_seconds"),
			hidden(number("retry_wait_max_seconds"))...),
		Timeout: r.seconds(def.Timeout, number("timeout_seconds"),
			append(timeoutEnv, hidden(number("timeout_seconds"))...)...),
	}
}

// seconds resolves a duration: a number of seconds, fractions allowed, or one with units
// such as 1m30s; 0 is the default.
func (r *resolver) seconds(def time.Duration, file string, env ...string) time.Duration {
	v := r.nonEmpty(setting{env: env, file: file})
	if v.Text == "" {
		return def
	}
	d, ok := parseDuration(strings.TrimSpace(v.Text))
	if !ok {
		r.warn("%s: %s is not a duration, such as 90 (seconds) or 1m30s; the default is used", v.Source, shown(v.Text))
		return def
	}
	if d > 0 {
		return d
	}
	return def
}

func parseDuration(text string) (time.Duration, bool) {
	if n, err := strconv.ParseFloat(text, 64); err == nil {
		return time.Duration(n * float64(time.Second)), n >= 0 && n <= maxSeconds
	}
	d, err := time.ParseDuration(text)
	return d, err == nil && d >= 0 && d <= maxSeconds*time.Second
}

// integer resolves a whole number; 0 means the default.
func (r *resolver) integer(def int64, file string, env ...string) int64 {
	v := r.nonEmpty(setting{env: env, file: file})
	if v.Text == "" {
		return def
	}
	n, err := strconv.ParseInt(strings.TrimSpace(v.Text), 10, 32)
	if err != nil || n < 0 {
		r.warn("%s: %s is not a whole number and is ignored", v.Source, shown(v.Text))
		return def
	}
	if n == 0 {
		return def
	}
	return n
}

func (r *resolver) boolean(file string, env ...string) bool {
	v := r.nonEmpty(setting{env: env, file: file})
	return v.Text != "" && r.parseBool(v)
}

// parseBool accepts the words that mean true and false to the official client.
func (r *resolver) parseBool(v Value) bool {
	switch strings.ToLower(v.Text) {
	case "y", "yes", "t", "true", "on", "1":
		return true
	case "n", "no", "f", "false", "off", "0":
	default:
		r.warn("%s: %s is neither true nor false and counts as false", v.Source, shown(v.Text))
	}
	return false
}

// resolveHeaders resolves the extra headers, a JSON object of strings. They often have
// the credentials of a proxy, so warnings name the header but not its value.
func (r *resolver) resolveHeaders() {
	const name = "x_extra_http_headers"
	v := r.nonEmpty(setting{env: hidden(name), file: name})
	if v.Text == "" {
		return
	}
	var headers map[string]string
	if err := json.Unmarshal([]byte(v.Text), &headers); err != nil {
		r.warn("%s is not a JSON object of strings and is ignored", v.Source)
		return
	}
	for _, h := range slices.Sorted(maps.Keys(headers)) {
		if !validHeader(h, headers[h]) {
			r.warn("%s: the header %s cannot be sent and is ignored", v.Source, shown(h))
			delete(headers, h)
		}
	}
	r.settings.ExtraHeaders = headers
}

// validHeader reports whether HTTP allows a header.
func validHeader(name, value string) bool {
	if name == "" {
		return false
	}
	for i := range len(name) {
		c := name[i]
		letter := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9'
		if !letter && strings.IndexByte("!#$%&'*+-.^_`|~", c) < 0 {
			return false
		}
	}
	return !strings.ContainsFunc(value, func(r rune) bool { return r < ' ' && r != '\t' || r == 0x7f })
}
