"""Reads the whole history of a run with the official client, and prints the number of rows and seconds."""

import sys
import time

import wandb

began = time.monotonic()
rows = 0
for row in wandb.Api().run(sys.argv[1]).scan_history():
    assert row["_step"] == rows
    rows += 1
print(rows, time.monotonic() - began)
