package wandbtest

import (
	"fmt"
	"slices"
	"time"
)

// Post is a post to a run's file stream that the server accepted.
type Post struct {
	// At is when it arrived, by the server's clock.
	At time.Time
	// Writer is the client id of the process that sent it in shared mode, else "".
	Writer string
	// Bytes is the size of the body, decompressed.
	Bytes int
	// Rows counts the history rows in it that the server did not have.
	Rows int
	// Heartbeat says that it had no content, Complete that it was the final one,
	// Preempting that it reported a preemption.
	Heartbeat, Complete, Preempting bool
	// Repeated says that the server had all its lines of history and system metrics
	// already, for example because a response was lost and the client sent it again.
	Repeated bool

	// console is where its lines of the console begin and end, the last one plus one;
	// both are 0 if there are none.
	console [2]int
}

// maxPosts is the least number of posts of a run that are kept.
const maxPosts = 10_000

// record records a post. Call with mu held.
func (r *run) record(p Post) {
	r.posts = append(r.posts, p)
	// Dropping half at a time keeps the cost per post constant. The rest is copied,
	// because views share the old slice.
	if len(r.posts) >= 2*maxPosts {
		r.posts = slices.Clone(r.posts[maxPosts:])
	}
}

// Pace is how often a client may post to the file stream, and how often it must. A field
// that is 0 is not checked.
type Pace struct {
	// Interval is the shortest allowed time between two posts with content; 15 s for the
	// official client. A gap of at least nine tenths of Interval is not a violation.
	// Nor is a shorter gap before a post that
	//
	//   - has the first rows of the run;
	//   - reports a preemption or is the final one;
	//   - is full, or follows a post that was full or final;
	//   - has console lines that do not continue those of the post before. A post has
	//     room for one range of lines only.
	Interval time.Duration
	// Full is the size in bytes from which a post counts as full; 10 MiB for the
	// official client. Nine tenths of it are enough, because clients measure their lines
	// and not the body. If Full is 0, no post counts as full.
	Full int
	// Heartbeat is the longest allowed time between two posts, until the final one; 30 s
	// for the official client, which counts from the response to the last post. A gap
	// of up to one and a half times Heartbeat is not a violation. If another process
	// resumes the run, the time without a process counts.
	Heartbeat time.Duration
}

// Violations lists where the client violated the protocol, one line each; nil if it did
// not. Violations are
//
//   - lines of history or system metrics that leave a gap or replace others;
//   - rows whose _step is below that of the row before;
//   - a final post before all lines were there;
//   - posts and uploads after the final one, until the run is upserted again to be
//     resumed;
//   - posts that are too early or too late for p.
//
// Sending the same lines again is not a violation. Nor are steps that start again, with a
// process that came after the end of another, or after a rewind. In shared mode each
// writer is checked by itself, and steps are not checked. A client that repeats a failed
// post counts its interval from the first attempt, which the server may not have seen:
// use the zero Pace in tests with faults.
func (v RunView) Violations(p Pace) []string {
	found := slices.Clone(v.faulted)
	if len(v.Writers) == 0 {
		found = append(found, v.steps()...)
		return append(found, v.pace(p, "", "")...)
	}
	for _, w := range v.Writers {
		found = append(found, v.pace(p, w.ClientID, "writer "+w.ClientID+": ")...)
	}
	return found
}

// steps lists the rows whose step is below that of the row before.
func (v RunView) steps() (found violations) {
	last, known := 0.0, false
	for i, line := range v.HistoryLines {
		step, ok := stepOf(line)
		if !ok {
			continue
		}
		if known && step < last && !slices.Contains(v.starts, i) {
			found.note("%s: row %d has step %v after step %v", historyFile, i, step, last)
		}
		last, known = step, true
	}
	return found
}

// pace lists the posts of a writer that came too soon or too late.
func (v RunView) pace(p Pace, writer, lead string) (found violations) {
	var before, content *Post // the last, and the last with content
	var last time.Time        // the time of its last request; zero if not known
	if writer == "" && len(v.Posts) == v.Streams {
		last = v.CreatedAt
	}
	rows := 0
	note := func(post *Post, format string, args ...any) {
		at := post.At.Sub(v.CreatedAt).Round(time.Millisecond)
		found.note("%spost at %v: %s", lead, at, fmt.Sprintf(format, args...))
	}
	for i := range v.Posts {
		post := &v.Posts[i]
		if post.Writer != writer {
			continue
		}
		if silence, long := p.silence(before, last, post.At); long {
			note(post, "no post for %v; want a heartbeat every %v", silence, p.Heartbeat)
		}
		before, last = post, post.At
		if post.Heartbeat || post.Repeated {
			continue
		}
		if content != nil && !p.mayHurry(content, post, rows) {
			if gap := post.At.Sub(content.At); gap < p.Interval-p.Interval/10 {
				note(post, "%v after the previous post; want at least %v", gap.Round(time.Millisecond), p.Interval)
			}
		}
		content, rows = post, rows+post.Rows
	}
	if silence, long := p.silence(before, last, v.taken); long {
		found = append(found, lead+fmt.Sprintf("no post for the last %v; want a heartbeat every %v", silence, p.Heartbeat))
	}
	return found
}

// silence returns the time since the last post, and whether that is too long.
func (p Pace) silence(before *Post, last, now time.Time) (time.Duration, bool) {
	if p.Heartbeat <= 0 || last.IsZero() || before != nil && before.Complete {
		return 0, false
	}
	silence := now.Sub(last).Round(time.Millisecond)
	return silence, silence > p.Heartbeat+p.Heartbeat/2
}

// mayHurry reports whether a post may follow the one before in less than Interval. rows is
// how many rows the run had before the post.
func (p Pace) mayHurry(before, post *Post, rows int) bool {
	full := func(post *Post) bool { return p.Full > 0 && post.Bytes >= p.Full-p.Full/10 }
	const from, to = 0, 1
	leap := before.console[to] > 0 && post.console[to] > 0 && post.console[from] != before.console[to]
	return before.Complete || post.Complete || post.Preempting || post.Rows > 0 && rows == 0 ||
		full(before) || full(post) || leap
}
