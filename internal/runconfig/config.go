// Package runconfig has a run's config: the user's values, and the part under _wandb that
// the web UI and resuming rely on.
package runconfig

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/internal/history"
	"github.com/wandgo/wandgo/internal/jsonx"
	"github.com/wandgo/wandgo/internal/secret"
)

// ownKey is the key of the part that is not the user's.
const ownKey = "_wandb"

// Config is a run's config. The zero Config is empty and ready to use. It is not
// safe for concurrent use.
type Config struct {
	// Own is the part under _wandb.
	Own Own

	values map[string]json.RawMessage
	size   int             // of the values, about as the server counts
	fixed  map[string]bool // the keys that cannot be changed
	enc    history.Encoder
}

// MaxBytes is how long the values of a config may be: the server's limit of 15 MB, with
// room for the part under _wandb.
const MaxBytes = 15_000_000 - 100_000

// perKey is about what a key adds to the length of a config: {"value":},"":.
const perKey = len(`"":{"value":},`)

// Update adds values, a map with string keys or a struct with JSON tags, and reports
// whether anything changed. Values are encoded at once. A key that cannot be stored, or
// that has another value and overwrite is not set, is an *errors.InputError; the other
// keys are added. Values are compared as JSON values: 1.0 is 1.
//
// As in the official client, an object that overwrites an object is merged into it, key by
// key at any depth. NaN and infinity become null, because the server stores a config as
// plain JSON. Empty objects are dropped.
func (c *Config) Update(values any, overwrite bool) (changed bool, err error) {
	encoded, bad := c.encode(values)
	for _, key := range slices.Sorted(maps.Keys(encoded)) {
		raw := encoded[key]
		name := strings.Trim(key, "-") // as in the official client, for flags used as keys
		field := fmt.Sprintf("config[%q]", key)
		old, set := c.values[name]
		switch {
		case name == "" || name == ownKey:
			bad = append(bad, &errors.InputError{Field: field, Rule: ruleReserved})
			continue
		case set && same(old, raw):
			continue
		case c.fixed[name]:
			bad = append(bad, &errors.InputError{Field: field, Value: secret.Redact(string(raw)), Rule: "is set by the sweep, whose value stays"})
			continue
		case set && !overwrite:
			bad = append(bad, &errors.InputError{Field: field, Value: secret.Redact(string(raw)), Rule: "is set to another value already"})
			continue
		case string(raw) == "{}":
			continue
		}
		if c.values == nil {
			c.values = make(map[string]json.RawMessage)
		}
		if raw = merge(old, raw); set && same(old, raw) {
			continue
		}
		if c.size += len(raw) - len(old); !set {
			c.size += len(name) + perKey
		}
		if c.size > MaxBytes && len(raw) > len(old) {
			if c.size -= len(raw) - len(old); !set {
				c.size -= len(name) + perKey
			}
			bad = append(bad, &errors.InputError{Field: field, Rule: "would make the config longer than 15 MB, the server's limit"})
			continue
		}
		c.values[name], changed = raw, true
	}
	return changed, errors.Join(bad...)
}

// ruleReserved is the rule of keys that only the client sets.
const ruleReserved = "is reserved"

// SplitReserved takes the errors of reserved keys out of an error of this package. A run
// starts without such a key, as with the official client: configs are often copied whole
// from another run, with its _wandb.
func SplitReserved(err error) (reserved []*errors.InputError, rest error) {
	all, ok := err.(interface{ Unwrap() []error })
	if !ok {
		return nil, err
	}
	var others []error
	for _, one := range all.Unwrap() {
		if in, ok := errors.AsType[*errors.InputError](one); ok && in.Rule == ruleReserved {
			reserved = append(reserved, in)
		} else {
			others = append(others, one)
		}
	}
	return reserved, errors.Join(others...)
}

// SetDefaults adds the values of keys that are not set. It does not merge objects.
func (c *Config) SetDefaults(values map[string]any) error {
	missing := make(map[string]any, len(values))
	for key, v := range values {
		if _, set := c.values[strings.Trim(key, "-")]; !set {
			missing[key] = v
		}
	}
	_, err := c.Update(missing, false)
	return err
}

// Fix is Update with overwrite, after which the keys cannot be changed.
func (c *Config) Fix(values map[string]any) error {
	_, err := c.Update(values, true)
	if c.fixed == nil {
		c.fixed = make(map[string]bool, len(values))
	}
	for key := range values {
		c.fixed[strings.Trim(key, "-")] = true
	}
	return err
}

// merge returns the value after raw is set over old.
func merge(old, raw json.RawMessage) json.RawMessage {
	below, above := object(old), object(raw)
	if below == nil || above == nil {
		return raw
	}
	for key, v := range above {
		if string(v) != "{}" {
			below[key] = merge(below[key], v)
		}
	}
	return writeObject(below)
}

// object returns the members of a JSON object, nil for any other value.
func object(raw json.RawMessage) map[string]json.RawMessage {
	var m map[string]json.RawMessage
	if len(raw) == 0 || raw[0] != '{' || json.Unmarshal(raw, &m) != nil {
		return nil
	}
	return m
}

// encode encodes the values, and returns an error for each that cannot be encoded.
func (c *Config) encode(values any) (map[string]json.RawMessage, []error) {
	var bad []error
	encoded := make(map[string]json.RawMessage)
	if m, ok := values.(map[string]any); ok { // key by key, so that errors name the key
		for key, v := range m {
			text, err := c.enc.AppendValue(nil, v)
			if err != nil {
				bad = append(bad, inputError(fmt.Sprintf("config[%q]", key), err))
			}
			if len(text) > 0 {
				encoded[key] = json.RawMessage(jsonx.NullNonFinite(text))
			}
		}
		return encoded, bad
	}
	text, err := c.enc.AppendValue(nil, values)
	if err != nil {
		bad = append(bad, inputError("config", err))
	}
	if len(text) > 0 && json.Unmarshal(jsonx.NullNonFinite(text), &encoded) != nil {
		bad = append(bad, &errors.InputError{Field: "config", Rule: "must be a struct or a map with string keys"})
	}
	return encoded, bad
}

func inputError(field string, err error) error {
	why := err.Error()
	if row, ok := errors.AsType[*history.RowError](err); ok {
		why = row.Keys[0].Err.Error()
	}
	return &errors.InputError{Field: field, Rule: "cannot be stored: " + why}
}

// Inherit adds the config of a resumed, forked or rewound run: the user's keys that this
// process does not set, and the parts of _wandb that belong to the run and not to the
// process.
func (c *Config) Inherit(old map[string]json.RawMessage) {
	if c.values == nil {
		c.values = make(map[string]json.RawMessage)
	}
	for key, raw := range old {
		if _, set := c.values[key]; !set && key != ownKey {
			c.values[key] = raw
			c.size += len(key) + len(raw) + perKey
		}
	}
	var own map[string]json.RawMessage
	if json.Unmarshal(old[ownKey], &own) != nil {
		return
	}
	for _, key := range Sections() {
		if raw, has := own[key]; has {
			c.Own.Keep(key, raw)
		}
	}
}

// Get decodes the value of a top-level key into v, and reports whether it is set.
func (c *Config) Get(key string, v any) (bool, error) {
	raw, ok := c.values[key]
	if !ok {
		return false, nil
	}
	return true, json.Unmarshal(raw, v)
}

// Values returns the user's part as a plain JSON object.
func (c *Config) Values() json.RawMessage {
	return writeObject(c.values)
}

// Wire returns the config as the server keeps it: {"key":{"value":…},…,"_wandb":…}.
func (c *Config) Wire() []byte { return Wire(c.values, &c.Own) }

// Wire is [Config.Wire] for the values of a log.
func Wire(values map[string]json.RawMessage, own *Own) []byte {
	all := make(map[string]json.RawMessage, len(values)+1)
	for key, raw := range values {
		all[key] = slices.Concat([]byte(`{"value":`), raw, []byte{'}'})
	}
	all[ownKey] = slices.Concat([]byte(`{"value":`), own.encode(), []byte{'}'})
	return writeObject(all)
}

// writeObject writes a JSON object with sorted keys.
func writeObject(m map[string]json.RawMessage) []byte {
	dst := []byte{'{'}
	for i, key := range slices.Sorted(maps.Keys(m)) {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = jsonx.AppendQuoted(dst, []byte(key))
		dst = append(append(dst, ':'), m[key]...)
	}
	return append(dst, '}')
}
