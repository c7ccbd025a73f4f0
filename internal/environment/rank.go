package environment

import "strconv"

// Rank returns the rank of this process in a distributed job, the number of processes (0 if
// it is not known), and the variable that has the rank. getenv reads the environment.
//
// It checks, in this order, RANK and WORLD_SIZE (torchrun, Kubeflow, DeepSpeed, Accelerate),
// torchrun's group and local rank, Open MPI, MPICH and Intel MPI, Slurm, and Kubernetes
// Jobs with an index. Contradictory values are skipped.
func Rank(getenv func(string) string) (rank, world int, source string, ok bool) {
	number := func(name string) (int, bool) {
		n, err := strconv.Atoi(getenv(name))
		return n, err == nil && n >= 0
	}
	first := func(names ...string) int {
		for _, name := range names {
			if n, ok := number(name); ok && n > 0 {
				return n
			}
		}
		return 0
	}
	for _, c := range []struct {
		rank  string
		world []string
	}{
		{"RANK", []string{"WORLD_SIZE"}},
		{"GROUP_RANK", nil}, // below
		{"OMPI_COMM_WORLD_RANK", []string{"OMPI_COMM_WORLD_SIZE"}},
		{"PMI_RANK", []string{"PMI_SIZE"}},
		{"SLURM_PROCID", []string{"SLURM_STEP_NUM_TASKS", "SLURM_NTASKS", "SLURM_NPROCS"}},
		{"JOB_COMPLETION_INDEX", []string{"WORLD_SIZE", "JOB_COMPLETIONS"}},
	} {
		n, found := number(c.rank)
		if !found {
			continue
		}
		size := first(c.world...)
		if c.rank == "GROUP_RANK" {
			local, isLocal := number("LOCAL_RANK")
			perGroup := first("LOCAL_WORLD_SIZE")
			if !isLocal || local >= perGroup {
				continue
			}
			n = n*perGroup + local
			if size = first("WORLD_SIZE"); size == 0 {
				size = perGroup * first("GROUP_WORLD_SIZE")
			}
		}
		if size > 0 && n >= size {
			continue
		}
		return n, size, c.rank, true
	}
	return 0, 0, "", false
}
