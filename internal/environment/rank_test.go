package environment

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestRank(t *testing.T) {
	t.Parallel()
	type env map[string]string
	for _, c := range []struct {
		name        string
		env         env
		rank, world int
		source      string
	}{
		{"nothing", env{}, 0, 0, ""},
		{"torchrun", env{"RANK": "3", "WORLD_SIZE": "8", "LOCAL_RANK": "1", "GROUP_RANK": "1"}, 3, 8, "RANK"},
		{"rank alone", env{"RANK": "3"}, 3, 0, "RANK"},
		{"group and local rank", env{"GROUP_RANK": "1", "LOCAL_RANK": "2", "LOCAL_WORLD_SIZE": "4", "GROUP_WORLD_SIZE": "2"}, 6, 8, "GROUP_RANK"},
		{"local rank alone says nothing", env{"LOCAL_RANK": "2"}, 0, 0, ""},
		{"group rank alone says nothing", env{"GROUP_RANK": "2"}, 0, 0, ""},
		{"Open MPI", env{"OMPI_COMM_WORLD_RANK": "1", "OMPI_COMM_WORLD_SIZE": "2", "SLURM_PROCID": "0"}, 1, 2, "OMPI_COMM_WORLD_RANK"},
		{"MPICH", env{"PMI_RANK": "0", "PMI_SIZE": "2"}, 0, 2, "PMI_RANK"},
		{"srun", env{"SLURM_PROCID": "5", "SLURM_NTASKS": "16"}, 5, 16, "SLURM_PROCID"},
		{"a step of a larger job", env{"SLURM_PROCID": "1", "SLURM_STEP_NUM_TASKS": "2", "SLURM_NTASKS": "16"}, 1, 2, "SLURM_PROCID"},
		{"Kubernetes", env{"JOB_COMPLETION_INDEX": "7"}, 7, 0, "JOB_COMPLETION_INDEX"},
		{"Kubernetes with a size", env{"JOB_COMPLETION_INDEX": "7", "WORLD_SIZE": "8"}, 7, 8, "JOB_COMPLETION_INDEX"},
		{"not a number", env{"RANK": "first", "SLURM_PROCID": "1"}, 1, 0, "SLURM_PROCID"},
		{"negative", env{"RANK": "-1", "PMI_RANK": "2"}, 2, 0, "PMI_RANK"},
		{"contradiction", env{"RANK": "8", "WORLD_SIZE": "8", "JOB_COMPLETION_INDEX": "0", "JOB_COMPLETIONS": "4"}, 0, 8, "JOB_COMPLETION_INDEX"},
		{"empty", env{"RANK": ""}, 0, 0, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			rank, world, source, ok := Rank(func(name string) string { return c.env[name] })
			assert.Equal(t, c.rank, rank)
			assert.Equal(t, c.world, world)
			assert.Equal(t, c.source, source)
			assert.Equal(t, c.source != "", ok)
		})
	}
}
