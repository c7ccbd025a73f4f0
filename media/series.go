package media

import "fmt"

// LineSeries has one line for each list of ys. xs has a list for each of them, or one for all.
// names are those of the lines; by default line_0 and so on. xName is the label of the x-axis.
// The points are copied before LineSeries returns.
func LineSeries(xs, ys [][]float64, names []string, xName string, options ...ChartOptions) *Chart {
	table := NewTable("step", "lineKey", "lineVal")
	c := &chart{
		preset: "wandb/lineseries/v0", table: table, strings: map[string]string{"xname": xName},
		fields: map[string]any{"step": "step", "lineKey": "lineKey", "lineVal": "lineVal"},
	}
	switch {
	case len(xs) != len(ys) && len(xs) != 1:
		c.err = invalid("chart", "has %d lists of x and %d of y", len(xs), len(ys))
	case names != nil && len(names) != len(ys):
		c.err = invalid("chart", "has %d names and %d lines", len(names), len(ys))
	}
	for i := 0; i < len(ys) && c.err == nil; i++ {
		x, name := xs[min(i, len(xs)-1)], fmt.Sprintf("line_%d", i)
		if names != nil {
			name = names[i]
		}
		if len(x) != len(ys[i]) {
			c.err = invalid("chart", "line %s has %d x and %d y", name, len(x), len(ys[i]))
		}
		for j := 0; j < len(x) && c.err == nil; j++ {
			c.err = table.AddRow(x[j], name, ys[i][j])
		}
	}
	return c.value(first(options), "")
}

// ConfusionMatrix counts how often each class was predicted as each other. truth and guesses are
// the classes of samples, as indexes of names. If names is nil, they are any numbers, and the
// names are Class_1 and so on, in their order. The default title is that of the official client.
func ConfusionMatrix(truth, guesses []int, names []string, options ...ChartOptions) *Chart {
	c := &chart{
		preset: "wandb/confusion_matrix/v1", table: NewTable("Actual", "Predicted", "nPredictions"),
		fields: map[string]any{"Actual": "Actual", "Predicted": "Predicted", "nPredictions": "nPredictions"},
	}
	c.err = c.count(truth, guesses, names)
	return c.value(first(options), "Confusion Matrix Curve")
}

func (c *chart) count(truth, guesses []int, names []string) error {
	if len(truth) != len(guesses) {
		return invalid("chart", "has %d true classes and %d guesses", len(truth), len(guesses))
	}
	index := make(map[int]int)
	if names != nil {
		for i := range names {
			index[i] = i
		}
	} else {
		for i, class := range distinct(truth, guesses) {
			index[class] = i
			names = append(names, fmt.Sprintf("Class_%d", i+1))
		}
	}
	counts := make([][]float64, len(names))
	for i := range counts {
		counts[i] = make([]float64, len(names))
	}
	for i, class := range truth {
		actual, ok := index[class]
		guess, known := index[guesses[i]]
		if !ok || !known {
			return invalid("chart", "sample %d has a class that has no name: %d, taken for %d", i, class, guesses[i])
		}
		counts[actual][guess]++
	}
	for i, row := range counts {
		for j, n := range row {
			if err := c.table.AddRow(names[i], names[j], n); err != nil {
				return err
			}
		}
	}
	return nil
}
