// One chart: the points of one metric, of one run or of several.

import { h, replace } from "./dom.js";
import { number, full, plural, duration, ticks } from "./format.js";
import { canvasColor, lineColor, lineDash, swatch, cssColor, isDark } from "./palette.js";
import { getSeries, exported } from "./server.js";

const buckets = 1000;
const maxPoints = 8 * buckets;

// together makes the runs' cursors move together on all charts of a page.
const together = "charts";

const axisNames = { _step: "step", _runtime: "time since the start", _timestamp: "time of day" };

// axisName is what an x axis is called.
export const axisName = (x) => axisNames[x] || x;

function axisValue(x, v) {
  if (x === "_runtime") return duration(v);
  if (x === "_timestamp") return new Date(v * 1000).toLocaleString();
  return full(v);
}

// Chart draws one metric. spec has the metric's name, its step metric if there is one, its
// runs ({key, name, index}), system: true for a system metric. view has x, log and smooth, for all charts of a page.
export class Chart {
  constructor(spec, view) {
    this.spec = spec;
    this.view = view;
    this.log = null; // as the page says
    this.zoom = null;
    this.series = [];
    this.live = new Set();
    this.readout = h("div.readout");
    this.note = h("div.note");
    this.tip = h("div.tip.hidden");
    this.plotArea = h("div.plot");
    this.resetButton = h("button.plain", { type: "button", hidden: true, title: "Show everything again (double click)", onclick: () => this.zoomTo(null) }, "all");
    this.el = h("section.card.chart", { "aria-label": spec.metric, tabIndex: 0, onkeydown: (e) => this.key(e) },
      h("header", null,
        h("h3", { title: spec.metric }, spec.metric),
        this.resetButton,
        h("button.plain", { type: "button", title: "Logarithmic scale (L)", onclick: () => this.toggleLog() }, "log"),
        h("button.plain", { type: "button", title: "Download as PNG", onclick: () => this.savePNG() }, "png"),
        h("button.plain", { type: "button", title: exported ? "Download the points of this report as CSV" : "Download all points as CSV", onclick: () => this.saveCSV() }, "csv"),
        h("button.plain", { type: "button", title: "Full screen (F)", onclick: () => this.toggleFull() }, "full")),
      this.plotArea, this.tip, this.readout, this.note);
    this.el.chart = this;
  }

  // mount is called when the chart comes into view, and unmount when it leaves.
  mount() {
    if (this.mounted) return;
    this.mounted = true;
    this.resizer = new ResizeObserver(() => this.plot && this.plot.setSize(this.size()));
    this.resizer.observe(this.plotArea);
    if (this.series.length) this.draw();
    this.load();
  }

  unmount() {
    if (!this.mounted) return;
    this.mounted = false;
    this.resizer.disconnect();
    if (this.request) this.request.abort();
    this.destroyPlot();
  }

  destroyPlot() {
    if (this.plot) this.plot.destroy();
    this.plot = null;
    this.tip.classList.add("hidden");
  }

  size() {
    return { width: Math.max(120, this.plotArea.clientWidth), height: Math.max(120, this.plotArea.clientHeight) };
  }

  asked() {
    const names = this.spec.system ? { s: this.spec.metric } : { m: this.spec.metric };
    const x = this.spec.system && this.view.x !== "_timestamp" ? "_runtime" : this.view.x || this.spec.step || "_step";
    return { run: this.spec.runs.map((r) => r.key), ...names, x, n: buckets, smooth: this.view.smooth || "", from: this.zoom && this.zoom[0], to: this.zoom && this.zoom[1] };
  }

  // load fetches what is in view.
  async load() {
    if (this.request) this.request.abort();
    const request = new AbortController();
    this.request = request;
    try {
      const series = await getSeries(this.asked(), request.signal);
      if (request.signal.aborted) return;
      this.series = series;
      this.failed = null;
      if (this.mounted) this.draw();
    } catch (err) {
      if (err.name === "AbortError") return;
      this.failed = err.message;
      this.writeNote();
    } finally {
      if (this.request === request) this.request = null;
    }
  }

  // grown is called when a run has new rows.
  async grown(key) {
    this.live.add(key);
    if (!this.mounted || this.zoom || this.request || this.updating) return;
    this.updating = true;
    const keys = [...this.live];
    this.live.clear();
    try {
      if (this.view.smooth || this.series.length === 0) return await this.load();
      for (const k of keys) await this.append(k);
      if (this.mounted) this.draw();
    } catch { // the next event tries again
    } finally {
      this.updating = false;
    }
  }

  // append fetches what is new in one run.
  async append(key) {
    const old = this.series.find((s) => s.run === key);
    if (!old) return this.load();
    const asked = this.asked();
    const [fresh] = await getSeries({ ...asked, run: key, after: old.row });
    if (!fresh || fresh.row <= old.row) return;
    if (old.points + fresh.points > maxPoints || (old.points && fresh.points && fresh.first < old.last)) return this.load();
    const joined = (a, b) => {
      const c = new Float64Array(a.length + b.length);
      c.set(a);
      c.set(b, a.length);
      return c;
    };
    old.xs = joined(old.xs, fresh.xs);
    old.ys = joined(old.ys, fresh.ys);
    old.points += fresh.points;
    old.total += fresh.total;
    old.row = fresh.row;
    if (fresh.points) old.last = fresh.last;
    old.nonfinite = old.nonfinite.concat(fresh.nonfinite).slice(0, 100);
    old.nonfiniteTotal += fresh.nonfiniteTotal;
  }

  changed(what) { // the page's view changed
    if (what === "x") this.zoom = null;
    if (what === "log") {
      this.log = null;
      if (this.mounted) this.draw();
      return;
    }
    this.series = [];
    if (this.mounted) this.load();
  }

  isLog() { return this.log === null ? this.view.log : this.log; }

  toggleLog() {
    this.log = !this.isLog();
    this.draw();
  }

  zoomTo(range) {
    this.zoom = range;
    this.resetButton.hidden = range === null;
    this.load();
  }

  toggleFull() {
    this.el.classList.toggle("full");
    if (this.plot) this.plot.setSize(this.size());
  }

  key(e) {
    if (e.ctrlKey || e.metaKey || e.altKey || e.target !== this.el) return;
    if (e.key === "f") this.toggleFull();
    else if (e.key === "l") this.toggleLog();
    else if (e.key === "Escape" && this.el.classList.contains("full")) this.toggleFull();
    else if (e.key === "0") this.zoomTo(null);
    else return;
    e.preventDefault();
  }

  indexOf(key) {
    const run = this.spec.runs.find((r) => r.key === key);
    return run ? run.index : 0;
  }

  draw() {
    const drawn = this.series.filter((s) => s.points > 0);
    this.writeNote();
    if (drawn.length === 0) return this.destroyPlot();
    const smooth = drawn.some((s) => s.smooth);
    const log = this.isLog();
    const tables = drawn.map((s) => [s.xs, log ? Array.from(s.ys, (v) => (v > 0 ? v : null)) : s.ys]);
    const data = tables.length === 1 ? tables[0] : window.uPlot.join(tables);
    const x = this.asked().x;
    this.drawn = drawn;
    const shape = [x, log, isDark(), this.zoom, ...drawn.map((s) => [s.run, s.smooth, s.points < 40, s.points === 1])].join();
    if (this.plot && this.shape === shape) return this.plot.setData(data);
    this.shape = shape;
    this.destroyPlot();
    const options = {
      ...this.size(),
      padding: [8, 10, 0, 0],
      legend: { show: false },
      cursor: { sync: { key: together + x }, drag: { x: true, y: false, setScale: false }, focus: { prox: 24 }, points: { size: 6 } },
      focus: { alpha: 0.35 },
      scales: {
        x: { time: x === "_timestamp", range: (u, low, high) => this.zoom || (u.data[0].length === 1 ? [u.data[0][0] - 0.5, u.data[0][0] + 0.5] : [low, high]) },
        y: { distr: log ? 3 : 1 },
      },
      axes: [
        this.axis({ size: 28, label: x === "_timestamp" ? undefined : axisName(x), labelSize: 18, labelFont: "11px " + cssColor("--sans"), values: x === "_timestamp" ? undefined : x === "_runtime" ? (_, at, __, ___, step) => (step < 1 ? ticks(at, step).map((t) => t + "s") : at.map(duration)) : (_, at, __, ___, step) => ticks(at, step) }),
        this.axis({ size: (_, texts) => Math.max(54, 18 + 6.5 * Math.max(...(texts || []).map((t) => t.length))), values: (_, at, __, ___, step) => (log ? at.map(number) : ticks(at, step)) }),
      ],
      series: [{}, ...drawn.map((s) => this.line(s, smooth))],
      hooks: {
        setSelect: [(u) => u.select.width > 4 && this.zoomTo([u.posToVal(u.select.left, "x"), u.posToVal(u.select.left + u.select.width, "x")])],
        setCursor: [(u) => {
          this.writeReadout(u, x);
          this.writeTip(u, x);
        }],
        draw: [(u) => this.drawNonfinite(u)],
      },
    };
    this.plot = new window.uPlot(options, data, this.plotArea);
    this.plot.over.addEventListener("dblclick", () => this.zoom && this.zoomTo(null));
    this.writeReadout(null, x);
  }

  axis(more) {
    const line = cssColor("--line");
    return { stroke: cssColor("--soft"), grid: { stroke: line, width: 1 }, ticks: { stroke: line, width: 1 }, font: "11px " + cssColor("--sans"), ...more };
  }

  line(s, anySmooth) {
    const i = this.indexOf(s.run);
    const behind = anySmooth && !s.smooth;
    return { stroke: canvasColor(i), dash: lineDash(i), width: behind ? 1 : 1.6, alpha: behind ? 0.28 : 1, points: s.points === 1 ? { show: true, size: 9, fill: canvasColor(i) } : { show: s.points < 40 ? undefined : false } };
  }

  // drawNonfinite marks rows whose value was NaN or infinite at the lower edge.
  drawNonfinite(u) {
    const { ctx, bbox } = u;
    ctx.save();
    ctx.fillStyle = cssColor("--bad");
    for (const s of this.drawn) {
      for (const [x] of s.nonfinite) {
        const at = u.valToPos(x, "x", true);
        if (at < bbox.left || at > bbox.left + bbox.width) continue;
        const foot = bbox.top + bbox.height;
        ctx.beginPath();
        ctx.moveTo(at, foot - 9);
        ctx.lineTo(at - 4, foot);
        ctx.lineTo(at + 4, foot);
        ctx.fill();
      }
    }
    ctx.restore();
  }

  // emphasize makes the line of one run stand out, or of none.
  emphasize(key) {
    if (!this.plot) return;
    const i = this.drawn.findIndex((s) => s.run === key && !s.smooth);
    this.plot.setSeries(i < 0 ? null : i + 1, { focus: i >= 0 });
  }

  // writeTip lists the runs beside the cursor, if there are several.
  writeTip(u, x) {
    const { left, top, idx } = u.cursor;
    const hovered = this.spec.runs.length > 1 && left >= 0 && idx !== null && idx !== undefined && this.plotArea.matches(":hover");
    this.tip.classList.toggle("hidden", !hovered);
    if (!hovered) return;
    const near = (v) => Math.abs(u.valToPos(v.y, "y") - top);
    const all = this.drawn.filter((s) => !s.smooth).map((s) => ({ run: s.run, y: s.ys[nearest(s.xs, u.data[0][idx])] })).sort((a, b) => b.y - a.y);
    const nearestRun = all.reduce((a, b) => (near(b) < near(a) ? b : a));
    const first = Math.max(0, Math.min(all.indexOf(nearestRun) - 5, all.length - 11));
    const shown = all.slice(first, first + 11);
    replace(this.tip, h("div.soft", null, axisName(x) + " " + axisValue(x, u.data[0][idx])), shown.map((v) => {
      const run = this.spec.runs.find((r) => r.key === v.run);
      return h("div.line", { class: v === nearestRun ? "near" : "" }, swatch(run.index), h("span", null, run.name), h("b", null, number(v.y)));
    }), all.length > shown.length && h("div.soft", null, plural(all.length - shown.length, "more run")));
    const box = this.plotArea.offsetLeft + u.over.offsetLeft + left;
    const right = box > this.el.clientWidth / 2;
    this.tip.style.left = right ? "auto" : box + 14 + "px";
    this.tip.style.right = right ? this.el.clientWidth - box + 14 + "px" : "auto";
    this.tip.style.top = this.plotArea.offsetTop + 8 + "px";
  }

  writeReadout(u, x) {
    const many = this.spec.runs.length > 1;
    if (this.drawn.filter((s) => !s.smooth).length > 3) return replace(this.readout, plural(this.spec.runs.length, "run") + "; point at the chart for their values");
    const parts = [];
    let at = null;
    const drawn = this.drawn;
    drawn.forEach((s, k) => {
      let i = s.points - 1;
      if (u && u.cursor.idx !== null && u.cursor.idx !== undefined && u.cursor.left >= 0) i = nearest(s.xs, u.data[0][u.cursor.idx]);
      if (at === null) at = s.xs[i];
      if (s.smooth) parts.push(h("span", null, "smoothed ", h("b", null, number(s.ys[i])), "  "));
      else {
        const name = many ? this.spec.runs.find((r) => r.key === s.run).name + " " : "";
        const value = h("span", { title: full(s.ys[i]) }, name, h("b", null, number(s.ys[i])), k < drawn.length - 1 ? "  " : "");
        value.style.color = many ? lineColor(this.indexOf(s.run)) : "";
        parts.push(value);
      }
    });
    replace(this.readout, axisName(x), " ", at === null ? "" : axisValue(x, at), " · ", parts);
  }

  writeNote() {
    const notes = [];
    if (this.failed) notes.push(this.failed);
    const drawn = this.series.filter((s) => !s.smooth);
    if (this.series.length && drawn.every((s) => s.points === 0)) notes.push("no points in view");
    const nonfinite = drawn.reduce((sum, s) => sum + s.nonfiniteTotal, 0);
    if (nonfinite) notes.push("▲ " + plural(nonfinite, "value") + " NaN or infinite");
    const low = this.isLog() ? drawn.reduce((sum, s) => sum + s.ys.reduce((k, v) => k + (v <= 0 ? 1 : 0), 0), 0) : 0;
    if (low) notes.push("a logarithmic scale leaves out values ≤ 0");
    if (drawn.some((s) => s.sampled)) notes.push("minimum and maximum of each interval; " + (exported ? "this report has no more detail" : "drag to see more"));
    if (this.view.smooth && this.series.some((s) => s.smooth)) notes.push("smoothed: moving average, weight " + this.view.smooth + (exported && drawn.some((s) => s.sampled) ? ", of the points in this report" : ""));
    this.note.textContent = notes.join(" · ");
  }

  savePNG() {
    if (!this.plot) return;
    const from = this.plot.ctx.canvas;
    const scale = window.devicePixelRatio || 1;
    const runs = this.spec.runs;
    const lines = runs.length > 1 ? runs.length : 0;
    const canvas = document.createElement("canvas");
    canvas.width = from.width;
    canvas.height = from.height + (30 + 18 * lines) * scale;
    const ctx = canvas.getContext("2d");
    ctx.fillStyle = cssColor("--panel");
    ctx.fillRect(0, 0, canvas.width, canvas.height);
    ctx.fillStyle = cssColor("--ink");
    ctx.font = `600 ${14 * scale}px ${cssColor("--sans")}`;
    ctx.fillText(this.spec.metric, 10 * scale, 20 * scale);
    ctx.drawImage(from, 0, 30 * scale);
    ctx.font = `${12 * scale}px ${cssColor("--sans")}`;
    runs.slice(0, lines).forEach((r, i) => {
      ctx.fillStyle = canvasColor(r.index);
      ctx.fillText("— " + r.name, 10 * scale, from.height + (42 + 18 * i) * scale);
    });
    canvas.toBlob((blob) => download(URL.createObjectURL(blob), this.fileName(".png")));
  }

  fileName(ending) { return this.spec.metric.replace(/[^\w.-]+/g, "_") + ending; }

  saveCSV() {
    const name = this.spec.system ? "s" : "m";
    if (exported) {
      const text = this.series.filter((s) => !s.smooth).map((s) => ["x,value", ...Array.from(s.xs, (x, i) => x + "," + s.ys[i])].join("\n") + "\n");
      text.forEach((t) => download(URL.createObjectURL(new Blob([t], { type: "text/csv" })), this.fileName(".csv")));
      return;
    }
    for (const r of this.spec.runs) {
      download(`/-/runs/${r.key}/csv?${name}=${encodeURIComponent(this.spec.metric)}&x=${encodeURIComponent(this.asked().x)}`, "");
    }
  }
}

function download(url, name) {
  h("a", { href: url, download: name }).click();
  if (url.startsWith("blob:")) setTimeout(() => URL.revokeObjectURL(url), 10000);
}

// nearest is the index of the value that is nearest to v; xs ascend.
function nearest(xs, v) {
  let low = 0;
  let high = xs.length - 1;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (xs[middle] < v) low = middle;
    else high = middle;
  }
  return v - xs[low] <= xs[high] - v ? low : high;
}
