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
	s.Silent = r.boolean(r.nonEmpty("silent"))
	s.Quiet = r.boolean(r.nonEmpty("quiet"))
	s.NoConsole = r.consoleOff()
	s.InitTimeout = r.seconds(r.nonEmpty("init_timeout"), defaultInitTimeout)
	s.FinishTimeout = r.seconds(r.nonEmpty("finish_timeout"), 0)
	s.StopOnFatalError = r.boolean(r.nonEmpty("stop_on_fatal_error"))

	s.GraphQL = r.retry(defaultGraphQL, "x_graphql_", "WANDB_HTTP_TIMEOUT")
	s.FileStream.Retry = r.retry(defaultFileStream, "x_file_stream_")
	s.FileStream.TransmitInterval = r.seconds(r.nonEmpty("x_file_stream_transmit_interval"), 0)
	s.FileStream.MaxBytes = r.integer(r.nonEmpty("x_file_stream_max_bytes"), 0)
	s.FileStream.MaxLineBytes = r.integer(r.nonEmpty("x_file_stream_max_line_bytes"), 0)
	s.FileTransfer = r.retry(defaultFileTransfer, "x_file_transfer_", "WANDB_FILE_PUSHER_TIMEOUT")

	s.AllProxy = r.variable("ALL_PROXY", "all_proxy").Source
	s.CertFile = r.variable("SSL_CERT_FILE")
	s.InsecureDisableSSL = r.boolean(r.nonEmpty("insecure_disable_ssl"))
	s.HTTPProxy, s.ProxyOfHTTP = r.proxy("http_proxy")
	s.HTTPSProxy, s.ProxyOfHTTPS = r.proxy("https_proxy")
	r.resolveHeaders()
	r.resolveAgent()
}

// proxy resolves the proxy for one scheme. own is nil if the standard variables decide, whose
// names are that of the setting. shown is the host of the proxy in use. It has no text if a standard
// variable holds no address: net/http then makes up another one.
func (r *resolver) proxy(name string) (own *url.URL, shown Value) {
	shown = r.variable(strings.ToUpper(name), name)
	if u, ok := parseProxy(shown.Text); ok {
		shown.Text = u.Host
	} else {
		shown.Text = ""
	}
	v := r.nonEmpty(name)
	if v.Text == "" {
		return nil, shown
	}
	own, ok := parseProxy(v.Text)
	if !ok {
		r.warn("%s is not the address of a proxy and is ignored", v.Source)
		return nil, shown
	}
	return own, Value{Text: own.Host, Source: v.Source}
}

// consoleOff reports whether the console is excluded from the run. The official client's
// ways to capture it make no difference to a program that passes its own writers.
func (r *resolver) consoleOff() bool {
	v := r.nonEmpty("console")
	switch v.Text {
	case "off":
		return true
	case "", "auto", "wrap", "wrap_raw", "wrap_emu", "redirect":
	default:
		r.warn("%s: %s is not a way to capture the console and is ignored", v.Source, shown(v.Text))
	}
	return false
}

// retry resolves the four settings that share a prefix. timeoutAliases are variables for the timeout.
func (r *resolver) retry(def Retry, prefix string, timeoutAliases ...string) Retry {
	return Retry{
		Max:     int(r.integer(r.nonEmpty(prefix+"retry_max"), int64(def.Max))),
		WaitMin: r.seconds(r.nonEmpty(prefix+"retry_wait_min_seconds"), def.WaitMin),
		WaitMax: r.seconds(r.nonEmpty(prefix+"retry_wait_max_seconds"), def.WaitMax),
		Timeout: r.seconds(r.nonEmpty(prefix+"timeout_seconds", timeoutAliases...), def.Timeout),
	}
}

// seconds reads a duration: a number of seconds, fractions allowed, or one with units
// such as 1m30s; 0 is the default.
func (r *resolver) seconds(v Value, def time.Duration) time.Duration {
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

// integer reads a whole number; 0 means the default.
func (r *resolver) integer(v Value, def int64) int64 {
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

// optionalBool reads a switch, nil if it is not set.
func (r *resolver) optionalBool(v Value) *bool {
	if v.Text == "" {
		return nil
	}
	return new(r.boolean(v))
}

// boolean reads a switch in the words that mean true and false to the official client.
func (r *resolver) boolean(v Value) bool {
	switch strings.ToLower(v.Text) {
	case "y", "yes", "t", "true", "on", "1":
		return true
	case "n", "no", "f", "false", "off", "0", "":
	default:
		r.warn("%s: %s is neither true nor false and counts as false", v.Source, shown(v.Text))
	}
	return false
}

// resolveHeaders resolves the extra headers, a JSON object of strings. They often have
// the credentials of a proxy, so warnings name the header but not its value.
func (r *resolver) resolveHeaders() {
	v := r.nonEmpty("x_extra_http_headers")
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
