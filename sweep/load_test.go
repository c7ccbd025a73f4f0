package sweep_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/sweep"
)

const whole = `program: train.py
name: 008
description: |
  two
  lines
project: vision
entity: acme
method: bayes
metric: {name: val/loss, goal: minimize, target: 0.1}
run_cap: 20
command: [./train, "${args}", 1]
parameters:
  lr: {distribution: log_uniform_values, min: 1.0e-5, max: 0.1}
  layers: {min: 1, max: 5}
  dropout: {min: 0.0, max: 1.0}
  batch: {distribution: q_uniform, min: 8, max: 64, q: 8}
  opt: {values: [adam, sgd, "010", 010, yes], probabilities: [0.2, 0.2, 0.2, 0.2, 0.2]}
  none: {value: null}
  net:
    parameters:
      act: {value: relu}
early_terminate: {type: hyperband, min_iter: 3, eta: 2}
custom: {a: [1, 2.5]}
`

func TestLoad_WholeFile_IsReadAndWrittenBack(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "sweep.yaml")
	require.NoError(t, os.WriteFile(path, []byte(whole), 0o600))
	cfg, err := sweep.Load(path)
	require.NoError(t, err)
	assert.Equal(t, sweep.Bayes, cfg.Method)
	assert.Equal(t, 20, cfg.RunCap)
	assert.Equal(t, []string{"./train", "${args}", "1"}, cfg.Command)
	assert.Equal(t, sweep.IntUniform, cfg.Parameters["layers"].Distribution)
	assert.Equal(t, sweep.Uniform, cfg.Parameters["dropout"].Distribution)
	assert.Equal(t, []any{"adam", "sgd", "010", int64(8), true}, cfg.Parameters["opt"].Values)
	assert.Equal(t, "relu", cfg.Parameters["net"].Parameters["act"].Value)
	assert.InDelta(t, 0.1, *cfg.Metric.Target, 0)
	text, err := cfg.YAML()
	require.NoError(t, err)
	assert.Equal(t, `command:
    - "./train"
    - "${args}"
    - "1"
custom:
    a:
        - 1
        - 2.5
description: "two\nlines\n"
early_terminate:
    eta: 2
    min_iter: 3
    type: hyperband
entity: acme
method: bayes
metric:
    goal: minimize
    name: val/loss
    target: 0.1
name: "008"
parameters:
    batch:
        distribution: q_uniform
        max: 64
        min: 8
        q: 8
    dropout:
        distribution: uniform
        max: 1.0
        min: 0.0
    layers:
        distribution: int_uniform
        max: 5
        min: 1
    lr:
        distribution: log_uniform_values
        max: 0.1
        min: 1.0e-05
    net:
        parameters:
            act:
                value: relu
    none:
        value: null
    opt:
        probabilities:
            - 0.2
            - 0.2
            - 0.2
            - 0.2
            - 0.2
        values:
            - adam
            - sgd
            - "010"
            - 8
            - true
program: train.py
project: vision
run_cap: 20
`, string(text))
	again, err := sweep.Parse(text)
	require.NoError(t, err)
	assert.Equal(t, cfg, again)
}

func TestParse_Mistake_NamesKeyAndLine(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"":          `invalid method: is missing: write grid, random or bayes`,
		"[1]":       `invalid sweep config: line 1: must hold keys with values`,
		"method: [": `is not YAML`,
		"method: gird\nparameters: {a: {value: 1}}": `invalid method "gird": must be grid, random or bayes (from line 1)`,
		"method: grid":                                                                                     `invalid parameters: at least one is required`,
		"method: grid\nparameters:\n  a: 1":                                                                `invalid parameters.a "1": must have keys below it (from line 3)`,
		"method: grid\nparameters:\n  a:":                                                                  `invalid parameters.a: must have keys below it (from line 3)`,
		"method: grid\nparameters:\n  a: {valeus: [1]}":                                                    `invalid parameters.a.valeus: is not a known key; did you mean values? (from line 3)`,
		"method: grid\nparametres: {a: {value: 1}}":                                                        `invalid parametres: is not a known key; did you mean parameters? (from line 2)`,
		"method: grid\nparameters:\n  a:\n    values: 5":                                                   `invalid parameters.a.values "5": must be a list (from line 4)`,
		"method: grid\nparameters: {a: {values: []}}":                                                      `invalid parameters.a.values: must not be empty (from line 2)`,
		"method: grid\nparameters: {a: {min: 0.0, max: 1.0}}":                                              `invalid parameters.a: needs values, or whole numbers from min to max: the method is grid (from line 2)`,
		"method: random\nparameters: {a: {min: 0, max: 1.5}}":                                              `has an integer and a float as min and max`,
		"method: random\nparameters:\n  a:\n    min: 1e-5\n    max: 1.0":                                   `invalid parameters.a.min "1e-5": is a text in YAML; write it with a dot, such as 1.0e-5 (from line 4)`,
		"method: random\nparameters: {a: {min: 5, max: 1}}":                                                `invalid parameters.a.min "5": must not be greater than max, which is 1 (from line 2)`,
		"method: random\nparameters: {a: {distribution: unifrom, min: 0, max: 1}}":                         `invalid parameters.a.distribution "unifrom": is not a known distribution; did you mean uniform? (from line 2)`,
		"method: random\nparameters: {a: {distribution: normal, mu: 0}}":                                   `invalid parameters.a: needs sigma for the distribution normal (from line 2)`,
		"method: random\nparameters: {a: {distribution: log_uniform_values, min: 0, max: 1}}":              `invalid parameters.a.min "0": must be greater than 0 on a logarithmic scale (from line 2)`,
		"method: random\nparameters: {a: {value: 1, values: [1]}}":                                         `has more than one of value, values, parameters`,
		"method: random\nparameters: {a: {}}":                                                              `invalid parameters.a: needs value, values, or min and max (from line 2)`,
		"method: random\nparameters: {a: {values: [1, 2], probabilities: [1]}}":                            `invalid parameters.a.probabilities: must have one number for each of the 2 values (from line 2)`,
		"method: random\nparameters: {a: {values: [1, 2], probabilities: [0.1, 0.2]}}":                     `must add up to 1`,
		"method: random\nparameters:\n  a:\n    parameters:\n      b: {value: 1, values: [2]}":             `invalid parameters.a.parameters.b: has more than one of value, values, parameters and a distribution of numbers (from line 5)`,
		"method: bayes\nparameters: {a: {value: 1}}":                                                       `invalid metric: is missing, and the method bayes needs it: add metric: {name: NAME, goal: minimize}`,
		"method: bayes\nmetric: {goal: minimize}\nparameters: {a: {value: 1}}":                             `invalid metric: needs a name (from line 2)`,
		"method: grid\nearly_terminate: {type: hyperband, min_iter: 1}\nparameters: {a: {value: 1}}":       `invalid metric: is missing, and early_terminate needs it: add metric: {name: NAME, goal: minimize}`,
		"method: random\nparameters: {a: {vals: [1]}}":                                                     `invalid parameters.a: needs value, values, or min and max; not known: vals (from line 2)`,
		"method: random\nparameters: {a: {distribution: q_uniform, min: 0, max: 1, q: 0}}":                 `invalid parameters.a.q: must be greater than 0 (from line 2)`,
		"method: random\nmethod: grid":                                                                     `line 2: repeats the key "method"`,
		"method: bayes\nmetric: {name: x, goal: min}\nparameters: {a: {value: 1}}":                         `invalid metric.goal "min": must be minimize or maximize (from line 2)`,
		"method: bayes\nmetric: loss\nparameters: {a: {value: 1}}":                                         `invalid metric "loss": must have keys below it (from line 2)`,
		"method: grid\nrun_cap: 1.5\nparameters: {a: {value: 1}}":                                          `invalid run_cap "1.5": must be a whole number from 0 on (from line 2)`,
		"method: grid\ncommand: [[1]]\nparameters: {a: {value: 1}}":                                        `invalid command: must have texts only; element 1 is not a text (from line 2)`,
		"method: grid\nmetric: {name: l}\nearly_terminate: {type: median}\nparameters: {a: {value: 1}}":    `invalid early_terminate.type "median": must be hyperband (from line 3)`,
		"method: grid\nmetric: {name: l}\nearly_terminate: {type: hyperband}\nparameters: {a: {value: 1}}": `invalid early_terminate: needs min_iter or max_iter (from line 3)`,
		"method: grid\nparameters: {a: {distribution: int_uniform, min: .nan, max: 3}}":                    `invalid parameters.a: needs finite numbers (from line 2)`,
		"method: random\nparameters: {a: {distribution: normal, mu: .inf, sigma: 1}}":                      `invalid parameters.a: needs finite numbers (from line 2)`,
		"method: grid\nname: {a: 1}\nparameters: {a: {value: 1}}":                                          `invalid name: must be a text (from line 2)`,
	} {
		_, err := sweep.Parse([]byte(text))
		require.ErrorIs(t, err, errors.ErrInvalidInput, text)
		assert.ErrorContains(t, err, want, text)
	}
}

func TestParse_SeveralMistakes_AreNamedInTheOrderOfTheLines(t *testing.T) {
	t.Parallel()
	for text, lines := range map[string][]string{
		"parameters:\n  b: 2\n  a: {min: x, max: 1}\nmetric: loss\nname: {a: 1}\n":                {"2", "3", "4", "5"},
		"parameters:\n  b: {values: []}\n  a: {}\nmetric: {name: x, goal: lower}\nmethod: gird\n": {"2", "3", "4", "5"},
	} {
		_, err := sweep.Parse([]byte(text))
		require.Error(t, err)
		var named []string
		for _, m := range regexp.MustCompile(`\(from line (\d+)\)`).FindAllStringSubmatch(err.Error(), -1) {
			named = append(named, m[1])
		}
		assert.Equal(t, lines, named, err.Error())
	}
}

func TestParse_UnknownKeys_DoNotHideOtherMistakes(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"methd: grid\nmetric: {goal: minimise}\nparameters:\n  lr: {minn: 1, max: 2}\n  b: {min: 5, max: 2}\n  c: {values: []}\n": "methd, metric.goal, metric, parameters.lr.minn, parameters.b.min, parameters.c.values",
		"method: bayes\nmetrc: {name: loss}\nparameters: {a: {value: 1}}":                                                         "metrc",
		"method: bayes\nmetric: {naem: loss}\nparameters: {a: {value: 1}, b: {}}":                                                 "metric.naem, parameters.b",
		"method: grid\nparametres: {a: {value: 1}}":                                                                               "parametres",
		"method: grid\nparameters: {a: 1}":                                                                                        "parameters.a",
		"method: random\nparameters: {a: {distribution: normal, mu: 0, sigma: x}}":                                                "parameters.a.sigma",
	} {
		_, err := sweep.Parse([]byte(text))
		var fields []string
		for _, e := range err.(interface{ Unwrap() []error }).Unwrap() {
			e, ok := errors.AsType[*errors.InputError](e)
			require.True(t, ok)
			fields = append(fields, e.Field)
		}
		assert.Equal(t, want, strings.Join(fields, ", "), text)
	}
}

func TestLoad_FileThatCannotBeRead_IsAnInputError(t *testing.T) {
	t.Parallel()
	_, err := sweep.Load(filepath.Join(t.TempDir(), "none.yaml"))
	require.ErrorIs(t, err, errors.ErrInvalidInput)
	assert.ErrorContains(t, err, "none.yaml")
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(whole))
	f.Add([]byte("method: random\nparameters: {a: {min: 0, max: .inf}}"))
	f.Add([]byte("method: &a grid\nparameters: {<<: *a, b: {values: [.nan, 0x10, 1:30]}}"))
	f.Fuzz(func(t *testing.T, data []byte) {
		cfg, err := sweep.Parse(data)
		if err != nil {
			return
		}
		text, err := cfg.YAML()
		require.NoError(t, err)
		_, err = sweep.Parse(text)
		require.NoError(t, err, string(text))
	})
}
