package client

import (
	"reflect"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/wandgo/wandgo/internal/syncrun"
)

// The public type has the fields of the internal one under the same names. It is not an
// alias of it, because the documentation of an internal type is not shown.
func TestSyncedRun_FieldsOfAResult_AreCopied(t *testing.T) {
	t.Parallel()
	internal := map[string]bool{"Unsent": true, "LastStep": true, "InUse": true, "Waits": true}
	var result syncrun.Result
	in := reflect.ValueOf(&result).Elem()
	for i := range in.NumField() {
		switch f := in.Field(i); f.Interface().(type) {
		case string, syncrun.Outcome:
			f.SetString("x")
		case int, int64, time.Duration:
			f.SetInt(int64(i + 1))
		case bool:
			f.SetBool(true)
		case []string:
			f.Set(reflect.ValueOf([]string{"x"}))
		case *int:
			f.Set(reflect.ValueOf(new(int)))
		case error, nil:
			f.Set(reflect.ValueOf(assert.AnError))
		default:
			assert.Fail(t, "how is this field set?", in.Type().Field(i).Name)
		}
	}
	run := (*Client)(nil).syncedRun(&result)
	out := reflect.ValueOf(run)
	for i := range in.NumField() {
		name := in.Type().Field(i).Name
		if internal[name] {
			continue
		}
		public := out.FieldByName(name)
		if assert.True(t, public.IsValid(), "SyncedRun has no field %s", name) {
			assert.Equal(t, in.Field(i).Convert(public.Type()).Interface(), public.Interface(), name)
		}
	}
	for i := range out.NumField() {
		assert.False(t, out.Field(i).IsZero(), "Result has no field %s", out.Type().Field(i).Name)
	}
}

func TestSync_Constants_AreThoseOfTheEngine(t *testing.T) {
	t.Parallel()
	assert.Equal(t, syncrun.DefaultParallel, DefaultSyncParallel)
	assert.Equal(t, []syncrun.Phase{syncrun.Reading, syncrun.Asking, syncrun.Sending, syncrun.Finished},
		[]syncrun.Phase{syncrun.Phase(SyncReading), syncrun.Phase(SyncAsking), syncrun.Phase(SyncSending), syncrun.Phase(SyncFinished)})
	assert.Equal(t, []syncrun.Outcome{syncrun.Synced, syncrun.Running, syncrun.Planned, syncrun.Skipped, syncrun.Failed, syncrun.Interrupted},
		[]syncrun.Outcome{syncrun.Outcome(SyncDone), syncrun.Outcome(SyncRunning), syncrun.Outcome(SyncPlanned), syncrun.Outcome(SyncSkipped), syncrun.Outcome(SyncFailed), syncrun.Outcome(SyncInterrupted)})
}
