// Several runs in the same charts: what differs in their config on top, then parallel
// coordinates and a scatter plot of their last values.

import { h, replace, link } from "./dom.js";
import { anyValue, flatten, plural } from "./format.js";
import { getJSON } from "./server.js";
import { swatch, lineColor } from "./palette.js";
import { Charts, axisOrder } from "./charts.js";
import { parallelPlot, scatterPlot } from "./plots.js";
import { tape } from "./tape.js";
import { runPathOf } from "./runs.js";

// Comparison shows the runs with these keys.
export class Comparison {
  constructor(app, keys) {
    this.app = app;
    this.keys = keys;
    this.off = new Set();
    this.list = h("ul.card", { style: { listStyle: "none" } });
    this.differences = h("div");
    this.plots = h("div.columns", { style: { marginBottom: "16px" } });
    this.body = h("div", null, this.differences, this.plots);
    this.el = h("div.side", null, h("aside", { "aria-label": "Runs" }, this.list), this.body);
  }

  async start() {
    this.app.title([["Compare"]]);
    await this.load();
    this.charts = new Charts({ runs: this.shown(), axes: this.axes() });
    this.body.append(this.charts.el);
    this.showMetrics();
    this.app.live.watch(this.keys, { run: (e) => this.grown(e), again: () => this.load() });
  }

  close() { if (this.charts) this.charts.close(); }

  async load() {
    const settled = await Promise.allSettled(this.keys.map((k) => getJSON("/-/runs/" + k)));
    this.runs = settled.filter((s) => s.status === "fulfilled").map((s) => s.value);
    if (this.runs.length === 0) throw settled.length ? settled[0].reason : Object.assign(new Error("No runs are selected. Select some in the list, with their boxes or X, then Compare (C)."), { status: 404 });
    this.draw();
  }

  indexed() { return this.runs.map((r, index) => ({ key: r.key, name: r.name || r.id, index })); }

  shown() { return this.indexed().filter((r) => !this.off.has(r.key)); }

  axes() {
    const counts = new Map();
    for (const r of this.runs) for (const a of r.axes) counts.set(a, (counts.get(a) || 0) + 1);
    return axisOrder([...counts].filter(([, n]) => n === this.runs.length).map(([a]) => a));
  }

  showMetrics() {
    const found = new Map();
    for (const r of this.runs) for (const m of r.metrics) if (m.kind === "number" && !m.hidden && !m.name.startsWith("_")) found.set(m.name, m);
    this.charts.show([...found.keys()].sort().map((name) => found.get(name)));
  }

  draw() {
    replace(this.list, this.runs.map((r, i) => {
      const pick = h("input.pick", { type: "checkbox", checked: !this.off.has(r.key), "aria-label": "Show " + (r.name || r.id), onchange: () => {
        if (pick.checked) this.off.delete(r.key);
        else this.off.add(r.key);
        this.charts.setRuns(this.shown());
        this.drawValues();
      } });
      const name = r.name || r.id;
      const emphasize = (key) => () => this.charts && this.charts.emphasize(key);
      return h("li", { onmouseenter: emphasize(r.key), onmouseleave: emphasize(null), onfocusin: emphasize(r.key), onfocusout: emphasize(null) },
        pick, swatch(i), link(runPathOf(r), { title: name }, name), h("span.state", { class: r.state, title: r.state }), tape(r));
    }));
    this.drawValues();
  }

  drawValues() {
    const runs = this.runs.filter((r) => !this.off.has(r.key));
    const configs = runs.map((r) => new Map(flatten(r.config).filter(([k]) => !k.startsWith("_wandb"))));
    const keys = [...new Set(configs.flatMap((c) => [...c.keys()]))].filter((k) => new Set(configs.map((c) => JSON.stringify(c.get(k)))).size > 1);
    replace(this.differences, h("section.card", { style: { marginBottom: "16px" } },
      h("h2", null, "What differs in the config", h("span.soft.right", null, plural(keys.length, "key"))),
      keys.length === 0 ? h("p.body.soft", null, runs.length > 1 ? "Nothing: these runs have the same config." : "Select at least two runs.") :
        h("div.scroll", { style: { maxHeight: "38vh" } }, h("table.differences", null,
          h("thead", null, h("tr", null, h("th", null, ""), runs.map((r) => h("th", { title: r.name || r.id }, r.name || r.id)))),
          h("tbody", null, keys.map((k) => h("tr", null, h("th", { scope: "row", title: k }, k), configs.map((c) => h("td", { class: typeof c.get(k) === "number" ? "mono" : "", title: anyValue(c.get(k)) }, anyValue(c.get(k)))))))))));
    const lines = runs.map((r, i) => {
      const values = new Map();
      for (const [k, v] of configs[i]) if (keys.includes(k)) values.set(k, v);
      for (const [k, v] of flatten(r.summary)) if (!k.startsWith("_") && typeof v === "number") values.set("summary." + k, v);
      return { name: r.name || r.id, color: lineColor(this.runs.indexOf(r)), values };
    });
    replace(this.plots, runs.length > 1 && [parallelPlot(lines), scatterPlot(lines)]);
  }

  grown(e) {
    if (this.charts) this.charts.grown(e.key);
    const now = Date.now();
    if (now - (this.refreshed || 0) < 4000) return;
    this.refreshed = now;
    this.load().then(() => this.showMetrics(), () => {});
  }
}
