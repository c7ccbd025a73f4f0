package media

import (
	"cmp"
	"math"
	"slices"
	"sort"
)

// prPoints is how many points a precision-recall curve has.
const prPoints = 21

// PRCurve shows precision over recall, with a curve for each class. truth are the classes
// of samples, and scores has for each sample a score for each class: column i is that of
// the i-th class in order. names are those of the classes, by their number; nil shows the
// numbers. A curve has 21 points; precision grows as recall falls. Both are rounded to three
// digits.
func PRCurve(truth []int, scores [][]float64, names []string, options ...ChartOptions) *Chart {
	c := curveChart("precision", "recall", "recall", "precision", "Recall", "Precision")
	c.err = c.curves(truth, scores, names, precisionRecall)
	return c.value(first(options), "Precision-Recall Curve")
}

// ROC shows the true positive rate over the false positive rate, with a curve for each
// class. The arguments are as in [PRCurve].
func ROC(truth []int, scores [][]float64, names []string, options ...ChartOptions) *Chart {
	c := curveChart("fpr", "tpr", "fpr", "tpr", "False positive rate", "True positive rate")
	c.err = c.curves(truth, scores, names, rates)
	return c.value(first(options), "ROC Curve")
}

func curveChart(first, second, x, y, xTitle, yTitle string) *chart {
	return &chart{
		preset: "wandb/area-under-curve/v0", table: NewTable("class", first, second),
		fields:  map[string]any{"x": x, "y": y, "class": "class"},
		strings: map[string]string{"x-axis-title": xTitle, "y-axis-title": yTitle},
	}
}

// curves adds the curves of all classes.
func (c *chart) curves(truth []int, scores [][]float64, names []string, curve func([]sample, int) [][2]float64) error {
	if len(truth) != len(scores) {
		return invalid("chart", "has %d true classes and scores of %d samples", len(truth), len(scores))
	}
	classes := distinct(truth)
	for i, class := range classes {
		var label any = int64(class)
		if names != nil {
			if class < 0 || class >= len(names) {
				return invalid("chart", "class %d has no name", class)
			}
			label = names[class]
		}
		samples := make([]sample, len(truth))
		positives := 0
		for j := range truth {
			if len(scores[j]) != len(classes) {
				return invalid("chart", "sample %d has %d scores; there are %d classes", j, len(scores[j]), len(classes))
			}
			if math.IsNaN(scores[j][i]) {
				return invalid("chart", "sample %d has a score that is NaN", j)
			}
			samples[j] = sample{scores[j][i], truth[j] == class}
			if samples[j].positive {
				positives++
			}
		}
		slices.SortStableFunc(samples, func(a, b sample) int { return cmp.Compare(b.score, a.score) })
		for _, point := range curve(samples, positives) {
			if err := c.table.AddRow(label, round3(point[0]), round3(point[1])); err != nil {
				return err
			}
		}
	}
	return nil
}

// sample is a sample for one class.
type sample struct {
	score    float64
	positive bool
}

// step is how many samples have at least some score.
type step struct{ truePositives, falsePositives float64 }

// steps are the numbers for each score, from the greatest.
func steps(samples []sample) []step {
	var all []step
	var at step
	for i, s := range samples {
		if s.positive {
			at.truePositives++
		} else {
			at.falsePositives++
		}
		if i == len(samples)-1 || samples[i+1].score != s.score {
			all = append(all, at)
		}
	}
	return all
}

// precisionRecall returns precision and recall at equal distances of recall, from 1 to 0.
func precisionRecall(samples []sample, positives int) [][2]float64 {
	// By growing recall, as they are looked up; the last point is not a sample.
	recall, precision := []float64{0}, []float64{1}
	for _, s := range steps(samples) {
		recall = append(recall, s.truePositives/float64(positives))
		precision = append(precision, s.truePositives/(s.truePositives+s.falsePositives))
	}
	for i := len(precision) - 2; i >= 0; i-- { // from the greatest recall on, it does not fall
		precision[i] = max(precision[i], precision[i+1])
	}
	points := make([][2]float64, prPoints)
	width := 1 / float64(prPoints-1)
	for i := range points {
		want := float64(prPoints-1-i) * width
		if i == 0 {
			want = 1
		}
		at := sort.SearchFloat64s(recall, want)
		points[i] = [2]float64{precision[min(at, len(precision)-1)], want}
	}
	return points
}

// rates returns the false and the true positive rate, without points on straight lines.
func rates(samples []sample, positives int) [][2]float64 {
	all := steps(samples)
	kept := []step{{}}
	for i, s := range all {
		if i > 0 && i < len(all)-1 {
			before, after := all[i-1], all[i+1]
			if s.truePositives*2 == before.truePositives+after.truePositives && s.falsePositives*2 == before.falsePositives+after.falsePositives {
				continue
			}
		}
		kept = append(kept, s)
	}
	points := make([][2]float64, len(kept))
	negatives := float64(len(samples) - positives)
	for i, s := range kept {
		points[i] = [2]float64{s.falsePositives / negatives, s.truePositives / float64(positives)}
	}
	return points
}

// round3 rounds to three digits, halves to even.
func round3(f float64) float64 { return math.RoundToEven(f*1000) / 1000 }

// distinct returns the numbers that occur, sorted.
func distinct(lists ...[]int) []int {
	all := slices.Concat(lists...)
	slices.Sort(all)
	return slices.Compact(all)
}
