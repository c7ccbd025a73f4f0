// Package penguins is the model that the examples train: a small neural network that
// classifies three species of penguin by four measurements. The data set is real; see
// data/README.md.
package penguins

import (
	"bytes"
	_ "embed"
	"encoding/csv"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
)

//go:embed data/penguins.csv
var file []byte

// The shape of the data.
const (
	Inputs  = 4 // measurements per bird
	Classes = 3 // species
)

// Species names the classes.
func Species() [Classes]string { return [Classes]string{"Adelie", "Chinstrap", "Gentoo"} }

// measurements are the columns that the model sees.
var measurements = [Inputs]string{"bill_length_mm", "bill_depth_mm", "flipper_length_mm", "body_mass_g"}

// Bird is one row of the data set.
type Bird struct {
	X       [Inputs]float64
	Species int // index into [Species]
}

// Data is the data set, split in two and standardized.
type Data struct {
	Train, Val []Bird
	// Skipped counts the rows without measurements.
	Skipped int
}

// Load reads the data set, shuffles it by the seed and reserves every fifth bird of each
// species for validation. It scales both parts so that the training part has mean 0 and
// deviation 1.
func Load(seed uint64) (*Data, error) {
	birds, skipped, err := parse(file)
	if err != nil {
		return nil, fmt.Errorf("load penguins: %w", err)
	}
	rng := rand.New(rand.NewPCG(seed, 1))
	rng.Shuffle(len(birds), func(i, j int) { birds[i], birds[j] = birds[j], birds[i] })
	d := &Data{Skipped: skipped}
	var seen [Classes]int
	for _, b := range birds {
		if seen[b.Species]++; seen[b.Species]%5 == 0 {
			d.Val = append(d.Val, b)
		} else {
			d.Train = append(d.Train, b)
		}
	}
	d.standardize()
	return d, nil
}

func parse(text []byte) (birds []Bird, skipped int, err error) {
	rows, err := csv.NewReader(bytes.NewReader(text)).ReadAll()
	if err != nil {
		return nil, 0, err
	}
	if len(rows) == 0 {
		return nil, 0, errors.New("the file is empty")
	}
	species := Species()
	speciesColumn := slices.Index(rows[0], "species")
	var columns [Inputs]int
	for i, name := range measurements {
		columns[i] = slices.Index(rows[0], name)
	}
	if speciesColumn < 0 || slices.Contains(columns[:], -1) {
		return nil, 0, fmt.Errorf("columns are missing: %v", rows[0])
	}
	for n, row := range rows[1:] {
		if row[columns[0]] == "NA" {
			skipped++
			continue
		}
		b := Bird{Species: slices.Index(species[:], row[speciesColumn])}
		if b.Species < 0 {
			return nil, 0, fmt.Errorf("row %d: unknown species %q", n+1, row[speciesColumn])
		}
		for i, column := range columns {
			if b.X[i], err = strconv.ParseFloat(row[column], 64); err != nil {
				return nil, 0, fmt.Errorf("row %d: %w", n+1, err)
			}
		}
		birds = append(birds, b)
	}
	return birds, skipped, nil
}

func (d *Data) standardize() {
	n := float64(len(d.Train))
	for i := range Inputs {
		var mean, variance float64
		for _, b := range d.Train {
			mean += b.X[i] / n
		}
		for _, b := range d.Train {
			variance += (b.X[i] - mean) * (b.X[i] - mean) / n
		}
		for _, part := range [][]Bird{d.Train, d.Val} {
			for j := range part {
				part[j].X[i] = (part[j].X[i] - mean) / math.Sqrt(variance)
			}
		}
	}
}
