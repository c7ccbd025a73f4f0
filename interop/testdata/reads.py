"""Reads runs with the official client and prints what it reads as JSON, one read per key.

    python reads.py write ID    makes a run
    python reads.py read        reads the runs of acme/reads
"""

import json
import os
import sys
import tempfile

import wandb

PATH = "acme/reads"


def write(run_id):
    with wandb.init(
        id=run_id,
        project="reads",
        name="name of " + run_id,
        notes="n",
        group="g",
        job_type="train",
        tags=["t", run_id],
        config={"lr": 0.25, "net": {"depth": 3}, "list": [1, "a"]},
        settings=wandb.Settings(x_disable_stats=True),
    ) as run:
        for i in range(2500):
            row = {"loss": 1 / (i + 1)}
            if i % 3 == 0:
                row["acc"] = i
            run.log(row)
        with open("up.txt", "w") as f:
            f.write("hi")
        run.save("up.txt")
        for name in ("data", "more"):
            a = wandb.Artifact(name, "dataset")
            with a.new_file("n.txt") as f:
                f.write(name)
            run.log_artifact(a, aliases=["best"]).wait()
        run.use_artifact("data:best")


def plain(row):
    return {k: v for k, v in row.items() if k not in ("_timestamp", "_runtime")}


def versions(artifacts):
    return sorted([a.name, a.type, a.digest, sorted(a.aliases)] for a in artifacts)


def read():
    api = wandb.Api()
    out = {}

    def ids(**kwargs):
        return [r.id for r in api.runs(PATH, per_page=2, **kwargs)]

    out["all runs"] = ids()
    out["by state"] = ids(filters={"state": "finished"})
    out["by config"] = ids(filters={"config.lr": {"$gt": 0.3}})
    out["by nested config"] = ids(filters={"config.net.value.depth": {"$lte": 3}})
    out["by tag"] = ids(filters={"tags": {"$in": ["ours"]}})
    out["by two"] = ids(filters={"$and": [{"jobType": "train"}, {"config.lr": 0.25}]})
    out["by either"] = ids(filters={"$or": [{"display_name": "name of theirs"}, {"tags": "ours"}]})
    out["by expression"] = ids(filters={"display_name": {"$regex": "^name of o"}})
    out["by summary"] = ids(filters={"summary_metrics.loss": {"$lt": 1}}, order="-summary_metrics.loss")
    out["order"] = ids(order="-created_at")
    out["projects"] = [[p.entity, p.name] for p in api.projects("acme")]
    out["count"] = len(api.runs(PATH, filters={"tags": "t"}))
    for run_id in ("theirs", "ours"):
        run = api.run(PATH + "/" + run_id)
        at = run_id + " "
        out[at + "labels"] = [run.name, run.notes, run.group, run.job_type, run.state, sorted(run.tags), run.sweep_name]
        out[at + "config"] = dict(run.config)
        out[at + "summary"] = plain({k: v for k, v in run.summary._json_dict.items() if k != "_wandb"})
        out[at + "user"] = run.user.username
        out[at + "full history"] = [plain(r) for r in run.scan_history()]
        out[at + "some keys"] = list(run.scan_history(keys=["loss", "acc"]))
        out[at + "range"] = [plain(r) for r in run.scan_history(min_step=1200, max_step=1210)]
        out[at + "sample"] = run.history(samples=7, keys=["loss"], pandas=False)
        out[at + "last step"] = run.lastHistoryStep
        out[at + "files"] = sorted(f.name for f in run.files() if f.name == "up.txt" or f.name == "wandb-metadata.json")
        out[at + "size"] = [f.size for f in run.files(names=["up.txt"])]
        with tempfile.TemporaryDirectory() as d:
            with run.file("up.txt").download(root=d) as f:
                out[at + "content"] = f.read()
        out[at + "logged artifacts"] = versions(run.logged_artifacts())
        out[at + "used artifacts"] = versions(run.used_artifacts())
        out[at + "metadata"] = run.metadata["host"]
    run = api.run(PATH + "/ours")
    run.config["by"] = "official"
    run.summary["by"] = 7
    run.tags.append("official")
    run.update()
    json.dump(out, sys.stdout)


if __name__ == "__main__":
    write(sys.argv[2]) if sys.argv[1] == "write" else read()
