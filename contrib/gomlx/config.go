package gomlx

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/gomlx/gomlx/pkg/ml/context"
)

// configOf returns the parameters of all scopes of a context.
func configOf(ctx *context.Context) map[string]any {
	config := make(map[string]any)
	ctx.EnumerateParams(func(scope, key string, value any) {
		config[strings.TrimPrefix(context.JoinScope(scope, key), context.ScopeSeparator)] = configValue(value)
	})
	return config
}

// configValue returns a value that the config can hold. A value that prints itself, such
// as a data type, is what it prints, and one that JSON cannot represent is its type.
func configValue(value any) any {
	switch value.(type) {
	case float64, float32: // The config holds infinities and NaN; encoding/json does not.
		return value
	case json.Marshaler:
	case fmt.Stringer:
		return fmt.Sprint(value)
	}
	if _, err := json.Marshal(value); err != nil {
		return fmt.Sprintf("%T", value)
	}
	return value
}
