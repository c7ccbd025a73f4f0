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


def media(what, n):
    """Logs n images of 256x256 pixels, a table of n rows of ten columns, or histograms of a million values at n steps."""
    import numpy as np

    before = time.time()
    run = wandb.init()
    created = time.time()
    if what == "images":
        y, x = np.mgrid[0:256, 0:256]
        for i in range(n):
            noise = np.random.default_rng(i).integers(0, 8, (256, 256))
            data = np.stack([x, y + i, (x + y) // 2 + noise], axis=-1).astype(np.uint8)
            run.log({"img": wandb.Image(data)})
    elif what == "table":
        table = wandb.Table(columns=list("abcdefghij"))
        for i in range(n):
            text, f = "row %d" % i, i / 7
            table.add_data(i, f, text, i % 2 == 0, f, f, f, text, i, f)
        run.log({"tab": table})
    else:
        values = np.sin(np.arange(1000000.0))
        for i in range(n):
            run.log({"w": wandb.Histogram(values, num_bins=64)})
    logged = time.time()
    run.finish()
    print(json.dumps({"created": created, "init": created - before, "log": logged - created, "finish": time.time() - logged}))


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
if mode in ("images", "table", "histogram"):
    media(mode, rows)
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
