package runstore

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/wandgo/wandgo/internal/record"
)

func TestDescribeMedia_EachType_IsOneText(t *testing.T) {
	t.Parallel()
	assert.Equal(t, "table 10 rows × 4", describeMedia(decode([]byte(`{"_type":"table-file","nrows":10,"ncols":4}`))))
	assert.Equal(t, map[string]any{"a": []any{"audio", int64(1)}, "_type": ""}, describeMedia(decode([]byte(`{"a":[{"_type":"audio-file"},1],"_type":""}`))))
}

func TestRun_Media_IsOneValueWithoutFields(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	l := start(t, root, "a")
	image := `{"_type":"image-file","width":256,"height":128,"path":"media/images/a.png"}`
	l.row(`,"/etc/x y":` + image)
	l.add(&record.Summary{Update: []record.Item{
		{Key: "/etc/x y", Value: []byte(image)}, {NestedKey: []string{"val", "img"}, Value: []byte(image)}, {NestedKey: []string{"val", "loss"}, Value: []byte("2")},
	}})
	l.finish(0)
	i := only(t, open(t, Options{}, root)).Info()
	assert.Equal(t, map[string]any{
		"config.lr": 0.1, "summary./etc/x y": "image 256×128", "summary.val.img": "image 256×128", "summary.val.loss": 2.0,
	}, i.Values)
	var names []string
	for _, m := range i.Metrics {
		names = append(names, m.Name)
	}
	assert.Equal(t, []string{"/etc/x y", "_runtime", "_step", "loss"}, names)
}
