"""The official client's half of the scenarios about media; the other half is in package
scenario, in functions of the same names.

    python media.py NAME...
"""

import datetime
import math
import sys
import types

import numpy as np
import wandb
from scenarios import main, scenario, start

import PIL.Image


def picture(width, height, channels=3):
    y, x = np.mgrid[0:height, 0:width]
    all = np.stack([x * 7 % 256, y * 5 % 256, x ^ y, np.full_like(x, 128)], axis=-1)
    data = all[..., :channels].astype(np.uint8)
    return PIL.Image.fromarray(data[..., 0] if channels == 1 else data)


def file(name, content):
    with open(name, "wb") as f:
        f.write(content)
    return name


def logs():
    """A scenario that logs rows."""

    def add(f):
        def run_scenario():
            run = start(f.__name__)
            for row in f():
                run.log(row)
            run.finish()

        run_scenario.__name__ = f.__name__
        return scenario(run_scenario)

    return add


LABELS = {0: "bg", 1: "cat", 2: "dog"}
MASK = np.array([[0, 1, 1], [2, 0, 0]], dtype=np.uint8)


def masked(labels=True, **kwargs):
    mask = {"mask_data": MASK}
    if labels:
        mask["class_labels"] = LABELS
    return wandb.Image(picture(3, 2), masks={"p": mask}, **kwargs)


def boxed(labels=True, **kwargs):
    boxes = {"box_data": [
        {"position": {"minX": 0.1, "maxX": 0.5, "minY": 0.2, "maxY": 0.7}, "class_id": 1, "box_caption": "a <b>", "scores": {"acc": 0.5}},
        {"position": {"minX": 1.5, "maxX": 2.5, "minY": 0.5, "maxY": 1.5}, "class_id": 2, "domain": "pixel"},
    ]}
    if labels:
        boxes["class_labels"] = LABELS
    return wandb.Image(picture(3, 2), boxes={"p": boxes}, **kwargs)


@logs()
def media_image():
    yield {"img": wandb.Image(picture(8, 5), caption="epoch <3> é"), "loss": 0.5}
    yield {"img": wandb.Image(picture(8, 5))}


@logs()
def media_image_kinds():
    yield {"gray": wandb.Image(picture(4, 4, 1)), "alpha": wandb.Image(picture(4, 4, 4)), "grouped": wandb.Image(picture(4, 4), grouping=3)}


@logs()
def media_image_file():
    picture(6, 6).save("photo.png")
    yield {"photo": wandb.Image("photo.png", caption="f")}


@logs()
def media_image_keys():
    img = wandb.Image(picture(2, 2))
    yield {"a/b/img": img}
    yield {"nested": {"deep": {"img": wandb.Image(picture(3, 2))}}}
    yield {"we ird:k?y*": wandb.Image(picture(4, 2)), "/lead": wandb.Image(picture(5, 2)), "../up": wandb.Image(picture(6, 2))}


@logs()
def media_image_twice():
    img = wandb.Image(picture(2, 2))
    yield {"a": img, "b": wandb.Image(picture(2, 2))}
    yield {"a": wandb.Image(picture(2, 2))}


@logs()
def media_images():
    yield {"all": [wandb.Image(picture(4, 4), caption="first"), wandb.Image(picture(4, 4, 1))]}
    yield {"all": [wandb.Image(picture(4, 4)), wandb.Image(picture(4, 4), caption="second")], "one": [wandb.Image(picture(1, 1))]}


@logs()
def media_masks():
    yield {"pred": masked(), "all": [masked(), wandb.Image(picture(3, 2))]}
    yield {"unlabeled": masked(labels=False)}


@logs()
def media_boxes():
    yield {"pred": boxed(), "all": [wandb.Image(picture(3, 2)), boxed()]}
    yield {"unlabeled": boxed(labels=False)}


@scenario
def media_summary():
    run = start("media_summary")
    run.log({"img": wandb.Image(picture(2, 2))})
    run.log({"img": wandb.Image(picture(3, 2), caption="last")})
    run.summary["best"] = wandb.Image(picture(4, 2))
    run.finish()


@scenario
def media_open_row():
    run = start("media_open_row")
    run.log({"a": wandb.Image(picture(2, 2))}, step=3)
    run.log({"b": wandb.Image(picture(3, 2)), "loss": 1}, step=3)
    run.log({"a": wandb.Image(picture(4, 2))}, step=7)
    run.finish()


@logs()
def media_audio():
    wave = np.array([0, 0.5, -0.5, 1, -1, 0.25])
    yield {"tone": wandb.Audio(wave, sample_rate=8000, caption="c")}
    yield {"all": [wandb.Audio(wave, sample_rate=8000), wandb.Audio(wave.reshape(3, 2), sample_rate=16000, caption="stereo")]}


@logs()
def media_audio_file():
    path = file("a.wav", b"RIFF not really")
    yield {"tone": wandb.Audio(path), "all": [wandb.Audio(path, caption="x")]}


@logs()
def media_video_file():
    path = file("a.mp4", b"not really a video")
    yield {"clip": wandb.Video(path, format="mp4"), "all": [wandb.Video(path, caption="x", format="mp4")]}
    yield {"all": [wandb.Video(path, format="mp4")]}


@logs()
def media_html():
    yield {"page": wandb.Html("<h1>é</h1>"), "head": wandb.Html("<html><head><title>x</title></head></html>")}
    yield {"html": wandb.Html("<html><body></body></html>"), "as_is": wandb.Html("<b>x</b>", inject=False)}
    yield {"all": [wandb.Html("a"), wandb.Html("b")]}


@logs()
def media_points():
    yield {"p3": wandb.Object3D(np.array([[0, 1, 2], [3, 4, 5.5]])), "p4": wandb.Object3D(np.array([[0, 1, 2, 3.0]]))}
    yield {"p6": wandb.Object3D(np.array([[0, 1, 2, 255, 0, 1.0]]), caption="c")}


@logs()
def media_object_files():
    yield {"o": wandb.Object3D(file("a.obj", b"v 0 0 0")), "all": [wandb.Object3D(file("b.glb", b"glTF"))]}


@logs()
def media_molecules():
    yield {"m": wandb.Molecule(file("a.pdb", b"ATOM"), caption="c"), "all": [wandb.Molecule(file("b.cif", b"data_"))]}
    yield {"all": [wandb.Molecule("a.pdb", caption="x"), wandb.Molecule("b.cif")]}


@logs()
def media_plotly():
    import plotly.graph_objects as go
    import plotly.io

    plotly.io.templates.default = None
    yield {"fig": go.Figure(data=[go.Scatter(x=[1, 2], y=[3, 4])])}


@logs()
def media_bokeh():
    # The client only asks Bokeh whether the file can be read, which is not installed for that.
    bokeh = types.ModuleType("bokeh")
    bokeh.document = types.SimpleNamespace(Document=types.SimpleNamespace(from_json=lambda text: text))
    sys.modules["bokeh"] = bokeh
    document = file("fig.bokeh.json", b'{"version":"3.4.0","title":"Bokeh Application","roots":[]}')
    yield {"fig": wandb.data_types.Bokeh(document), "all": [wandb.data_types.Bokeh(document), wandb.data_types.Bokeh(document)]}


@logs()
def media_histogram():
    values = [math.sin(i) * i for i in range(1000)]
    yield {"w": wandb.Histogram(values), "w5": wandb.Histogram(values, num_bins=5), "same": wandb.Histogram([2, 2, 2])}
    yield {"w": wandb.Histogram(np_histogram=([1, 2, 0], [0, 1, 2, 8])), "ints": wandb.Histogram(list(range(100)), num_bins=7)}


@logs()
def media_mixed_list():
    yield {"mixed": [wandb.Image(picture(2, 2)), wandb.Html("x")]}


def table(mode="IMMUTABLE"):
    return wandb.Table(columns=["id", "name", "score", "ok"], log_mode=mode)


@logs()
def media_table():
    t = table()
    t.add_data(1, "Müller <&> \"q\"\n", 0.5, True)
    t.add_data(2, None, 1e-05, False)
    t.add_data(3, "x\u2028\U0001f600", 1e16, None)
    t.add_data(4, "", 123456789012345680.0, None)
    t.add_data(-5, "0.0001", 0.0001, None)
    yield {"tab": t}
    yield {"empty": wandb.Table(columns=["a"])}


@logs()
def media_table_types():
    t = wandb.Table(columns=["time", "list", "dict", "lists", "nan"])
    at = datetime.datetime(2024, 1, 2, 3, 4, 5, 678900, tzinfo=datetime.timezone.utc)
    t.add_data(at, [1, 2], {"a": 1, "b": "x"}, [[1.5], [2.5]], NAN)
    t.add_data(at, [3], {"a": 2, "b": "y"}, [], INF)
    yield {"tab": t}
    m = wandb.Table(columns=["any"], allow_mixed_types=True)
    m.add_data(1)
    m.add_data("x")
    yield {"mixed": m}


NAN, INF = float("nan"), float("inf")


@logs()
def media_table_keys():
    t = wandb.Table(columns=["a"])
    t.add_data(1)
    yield {"eval/my table!": t}
    u = wandb.Table(columns=["b"])
    u.add_data(2)
    yield {"nested": {"tab": u}}


@logs()
def media_table_images():
    t = wandb.Table(columns=["id", "image", "both"])
    t.add_data(1, wandb.Image(picture(3, 2), caption="c"), [wandb.Image(picture(2, 2)), wandb.Image(picture(1, 2))])
    t.add_data(2, wandb.Image(picture(3, 2)), None)
    t.add_data(3, None, None)
    yield {"tab": t}


@logs()
def media_table_overlays():
    classes = wandb.Classes([{"id": i, "name": n} for i, n in LABELS.items()])
    t = wandb.Table(columns=["image"])
    t.add_data(masked(classes=classes))
    t.add_data(boxed(classes=classes))
    t.add_data(wandb.Image(picture(3, 2)))
    yield {"tab": t}


@logs()
def media_table_media():
    t = wandb.Table(columns=["html", "audio", "file", "points"])
    t.add_data(
        wandb.Html("x"), wandb.Audio(np.array([0, 0.5]), sample_rate=8000, caption="c"), wandb.Audio(file("in table.wav", b"RIFF")),
        wandb.Object3D(np.array([[0, 1, 2.0]])),
    )
    yield {"tab": t}


@logs()
def media_table_again():
    t = table()
    t.add_data(1, "a", 0.5, True)
    yield {"tab": t}
    yield {"tab": t, "other": t}


@logs()
def media_table_mutable():
    t = table("MUTABLE")
    t.add_data(1, "a", 0.5, True)
    yield {"tab": t}
    t.add_data(2, "b", 0.25, False)
    yield {"tab": t}


@logs()
def media_table_incremental():
    t = table("INCREMENTAL")
    t.add_data(1, "a", 0.5, True)
    yield {"tab": t}
    t.add_data(2, "b", 0.25, False)
    t.add_data(3, "c", 0.125, False)
    yield {"tab": t}


def points():
    t = wandb.Table(columns=["x", "y"])
    for i in range(3):
        t.add_data(i, i * i)
    return t


@logs()
def media_charts():
    yield {
        "line": wandb.plot.line(points(), "x", "y", title="T"), "stroke": wandb.plot.line(points(), "x", "y", stroke="x"),
        "scatter": wandb.plot.scatter(points(), "x", "y"), "bar": wandb.plot.bar(points(), "x", "y", title="B"),
        "histogram": wandb.plot.histogram(points(), "y"),
    }


@logs()
def media_charts_nested():
    yield {"nested": {"c": wandb.plot.line(points(), "x", "y"), "n": 1}, "split": wandb.plot.line(points(), "x", "y", split_table=True)}


@logs()
def media_chart_preset():
    yield {"c": wandb.plot_table("acme/losses", points(), {"x": "x", "y": "y"}, {"title": "T", "more": "m"})}


@logs()
def media_chart_series():
    yield {"s": wandb.plot.line_series([[1.5, 2.5], [3.5]], [[2.5, 4.5], [6.5]], keys=["a", "b"], title="T", xname="time")}
    yield {"s": wandb.plot.line_series([0.5, 1.5], [[2.5, 4.5], [6.5, 7.5]])}


@logs()
def media_chart_confusion():
    yield {"m": wandb.plot.confusion_matrix(y_true=[0, 1, 2, 2, 1], preds=[0, 2, 2, 2, 0], class_names=["a", "b", "c"], title="T")}
    yield {"n": wandb.plot.confusion_matrix(y_true=[3, 3, 7], preds=[3, 7, 7])}


TRUTH = [i * 7 % 3 for i in range(40)]
SCORES = [[(i * 37 % 101) / 101, (i * 53 % 97) / 97, (i * 71 % 89) / 89] for i in range(40)]


@logs()
def media_chart_curves():
    yield {
        "pr": wandb.plot.pr_curve(TRUTH, SCORES, labels=["a", "b", "c"]),
        "roc": wandb.plot.roc_curve(TRUTH, SCORES, labels=["a", "b", "c"], title="R"),
    }


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
