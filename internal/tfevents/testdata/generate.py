"""Writes the event files in logs, with tensorboardX 2.6.5:

    pip install tensorboardX==2.6.5 pillow && python generate.py logs
"""

import io
import socket
import sys
import time

import numpy as np
from PIL import Image

NOW = 1700000000.0
time.time = lambda: NOW
socket.gethostname = lambda: "host"

from tensorboardX import SummaryWriter  # noqa: E402
from tensorboardX.proto.event_pb2 import Event  # noqa: E402
from tensorboardX.proto.summary_pb2 import Summary, SummaryMetadata  # noqa: E402
from tensorboardX.proto.tensor_pb2 import TensorProto  # noqa: E402
from tensorboardX.proto.tensor_shape_pb2 import TensorShapeProto  # noqa: E402

root = sys.argv[1]
red = np.zeros((3, 4, 5), dtype=np.uint8)
red[0] = 255

# As PyTorch writes.
w = SummaryWriter(root + "/train")
for step in range(4):
    w.add_scalar("loss", 1.0 / (step + 1), step, walltime=NOW + step)
    w.add_scalar("acc/top1", step / 10, step, walltime=NOW + step + 0.25)
w.add_histogram("weights", np.arange(100) / 10.0, 3, bins="auto", walltime=NOW + 4)
w.add_image("in/sample", red, 3, walltime=NOW + 5)
w.add_text("notes", "hello *world*", 3, walltime=NOW + 5)
audio = Summary.Audio(sample_rate=8000, num_channels=1, length_frames=1, content_type="audio/wav")
w.file_writer.add_summary(Summary(value=[Summary.Value(tag="sound", audio=audio)]), 3, NOW + 5)
w.add_scalar("loss", float("nan"), 4, walltime=NOW + 6)
w.close()

# Hyperparameters; the evaluation has steps of its own.
w = SummaryWriter(root + "/eval")
w.add_hparams({"lr": 0.1, "opt": "adam", "nesterov": True}, {"score": 0.5}, name="hp")
w.close()


def tensor(dtype, shape, **values):
    dims = [TensorShapeProto.Dim(size=n) for n in shape]
    return TensorProto(dtype=dtype, tensor_shape=TensorShapeProto(dim=dims), **values)


def value(tag, plugin, t):
    meta = SummaryMetadata(plugin_data=SummaryMetadata.PluginData(plugin_name=plugin)) if plugin else None
    return Summary.Value(tag=tag, metadata=meta, tensor=t)


def event(writer, step, *values):
    e = Event(wall_time=NOW + step, step=step, summary=Summary(value=values))
    writer.file_writer.event_writer.add_event(e)


# As TensorFlow 2 writes: tensors, whose plugin is named once for each tag.
f32 = lambda v: tensor("DT_FLOAT", [], tensor_content=np.float32(v).tobytes())  # noqa: E731
w = SummaryWriter(root + "/tf2")
event(w, 0, value("loss", "scalars", f32(0.1)))
event(w, 1, value("loss", "", f32(0.2)), value("half", "scalars", tensor("DT_HALF", [], half_val=[0x3555])))
buckets = np.array([[0, 1, 3], [1, 2, 4]], dtype=np.float64)
out = io.BytesIO()
Image.fromarray(red.transpose(1, 2, 0)).save(out, "PNG")
png = out.getvalue()
event(w, 1,
      value("kernel", "histograms", tensor("DT_DOUBLE", [2, 3], tensor_content=buckets.tobytes())),
      value("pictures", "images", tensor("DT_STRING", [4], string_val=[b"5", b"4", png, png])),
      value("words", "text", tensor("DT_STRING", [2], string_val=[b"a", b"b"])),
      value("mesh", "mesh", tensor("DT_FLOAT", [1], float_val=[1])))
w.add_pr_curve("found/cats", np.array([0, 1, 1, 0, 1]), np.array([0.1, 0.9, 0.4, 0.6, 0.8]), 1, num_thresholds=5, walltime=NOW + 1)
event(w, 2, value("loss", "", f32(0.3)))
event(w, 3, value("loss", "", f32(0.4)))
w.close()

# The program was started again from step 2.
NOW += 100
w = SummaryWriter(root + "/tf2", purge_step=2)
event(w, 2, value("loss", "scalars", f32(0.35)))
w.close()
