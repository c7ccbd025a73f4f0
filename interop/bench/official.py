"""The official client's half of the benchmark; ours/main.go is the other.

    python official.py MODE METRICS ROWS

logs ROWS rows of METRICS metrics and prints, as JSON, when Init had returned
and how long its parts took, in seconds.
"""

import json
import sys
import time

began = time.time()
import wandb  # noqa: E402

mode, metrics, rows = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
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
