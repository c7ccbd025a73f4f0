package tfevents

import (
	"bytes"
	"context"
	"maps"
	"strings"
)

// Row has the values of one step.
type Row struct {
	Step int64
	// Time is when the last of the values was written, in seconds since 1970; 0 if it is not
	// known.
	Time float64
	// Values by tag: a float32 or float64, a [Histogram], [Images], [Text] or a [PRCurve].
	Values map[string]any
	// Params are hyperparameters that were written at this step, or nil.
	Params map[string]any
}

// Images are encoded images: PNG, JPEG, GIF or BMP.
type Images [][]byte

// Text is text, usually Markdown.
type Text string

// MaxValues is how many values a [Row] has at most. The others of its step are the next rows.
const MaxValues = 10_000

// Rows calls do with each row, in the order in which they were written. Values that follow
// each other and have one step are one row; a tag that comes again starts another. What a row
// holds is valid until do returns. Errors are those of the file system, of ctx and of do.
func (c *Contents) Rows(ctx context.Context, do func(Row) error) error {
	c.Replaced, c.Skipped = 0, make(map[string]int)
	b := builder{contents: c, plugins: make(map[string]string), do: do}
	n, restarts := int64(0), c.restarts
	err := c.each(ctx, func(e *event) error {
		for len(restarts) > 0 && restarts[0].before <= n {
			restarts = restarts[1:]
		}
		n++
		if len(restarts) > 0 && restarts[0].step <= e.step {
			if len(e.summary) > 0 {
				c.Replaced++
			}
			return b.remember(ctx, e)
		}
		return b.add(ctx, e)
	}, func(string, error) {}) // the first pass reported them
	if err != nil {
		return err
	}
	return b.flush()
}

// builder gathers the values of a step.
type builder struct {
	contents *Contents
	plugins  map[string]string // of the tags; writers name them once
	row      Row
	do       func(Row) error
}

// remember reads the plugins that values of the event name.
func (b *builder) remember(ctx context.Context, e *event) error {
	return e.eachValue(ctx, func(data []byte) error {
		if v, err := readValue(data); err == nil && v.plugin != "" {
			b.plugins[v.tag] = v.plugin
		}
		return nil
	})
}

func (b *builder) add(ctx context.Context, e *event) error {
	return e.eachValue(ctx, func(data []byte) error {
		v, err := readValue(data)
		if err != nil {
			b.contents.Skipped["damaged value"]++
			return nil //nolint:nilerr // it is counted
		}
		if v.plugin == "" {
			v.plugin = b.plugins[v.tag]
		} else {
			b.plugins[v.tag] = v.plugin
		}
		if v.plugin == "hparams" {
			return b.params(e, &v)
		}
		decoded, err := v.decode()
		switch {
		case err != nil:
			b.contents.Skipped["damaged value"]++
			return nil //nolint:nilerr // it is counted
		case v.kind != "":
			b.contents.Skipped[v.kind]++
			return nil
		case decoded == nil:
			return nil
		}
		return b.set(e, strings.ToValidUTF8(v.tag, "\uFFFD"), decoded)
	})
}

// params adds hyperparameters to the row.
func (b *builder) params(e *event, v *value) error {
	params, err := readHParams(v.content)
	if err != nil {
		b.contents.Skipped["damaged value"]++
		params = nil
	}
	if len(params) == 0 {
		return nil
	}
	if err := b.open(e, ""); err != nil {
		return err
	}
	if b.row.Params == nil {
		b.row.Params = params
	} else {
		maps.Copy(b.row.Params, params)
	}
	return nil
}

func (b *builder) set(e *event, tag string, v any) error {
	if err := b.open(e, tag); err != nil {
		return err
	}
	b.row.Values[tag] = v
	return nil
}

// open makes the row that of the event's step, and one without the tag.
func (b *builder) open(e *event, tag string) error {
	_, again := b.row.Values[tag]
	if b.row.Step != e.step || again || len(b.row.Values) >= MaxValues {
		if err := b.flush(); err != nil {
			return err
		}
	}
	if b.row.Values == nil {
		b.row.Values = make(map[string]any)
	}
	if b.row.Step = e.step; e.timed() {
		b.row.Time = e.wallTime
	}
	return nil
}

func (b *builder) flush() error {
	row := b.row
	b.row = Row{Time: row.Time}
	if len(row.Values) == 0 && len(row.Params) == 0 {
		return nil
	}
	return b.do(row)
}

// decoders decode tensors by the plugin that shows them. An empty tensor is nil.
var decoders = map[string]func(*tensor) (any, error){
	"": (*tensor).scalar, "scalars": (*tensor).scalar, "images": (*tensor).images, "histograms": (*tensor).histogram,
	"text": (*tensor).text, "pr_curves": (*tensor).prCurve,
}

// decode returns what the value is, nil if it is empty or of a kind that is not read. In the latter case it sets kind.
func (v *value) decode() (any, error) {
	switch {
	case v.scalar != nil:
		return *v.scalar, nil
	case v.image != nil:
		return images(v.image), nil
	case v.histogram != nil:
		h, err := readHistogram(v.histogram)
		if err != nil || len(h.Counts) == 0 {
			return nil, err
		}
		return h, nil
	case v.tensor == nil:
		return nil, nil //nolint:nilnil // as the comment says
	}
	decode := decoders[v.plugin]
	if decode == nil {
		v.kind = v.plugin
		return nil, nil //nolint:nilnil // as the comment says
	}
	t, err := readTensor(v.tensor)
	if err != nil {
		return nil, err
	}
	decoded, err := decode(&t)
	if err != nil && (v.plugin == "" || v.plugin == "scalars") { // such as a vector
		v.kind, err = "tensor", nil
	}
	return decoded, err
}

// images copies images: a row has values of several records, which share a buffer.
func images(encoded ...[]byte) Images {
	var copies Images
	for _, data := range encoded {
		copies = append(copies, bytes.Clone(data))
	}
	return copies
}
