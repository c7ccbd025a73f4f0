// The files of a run, and the media and tables that it logged.

import { h, svg, replace } from "./dom.js";
import { drawChart } from "./custom.js";
import { bytes, when, number, anyValue, plural } from "./format.js";
import { Layers } from "./layers.js";
import { lineColor } from "./palette.js";
import { getJSON, query, exported, fileURL, fileText } from "./server.js";

// fileLink opens a file, or downloads it from a report: a browser opens no page of data.
function fileLink(key, name, ...children) {
  const url = fileURL(key, name);
  if (!url) return h("span", { title: "not part of this report" }, children);
  return h("a", exported ? { href: url, download: name.split("/").pop() } : { href: url, target: "_blank", rel: "noopener" }, children);
}

function reportHolds(left) {
  const kept = "This report has the files of media and tables; of the others it has the names only. ";
  return kept + (left.files ? plural(left.files, "file") + " of media and tables (" + bytes(left.bytes) + ") did not fit." : "");
}

// filesTable lists the files.
export async function filesTable(key) {
  const got = await getJSON("/-/runs/" + key + "/files");
  const info = exported && await getJSON("/-/info");
  if (got.files.length === 0) return h("p.empty", null, "The run has no files here.");
  return h("div.scroll", null, info && h("p.body.soft", null, reportHolds(info.leftOut)), h("table", null,
    h("thead", null, h("tr", null, h("th", null, "File"), h("th.num", null, "Size"), h("th", null, "Changed"))),
    h("tbody", null, got.files.map((f) => h("tr", null,
      h("td.wrap", null, fileLink(key, f.path, f.path)),
      h("td.num", null, bytes(f.size)), h("td.soft", null, when(f.time)))))),
    got.more && h("p.empty", null, "There are more files than fit here."));
}

const shownRows = 200;
const chartedRows = 10_000; // of a table in increments

// dataTable shows columns and rows. Cells with media are lists of Item.
export function dataTable(columns, rows, layers, total = rows.length) {
  const cell = (v) => {
    if (Array.isArray(v) && v[0] instanceof Item) return h("td", null, h("div.media", null, v.map((i) => mediaFigure(i, layers, ""))));
    return typeof v === "number" ? h("td.num", { title: String(v) }, number(v)) : h("td.value", { title: anyValue(v) }, anyValue(v));
  };
  return [layers && layers.el, h("div.scroll", { style: { maxHeight: "60vh" } }, h("table", null,
    h("thead", null, h("tr", null, columns.map((c) => h("th", null, String(c))))),
    h("tbody", null, rows.slice(0, shownRows).map((r) => h("tr", null, r.map(cell))))),
    total > shownRows && h("p.empty", null, "The first " + shownRows + " of " + plural(total, "row")))];
}

// Item is one file of a logged value. The names of all its files are relative to base.
class Item {
  constructor(base, members) { Object.assign(this, { base, ...members }); }
}

// mediaItems turns a logged value into single files.
function mediaItems(v, base = "") {
  if (!v || typeof v !== "object") return [];
  if (Array.isArray(v)) return v.flatMap((one) => mediaItems(one, base));
  const at = (list, i) => (Array.isArray(list) ? list[i] : null);
  if (Array.isArray(v.filenames)) {
    const folder = v._type === "object3D" ? "media/object3D/" : "";
    return v.filenames.map((f, i) => new Item(base, { type: v._type, path: folder + f, caption: at(v.captions, i), width: v.width, boxes: at(v.all_boxes, i), masks: at(v.all_masks, i) }));
  }
  for (const list of ["audio", "videos", "html"]) if (Array.isArray(v[list])) return v[list].flatMap((one) => mediaItems(one, base));
  const { path, caption, width, boxes, masks, classes } = v;
  return path ? [new Item(base, { type: v._type || "", path, caption, width, boxes, masks, classes })] : [];
}

function mediaFigure(item, layers, title = item.path.split("/").pop()) {
  const { key } = layers;
  const path = item.base + item.path;
  const url = fileURL(key, path);
  const caption = h("figcaption", null, item.caption || title);
  if (!url) return h("figure", null, h("p.empty", null, "Not part of this report"), caption);
  if (/image|^images/.test(item.type) || /\.(png|jpe?g|gif|webp)$/i.test(item.path)) {
    const img = h("img", { src: url, alt: item.caption || item.path, loading: "lazy", class: item.width && item.width < 64 ? "small" : "" });
    return h("figure", null, fileLink(key, path, layers.over(img, item)), caption);
  }
  if (/video/.test(item.type)) return h("figure", null, h("video", { src: url, controls: true, preload: "metadata" }), caption);
  if (/audio/.test(item.type)) return h("figure", null, h("audio", { src: url, controls: true, preload: "metadata" }), caption);
  return h("figure", null, fileLink(key, path, (exported ? "Download " : "Open ") + (item.type || "file")), caption);
}

// parseTable reads a table. It may hold NaN, which JSON does not have; texts in which it occurs stay as they are.
const parseTable = (text) => JSON.parse(text.replace(/"[^"\\]*(?:\\.[^"\\]*)*"|-?(?:NaN|Infinity)/g, (part) => (part[0] === '"' ? part : `"${part}"`)));

// tableFile shows a table of an artifact.
export async function tableFile(key, id, name) {
  const base = "wandb-client-artifact://" + id + "/";
  const t = parseTable(await fileText(key, base + name));
  return dataTable(t.columns, t.data.slice(0, shownRows).map((row) => row.map((v) => withMedia(v, v, base))).concat(t.data.slice(shownRows)), new Layers(key));
}

// withMedia returns the media of a cell in an artifact, or else the cell.
function withMedia(cell, full, base) {
  const items = mediaItems(full, base);
  return items.length ? items : cell;
}

// A run's file of a table has the names of classes where its artifact has media.
const namesMedia = (v) => (Array.isArray(v) ? v.some(namesMedia) : typeof v === "string" && /^(Image|Audio|Video|Html|Object3D|Molecule|Plotly|Bokeh)$/.test(v));

// loadTable fetches a table that a run logged, with the media of its artifact.
async function loadTable(key, value) {
  const { columns, data } = parseTable(await fileText(key, value.path));
  const at = value.artifact_path || "";
  const t = { columns, data, problem: "" };
  if (!at || !data.slice(0, shownRows).some((row) => row.some(namesMedia))) return t;
  try {
    const full = parseTable(await fileText(key, at));
    const base = at.slice(0, at.indexOf("/", 24) + 1);
    t.data = data.map((row, i) => (i < shownRows ? row.map((v, k) => withMedia(v, full.data[i]?.[k], base)) : row));
  } catch (err) {
    t.problem = "The media of this table do not show: " + err.message + ".";
  }
  return t;
}

const incrementsAtOnce = 4;

// wholeTable is a table with the increments before it, if it is one of several. values are
// those of its metric until then. Of increments it has the first limit rows, and fetches only
// those that have them, and none once wanted() is false.
async function wholeTable(key, values, more, limit, wanted) {
  const last = values[values.length - 1].value;
  if (last._type !== "incremental-table-file") return loadTable(key, last);
  const parts = values.filter((v) => v.value?._type === last._type && v.value.path);
  const whole = { columns: ["logged at step"], data: [], problem: "", more, total: 0 };
  let i = 0;
  for (; i < parts.length && whole.data.length < limit && wanted(); i += incrementsAtOnce) {
    const some = parts.slice(i, i + incrementsAtOnce);
    const tables = await Promise.all(some.map((v) => loadTable(key, v.value).catch((err) => (
      { columns: [], data: [], problem: "The rows of step " + v.step + " do not show: " + err.message + "." }))));
    tables.forEach((t, k) => {
      if (t.columns.length) whole.columns = ["logged at step", ...t.columns];
      for (const row of t.data.slice(0, limit - whole.data.length)) whole.data.push([some[k].step, ...row]);
      whole.problem ||= t.problem;
      whole.total += t.data.length;
    });
  }
  // The others say how many rows there are with all before them, in their process.
  const count = (v) => v.value.nrows || 0;
  for (; i < parts.length; i++) whole.total += count(parts[i]) - (count(parts[i]) < count(parts[i - 1]) ? 0 : count(parts[i - 1]));
  return whole;
}

// showValue makes elements of the last of a metric's values.
async function showValue(key, values, more, layers, chart, wanted) {
  const { value } = values[values.length - 1];
  if (value && value._type === "histogram" && Array.isArray(value.values)) return histogramBars(value);
  if (value && /table-file$/.test(value._type || "") && value.path) {
    const t = await wholeTable(key, values, more, chart ? chartedRows : shownRows, wanted);
    const drawn = chart && drawChart(chart, t.columns, t.data);
    const notes = [
      t.problem && h("p.soft", null, t.problem),
      t.more && h("p.soft", null, "The rows before step " + values[0].step + " are not shown."),
    ];
    if (!drawn) return [notes, dataTable(t.columns, t.data, layers, t.total)];
    return [drawn, (t.total || value.nrows) > t.data.length && h("p.soft", null, "Drawn from the first " + plural(t.data.length, "row") + "."),
      t.data.length > 0 && h("details", null, h("summary.soft", null, plural(t.data.length, "row")), notes, dataTable(t.columns, t.data, layers))];
  }
  const items = mediaItems(value);
  if (items.length) return [layers.el, h("div.media", null, items.map((i) => mediaFigure(i, layers)))];
  return h("pre.wrap", { style: { whiteSpace: "pre-wrap" } }, typeof value === "string" ? value : JSON.stringify(value, null, 2));
}

function histogramBars(v) {
  const top = Math.max(...v.values, 1);
  const low = v.bins[0];
  const span = v.bins[v.bins.length - 1] - low || 1;
  const bars = v.values.map((n, i) => {
    const title = svg("title");
    title.textContent = `${number(v.bins[i])} to ${number(v.bins[i + 1])}: ${number(n)}`;
    const x = ((v.bins[i] - low) / span) * 400;
    return svg("rect", { x, y: 150 - (n / top) * 150, width: Math.max(0.5, ((v.bins[i + 1] - v.bins[i]) / span) * 400 - 0.5), height: (n / top) * 150, fill: "currentColor" }, title);
  });
  const drawing = svg("svg", { viewBox: "0 0 400 150", role: "img", "aria-label": "histogram" }, bars);
  drawing.style.color = lineColor(0);
  return h("figure", null, drawing, h("figcaption.ends", null, h("span", null, number(low)), h("span", null, number(low + span))));
}

// mediaCard shows the values of one media or text metric, the newest first, with a slider
// over the steps. A table that belongs to a chart is drawn. labels are the names of the
// classes of masks.
export function mediaCard(key, metric, chart, labels) {
  const area = h("div.body");
  const label = h("span.soft.right");
  const card = h("section.card", null, h("h2", { title: metric.name }, chart ? chart.texts.title || chart.key : metric.name, label), area);
  const load = async () => {
    const got = await getJSON("/-/runs/" + key + "/values" + query({ m: metric.name, limit: 100 }));
    const values = got.values.reverse();
    if (values.length === 0) return replace(area, h("p.soft", null, "No values."));
    const shown = h("div");
    const switched = new Map();
    // They are under the last part of a nested key.
    const classNames = (mask) => [metric.name, metric.name.split(".").pop()].map((k) => (labels || {})[k + "_wandb_delimeter_" + mask]?.value).find(Boolean);
    let turn = 0;
    const show = async (i) => {
      label.textContent = "step " + values[i].step + (got.more ? " (the last 100)" : "");
      const mine = ++turn;
      const layers = new Layers(key, classNames, switched);
      const elements = await showValue(key, values.slice(0, i + 1), got.more, layers, chart, () => mine === turn).catch((err) => h("p.empty", null, err.message));
      if (mine === turn) replace(shown, elements);
    };
    const slider = values.length > 1 && h("input", { type: "range", min: 0, max: values.length - 1, value: values.length - 1, "aria-label": "step", style: { width: "100%" }, oninput: (e) => show(Number(e.target.value)) });
    replace(area, slider, shown);
    show(values.length - 1);
  };
  load().catch((err) => replace(area, h("p.soft", null, err.message)));
  return card;
}
