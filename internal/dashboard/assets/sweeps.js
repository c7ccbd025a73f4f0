// The sweeps of a project, and one sweep: its state, the best trial, the trials as a list and
// as parallel coordinates.

import { h, replace, link, path, command } from "./dom.js";
import { number, anyValue, count, flatten } from "./format.js";
import { getJSON, query } from "./server.js";
import { lineColor } from "./palette.js";
import { parallelPlot } from "./plots.js";
import { RunList } from "./runs.js";

// A local sweep belongs to no project.
const sweepsPath = (scope, ...id) => (scope.project ? path(scope.entity, scope.project, "sweeps", ...id) : path("sweeps", ...id));
const states = { RUNNING: "running", FINISHED: "finished", CANCELED: "killed" };
const scopeTitle = ({ entity, project }) => [[entity, path(entity || "")], [project, path(entity || "", project || "")]];
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
    this.app.title([...scopeTitle(this.scope), ["Sweeps"]]);
    const { sweeps } = await getJSON("/-/sweeps" + query(this.scope));
    if (sweeps.length === 0) return replace(this.el, h("div.empty", null, h("p", null, this.scope.project ? "This project has no sweeps." : "There are no sweeps of sweep.Local below these directories."), command(this.scope.project ? `wandgo sweep create sweep.yaml --entity ${this.scope.entity} --project ${this.scope.project}` : "wandgo board DIR")));
    replace(this.el, h("h1", { style: { marginBottom: "10px" } }, "Sweeps"), h("div.scroll", null, h("table", null,
      h("thead", null, h("tr", null, ["Sweep", "State", "Method", "Goal"].map((t) => h("th", null, t)), h("th.num", null, "Trials"), h("th.num", null, "Best"))),
      h("tbody", null, sweeps.map((s) => h("tr", null, h("td.name", null, link(sweepsPath(this.scope, s.id), { title: s.id }, s.name || s.id)), h("td", null, state(s)), h("td", null, s.method), h("td", null, goal(s)), h("td.num", null, count(s.runs)), h("td.num", null, number(s.bestValue))))))));
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
    this.trials = h("div");
    this.el = h("div", null, this.head, this.plot, this.trials);
  }

  async start() {
    await this.load();
    const s = this.sweep;
    if (s.trials) {
      this.app.live.watch([], { list: () => this.load(), again: () => this.load() });
      return;
    }
    const columns = s.metric ? ["summary." + s.metric, ...s.parameters.map((p) => "config." + p)] : null;
    this.list = new RunList(this.app, { ...this.scope, sweep: this.id }, { columns, sort: s.metric && (s.goal === "maximize" ? "-" : "") + "summary." + s.metric, drawn: (got) => this.drawn(got) });
    this.el.append(this.list.el);
    await this.list.start();
  }

  async load() {
    const { entity, project } = this.scope;
    clearTimeout(this.timer);
    const { sweeps } = await getJSON("/-/sweeps" + query(this.scope));
    const s = sweeps.find((s) => s.id === this.id);
    if (!s) throw Object.assign(new Error("There is no such sweep here."), { status: 404 });
    this.sweep = s;
    this.app.title([...scopeTitle(this.scope), ["Sweeps", sweepsPath(this.scope)], [s.name || s.id]]);
    const fact = (name, value) => value && h("span", null, name + " ", h("b.wrap", null, value));
    replace(this.head,
      h("div.title", null, h("h1", null, s.name || s.id), state(s)),
      h("p.facts", null, fact("method", s.method), fact("goal", goal(s)), fact("trials", count(s.runs)), s.best && fact("best", [number(s.bestValue), " in ", s.trials ? s.best : link(path(entity, project, "runs", s.best), null, s.best)]), s.dir ? fact("in", s.dir) : fact("id", s.id)),
      s.config && h("details", null, h("summary", null, "Config"), h("pre.wrap", { style: { whiteSpace: "pre-wrap" } }, s.config)));
    if (!s.trials) return;
    this.drawTrials();
    // Its runs may be elsewhere, so that no event comes from them.
    if (s.state === "RUNNING" && !this.closed) this.timer = setTimeout(() => this.load().catch(() => {}), 3000);
  }

  // drawTrials shows the trials of a local sweep, the best first, and those without a value last.
  drawTrials() {
    const s = this.sweep;
    const sign = s.goal === "maximize" ? -1 : 1;
    const trials = s.trials.map((t) => ({ ...t, params: new Map(flatten(t.params)) })).sort((a, b) => (a.value === null) - (b.value === null) || (s.metric ? sign * (a.value - b.value) : 0));
    const names = [...new Set(trials.flatMap((t) => [...t.params.keys()]))].sort();
    const metric = s.metric || "value";
    this.plotTrials(trials.map((t, i) => ({ name: t.id, color: lineColor(i), values: new Map([...t.params, ...(t.value === null ? [] : [["summary." + metric, t.value]])]) })));
    const cell = (v) => (typeof v === "number" ? h("td.num", { title: String(v) }, number(v)) : h("td.value", { title: anyValue(v) }, anyValue(v)));
    const isNumber = (n) => trials.every((t) => !t.params.has(n) || typeof t.params.get(n) === "number");
    replace(this.trials, h("div.scroll", null, h("table", null,
      h("thead", null, h("tr", null, h("th", null, "Trial"), h("th", null, "State"), h("th.num", null, metric), names.map((n) => h("th", { class: isNumber(n) ? "num" : "" }, n)))),
      h("tbody", null, trials.map((t) => h("tr", { class: t.id === s.best ? "differs" : "" },
        h("td.name", null, t.key ? link(path("runs", t.key), null, t.id) : h("span", { title: "its run is not below these directories" }, t.id), t.id === s.best && h("span.soft", null, " · best")),
        h("td", null, h("span.state", { class: t.state === "stopped" ? "killed" : t.state }, t.state === "stopped" ? "stopped early" : t.state)), h("td.num", { title: String(t.value) }, number(t.value)), names.map((n) => cell(t.params.get(n)))))))));
  }

  plotTrials(lines) { replace(this.plot, lines.length > 1 && parallelPlot(lines)); }

  close() {
    this.closed = true;
    clearTimeout(this.timer);
  }

  // drawn is called when the list of trials was drawn, which it is when a trial changed.
  drawn(got) {
    const s = this.sweep;
    const lines = got.runs.map((r, i) => ({ name: r.name || r.id, color: lineColor(i), values: new Map(Object.entries(r.values || {}).map(([k, v]) => [k.replace(/^config\./, ""), v])) }));
    this.plotTrials(lines);
    if (got.matched !== s.runs || got.version !== this.version) this.load().catch(() => {}); // the state may have changed, too
    this.version = got.version;
  }

  shortcut(key) { return Boolean(this.list) && this.list.shortcut(key); }
}
