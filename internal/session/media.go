package session

import (
	"encoding/json"
	"fmt"
	"runtime"
	"strconv"
	"sync"

	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/internal/history"
	"github.com/wandgo/wandgo/internal/jsonx"
	"github.com/wandgo/wandgo/internal/media"
	"github.com/wandgo/wandgo/internal/record"
	"github.com/wandgo/wandgo/internal/runid"
)

// Values of package media are logged in two attempts. The first finds them, changes
// nothing and costs rows without media nothing. They are prepared without the lock, and
// the second attempt writes the row.

// mediaRows is the state of the history about values of package media.
type mediaRows struct {
	pass    *mediaPass // nil in a first attempt
	missing []*media.Holder
	summary []string // path of a value that is set in the summary
	warned  map[string]bool
	run     media.Run
}

// mediaPass is a second attempt.
type mediaPass struct {
	prepared map[*media.Holder]preparedMedia
	used     bool
	// What belongs to the values that were written, until it is recorded.
	stage    *media.Stage
	files    []media.Named
	config   []media.Entry
	warnings []string // for the caller
}

type preparedMedia struct {
	value media.Prepared
	err   error
}

// unprepared is the result of a first attempt that found values.
type unprepared struct{ values []*media.Holder }

func (*unprepared) Error() string { return "the row has media" }

// unpreparedIn returns the values that err, of an attempt, lists, nil if the attempt is over.
func unpreparedIn(err error) []*media.Holder {
	if err == nil {
		return nil
	}
	if found, ok := errors.AsType[*unprepared](err); ok {
		return found.values
	}
	return nil
}

// withMedia makes the attempts: one without a pass and, if that found values, a second.
func (s *Session) withMedia(row map[string]any, attempt func(map[string]any, *mediaPass) error) error {
	err := attempt(row, nil)
	if found := unpreparedIn(err); found != nil {
		return s.logMedia(row, found, attempt)
	}
	return err
}

// logMedia prepares the values that were found in row and makes the second attempt.
func (s *Session) logMedia(row map[string]any, found []*media.Holder, attempt func(map[string]any, *mediaPass) error) error {
	stage := &media.Stage{Dir: s.Dir(), Run: &s.rows.media.run}
	if s.sink.Online() || stage.Dir != "" {
		stage.CopyDir = func() (string, error) { return s.sink.CopyDir(runid.NewClient()) }
	}
	defer stage.Discard()
	row, config, found := media.Expand(row, found)
	m := prepareMedia(stage, found)
	m.stage, m.config = stage, config
	err := attempt(row, m)
	s.mu.Lock()
	if s.rows.media.pass == m { // its values are not kept until the next row
		s.rows.media.pass = nil
	}
	s.mu.Unlock()
	s.warnOfMedia(m.warnings)
	return err
}

// prepareMedia prepares values on all cores.
func prepareMedia(stage *media.Stage, found []*media.Holder) *mediaPass {
	m := &mediaPass{prepared: make(map[*media.Holder]preparedMedia, len(found))}
	var all []*media.Holder
	for _, h := range found {
		if _, twice := m.prepared[h]; !twice {
			m.prepared[h] = preparedMedia{}
			all = append(all, h)
		}
	}
	results := make([]preparedMedia, len(all))
	next := make(chan int)
	var workers sync.WaitGroup
	for range min(len(all), runtime.GOMAXPROCS(0)) {
		workers.Go(func() {
			for i := range next {
				results[i].value, results[i].err = media.Prepare(all[i], stage)
			}
		})
	}
	for i := range all {
		next <- i
	}
	close(next)
	workers.Wait()
	for i, h := range all {
		m.prepared[h] = results[i]
	}
	return m
}

// split resolves the values of a row, and stores the files of media in it. s.mu is held.
func (s *Session) split(row map[string]any) (*history.Row, error) {
	m := &s.rows.media
	split := s.rows.encoder.Split(row)
	if len(m.missing) > 0 {
		split.Release()
		return nil, m.found()
	}
	if m.pass != nil {
		s.storeMedia(m.pass)
	}
	return split, nil
}

func (m *mediaRows) found() error {
	values := m.missing
	m.missing = nil
	return &unprepared{values}
}

// appendMedia is what the encoder calls for media in a row. s.mu is held.
func (s *Session) appendMedia(dst []byte, path []string, values []*media.Holder, list bool) ([]byte, error) {
	m := &s.rows.media
	if m.pass == nil {
		m.missing = append(m.missing, values...)
		return append(dst, "null"...), nil
	}
	m.pass.used = true
	place := media.Place{Step: strconv.FormatInt(s.rows.step, 10), Run: &m.run, Logger: (*tableLogger)(s)}
	if len(m.summary) > 0 {
		path, place.Step = m.summary, media.StepSummary
	}
	place.Path, place.Key = path, path[len(path)-1]
	all := make([]media.Prepared, len(values))
	for i, h := range values {
		p, ok := m.pass.prepared[h]
		switch {
		case p.err != nil:
			return dst, p.err
		case !ok:
			return dst, errChanged
		}
		all[i] = p.value
	}
	var err error
	if list {
		dst, err = media.AppendList(dst, all, &place)
	} else {
		dst, err = all[0].AppendJSON(dst, &place)
	}
	m.pass.warnings = append(m.pass.warnings, place.Warnings...)
	for _, f := range place.Files {
		if err == nil {
			err = s.saveMedia(f)
		}
	}
	if err == nil {
		m.pass.files = append(m.pass.files, place.Files...)
		m.pass.config = append(m.pass.config, place.Config...)
	}
	return dst, err
}

// saveMedia stores a file before its value is in the row, which names no file that is missing.
func (s *Session) saveMedia(f media.Named) error {
	if err := s.sink.SaveMedia(f.Name, f.File); err != nil {
		return fmt.Errorf("store %s: %w", f.Name, err)
	}
	return nil
}

var errChanged = errors.New("the row was changed while it was logged")

// storeMedia records what belongs to the values that were written. s.mu is held.
func (s *Session) storeMedia(m *mediaPass) {
	names := make([]string, len(m.files))
	for i, f := range m.files {
		names[i] = f.Name
	}
	s.sink.RecordMedia(names)
	changed := false
	for _, e := range m.config {
		changed = s.ownConfig(e.Section, e.Key, e.JSON) || changed
		if e.Section == "visualize" {
			s.display.Chart(e.Key, e.JSON)
		}
	}
	if changed {
		s.putConfig()
	}
	m.files, m.config = nil, nil
}

// tableLogger logs the artifacts of tables.
type tableLogger Session

// LogTable implements [media.Logger]. s.mu is held.
func (l *tableLogger) LogTable(a media.Artifact) error {
	s, rec := (*Session)(l), a.Artifact
	rec.Aliases = []string{latest}
	rec.Entity, rec.Project, rec.RunID = s.plan.Entity, s.plan.Project, s.plan.ID
	if !s.Shared() {
		rec.HistoryStep = s.rows.step
	}
	_, err := s.sink.Artifact(rec, a.Dir, s.startArtifacts)
	if err == nil {
		s.rows.media.pass.stage.Logged(a.Dir)
	}
	return err
}

// Resumed implements [media.Logger]. s.mu is held.
func (l *tableLogger) Resumed(path []string) []byte {
	s := (*Session)(l)
	if !s.plan.Resumed {
		return nil
	}
	text := s.summary.AppendJSON(nil)
	for _, name := range path {
		quoted := jsonx.AppendQuoted(nil, []byte(name))
		begin, end := jsonx.Find(text, string(quoted[1:len(quoted)-1]))
		if begin < 0 {
			return nil
		}
		text = text[begin:end]
	}
	return text
}

// ownConfig sets an entry of the config's own part, and reports whether that changed it.
// s.mu is held.
func (s *Session) ownConfig(section, key string, text json.RawMessage) bool {
	if !s.config.Own.Put(section, key, text) {
		return false
	}
	_ = s.sink.Put(&record.Config{Update: []record.Item{{NestedKey: []string{"_wandb", section, key}, Value: text}}})
	return true
}

// warnOfMedia shows sentences about what was omitted, each once in a run.
func (s *Session) warnOfMedia(texts []string) {
	for _, text := range texts {
		s.mu.Lock()
		known := s.rows.media.warned[text]
		if !known {
			if s.rows.media.warned == nil {
				s.rows.media.warned = make(map[string]bool)
			}
			s.rows.media.warned[text] = true
		}
		s.mu.Unlock()
		if !known {
			s.Warn(text)
		}
	}
}

// encodeSummaryMedia returns a value for the summary, in which media are replaced by what
// the server gets. s.mu is held.
func (s *Session) encodeSummaryMedia(value any, path []string, pass *mediaPass) (any, error) {
	switch value.(type) {
	case nil, float64, int, string, bool, int64:
		return value, nil
	}
	m := &s.rows.media
	m.pass, m.summary = pass, path
	defer func() { m.pass, m.summary = nil, nil }()
	text, err := s.rows.encoder.AppendValue(nil, value)
	switch {
	case len(m.missing) > 0:
		return nil, m.found()
	case pass == nil || !pass.used:
		return value, nil
	case err != nil:
		return nil, err
	}
	s.storeMedia(pass)
	return history.Encoded(text), nil
}
