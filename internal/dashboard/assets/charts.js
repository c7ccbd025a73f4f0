// A page of charts: metrics grouped by the prefix of their names, with what holds for all of
// them (x axis, scale, smoothing, a filter). Only charts in view have a plot and fetch.

import { h, replace, debounce } from "./dom.js";
import { plural } from "./format.js";
import { Chart, axisName } from "./chart.js";
import { exported } from "./server.js";

// groups sorts metrics by what stands before the last slash.
export function metricGroups(names) {
  const groups = new Map();
  for (const name of names) {
    const cut = name.lastIndexOf("/");
    const group = cut > 0 ? name.slice(0, cut) : "";
    if (!groups.has(group)) groups.set(group, []);
    groups.get(group).push(name);
  }
  return [...groups].sort(([a], [b]) => (a === "" ? -1 : b === "" ? 1 : a.localeCompare(b)));
}

const usual = ["_step", "_runtime", "_timestamp"];

// axisOrder puts the axes that every run has first.
export const axisOrder = (axes) => [...usual.filter((a) => axes.includes(a)), ...axes.filter((a) => !usual.includes(a))];

// Charts shows metrics (names, or system metrics) of runs ({key, name, index}).
export class Charts {
  constructor({ runs, axes, system }) {
    this.runs = runs;
    this.system = system;
    this.charts = new Map();
    this.closed = new Set();
    this.filter = "";
    this.others = null; // filters further cards by a text, and returns how many are left
    this.steps = new Map(); // of metrics that the program gave a step metric
    this.view = { x: system ? "_runtime" : "", log: false, smooth: 0 };
    this.observer = new IntersectionObserver((entries) => {
      for (const e of entries) e.target.chart[e.isIntersecting ? "mount" : "unmount"]();
    }, { rootMargin: "200px" });
    this.body = h("div.sections");
    this.tools = h("div.tools", { role: "toolbar", "aria-label": "Charts" });
    this.el = h("div", null, this.tools, this.body);
    this.setAxes(axes);
    this.onTheme = () => this.redraw();
    document.addEventListener("theme", this.onTheme);
    this.paper = h("p.paper.soft");
    this.el.append(this.paper);
    this.onPrint = () => this.print();
    addEventListener("beforeprint", this.onPrint);
  }

  // print draws the charts whose points are here, and says how many are not.
  print() {
    const all = [...this.body.querySelectorAll(".chart")].map((el) => el.chart);
    for (const c of all) if (c.series.length) c.mount();
    const left = all.filter((c) => !c.series.length);
    for (const c of all) c.el.classList.toggle("unprinted", left.includes(c));
    this.paper.textContent = left.length ? plural(left.length, "chart") + " not printed: scroll to the end of the page before you print it." : "";
  }

  close() {
    this.observer.disconnect();
    document.removeEventListener("theme", this.onTheme);
    removeEventListener("beforeprint", this.onPrint);
    for (const c of this.charts.values()) c.unmount();
  }

  redraw() {
    for (const c of this.charts.values()) if (c.mounted) c.draw();
  }

  setAxes(axes) {
    const same = this.axes && this.axes.join() === axes.join();
    if (same) return;
    this.axes = axes;
    const x = h("select", { "aria-label": "x axis", title: "default: the metric that the program defined as the step of a metric, or else the step", onchange: (e) => this.change("x", e.target.value) },
      !this.system && h("option", { value: "", selected: this.view.x === "" }, "default"),
      axes.map((a) => h("option", { value: a, selected: a === this.view.x }, axisName(a))));
    const log = h("button", { type: "button", "aria-pressed": String(this.view.log), onclick: () => {
      this.change("log", !this.view.log);
      log.setAttribute("aria-pressed", String(this.view.log));
    } }, "Log scale");
    const weight = h("output", null, this.view.smooth || "off");
    const smooth = h("input", { type: "range", min: 0, max: 0.99, step: 0.01, value: this.view.smooth, oninput: () => {
      weight.textContent = Number(smooth.value) || "off";
      later();
    } });
    const later = debounce(() => this.change("smooth", Number(smooth.value)), 150);
    replace(this.tools,
      h("input", { type: "search", placeholder: "Find a metric", "aria-label": "Find a metric", oninput: (e) => {
        this.filter = e.target.value.toLowerCase();
        this.layout();
      } }),
      h("label.slider", null, "x", x),
      log,
      h("label.slider", { title: "Exponential moving average over all points" + (exported ? " that this report has" : "") + ", without a bias towards the first; the values themselves stay visible" }, "Smoothing", smooth, weight));
  }

  change(what, value) {
    this.view[what] = value;
    for (const c of this.charts.values()) c.changed(what);
  }

  // show makes metrics ({name, step}) those of the page.
  show(metrics) {
    const names = metrics.map((m) => m.name);
    this.steps = new Map(metrics.map((m) => [m.name, m.step]));
    if (this.names && names.join("\n") === this.names.join("\n")) return;
    this.names = names;
    this.layout();
  }

  layout() {
    const names = this.names.filter((n) => n.toLowerCase().includes(this.filter));
    this.observer.disconnect();
    for (const c of this.charts.values()) c.unmount();
    const others = this.others ? this.others(this.filter) : 0;
    const sections = metricGroups(names).map(([group, members]) => this.section(group, members));
    if (sections.length === 0 && others === 0) sections.push(h("p.empty", null, this.names.length ? "No metric has this name." : ["No metrics: rows come from ", h("code", null, 'run.Log(map[string]any{"loss": loss})'), " in the program."]));
    replace(this.body, sections);
  }

  section(group, names) {
    const grid = h("div.grid");
    const fill = () => replace(grid, this.closed.has(group) ? null : names.map((n) => this.chart(n)));
    const toggle = h("button", { type: "button", "aria-expanded": String(!this.closed.has(group)), onclick: () => {
      if (!this.closed.delete(group)) this.closed.add(group);
      toggle.setAttribute("aria-expanded", String(!this.closed.has(group)));
      toggle.firstChild.textContent = this.closed.has(group) ? "▸ " : "▾ ";
      fill();
    } }, h("span", { "aria-hidden": "true" }, this.closed.has(group) ? "▸ " : "▾ "), group || (this.system ? "System" : "Metrics"));
    fill();
    return h("section.section", { class: names.length === 1 ? "single" : "" }, h("h2", null, toggle, h("span.faint", null, plural(names.length, "chart"))), grid);
  }

  chart(name) {
    let chart = this.charts.get(name);
    if (!chart) {
      chart = new Chart({ metric: name, step: this.steps.get(name), runs: this.runs, system: this.system }, this.view);
      this.charts.set(name, chart);
    }
    this.observer.observe(chart.el);
    return chart.el;
  }

  // setRuns changes the runs of all charts.
  setRuns(runs) {
    this.runs = runs;
    for (const c of this.charts.values()) {
      c.spec.runs = runs;
      c.changed("runs");
    }
  }

  // emphasize makes the line of a run stand out in all charts.
  emphasize(key) {
    for (const c of this.charts.values()) c.emphasize(key);
  }

  // grown is called when a run has new rows.
  grown(key) {
    for (const c of this.charts.values()) c.grown(key);
  }
}
