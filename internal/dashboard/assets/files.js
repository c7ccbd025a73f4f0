// The files of a run, and the media and tables that it logged.

import { h, svg, replace } from "./dom.js";
import { drawChart } from "./custom.js";
import { bytes, when, number, anyValue, plural } from "./format.js";
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

// dataTable shows columns and rows. show makes elements of a cell with media.
export function dataTable(columns, rows, show = () => [], limit = shownRows) {
  const cell = (v) => {
    const media = show(v);
    if (media.length) return h("td", null, h("div.media", null, media));
    return typeof v === "number" ? h("td.num", { title: String(v) }, number(v)) : h("td.value", { title: anyValue(v) }, anyValue(v));
  };
  return h("div.scroll", { style: { maxHeight: "60vh" } }, h("table", null,
    h("thead", null, h("tr", null, columns.map((c) => h("th", null, String(c))))),
    h("tbody", null, rows.slice(0, limit).map((r) => h("tr", null, r.map(cell))))),
    rows.length > limit && h("p.empty", null, "The first " + limit + " of " + plural(rows.length, "row")));
}

// mediaItems turns a logged value into single files.
function mediaItems(v) {
  if (!v || typeof v !== "object") return [];
  if (Array.isArray(v)) return v.flatMap(mediaItems);
  const captions = Array.isArray(v.captions) ? v.captions : [];
  if (Array.isArray(v.filenames)) {
    const folder = v._type === "object3D" ? "media/object3D/" : "";
    return v.filenames.map((f, i) => ({ type: v._type, path: folder + f, caption: captions[i], width: v.width }));
  }
  for (const list of ["audio", "videos", "html"]) if (Array.isArray(v[list])) return v[list].flatMap(mediaItems);
  return v.path ? [{ type: v._type || "", path: v.path, caption: v.caption, width: v.width }] : [];
}

function mediaFigure(key, item, title = item.path.split("/").pop()) {
  const url = fileURL(key, item.path);
  const caption = h("figcaption", null, item.caption || title);
  if (!url) return h("figure", null, h("p.empty", null, "Not part of this report"), caption);
  if (/image|^images/.test(item.type) || /\.(png|jpe?g|gif|webp)$/i.test(item.path)) {
    const img = h("img", { src: url, alt: item.caption || item.path, loading: "lazy", class: item.width && item.width < 64 ? "small" : "" });
    return h("figure", null, fileLink(key, item.path, img), caption);
  }
  if (/video/.test(item.type)) return h("figure", null, h("video", { src: url, controls: true, preload: "metadata" }), caption);
  if (/audio/.test(item.type)) return h("figure", null, h("audio", { src: url, controls: true, preload: "metadata" }), caption);
  return h("figure", null, fileLink(key, item.path, (exported ? "Download " : "Open ") + (item.type || "file")), caption);
}

// parseTable reads a table. It may hold NaN, which JSON does not have.
const parseTable = (text) => JSON.parse(text.replace(/([[,:]\s*)(-?(?:NaN|Infinity))(?=\s*[,\]}])/g, '$1"$2"'));

// A run's file of a table has the names of classes where its artifact has media.
const classes = /^(Image|Audio|Video|Html|Object3D|Molecule|Plotly|Bokeh)$/;

// tableFile shows a table of an artifact.
export async function tableFile(key, id, name) {
  const base = "wandb-client-artifact://" + id + "/";
  const t = parseTable(await fileText(key, base + name));
  return dataTable(t.columns, t.data, cellMedia(key, base));
}

const cellMedia = (key, base) => (v) => mediaItems(v).map((i) => mediaFigure(key, { ...i, path: base + i.path }, ""));

// loggedTable shows a table that a run logged, with the media of its artifact.
async function loggedTable(key, value, t) {
  const at = value.artifact_path || "";
  const hasMedia = t.data.slice(0, shownRows).some((row) => row.some((v) => typeof v === "string" && classes.test(v)));
  if (!hasMedia || !at) return dataTable(t.columns, t.data);
  try {
    const full = parseTable(await fileText(key, at));
    const rows = t.data.slice(0, shownRows).map((row, i) => row.map((v, k) => (mediaItems(full.data[i]?.[k]).length ? full.data[i][k] : v)));
    return dataTable(t.columns, rows.concat(t.data.slice(shownRows)), cellMedia(key, at.slice(0, at.indexOf("/", 24) + 1)));
  } catch (err) {
    return [h("p.soft", null, "The media of this table do not show: " + err.message + "."), dataTable(t.columns, t.data)];
  }
}

async function showValue(key, value, into, chart) {
  if (value && value._type === "histogram" && Array.isArray(value.values)) return replace(into, histogramBars(value));
  if (value && /table-file$/.test(value._type || "") && value.path) {
    try {
      const t = parseTable(await fileText(key, value.path));
      const drawn = chart && drawChart(chart, t.columns, t.data);
      if (!drawn) return replace(into, await loggedTable(key, value, t));
      return replace(into, drawn, value.nrows > t.data.length && h("p.soft", null, "Drawn from the first " + plural(t.data.length, "row") + "."),
        t.data.length > 0 && h("details", null, h("summary.soft", null, plural(t.data.length, "row")), dataTable(t.columns, t.data)));
    } catch (err) {
      return replace(into, h("p.empty", null, err.message));
    }
  }
  const items = mediaItems(value);
  if (items.length) return replace(into, h("div.media", null, items.map((i) => mediaFigure(key, i))));
  replace(into, h("pre.wrap", { style: { whiteSpace: "pre-wrap" } }, typeof value === "string" ? value : JSON.stringify(value, null, 2)));
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
// over the steps. A table that belongs to a chart is drawn.
export function mediaCard(key, metric, chart) {
  const area = h("div.body");
  const label = h("span.soft.right");
  const card = h("section.card", null, h("h2", { title: metric.name }, chart ? chart.texts.title || chart.key : metric.name, label), area);
  const load = async () => {
    const got = await getJSON("/-/runs/" + key + "/values" + query({ m: metric.name, limit: 100 }));
    const values = got.values.reverse();
    if (values.length === 0) return replace(area, h("p.soft", null, "No values."));
    const shown = h("div");
    const show = (i) => {
      label.textContent = "step " + values[i].step + (got.more ? " (the last 100)" : "");
      showValue(key, values[i].value, shown, chart);
    };
    const slider = values.length > 1 && h("input", { type: "range", min: 0, max: values.length - 1, value: values.length - 1, "aria-label": "step", style: { width: "100%" }, oninput: (e) => show(Number(e.target.value)) });
    replace(area, slider, shown);
    show(values.length - 1);
  };
  load().catch((err) => replace(area, h("p.soft", null, err.message)));
  return card;
}
