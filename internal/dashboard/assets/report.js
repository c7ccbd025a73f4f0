// What a server does with the data of a run, done in an exported report, which has none:
// sort and find runs, find lines of the console, smooth series.

// selectRuns sorts runs, and keeps those that have all words in a name, an id, a tag, the
// notes or the state. A word like state:failed is looked for there alone.
export function selectRuns(list, q) {
  const words = (q.get("filter") || "").toLowerCase().match(/(?:[^\s"]|"[^"]*")+/g) || [];
  const text = (r) => [r.name, r.id, r.notes, r.state, ...r.tags].join("\n").toLowerCase();
  const has = (r, word) => {
    const [, field, value] = /^(entity|project|name|state|group|sweep|host)[:=](.*)$/.exec(word) || [null, "", word];
    return (field ? r[field].toLowerCase() : text(r)).includes(value.replaceAll('"', ""));
  };
  const sort = q.get("sort") || "-started";
  const name = sort.replace(/^-/, "");
  const value = (r) => (name in r ? r[name] : r.values[name]) ?? "";
  const runs = list.runs.filter((r) => words.every((w) => has(r, w))).sort((a, b) => {
    const [x, y] = [value(a), value(b)];
    if (x === "" || y === "") return (x === "") - (y === ""); // what is missing comes last
    const order = typeof x === "number" && typeof y === "number" ? x - y : String(x).localeCompare(String(y), undefined, { numeric: true });
    return sort.startsWith("-") ? -order : order;
  });
  return { ...list, runs, matched: runs.length };
}

// selectLines keeps the lines with a text.
export function selectLines(console_, q) {
  const wanted = (q.get("search") || "").toLowerCase();
  if (!wanted) return console_;
  const lines = console_.lines.filter((l) => l.text.toLowerCase().includes(wanted));
  return { ...console_, lines, matched: lines.length };
}

// smoothed is the exponential moving average of the points of a series, without the bias
// towards the first. Of a long series a report has some points only: there each stands for
// several, so that the average reaches as far back as over all.
export function smoothed(s, weight) {
  const w = Math.pow(weight, Math.max(1, s.total / Math.max(1, s.points)));
  const ys = new Float64Array(s.points);
  let sum = 0;
  let mass = 0;
  for (let i = 0; i < s.points; i++) {
    sum = w * sum + (1 - w) * s.ys[i];
    mass = w * mass + (1 - w);
    ys[i] = sum / mass;
  }
  return { ...s, ys, smooth: true, nonfinite: [], nonfiniteTotal: 0 };
}
