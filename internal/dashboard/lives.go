package dashboard

import (
	"strings"

	"github.com/wandgo/wandgo/internal/plaintext"
	"github.com/wandgo/wandgo/internal/runstore"
)

// lifeDetail is one of the processes of a run that several processes continued.
type lifeDetail struct {
	Dir       string         `json:"dir"`
	State     runstore.State `json:"state"`
	Exit      *int32         `json:"exit"`
	Started   float64        `json:"started"`
	Rows      int            `json:"rows"`
	FirstStep int64          `json:"firstStep"` // -1 if it has no rows
	LastStep  int64          `json:"lastStep"`
}

func livesOf(lives []runstore.Life) []lifeDetail {
	out := []lifeDetail{}
	for _, l := range lives {
		out = append(out, lifeDetail{l.Dir, l.State, l.Exit, seconds(l.Started), l.Rows, l.FirstStep, l.LastStep})
	}
	return out
}

// syncCommand returns the command that uploads all logs of a run.
func syncCommand(i *runstore.Info) string {
	if len(i.Lives) == 0 {
		return "wandgo sync " + plaintext.ShellPath(i.Dir)
	}
	words := []string{"wandgo sync"}
	for _, l := range i.Lives {
		words = append(words, plaintext.ShellPath(l.Dir))
	}
	return strings.Join(words, " ")
}
