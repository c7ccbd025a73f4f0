// The charts that a program logs with a table: line, scatter, bar, histogram, line series,
// confusion matrix and curves with an area. They are drawn from the rows of the table.

import { h, svg, append } from "./dom.js";
import { number, count, plural } from "./format.js";
import { lineColor, lineDash } from "./palette.js";

const width = 460;
const most = { lines: 14, bars: 30, classes: 30 };

// chartsByTable returns the charts of a run by the key of their table.
export function chartsByTable(described) {
  const charts = new Map();
  for (const [key, entry] of Object.entries(described || {})) {
    const panel = (entry || {}).panel_config || {};
    const table = JSON.stringify(panel.userQuery || {}).match(/"name":"tableKey","value":("(?:[^"\\]|\\.)*")/);
    if (table && panel.panelDefId) charts.set(JSON.parse(table[1]), { key, preset: String(panel.panelDefId), fields: panel.fieldSettings || {}, texts: panel.stringSettings || {} });
  }
  return charts;
}

const text = (x, y, content, props) => append(svg("text", { x, y, fill: "currentColor", "font-size": 11, ...props }), [content, append(svg("title"), [content])]);
const short = (name, limit = 18) => (name.length > limit ? name.slice(0, limit - 1) + "…" : name);
const labelOf = (v) => (v === null || v === undefined ? "none" : typeof v === "number" ? number(v) : String(v) === "" ? "(empty)" : String(v));
const finite = (v) => typeof v === "number" && Number.isFinite(v);

// ticksOf returns round values within a range.
function ticksOf(low, high, wanted) {
  const rough = (high - low) / wanted;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((f) => f * power).find((s) => s >= rough) || rough;
  const ticks = [];
  for (let i = Math.ceil(low / step - 1e-9); i * step <= high + step * 1e-9; i++) ticks.push(Number((i * step).toPrecision(12)));
  return ticks;
}

// scale maps values to a range of pixels: numbers by size, others by their order.
function scale(values, from, to, { zero = false, exact = false } = {}) {
  const known = values.filter((v) => v !== null && v !== undefined);
  if (known.every((v) => typeof v === "number" || /^-?(NaN|Infinity)$/.test(v))) {
    const numbers = known.filter(finite);
    let low = numbers.reduce((a, b) => Math.min(a, b), Infinity);
    let high = numbers.reduce((a, b) => Math.max(a, b), -Infinity);
    if (low > high) [low, high] = [0, 1];
    if (zero) [low, high] = [Math.min(low, 0), Math.max(high, 0)];
    if (low === high) [low, high] = [low - 0.5, high + 0.5];
    else if (!exact) [low, high] = [zero && low === 0 ? 0 : low - (high - low) * 0.04, zero && high === 0 ? 0 : high + (high - low) * 0.04];
    const at = (v) => (finite(v) ? from + ((v - low) / (high - low)) * (to - from) : NaN);
    return { at, ticks: ticksOf(low, high, 5).map((v) => [at(v), number(v)]) };
  }
  const names = [...new Set(known.map(labelOf))];
  const at = (v) => (v === null || v === undefined ? NaN : from + ((names.indexOf(labelOf(v)) + 0.5) / names.length) * (to - from));
  const every = Math.ceil(names.length / 8);
  return { at, ticks: names.filter((_, i) => i % every === 0).map((n) => [at(n), short(n, 12)]) };
}

// frame draws the axes of a plane.
function frame(box, x, y, titles) {
  return [
    x.ticks.map(([at, label]) => [svg("line", { x1: at, x2: at, y1: box.top, y2: box.bottom, stroke: "currentColor", "stroke-opacity": 0.1 }), text(at, box.bottom + 15, label, { "text-anchor": "middle", "fill-opacity": 0.75 })]),
    y.ticks.map(([at, label]) => [svg("line", { x1: box.left, x2: box.right, y1: at, y2: at, stroke: "currentColor", "stroke-opacity": 0.1 }), text(box.left - 6, at + 4, label, { "text-anchor": "end", "fill-opacity": 0.75 })]),
    svg("path", { d: `M${box.left} ${box.top}V${box.bottom}H${box.right}`, fill: "none", stroke: "currentColor", "stroke-opacity": 0.4 }),
    text((box.left + box.right) / 2, box.bottom + 33, short(titles[0], 50), { "text-anchor": "middle", "font-weight": 600 }),
    text(14, (box.top + box.bottom) / 2, short(titles[1], 34), { "text-anchor": "middle", "font-weight": 600, transform: `rotate(-90 14 ${(box.top + box.bottom) / 2})` }),
  ].flat(Infinity);
}

const plane = { left: 62, right: width - 14, top: 12, bottom: 232 };
const drawing = (height, label, ...content) => svg("svg", { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": label, class: "custom" }, content.flat(Infinity));

// lines draws a line for each group of points, with a legend if there are several.
function lines(points, titles, { area = false, diagonal = false } = {}) {
  const groups = new Map();
  for (const p of points) groups.set(p.group, (groups.get(p.group) || []).concat([p]));
  const shown = [...groups].slice(0, most.lines);
  const square = area ? [0, 1] : [];
  const x = scale(points.map((p) => p.x).concat(square), plane.left, plane.right, { exact: true });
  const y = scale(points.map((p) => p.y).concat(square), plane.bottom, plane.top, { exact: area });
  const paths = shown.map(([name, all], i) => {
    let d = "";
    let pen = false;
    for (const p of all) {
      const at = [x.at(p.x), y.at(p.y)];
      const drawn = at.every(Number.isFinite);
      if (drawn) d += (pen ? "L" : "M") + at.map((v) => v.toFixed(1)).join(" ");
      pen = drawn;
    }
    const dots = all.length < 2 ? all.filter((p) => Number.isFinite(x.at(p.x)) && Number.isFinite(y.at(p.y))).map((p) => svg("circle", { cx: x.at(p.x), cy: y.at(p.y), r: 3, fill: lineColor(i) })) : [];
    return [svg("path", { d, fill: "none", stroke: lineColor(i), "stroke-width": 2, "stroke-dasharray": lineDash(i).join(" ") }, append(svg("title"), [name || titles[1]])), dots];
  });
  const legend = shown.filter(() => groups.size > 1 || shown[0][0]).map(([name, all], i) => [name + (area ? " (area " + number(areaBelow(all)) + ")" : ""), i]);
  const rows = Math.ceil(legend.length / 2);
  const more = groups.size - shown.length;
  return drawing(276 + rows * 18 + (more > 0 ? 18 : 0), "lines", frame(plane, x, y, titles),
    diagonal ? svg("line", { x1: x.at(0), y1: y.at(0), x2: x.at(1), y2: y.at(1), stroke: "currentColor", "stroke-opacity": 0.4, "stroke-dasharray": "4 4" }) : [],
    paths, legend.map(([name, i]) => {
      const left = plane.left + (i % 2) * 195;
      const top = 286 + Math.floor(i / 2) * 18;
      return [svg("line", { x1: left, x2: left + 18, y1: top - 4, y2: top - 4, stroke: lineColor(i), "stroke-width": 3, "stroke-dasharray": lineDash(i).join(" ") }), text(left + 24, top, short(name, 26), {})];
    }), more > 0 ? text(plane.left, 286 + rows * 18, "and " + plural(more, "more line"), {}) : []);
}

// areaBelow is the area below a curve.
function areaBelow(points) {
  const sorted = points.filter((p) => finite(p.x) && finite(p.y)).sort((a, b) => a.x - b.x);
  return Number(sorted.reduce((sum, p, i) => (i === 0 ? 0 : sum + ((p.x - sorted[i - 1].x) * (p.y + sorted[i - 1].y)) / 2), 0).toFixed(3));
}

function scatter(points, titles) {
  const x = scale(points.map((p) => p.x), plane.left, plane.right);
  const y = scale(points.map((p) => p.y), plane.bottom, plane.top);
  const dots = points.filter((p) => Number.isFinite(x.at(p.x)) && Number.isFinite(y.at(p.y)))
    .map((p) => svg("circle", { cx: x.at(p.x).toFixed(1), cy: y.at(p.y).toFixed(1), r: 3.5, fill: lineColor(0), "fill-opacity": 0.7 }, append(svg("title"), [labelOf(p.x) + ", " + labelOf(p.y)])));
  return drawing(272, "scatter plot", frame(plane, x, y, titles), dots);
}

function bars(points, titles) {
  const shown = points.slice(0, most.bars);
  const box = { ...plane, left: 128, bottom: plane.top + shown.length * 24 };
  const x = scale(shown.map((p) => p.y), box.left, box.right - 50, { zero: true });
  const zero = x.at(0);
  const rows = shown.map((p, i) => {
    const top = box.top + i * 24;
    const end = x.at(p.y);
    const value = Number.isFinite(end) ? end : zero;
    return [
      svg("rect", { x: Math.min(zero, value), y: top + 3, width: Math.max(Math.abs(value - zero), 0.5), height: 18, fill: lineColor(0), "fill-opacity": 0.85 }, append(svg("title"), [labelOf(p.x) + ": " + labelOf(p.y)])),
      text(box.left - 6, top + 16, short(labelOf(p.x), 16), { "text-anchor": "end" }), text(Math.max(zero, value) + 5, top + 16, labelOf(p.y), { "fill-opacity": 0.75 }),
    ];
  });
  const more = points.length - shown.length;
  return drawing(box.bottom + 46 + (more > 0 ? 16 : 0), "bar chart", frame(box, x, { ticks: [] }, [titles[1], titles[0]]), rows, more > 0 ? text(box.left, box.bottom + 52, "and " + plural(more, "more bar"), {}) : []);
}

// histogram counts values in bins of equal width.
function histogram(values, title) {
  const numbers = values.filter(finite);
  const low = numbers.reduce((a, b) => Math.min(a, b), Infinity);
  const high = numbers.reduce((a, b) => Math.max(a, b), -Infinity);
  if (numbers.length === 0) return null;
  const bins = Math.min(50, Math.max(5, Math.ceil(Math.sqrt(numbers.length))));
  const [from, size] = low === high ? [low - 0.5, 1 / bins] : [low, (high - low) / bins];
  const counts = new Array(bins).fill(0);
  for (const v of numbers) counts[Math.min(bins - 1, Math.floor((v - from) / size))]++;
  const x = scale([from, from + bins * size], plane.left, plane.right, { exact: true });
  const y = scale(counts, plane.bottom, plane.top, { zero: true });
  const rects = counts.map((n, i) => svg("rect", { x: x.at(from + i * size) + 0.5, y: y.at(n), width: (plane.right - plane.left) / bins - 1, height: plane.bottom - y.at(n), fill: lineColor(0), "fill-opacity": 0.85 },
    append(svg("title"), [`${number(from + i * size)} to ${number(from + (i + 1) * size)}: ${count(n)}`])));
  return drawing(272, "histogram", frame(plane, x, y, [title, "count"]), rects);
}

// confusion draws how often each class was predicted as each.
function confusion(cells) {
  const all = [...new Set(cells.flatMap((c) => [labelOf(c.actual), labelOf(c.predicted)]))];
  const names = all.slice(0, most.classes);
  const counts = new Map(cells.map((c) => [JSON.stringify([labelOf(c.actual), labelOf(c.predicted)]), finite(c.n) ? c.n : 0]));
  const at = (actual, predicted) => counts.get(JSON.stringify([actual, predicted])) || 0;
  const top = names.reduce((m, a) => Math.max(m, ...names.map((p) => at(a, p))), 0) || 1;
  const side = Math.min(56, (width - 142) / names.length, 360 / names.length);
  const [left, up] = [128, 54];
  const label = side >= 22;
  const grid = names.map((actual, row) => [
    text(left - 8, up + (row + 0.5) * side + 4, short(actual, 16), { "text-anchor": "end", "font-size": Math.min(11, side) }),
    names.map((predicted, column) => {
      const n = at(actual, predicted);
      return [
        svg("rect", { x: left + column * side, y: up + row * side, width: side - 1, height: side - 1, fill: lineColor(0), "fill-opacity": 0.06 + 0.94 * (n / top) }, append(svg("title"), [`${actual} predicted as ${predicted}: ${count(n)}`])),
        label ? text(left + (column + 0.5) * side, up + (row + 0.5) * side + 4, count(n), { "text-anchor": "middle", class: n / top > 0.45 ? "onfill" : "", "pointer-events": "none" }) : [],
      ];
    }),
  ]);
  const heads = names.map((name, column) => {
    const x = left + (column + 0.5) * side;
    const slanted = names.some((n) => n.length * 6 > side);
    return text(x, up - 8, short(name, slanted ? 8 : 16), slanted ? { transform: `rotate(-35 ${x} ${up - 8})`, "font-size": Math.min(11, side) } : { "text-anchor": "middle" });
  });
  const edge = names.length * side;
  return drawing(up + edge + 30, "confusion matrix", heads, grid,
    text(left + edge / 2, up + edge + 20, all.length > names.length ? `Predicted (the first ${names.length} of ${all.length} classes)` : "Predicted", { "text-anchor": "middle", "font-weight": 600 }),
    text(18, up + edge / 2, "Actual", { "text-anchor": "middle", "font-weight": 600, transform: `rotate(-90 18 ${up + edge / 2})` }));
}

// drawChart returns the drawing of a chart with the rows of its table, or null if this page
// does not know how to draw it.
export function drawChart(chart, columns, rows) {
  const f = chart.fields;
  const column = (name) => {
    const i = columns.indexOf(name);
    return (row) => (i < 0 ? undefined : row[i]);
  };
  const points = (x, y, group) => rows.map((r) => ({ x: column(x)(r), y: column(y)(r), group: group ? labelOf(column(group)(r)) : "" }));
  if (rows.length === 0) return h("p.empty", null, "The table of the chart has no rows.");
  switch (chart.preset) {
    case "wandb/line/v0": return lines(points(f.x, f.y, f.stroke), [f.x, f.y]);
    case "wandb/lineseries/v0": return lines(points(f.step, f.lineVal, f.lineKey), [chart.texts.xname || f.step, ""]);
    case "wandb/area-under-curve/v0": return lines(points(f.x, f.y, f.class), [chart.texts["x-axis-title"] || f.x, chart.texts["y-axis-title"] || f.y], { area: true, diagonal: f.x === "fpr" });
    case "wandb/scatter/v0": return scatter(points(f.x, f.y), [f.x, f.y]);
    case "wandb/bar/v0": return bars(points(f.label, f.value), [f.label, f.value]);
    case "wandb/histogram/v0": return histogram(rows.map(column(f.value)), f.value) || h("p.empty", null, "The table of the chart has no numbers.");
    case "wandb/confusion_matrix/v1": return confusion(rows.map((r) => ({ actual: column(f.Actual)(r), predicted: column(f.Predicted)(r), n: column(f.nPredictions)(r) })));
  }
  return null;
}
