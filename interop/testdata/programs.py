"""Plays random programs with the official client; see package program.

    python programs.py FILE

FILE is a JSON list of programs. What a call raises is said on stderr as
"@@@ ID CALL: ERROR".
"""

import json
import os
import sys

import wandb


def value(v):
    kind, content = v[0], v[1]
    if kind == "null":
        return None
    if kind == "bool":
        return content == "true"
    if kind == "float":
        return float(content)
    if kind == "int":
        return int(content)
    if kind == "text":
        return content
    if kind == "list":
        return [value(e) for e in content]
    return {k: value(e) for k, e in zip(content, v[2])}


def play(p):
    run = wandb.init(id=p["id"], config=value(p["config"]))
    for i, c in enumerate(p["calls"]):
        try:
            v = value(c["value"])
            if c["what"] == "summary":
                run.summary[c["key"]] = v
            elif c["what"] == "config":
                run.config.update(v, allow_val_change=True)
            else:
                run.log(v, step=c.get("step"))
        except Exception as e:
            os.write(2, ("@@@ %s call %d: %r\n" % (p["id"], i, e)).encode())
    run.finish(exit_code=p["exit"])


for program in json.load(open(sys.argv[1])):
    try:
        play(program)
    except Exception as e:
        os.write(2, ("@@@ %s: %r\n" % (program["id"], e)).encode())
        if wandb.run is not None:
            wandb.finish(exit_code=1)
