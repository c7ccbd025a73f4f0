"""Writes runs to trackio's database: RUNS ROWS METRICS, then one row more for each line of
the standard input. The rows of the first runs are inserted in one transaction; trackio's own
functions take some hours for them.
"""
import math, os, sqlite3, sys
from trackio.sqlite_storage import SQLiteStorage

runs, rows, metrics = map(int, sys.argv[1:])


def line(i):
    return {"train/m%d" % m: math.sin(i / 50000 + m) + math.sin(i * 12.9898) / 10 for m in range(metrics)}


SQLiteStorage.init_db("bench")  # the tables and indexes
connection = sqlite3.connect(SQLiteStorage.get_project_db_path("bench"))
form = "{" + ",".join('"train/m%d":%%.17g' % m for m in range(metrics)) + "}"
sin = math.sin


def records(n):
    name = "run%05d" % n
    for i in range(rows):
        noise = sin(i * 12.9898) / 10
        text = form % tuple([sin(i / 50000 + m) + noise for m in range(metrics)])
        yield "2026-01-01T%02d:%02d:%02d.%06d+00:00" % (n // 60 % 24, n % 60, i // 20000 % 60, i % 20000 * 50), name, name, i, text.encode()


with connection:
    for n in range(runs):
        name = "run%05d" % n
        connection.execute("INSERT INTO configs (run_id, run_name, config, created_at) VALUES (?, ?, ?, ?)",
                           (name, name, b'{"lr":1,"seed":%d}' % n, "2026-01-01T00:00:00+00:00"))
        connection.executemany("INSERT INTO metrics (timestamp, run_id, run_name, step, metrics) VALUES (?, ?, ?, ?, ?)", records(n))
connection.close()
print("written", flush=True)
for _ in sys.stdin:
    SQLiteStorage.bulk_log(project="bench", run="run00000", metrics_list=[line(rows)], steps=[rows])
    rows += 1
    print("added", flush=True)
