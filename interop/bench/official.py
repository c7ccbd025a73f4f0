"""The official client's half of the benchmark; ours/main.go is the other.

    python official.py MODE METRICS ROWS

logs ROWS rows of METRICS metrics and prints, as JSON, when Init had returned
and how long its parts took, in seconds.
"""

import json
import os
import sys
import time

began = time.time()
import wandb  # noqa: E402

mode, metrics, rows = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])


def artifacts(download):
    """Logs the files in data three times, the last time with another first file; or downloads them."""
    run = wandb.init()
    times = {"created": time.time()}
    if download:
        before = time.time()
        run.use_artifact("data:latest").download(root="downloaded")
        times["download"] = time.time() - before
    for name in () if download else ("first", "again", "changed"):
        if name == "changed":
            path = sorted(os.listdir("data"))[0]
            with open(os.path.join("data", path), "r+b") as f:
                f.write(b"changed")
        before = time.time()
        a = wandb.Artifact("data", "dataset")
        a.add_dir("data")
        run.log_artifact(a)
        times[name + "Fixed"] = time.time() - before
        a.wait()
        times[name] = time.time() - before
    run.finish()
    print(json.dumps(times))


if mode in ("upload", "download"):
    artifacts(mode == "download")
    sys.exit()
# The same hundred rows again and again, so that making them costs nothing.
pool = [{"metric%d" % k: (i * 31 + k * 17) % 1000 / 7 for k in range(metrics)} for i in range(100)]

before = time.time()
run = wandb.init(mode=mode, config={"lr": 0.1})
run.define_metric("metric0", summary="min")
created = time.time()
for i in range(rows):
    run.log(pool[i % 100])
logged = time.time()
run.finish()
finished = time.time()
print(json.dumps({
    "created": created, "init": created - before, "log": logged - created, "finish": finished - logged,
}))
