"""The official client's half of the scenarios; the other half is in package
scenario, in functions of the same names.

    python scenarios.py NAME...

runs the named ones in this process, each announced on stderr, which belongs to
the harness between runs.
"""

import enum
import os
import subprocess
import sys
import time
import traceback

import wandb

NAN, INF = float("nan"), float("inf")
SCENARIOS = {}


def scenario(f):
    SCENARIOS[f.__name__] = f
    return f


def start(run_id, **kwargs):
    return wandb.init(id=run_id, **kwargs)


def refused(run_id, **kwargs):
    """An init that must fail."""
    try:
        start(run_id, **kwargs)
    except wandb.errors.Error as e:
        say("refused: %s" % e)
        return
    raise AssertionError("init of %s was not refused" % run_id)


def say(text):
    os.write(2, (text + "\n").encode())


def wait_to_be_killed():
    say("@@@ ready")
    time.sleep(600)


# ---- rows -------------------------------------------------------------------


@scenario
def plain():
    run = start("plain", config={"lr": 0.1, "layers": 3, "name": "net"})
    for i in range(5):
        run.log({"loss": 1 / (i + 1), "acc": i * 0.125, "epoch": i})
    run.finish()


@scenario
def empty_run():
    start("empty_run").finish()


@scenario
def explicit_steps():
    run = start("explicit_steps")
    for step in (0, 1, 5, 10, 1000000007):
        run.log({"loss": step + 0.5}, step=step)
    run.finish()


@scenario
def several_logs_per_step():
    run = start("several_logs_per_step")
    run.log({"a": 1}, step=0)
    run.log({"b": 2, "a": 3}, step=0)
    run.log({"n": {"x": 1, "deep": {"u": 1}}}, step=1)
    run.log({"n": {"y": 2, "deep": {"v": 2}}}, step=1)
    run.log({"c": 1}, commit=False)
    run.log({"d": 2}, commit=False)
    run.log({"e": 3})
    run.log({"f": 4}, commit=False)
    run.log({"g": 5}, step=2, commit=True)
    run.log({"h": 6}, step=7, commit=True)
    run.log({"i": 7})
    run.log({"left": "open"}, commit=False)
    run.finish()


@scenario
def commit_without_values():
    run = start("commit_without_values")
    run.log({"a": 1}, commit=False)
    run.log({}, commit=True)
    run.log({})
    run.log({"b": 1})
    run.finish()


@scenario
def late_steps():
    run = start("late_steps")
    run.log({"a": 1}, step=5)
    run.log({"late": 1}, step=3)
    run.log({"a": 2})
    run.log({"late": 2}, step=0)
    run.log({"late": 3}, step=5)
    run.log({"a": 3}, step=9)
    run.finish()


@scenario
def nested_keys():
    run = start("nested_keys")
    run.log({"a": {"b": 1, "c": {"d": 2}}, "a.b": 3, "x/y": 4, "empty": {}, "half": {"empty": {}, "z": 5}})
    run.log({"a": {"b": 6}, "a.b": 7})
    run.log({"a": {"e": 9}})
    run.finish()


@scenario
def nan_infinity():
    run = start("nan_infinity")
    run.log({"x": NAN, "y": INF, "z": -INF, "n": {"x": NAN}, "list": [1.5, NAN, INF]})
    run.log({"x": 1.0, "y": NAN, "s": "NaN"})
    run.log({"x": NAN})
    run.finish()


@scenario
def numbers():
    run = start("numbers")
    run.log({"i": 2**53 + 1, "max": 2**63 - 1, "min": -(2**63), "u": 2**64 - 1})
    run.log({"small": 1e-7, "big": 1e21, "sum": 0.1 + 0.2, "whole": 5.0, "huge": 1e300, "tiny": 5e-324, "zero": -0.0})
    run.log({"third": 1 / 3, "edge": 1e-6, "edge21": 123456789012345680000.0, "neg": -1.5e-9})
    run.finish()


@scenario
def unicode_text():
    run = start("unicode_text", config={"naïve": "日本語", "emoji": "🚀"})
    run.log({"größe": 1, "日本": {"語": 2}, "🚀": 3, "quote\"d": 4, "back\\slash": 5, "new\nline": 6, "tab\t": 7})
    run.log({"text": "ünï ‮ \u2028 \u2029 <b>&amp; \x00\x01\x1f\x7f \ufffd 𝔘", "html": "<script>", "empty": ""})
    run.finish()


@scenario
def values():
    run = start("values")
    run.log({"yes": True, "no": False, "nothing": None, "text": "abc", "list": [1, 2.5, "x", None, True], "none": []})
    run.log({"tuple": (1, 2), "objects": [{"a": 1}, {"b": [1, [2]]}], "deep": [[1, 2], [3, 4]]})
    run.log({"nothing": 1, "text": 2})
    run.log({"nothing": None, "text": None, "list": None})
    run.finish()


@scenario
def own_keys():
    run = start("own_keys")
    run.log({"_step": 7, "_timestamp": 1234.5, "_runtime": 99, "_mine": 1, "a": 1})
    run.log({"a": 2})
    run.finish()


@scenario
def wide_row():
    run = start("wide_row")
    for row in range(3):
        run.log({"key%d" % i: i + row / 4 for i in range(1000)})
    run.finish()


@scenario
def many_rows():
    run = start("many_rows")
    for i in range(20000):
        run.log({"i": i, "half": i / 2})
    run.finish()


# ---- metrics ----------------------------------------------------------------


@scenario
def define_metric_step():
    run = start("define_metric_step")
    run.define_metric("epoch")
    run.define_metric("val/loss", step_metric="epoch")
    run.define_metric("train.loss", step_metric="batch", step_sync=False)
    for i in range(4):
        run.log({"epoch": i, "val/loss": 1 / (i + 1), "batch": 10 * i})
    run.log({"val/loss": 0.125})
    run.finish()


@scenario
def define_metric_summary():
    run = start("define_metric_summary")
    for kind in ("min", "max", "mean", "last", "first", "none"):
        run.define_metric(kind, summary=kind)
    run.define_metric("all", summary="min,max,mean,last,first")
    run.define_metric("never", summary="min,max")
    run.define_metric("words", summary="min,max,mean,last")
    run.define_metric("nan", summary="min,max,mean")
    run.define_metric("n.deep", summary="max")
    for i, v in enumerate((3, 1.5, 4, -2)):
        row = {k: v for k in ("min", "max", "mean", "last", "first", "none", "all")}
        row.update({"words": "w%d" % i, "nan": NAN if i == 2 else v, "n": {"deep": v, "other": v}})
        run.log(row)
    run.finish()


@scenario
def define_metric_glob():
    run = start("define_metric_glob")
    run.define_metric("train/*", step_metric="epoch")
    run.define_metric("train/loss", summary="min")
    run.define_metric("val/*", summary="max")
    for i in range(3):
        run.log({"epoch": i, "train/loss": 3 - i, "train/acc": i, "val/acc": (1, 5, 2)[i], "other": i})
    run.finish()


@scenario
def define_metric_star():
    run = start("define_metric_star")
    run.define_metric("*", summary="min")
    run.define_metric("own", summary="max")
    for i in range(3):
        run.log({"a": (1, 5, 2)[i], "own": i, "n": {"x": -i}, "_hidden": i})
    run.finish()


@scenario
def define_metric_hidden():
    run = start("define_metric_hidden")
    run.define_metric("secret", hidden=True)
    run.define_metric("acc", summary="max", hidden=True, step_metric="secret")
    run.log({"secret": 1, "acc": 3})
    run.log({"secret": 2, "acc": 1})
    run.finish()


@scenario
def define_metric_overwrite():
    run = start("define_metric_overwrite")
    run.define_metric("a", summary="min", hidden=True)
    run.define_metric("a", summary="max")
    run.define_metric("b", summary="min", hidden=True)
    run.define_metric("b", summary="max", overwrite=True)
    run.log({"a": 1, "b": 1})
    run.log({"a": 3, "b": 3})
    run.log({"a": 2, "b": 2})
    run.finish()


@scenario
def define_metric_late():
    run = start("define_metric_late")
    run.log({"a": 5})
    run.define_metric("a", summary="min,max")
    run.log({"a": 3})
    run.log({"a": 4})
    run.finish()


# ---- summary and config -------------------------------------------------------


@scenario
def summary_overwrites():
    run = start("summary_overwrites")
    run.log({"a": 1, "b": 1, "gone": 1, "n": {"x": 1, "y": 2}})
    run.summary["b"] = "mine"
    run.summary["only"] = {"here": [1, 2], "and": "there"}
    run.summary["n"]["x"] = 10
    del run.summary["gone"]
    run.summary.update({"u": 1, "v": 2.5})
    run.log({"a": 2})
    run.log({"b": 3})
    run.summary["best"] = NAN
    run.finish()


@scenario
def config_nested():
    run = start(
        "config_nested",
        config={
            "lr": 0.1, "opt": {"name": "adam", "betas": [0.9, 0.999], "deep": {"er": True}}, "none": None,
            "a.b": 1, "empty": {}, "list": [], "tuple": (1, 2), "big": 2**53 + 1, "tiny": 1e-7, "text": "x",
        },
    )
    run.config.update({"batch": 32, "opt2": {"name": "sgd"}})
    run.config["epochs"] = 10
    run.config.update({"lr": 0.2}, allow_val_change=True)
    run.config.update({"opt": {"name": "lion"}}, allow_val_change=True)
    run.config.setdefaults({"batch": 64, "seed": 7})
    run.log({"a": 1})
    run.config["late"] = "yes"
    run.finish()


@scenario
def config_special():
    class Color(enum.Enum):
        RED = 1

    run = start("config_special", config={"nan": NAN, "inf": INF, "enum": Color.RED, "nested": {"nan": NAN}, "-dashed-": 1})
    run.finish()


@scenario
def labels():
    run = start(
        "labels", name="my run", notes="some\nnotes", tags=["b", "a", "ünï"], group="exp-1", job_type="train",
    )
    run.log({"a": 1})
    run.finish()


@scenario
def labels_changed():
    run = start("labels_changed", name="first", notes="n1", tags=["a"])
    run.log({"a": 1})
    run.name = "second"
    run.notes = "n2"
    run.tags = run.tags + ("b", "c")
    run.finish()


@scenario
def environment():
    run = wandb.init()
    run.log({"a": 1})
    run.finish()


@scenario
def machine():
    run = start("machine")
    run.log({"a": 1})
    time.sleep(3)  # it learns of its machine by and by
    run.finish()


# ---- resume -----------------------------------------------------------------


def two_rows(run, start_at):
    run.log({"i": start_at, "first" if start_at == 0 else "second": 1, "n": {"k%d" % start_at: 1}})
    run.log({"i": start_at + 1})
    run.finish()


def resumed(name, mode, **again):
    two_rows(start(name, config={"a": 1, "b": {"c": 2}}, tags=["t"], notes="n", name="first"), 0)
    two_rows(start(name, resume=mode, **again), 2)


@scenario
def resume_allow():
    resumed("resume_allow", "allow", config={"a": 5, "d": 3})


@scenario
def resume_allow_new():
    two_rows(start("resume_allow_new", resume="allow"), 0)


@scenario
def resume_must():
    resumed("resume_must", "must", tags=["u"], notes="other")


@scenario
def resume_must_missing():
    refused("resume_must_missing", resume="must")


@scenario
def resume_never():
    two_rows(start("resume_never", resume="never"), 0)
    refused("resume_never", resume="never")


@scenario
def resume_unset():
    resumed("resume_unset", None)


@scenario
def resume_steps():
    run = start("resume_steps")
    run.log({"a": 1}, step=10)
    run.log({"a": 2}, step=20)
    run.finish()
    run = start("resume_steps", resume="allow")
    run.log({"late": 3}, step=20)
    run.log({"a": 4})
    run.log({"a": 5}, step=30)
    run.finish()


@scenario
def resume_auto_crash():
    run = wandb.init(resume="auto")
    run.log({"i": 0})
    run.log({"i": 1})
    wait_to_be_killed()


@scenario
def resume_auto_again():
    two_rows(wandb.init(resume="auto"), 2)


@scenario
def crash():
    run = start("crash_resume", config={"a": 1})
    run.log({"i": 0})
    run.log({"i": 1})
    wait_to_be_killed()


@scenario
def crash_resume():
    two_rows(start("crash_resume", resume="must"), 2)


@scenario
def fork():
    run = start("fork_origin")
    for i in range(5):
        run.log({"i": i})
    run.finish()
    run = start("fork", fork_from="fork_origin?_step=2")
    run.log({"i": 100})
    run.finish()


@scenario
def rewind():
    run = start("rewind", config={"a": 1})
    for i in range(5):
        run.log({"i": i})
    run.finish()
    run = wandb.init(resume_from="rewind?_step=2")
    run.log({"i": 100})
    run.finish()


# ---- ends -------------------------------------------------------------------


@scenario
def exit_code():
    run = start("exit_code")
    run.log({"a": 1})
    run.finish(exit_code=3)


@scenario
def exit_process():
    run = start("exit_process")
    run.log({"a": 1}, step=0)
    sys.exit(3)


@scenario
def exception():
    run = start("exception")
    run.log({"a": 1})
    raise ValueError("training diverged")


@scenario
def interrupted():
    run = start("interrupted")
    run.log({"a": 1})
    wait_to_be_killed()


@scenario
def stopped():
    run = start("stopped")
    say("@@@ ready")
    while True:
        run.log({"a": 1})
        time.sleep(0.1)


# ---- console, machine, files, alerts ------------------------------------------


@scenario
def console():
    run = start("console")
    print("hello")
    print("two\nlines")
    print("grüße 🚀 \x1b[31mred\x1b[0m")
    for i in range(0, 101, 10):
        sys.stdout.write("\r%3d%% |%s|" % (i, "#" * (i // 10)))
        sys.stdout.flush()
    print()
    sys.stdout.write("one\rtwo\n")
    sys.stdout.write("up 1\nup 2\n\x1b[2Aover\x1b[2B\n")
    print("", flush=True)
    print("tab\there")
    run.log({"a": 1})
    sys.stdout.write("no newline at the end")
    sys.stdout.flush()
    run.finish()


@scenario
def console_stderr():
    run = start("console_stderr")
    print("to stderr", file=sys.stderr, flush=True)
    sys.stderr.write("50%\r99%\n")
    sys.stderr.flush()
    run.finish()


@scenario
def system_metrics():
    run = start("system_metrics")
    for i in range(8):
        run.log({"i": i})
        time.sleep(0.25)
    run.finish()


@scenario
def saved_files():
    run = start("saved_files")
    os.makedirs("ckpt/sub", exist_ok=True)
    for name, text in (("notes.txt", "hello\n"), ("ckpt/a.bin", "\x00\x01"), ("ckpt/sub/b.bin", ""), ("räum lich.txt", "x")):
        with open(name, "w") as f:
            f.write(text)
    run.save("notes.txt", policy="now")
    run.save("ckpt/*.bin")
    run.save("ckpt/sub/b.bin", base_path="ckpt")
    run.save("räum lich.txt", policy="end")
    run.log({"a": 1})
    run.finish()


@scenario
def alerts():
    run = start("alerts")
    run.alert(title="Low accuracy", text="it is 0.1")
    run.alert("Diverged", "loss is NaN", level=wandb.AlertLevel.ERROR, wait_duration=300)
    run.alert("Note", "an <b>ünï</b> text", level="WARN", wait_duration=0)
    run.log({"a": 1})
    run.finish()


# ---- without a server, and against bad ones -----------------------------------


def without_server(mode):
    run = start("offline", mode=mode, config={"lr": 0.1, "n": {"m": 1}}, tags=["t"], notes="n", name="off", group="g", job_type="j")
    run.define_metric("acc", summary="max")
    print("printed offline")
    for i in range(10):
        run.log({"loss": 1 / (i + 1), "acc": i % 4, "n": {"x": i}, "odd": NAN})
    run.log({"left": 1}, commit=False)
    run.summary["mine"] = "set"
    run.config["late"] = True
    kept = os.path.join(run.dir, "kept.txt")
    with open(kept, "w") as f:
        f.write("kept")
    run.save(kept, base_path=run.dir, policy="now")
    run.alert(title="Offline", text="all the same")
    run.finish(exit_code=4)


@scenario
def offline():
    without_server("offline")


@scenario
def offline_twin():
    """The same with a server."""
    without_server("online")


@scenario
def sync():
    """Uploads what is in this directory."""
    root = os.path.join(os.environ["WANDB_DIR"], "wandb")
    runs = sorted(os.path.join(root, d) for d in os.listdir(root) if d.startswith("offline-run-"))
    assert runs, "nothing to sync"
    done = subprocess.run([sys.executable, "-m", "wandb", "sync", *runs])
    assert done.returncode == 0, "wandb sync ended with %d" % done.returncode


@scenario
def disabled():
    run = start("disabled", mode="disabled")
    run.log({"a": 1})
    run.finish()


@scenario
def refused_team():
    refused("refused_team", entity="globex", project="vision")


@scenario
def refused_key():
    refused("refused_key")


@scenario
def rate_limited():
    run = start("rate_limited", config={"a": 1})
    for i in range(30):
        run.log({"i": i})
        time.sleep(0.02)
    run.config["b"] = 2
    run.finish()


@scenario
def flaky():
    run = start("flaky", config={"a": 1})
    for i in range(30):
        run.log({"i": i})
        time.sleep(0.02)
    run.config["b"] = 2
    run.finish()


def main(names):
    failed = 0
    for name in names:
        say("@@@ begin " + name)
        if len(names) == 1:
            SCENARIOS[name]()
            return 0
        try:
            SCENARIOS[name]()
        except Exception:
            failed = 1
            say("@@@ failed " + name)
            traceback.print_exc()
            if wandb.run is not None:
                wandb.finish(exit_code=1)
    return failed


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
