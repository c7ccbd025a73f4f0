// The sweeps of a project, and one sweep: its state, the best trial, the trials as a list and
// as parallel coordinates.

import { h, replace, link, path } from "./dom.js";
import { number, count } from "./format.js";
import { getJSON, query } from "./server.js";
import { lineColor } from "./palette.js";
import { parallelPlot } from "./plots.js";
import { RunList } from "./runs.js";

const sweepPath = (scope, id) => path(scope.entity, scope.project, "sweeps", id);
const states = { RUNNING: "running", FINISHED: "finished", CANCELED: "killed" };
const state = (s) => h("span.state", { class: states[s.state] || "" }, s.state.toLowerCase());
const goal = (s) => s.metric && (s.goal ? s.goal + " " : "") + s.metric;

// SweepList shows the sweeps of a project.
export class SweepList {
  constructor(app, scope) {
    this.app = app;
    this.scope = scope;
    this.el = h("div");
  }

  async start() {
    const { entity, project } = this.scope;
    this.app.title([[entity, path(entity)], [project, path(entity, project)], ["Sweeps"]]);
    const { sweeps } = await getJSON("/-/sweeps" + query(this.scope));
    if (sweeps.length === 0) return replace(this.el, h("p.empty", null, "This project has no sweeps."));
    replace(this.el, h("h1", { style: { marginBottom: "10px" } }, "Sweeps"), h("div.scroll", null, h("table", null,
      h("thead", null, h("tr", null, ["Sweep", "State", "Method", "Goal"].map((t) => h("th", null, t)), h("th.num", null, "Trials"), h("th.num", null, "Best"))),
      h("tbody", null, sweeps.map((s) => h("tr", null, h("td.name", null, link(sweepPath(this.scope, s.id), { title: s.id }, s.name || s.id)), h("td", null, state(s)), h("td", null, s.method), h("td", null, goal(s)), h("td.num", null, count(s.runs)), h("td.num", null, number(s.bestValue))))))));
  }
}

// SweepPage shows the sweep with an id.
export class SweepPage {
  constructor(app, scope, id) {
    this.app = app;
    this.scope = scope;
    this.id = id;
    this.head = h("div");
    this.plot = h("div", { style: { margin: "14px 0", maxWidth: "900px" } });
    this.el = h("div", null, this.head, this.plot);
  }

  async start() {
    await this.load();
    const s = this.sweep;
    const columns = s.metric ? ["summary." + s.metric, ...s.parameters.map((p) => "config." + p)] : null;
    this.list = new RunList(this.app, { ...this.scope, sweep: this.id }, { columns, sort: s.metric && (s.goal === "maximize" ? "-" : "") + "summary." + s.metric, drawn: (got) => this.drawn(got) });
    this.el.append(this.list.el);
    await this.list.start();
  }

  async load() {
    const { entity, project } = this.scope;
    const { sweeps } = await getJSON("/-/sweeps" + query(this.scope));
    const s = sweeps.find((s) => s.id === this.id);
    if (!s) throw Object.assign(new Error("There is no such sweep in this project."), { status: 404 });
    this.sweep = s;
    this.app.title([[entity, path(entity)], [project, path(entity, project)], ["Sweeps", path(entity, project, "sweeps")], [s.name || s.id]]);
    const fact = (name, value) => value && h("span", null, name + " ", h("b.wrap", null, value));
    replace(this.head,
      h("div.title", null, h("h1", null, s.name || s.id), state(s)),
      h("p.facts", null, fact("method", s.method), fact("goal", goal(s)), fact("trials", count(s.runs)), s.best && fact("best", [number(s.bestValue), " in ", link(path(entity, project, "runs", s.best), null, s.best)]), fact("id", s.id)),
      s.config && h("details", null, h("summary", null, "Config"), h("pre.wrap", { style: { whiteSpace: "pre-wrap" } }, s.config)));
  }

  // drawn is called when the list of trials was drawn, which it is when a trial changed.
  drawn(got) {
    const s = this.sweep;
    const lines = got.runs.map((r, i) => ({ name: r.name || r.id, color: lineColor(i), values: new Map(Object.entries(r.values || {}).map(([k, v]) => [k.replace(/^config\./, ""), v])) }));
    replace(this.plot, lines.length > 1 && parallelPlot(lines));
    if (got.matched !== s.runs || got.version !== this.version) this.load().catch(() => {}); // the state may have changed, too
    this.version = got.version;
  }

  shortcut(key) { return Boolean(this.list) && this.list.shortcut(key); }
}
