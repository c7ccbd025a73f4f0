package session

import (
	"strings"
	"time"

	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/internal/history"
	"github.com/wandgo/wandgo/internal/jsonx"
	"github.com/wandgo/wandgo/internal/record"
	"github.com/wandgo/wandgo/internal/runconfig"
	"github.com/wandgo/wandgo/internal/summary"
)

// Summary returns a value of the summary.
func (s *Session) Summary(path ...string) (any, bool) {
	if len(path) == 0 {
		return nil, false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	v, ok := s.summary.Get(path...)
	if text, encoded := v.(history.Encoded); encoded {
		return string(text), ok
	}
	return v, ok
}

// SetSummary sets a value of the summary.
func (s *Session) SetSummary(value any, path ...string) error {
	err := s.withMedia(nil, func(_ map[string]any, m *mediaPass) error { return s.setSummary(value, path, m) })
	return s.failed("set summary of %s", err)
}

func (s *Session) setSummary(value any, path []string, m *mediaPass) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return errors.ErrRunFinished
	}
	err := summary.CheckPath(path)
	if err == nil {
		value, err = s.encodeSummaryMedia(value, path, m)
	}
	if err == nil {
		err = s.summary.Set(value, path...)
	}
	if err != nil {
		return ofSummary(path, err)
	}
	s.config.Own.Use(runconfig.FeatureSummary)
	text, err := summary.EncodeValue(value)
	if err != nil {
		return err
	}
	rec := &record.Summary{Update: []record.Item{item(path, text)}}
	if text == nil { // a value that is not shown, such as NaN, removes what was there
		rec = &record.Summary{Remove: []record.Item{item(path, nil)}}
	}
	_ = s.sink.Put(rec)
	return nil
}

// ofSummary names the path of a value that cannot be encoded.
func ofSummary(path []string, err error) error {
	row, ok := errors.AsType[*history.RowError](err)
	if !ok {
		return err
	}
	return &history.KeyError{Key: strings.Join(path, "."), Err: row.Keys[0].Err, Part: "summary"}
}

// DeleteSummary removes a value of the summary.
func (s *Session) DeleteSummary(path ...string) error {
	return s.change("delete from summary of %s", func() error {
		if err := summary.CheckPath(path); err != nil {
			return err
		}
		s.summary.Delete(path...)
		_ = s.sink.Put(&record.Summary{Remove: []record.Item{item(path, nil)}})
		return nil
	})
}

func item(path []string, value []byte) record.Item {
	if len(path) == 1 {
		return record.Item{Key: path[0], Value: value}
	}
	return record.Item{NestedKey: path, Value: value}
}

// summaryRecord is the whole summary, each key as one value: that replaces all that a
// log has of it, nested values included. s.mu is held.
func (s *Session) summaryRecord() *record.Summary {
	rec := &record.Summary{}
	whole := s.summary.AppendJSON(nil)
	jsonx.EachMember(whole, 0, func(key, keyEnd, value int) int {
		name, _, _ := jsonx.Unquote(nil, whole[key:keyEnd])
		end := jsonx.Skip(whole, value, 1)
		rec.Update = append(rec.Update, record.Item{Key: string(name), Value: whole[value:end]})
		return end
	})
	return rec
}

// summaryLine is the summary as the server gets it.
func (s *Session) summaryLine() []byte {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.summaryLocked()
}

func (s *Session) summaryLocked() []byte {
	s.summary.SetWandbRuntime(s.seconds())
	return s.summary.AppendJSON(nil)
}

// seconds is how long the run has been running, earlier processes included.
func (s *Session) seconds() int64 {
	if s.duration > 0 {
		return int64(s.duration.Seconds())
	}
	return int64(s.elapsed().Seconds())
}

func (s *Session) elapsed() time.Duration {
	if s.plan.Past {
		return max(s.past, 1) // a duration that is set
	}
	return s.prior + time.Since(s.plan.Started)
}
