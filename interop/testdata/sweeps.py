"""The official client's half of the scenarios about sweeps; the other half is in sweeps_test.go.

    python sweeps.py run SCENARIO YAML   creates a sweep of acme/sweeps and runs its trials
    python sweeps.py trial               is a trial that an agent starts
"""

import sys
import time

import wandb
import yaml
from wandb.agents import pyagent

pyagent.Agent.HEARTBEAT_SLEEP_SECONDS = 0.05


def parabola():
    with wandb.init() as run:
        x = run.config["x"]
        run.log({"loss": (x - 2) ** 2})


def failing():
    with wandb.init() as run:
        run.log({"loss": run.config["x"]})
        if run.config["x"] == 1:
            raise ValueError("one is bad")


def always_failing():
    with wandb.init() as run:
        run.log({"loss": 1})
        raise ValueError("bad")


def own_config():
    with wandb.init(config={"x": 99, "own": 1}, tags=["t"]) as run:
        run.log({"loss": run.config["x"]})


def patient():
    with wandb.init() as run:
        run.log({"loss": run.config["x"]})
        if run.config["x"] == 0:
            while True:  # until the server stops it
                time.sleep(0.01)


SCENARIOS = {
    "failing": failing,
    "flapping": always_failing,
    "own_config": own_config,
    "stopped": patient,
}


def main(command, *args):
    if command == "run":
        name, config = args
        sweep = wandb.sweep(yaml.safe_load(config), project="sweeps", entity="acme")
        count = 2 if name == "count" else None
        wandb.agent(sweep, function=SCENARIOS.get(name, parabola), count=count, entity="acme", project="sweeps")
    else:
        parabola()


if __name__ == "__main__":
    main(*sys.argv[1:])
