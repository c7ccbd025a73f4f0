package session

import (
	"cmp"
	"net/http"
	"strings"
	"unicode/utf8"

	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/internal/environment"
	"github.com/wandgo/wandgo/internal/runid"
	"github.com/wandgo/wandgo/internal/secret"
	"github.com/wandgo/wandgo/internal/settings"
)

// Writer is this process as one of several that write a run. A nil Writer is alone.
type Writer struct {
	ID                string // names the writer of the lines
	Label             string
	Primary, Finishes bool
}

// maxLabel bounds labels, in characters.
const maxLabel = 64

// NewWriter chooses what is not given: a label with the host's name, and the process of rank 0
// as the primary one, which finishes the run. getenv reads the environment. The error is an
// *errors.InputError about the label.
func NewWriter(label string, primary, finishes *bool, host string, getenv func(string) string) (*Writer, error) {
	unfit := func(r rune) bool { return r < ' ' || r == 0x7f || r == '/' || r == '\\' || r == utf8.RuneError }
	if strings.ContainsFunc(label, unfit) || utf8.RuneCountInString(label) > maxLabel {
		return nil, &errors.InputError{Field: "label", Value: secret.Redact(label), Rule: `must have at most 64 characters and no /, \ or control character`}
	}
	if label == "" {
		label = strings.TrimPrefix(strings.NewReplacer("/", "_", `\`, "_").Replace(host)+"-"+runid.New(), "-")
	}
	if primary == nil {
		rank, _, _, inJob := environment.Rank(getenv)
		primary = new(!inJob || rank == 0)
	}
	return &Writer{ID: runid.NewClient(), Label: label, Primary: *primary, Finishes: *cmp.Or(finishes, primary)}, nil
}

// SuggestedID names what the job offers for a run id, "" if it has nothing. The run is not
// named after it unasked: a job that is started again may have the same, and would
// overwrite.
func SuggestedID(getenv func(string) string) string {
	for _, name := range []string{"SLURM_JOB_ID", "TORCHELASTIC_RUN_ID", "JOB_NAME", "OMPI_MCA_ess_base_jobid"} {
		if v := getenv(name); v != "" && v != "none" && settings.CheckRunID(v) == nil {
			return ", for example to " + v + " (" + name + ")"
		}
	}
	return ""
}

// id is as which the server knows the process, "" for a run of one.
func (w *Writer) id() string {
	if w == nil {
		return ""
	}
	return w.ID
}

// GraphQLHeader marks GraphQL requests.
func (w *Writer) GraphQLHeader() http.Header {
	header := make(http.Header)
	header.Set("X-Wandb-Use-Async-Filestream", "true")
	header.Set("X-Wandb-Client-Id", w.ID)
	return header
}

// tag is the writer's label, "" for a run of one.
func (w *Writer) tag() string {
	if w == nil {
		return ""
	}
	return w.Label
}

// Describes reports whether this process uploads what describes the whole run.
func (w *Writer) Describes() bool { return w == nil || w.Primary }

// ends reports whether the run ends with this process.
func (w *Writer) ends() bool { return w == nil || w.Finishes }

// ConsoleFile is the name of the console's text among the run's files.
func (w *Writer) ConsoleFile() string {
	if w == nil {
		return "output.log"
	}
	return "output_" + w.Label + ".log"
}
