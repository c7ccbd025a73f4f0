// Drawings of the last values of several runs: parallel coordinates and a scatter plot.

import { h, svg, append, replace } from "./dom.js";
import { number, anyValue } from "./format.js";

const width = 520;
const height = 232;

// scaleOf maps the values of a dimension to 0…1: numbers by size, everything else by order.
function scaleOf(values) {
  const known = values.filter((v) => v !== undefined && v !== null);
  if (known.length > 0 && known.every((v) => typeof v === "number" && Number.isFinite(v))) {
    const low = Math.min(...known);
    const high = Math.max(...known);
    const logarithmic = low > 0 && high / low >= 50;
    const f = logarithmic ? Math.log10 : (v) => v;
    const span = f(high) - f(low) || 1;
    return { at: (v) => (high === low ? 0.5 : (f(v) - f(low)) / span), low: number(low), high: number(high), logarithmic };
  }
  const names = [...new Set(known.map(anyValue))].sort((a, b) => a.localeCompare(b, undefined, { numeric: true }));
  return { at: (v) => (names.length < 2 ? 0.5 : names.indexOf(anyValue(v)) / (names.length - 1)), low: names[0] || "", high: names[names.length - 1] || "", logarithmic: false };
}

// dimensions are the values that differ between runs.
function dimensions(lines) {
  const all = [...new Set(lines.flatMap((l) => [...l.values.keys()]))];
  const useful = all.filter((k) => new Set(lines.filter((l) => l.values.has(k)).map((l) => anyValue(l.values.get(k)))).size > 1);
  return [...useful.filter((k) => !k.startsWith("summary.")), ...useful.filter((k) => k.startsWith("summary."))];
}

// titled is what a browser shows when the mouse rests on a drawing.
const titled = (content) => append(svg("title"), [content]);

function text(x, y, content, props) {
  const el = svg("text", { x, y, fill: "currentColor", "font-size": 12, ...props });
  append(el, [content.length > 22 ? content.slice(0, 21) + "…" : content, titled(content)]);
  return el;
}

// parallelPlot draws one line for each run through what differs and the last values.
export function parallelPlot(lines) {
  const all = dimensions(lines);
  const values = all.filter((d) => d.startsWith("summary."));
  const settings = all.filter((d) => !d.startsWith("summary.")).slice(0, Math.max(5, 8 - values.length));
  const dims = [...settings, ...values].slice(0, 8);
  if (dims.length < 2) return null;
  const xs = dims.map((_, i) => 50 + (i * (width - 100)) / (dims.length - 1));
  const scales = dims.map((d) => scaleOf(lines.map((l) => l.values.get(d))));
  const y = (t) => height - 26 - t * (height - 74);
  const axes = dims.map((d, i) => [
    svg("line", { x1: xs[i], x2: xs[i], y1: y(0), y2: y(1), stroke: "currentColor", "stroke-opacity": 0.35 }),
    text(xs[i], 16 + (i % 2) * 13, d.replace(/^summary\./, "") + (scales[i].logarithmic ? " (log)" : ""), { "text-anchor": "middle", "font-weight": 600 }),
    text(xs[i], y(1) - 5, scales[i].high, { "text-anchor": "middle", "fill-opacity": 0.7 }),
    text(xs[i], y(0) + 14, scales[i].low, { "text-anchor": "middle", "fill-opacity": 0.7 }),
  ]);
  const paths = lines.map((l) => {
    const points = dims.map((d, i) => (l.values.has(d) && Number.isFinite(scales[i].at(l.values.get(d))) ? [xs[i], y(scales[i].at(l.values.get(d)))] : null));
    let d = "";
    points.forEach((p, i) => { if (p) d += (i > 0 && points[i - 1] ? "L" : "M") + p.map((v) => v.toFixed(1)).join(" "); });
    return svg("path", { d, fill: "none", stroke: l.color, "stroke-width": 2, "stroke-opacity": 0.85 }, titled(l.name));
  });
  return h("section.card", null, h("h2", null, "Parallel coordinates"), h("div.body", null, svg("svg", { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": "parallel coordinates" }, axes.flat(), paths)));
}

// scatterPlot draws one point for each run, over two dimensions that a person picks.
export function scatterPlot(lines) {
  const dims = dimensions(lines);
  if (dims.length < 2) return null;
  const area = h("div");
  const pick = (label, chosen) => h("select", { "aria-label": label, onchange: () => draw() }, dims.map((d) => h("option", { value: d, selected: d === chosen }, d.replace(/^summary\./, ""))));
  const xPick = pick("x", dims[0]);
  const yPick = pick("y", dims.find((d) => d.startsWith("summary.")) && dims.find((d) => d.startsWith("summary.")) !== dims[0] ? dims.find((d) => d.startsWith("summary.")) : dims[1]);
  const draw = () => {
    const xScale = scaleOf(lines.map((l) => l.values.get(xPick.value)));
    const yScale = scaleOf(lines.map((l) => l.values.get(yPick.value)));
    const px = (v) => 70 + xScale.at(v) * (width - 110);
    const py = (v) => height - 40 - yScale.at(v) * (height - 70);
    const points = lines.filter((l) => l.values.has(xPick.value) && l.values.has(yPick.value)).map((l) => {
      const [x, y] = [l.values.get(xPick.value), l.values.get(yPick.value)];
      return svg("circle", { cx: px(x), cy: py(y), r: 6, fill: l.color, "fill-opacity": 0.85 }, titled(`${l.name}: ${anyValue(x)}, ${anyValue(y)}`));
    });
    replace(area, svg("svg", { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": "scatter plot" },
      svg("path", { d: `M60 16V${height - 30}H${width - 20}`, fill: "none", stroke: "currentColor", "stroke-opacity": 0.35 }), points,
      text(60, height - 12, xScale.low + (xScale.logarithmic ? " (log)" : ""), {}), text(width - 20, height - 12, xScale.high, { "text-anchor": "end" }),
      text(54, height - 34, yScale.low, { "text-anchor": "end" }), text(54, 26, yScale.high, { "text-anchor": "end" })));
  };
  draw();
  return h("section.card", null, h("h2", null, "Scatter plot", h("span.right", null, xPick, " by ", yPick)), h("div.body", null, area));
}
