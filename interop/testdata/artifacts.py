"""The official client's half of the scenarios about artifacts; the other half is in
package scenario, in functions of the same names.

    python artifacts.py NAME...

runs the named ones in this process. WANDGO_INTEROP_WEB is the address of a web server
with a file, for references.
"""

import datetime
import json
import os
import sys

import wandb
from scenarios import main, say, scenario, start

WEB = os.environ.get("WANDGO_INTEROP_WEB", "")
PROJECT = os.environ.get("WANDB_PROJECT", "")


def tree(root, files):
    """Writes files below a directory of its own."""
    for name, content in files.items():
        path = os.path.join(root, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as f:
            f.write(content)
    return root


def draft(name, typ="dataset", files=None, **kwargs):
    a = wandb.Artifact(name, typ, **kwargs)
    for entry, content in (files or {}).items():
        with a.new_file(entry, mode="wb") as f:
            f.write(content)
    return a


def log(run, a, **kwargs):
    return sent(run.log_artifact(a, **kwargs))


def sent(a):
    """Waits until the server has the artifact, if it is to have it now."""
    return a if os.environ.get("WANDB_MODE") == "offline" else a.wait()


def logged(name, **kwargs):
    """A run that logs one artifact with its own name."""
    with start(name) as run:
        log(run, draft(name, **kwargs))


# ---- content -----------------------------------------------------------------


@scenario
def art_files():
    root = tree("art_files", {"a.txt": b"hello", "dir/empty": b"", "dir/sub/y.txt": b"yy", "dir/x.bin": b"\0" * 1000})
    with start("art_files") as run:
        a = wandb.Artifact("art_files", "dataset", description="desc", metadata={"k": 1, "n": {"x": [1, 2.5, None, True, "ü"]}})
        a.add_file(os.path.join(root, "a.txt"))
        a.add_dir(os.path.join(root, "dir"), name="dir")
        log(run, a, aliases=["best", "prod"], tags=["t1", "tag two"])


@scenario
def art_renamed():
    root = tree("art_renamed", {"a.txt": b"hello", "sub/b.txt": b"b"})
    with start("art_renamed") as run:
        a = wandb.Artifact("art_renamed", "dataset")
        a.add_file(os.path.join(root, "a.txt"), name="x/y/z.txt")
        a.add_dir(root)
        log(run, a)


@scenario
def art_written():
    logged("art_written", files={"new.txt": b"written by the program", "d/e.bin": bytes(range(256))})


@scenario
def art_empty():
    logged("art_empty")


@scenario
def art_names():
    logged("art_names", files={"with space.txt": b"1", "ünï/cødé 🚀.txt": b"2", "a+b&c=d?e#f%20.txt": b"3", ".hidden": b"4", "UPPER": b"5", "a\\b": b"6"})


@scenario
def art_same_bytes():
    logged("art_same_bytes", files={"a": b"same", "b": b"same", "c/d": b"same"})


@scenario
def art_many():
    logged("art_many", files={"f%03d.txt" % i: b"%d" % i for i in range(300)})


@scenario
def art_large():
    logged("art_large", files={"large.bin": b"0123456789abcdef" * (3 << 16)})


@scenario
def art_metadata():
    logged("art_metadata", metadata={"nan": float("nan"), "big": 12345678901234567890, "f": 1e100, "t": "a\nb", "l": [[], {}], "html": "<&>"})


@scenario
def art_described():
    logged("art_described", files={"a": b"1"}, description="two\nlines, and ünïcode")


@scenario
def art_region():
    logged("art_region", files={"a": b"1"}, storage_region="coreweave-us")


@scenario
def art_xxh128():
    logged("art_xxh128", files={"a.txt": b"hello", "b/c": b"world", "empty": b""}, digest_algorithm="XXH128")


@scenario
def art_xxh128_after_md5():
    with start("art_xxh128_after_md5") as run:
        log(run, draft("art_xxh128_after_md5", files={"a": b"1"}))
        log(run, draft("art_xxh128_after_md5", files={"a": b"2"}, digest_algorithm="XXH128"))


@scenario
def art_ttl():
    with start("art_ttl") as run:
        a = draft("art_ttl", files={"a": b"1"})
        a.ttl = datetime.timedelta(hours=1)
        log(run, a)


@scenario
def art_ttl_never():
    with start("art_ttl_never") as run:
        a = draft("art_ttl_never", files={"a": b"1"})
        a.ttl = None
        log(run, a)


# ---- versions ----------------------------------------------------------------


@scenario
def art_versions():
    with start("art_versions") as run:
        for i in range(3):
            log(run, draft("art_versions", files={"i": b"%d" % i, "same": b"same"}), aliases=["n%d" % i, "moving"])


@scenario
def art_again():
    with start("art_again") as run:
        log(run, draft("art_again", files={"a": b"1"}), aliases=["first"])
        log(run, draft("art_again", files={"a": b"2"}))
        log(run, draft("art_again", files={"a": b"1"}), aliases=["again"])


@scenario
def art_changed_one():
    with start("art_changed_one") as run:
        files = {"f%02d" % i: b"%d" % i for i in range(40)}
        log(run, draft("art_changed_one", files=files))
        files["f07"] = b"changed"
        log(run, draft("art_changed_one", files=files))


@scenario
def art_steps():
    with start("art_steps") as run:
        log(run, draft("art_steps", files={"a": b"0"}))
        for i in range(5):
            run.log({"loss": i})
        log(run, draft("art_steps", files={"a": b"5"}))


@scenario
def art_several():
    with start("art_several") as run:
        all = [run.log_artifact(draft("art_several_%d" % i, typ="model" if i % 2 else "dataset", files={"i": b"%d" % i})) for i in range(5)]
        for a in all:
            sent(a)


@scenario
def art_nobody_waits():
    with start("art_nobody_waits") as run:
        run.log_artifact(draft("art_nobody_waits", files={"a": b"1"}))
        run.log_artifact(draft("art_nobody_waits", files={"a": b"2"}))


@scenario
def art_incremental():
    with start("art_incremental") as run:
        log(run, draft("art_incremental", files={"a": b"1", "b": b"2"}))
        log(run, draft("art_incremental", files={"b": b"3", "c": b"4"}, incremental=True))


@scenario
def art_distributed():
    with start("art_distributed") as run:
        for i in range(2):
            run.upsert_artifact(draft("art_distributed", files={"w%d" % i: b"%d" % i}), distributed_id="d1").wait()
        run.finish_artifact(draft("art_distributed", files={"end": b"end"}), distributed_id="d1").wait()


# ---- references --------------------------------------------------------------


@scenario
def art_ref_http():
    with start("art_ref_http") as run:
        a = draft("art_ref_http")
        a.add_reference(WEB + "/dir/file.txt")
        a.add_reference(WEB + "/dir/file.txt", name="renamed")
        a.add_reference(WEB + "/plain", name="without etag")
        log(run, a)


@scenario
def art_ref_unchecked():
    with start("art_ref_unchecked") as run:
        a = draft("art_ref_unchecked")
        a.add_reference(WEB + "/dir/file.txt", checksum=False)
        log(run, a)


@scenario
def art_ref_files():
    root = tree("art_ref_files", {"data/a.txt": b"hello", "data/sub/b.txt": b"world"})
    with start("art_ref_files") as run:
        a = draft("art_ref_files")
        a.add_reference("file://" + os.path.abspath(os.path.join(root, "data")))
        a.add_reference("file://" + os.path.abspath(os.path.join(root, "data", "a.txt")), name="one.txt")
        log(run, a)


@scenario
def art_ref_unchecked_files():
    root = tree("art_ref_unchecked_files", {"data/a.txt": b"hello"})
    with start("art_ref_unchecked_files") as run:
        a = draft("art_ref_unchecked_files")
        a.add_reference("file://" + os.path.abspath(os.path.join(root, "data")), name="d", checksum=False)
        log(run, a)


@scenario
def art_ref_other():
    with start("art_ref_other") as run:
        a = draft("art_ref_other", files={"real": b"real"})
        a.add_reference("hdfs://cluster/path/data", name="data")
        log(run, a)


@scenario
def art_ref_artifact():
    with start("art_ref_artifact") as run:
        source = log(run, draft("art_ref_artifact", files={"a": b"hello"}))
        a = draft("art_ref_artifact_2")
        a.add_reference(source.get_entry("a").ref_url(), name="copied")
        log(run, a)


# ---- what exists already -----------------------------------------------------


@scenario
def art_use():
    with start("art_use") as run:
        log(run, draft("art_use", files={"a": b"1"}), aliases=["best"])
        run.use_artifact("art_use:best")
        run.use_artifact("art_use:v0")
        run.use_artifact("art_use:latest")


@scenario
def art_input():
    with start("art_input") as run:
        run.use_artifact(draft("art_input", files={"a": b"1"})).wait()


@scenario
def art_new_draft():
    with start("art_new_draft") as run:
        log(run, draft("art_new_draft", files={"a": b"1", "b": b"2", "c/d": b"3"}, description="d", metadata={"k": 1}))
        a = run.use_artifact("art_new_draft:latest").new_draft()
        a.remove("b")
        with a.new_file("e", mode="wb") as f:
            f.write(b"4")
        log(run, a)


@scenario
def art_aliases_changed():
    with start("art_aliases_changed") as run:
        log(run, draft("art_aliases_changed", files={"a": b"1"}), aliases=["old", "kept"])
        log(run, draft("art_aliases_changed", files={"a": b"2"}), aliases=["moving"])
        a = run.use_artifact("art_aliases_changed:v0")
        a.aliases.append("new")
        a.aliases.append("moving")
        a.aliases.remove("old")
        a.save()


@scenario
def art_described_later():
    with start("art_described_later") as run:
        log(run, draft("art_described_later", files={"a": b"1"}, description="d", metadata={"k": 1}), tags=["one", "two"])
        a = run.use_artifact("art_described_later:latest")
        a.description = "later"
        a.metadata = {"k": 2, "n": {"x": [1]}}
        a.tags = ["two", "three"]
        a.ttl = datetime.timedelta(days=2)
        a.save()


@scenario
def art_deleted():
    with start("art_deleted") as run:
        for i in range(3):
            log(run, draft("art_deleted", files={"a": b"%d" % i}))
        run.use_artifact("art_deleted:v1").delete()
        run.use_artifact("art_deleted:v2").delete(delete_aliases=True)
        log(run, draft("art_deleted", files={"a": b"3"}))


@scenario
def art_linked():
    with start("art_linked") as run:
        a = log(run, draft("art_linked", files={"a": b"1"}))
        run.link_artifact(a, "linked_" + PROJECT, aliases=["best"])
        b = log(run, draft("art_linked", files={"a": b"2"}))
        run.link_artifact(b, "linked_" + PROJECT)
        run.link_artifact(a, "linked_" + PROJECT, aliases=["again"])


@scenario
def art_registry():
    with start("art_registry") as run:
        a = log(run, draft("art_registry", typ="model", files={"a": b"1"}))
        run.link_artifact(a, "wandb-registry-model/reg_" + PROJECT, aliases=["staging"])


@scenario
def art_unlinked():
    with start("art_unlinked") as run:
        a = log(run, draft("art_unlinked", typ="model", files={"a": b"1"}))
        run.link_artifact(a, "wandb-registry-model/unl_" + PROJECT, aliases=["staging"])
        wandb.Api().artifact("acme-inc/wandb-registry-model/unl_%s:staging" % PROJECT).unlink()


# ---- refusals ----------------------------------------------------------------


def told(f):
    try:
        f()
        say("not refused")
    except Exception as e:
        say("\nrefused: %s: %s" % (type(e).__name__, e))


@scenario
def refused_log():
    """Logs an artifact that the server may refuse, and waits for it."""
    with start("refused_log") as run:
        told(lambda: log(run, draft("refused", files={"f%d" % i: b"%d" % i for i in range(4)}), aliases=["prod"]))


@scenario
def refused_unnoticed():
    """The same, but nothing waits for it."""

    def unnoticed():
        run = start("refused_unnoticed")
        run.log_artifact(draft("refused", files={"f": b"1"}))
        run.finish()

    told(unnoticed)


@scenario
def refused_use():
    with start("refused_use") as run:
        told(lambda: run.use_artifact(os.environ["WANDGO_INTEROP_PATHS"]))


@scenario
def refused_download():
    told(lambda: wandb.Api().artifact(os.environ["WANDGO_INTEROP_PATHS"]).download())


# ---- reading -----------------------------------------------------------------


@scenario
def download():
    """Downloads the artifacts of WANDGO_INTEROP_PATHS to directories with their names."""
    api = wandb.Api()
    for path in os.environ["WANDGO_INTEROP_PATHS"].split(","):
        api.artifact(path).download(os.path.join("downloaded", path.split("/")[-1]), skip_cache=False)


def equal(got, want):
    assert got == want, "%r is not %r" % (got, want)


@scenario
def satisfied():
    """What else the official client can do with artifacts: it must get what it expects."""
    os.chdir(tree("satisfied", {"a.txt": b"hello", "src/m.py": b"print(1)"}))
    with start("satisfied") as run:
        a = log(run, draft("sat", files={"a.txt": b"hello", "b/c.txt": b"world", "b/d.txt": b"!"}), aliases=["best"])
        equal((a.version, a.state, a.size, a.file_count), ("v0", "COMMITTED", 11, 3))
        equal(log(run, draft("sat", files={"a.txt": b"hello", "b/c.txt": b"world", "b/d.txt": b"!"})).version, "v0")
        equal(run.log_code("src").wait().type, "code")
        linked = run.link_model("a.txt", "sat_model", name="sat_lm")
        equal((linked.collection.name, linked.project), ("sat_model", "model-registry"))
        run.log({"table": wandb.Table(columns=["a"], data=[[1], [2]])})
    api = wandb.Api()
    path = "acme/%s/sat" % PROJECT
    a = api.artifact(path + ":best")
    equal(a.source_qualified_name, path + ":v0")
    equal(api.artifact_exists(path + ":v0"), True)
    equal(api.artifact_exists(path + ":v9"), False)
    equal(api.artifact_collection_exists(path, "dataset"), True)
    equal([(f.name, f.size) for f in a.files(per_page=2)], [("a.txt", 5), ("b/c.txt", 5), ("b/d.txt", 1)])
    equal([f.name for f in a.files(["b/d.txt"])], ["b/d.txt"])
    with open(a.get_entry("b/c.txt").download(root="entry")) as f:
        equal(f.read(), "world")
    a.download("whole")
    a.verify("whole")
    tree("whole", {"extra": b"x"})
    a.checkout("whole")
    equal(sorted(os.listdir("whole")), ["a.txt", "b"])
    a.download("part", path_prefix="b/")
    equal(sorted(os.listdir("part")), ["b"])
    a.download("ranges", multipart=True, skip_cache=True)
    a.verify("ranges")
    equal(a.logged_by().id, "satisfied")
    equal([c.name for c in api.artifact_collections("acme/" + PROJECT, "dataset") if c.name == "sat"], ["sat"])
    equal(sorted(api.artifact_collection("dataset", path).aliases), ["best", "latest"])
    equal("dataset" in [t.name for t in api.artifact_types("acme/" + PROJECT)], True)
    equal([v.name for v in api.artifacts("dataset", path)], ["sat:v0"])
    run = api.run("acme/%s/satisfied" % PROJECT)
    equal([v.type for v in run.logged_artifacts() if v.name.startswith(("run-", "sat", "source"))], ["dataset", "code", "model", "run_table"])
    equal([r.name for r in api.registries(organization="Acme Inc")], ["model"])
    for missing in (path + ":zzz", "acme/nowhere/sat:v0"):
        try:
            api.artifact(missing)
            raise AssertionError(missing + " was found")
        except wandb.errors.CommError as e:
            equal("not found" in str(e), True)


@scenario
def damaged():
    """Downloads one artifact again and again, and counts what happens."""
    counts = {"accepted": 0, "refused": 0}
    for i in range(int(os.environ["WANDGO_INTEROP_TIMES"])):
        os.environ["WANDB_CACHE_DIR"] = os.path.abspath("cache-%d" % i)
        try:
            wandb.Api().artifact(os.environ["WANDGO_INTEROP_PATHS"]).download("damaged-%d" % i)
            counts["accepted"] += 1
        except Exception as e:
            counts["refused"] += 1
            say("refused: %s: %s" % (type(e).__name__, e))
    say("\n@@@ counts " + json.dumps(counts))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
