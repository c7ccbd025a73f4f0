// One run: charts, overview, system metrics, console, files, media.

import { h, replace, link, path } from "./dom.js";
import { anyValue, duration, when, count, bytes, flatten, plural } from "./format.js";
import { getJSON, query } from "./server.js";
import { tape, tapeText } from "./tape.js";
import { Charts, axisOrder } from "./charts.js";
import { Console } from "./console.js";
import { filesTable, mediaCard } from "./files.js";
import { chartsByTable } from "./custom.js";
import { troublePanel, damagePanel } from "./trouble.js";
import { runPathOf } from "./runs.js";

// RunPage shows the run that a path names.
export class RunPage {
  constructor(app, key) {
    this.app = app;
    this.key = key;
    this.head = h("div");
    this.area = h("div", { role: "tabpanel" });
    this.tabs = h("div.tabs", { role: "tablist", onkeydown: (e) => this.tabKey(e) });
    this.el = h("div", null, this.head, this.tabs, this.area);
    this.built = new Map();
  }

  async start() {
    await this.load();
    this.app.live.watch([this.key], { run: (e) => this.grown(e), again: () => this.load() });
  }

  close() { for (const tab of this.built.values()) if (tab.close) tab.close(); }

  async load() {
    this.run = await getJSON("/-/runs/" + this.key);
    this.run.axes = axisOrder(this.run.axes);
    this.app.title([[this.run.entity, path(this.run.entity || "-")], [this.run.project, path(this.run.entity || "-", this.run.project || "-")], [this.run.name || this.run.id]]);
    this.drawHead();
    this.drawTabs();
  }

  drawHead() {
    const r = this.run;
    const ended = { finished: "finished", failed: "failed", crashed: "ended without an exit code: the process was killed, or the machine went away", running: "running", preempting: "about to be preempted" }[r.state] || r.state;
    const exit = r.exit === null || r.exit === undefined ? "" : ", exit code " + r.exit;
    const fact = (name, value) => value && h("span", null, name + " ", h("b.wrap", null, value));
    replace(this.head,
      h("div.title", null, h("h1", null, r.name || r.id), h("span.state", { class: r.state }, ended + exit), h("span.tags", null, (r.tags || []).map((t) => h("span", null, t)))),
      tape(r, true),
      h("p.facts", null,
        fact("", tapeText(r)), fact("started", when(r.started)), fact("took", duration(r.duration)), fact("on", r.host), fact("group", r.group), fact("job type", r.jobType), fact("sweep", r.sweep && (r.entity && r.project ? link(path(r.entity, r.project, "sweeps", r.sweep), null, r.sweep) : r.sweep)),
        fact("id", r.id), fact("in", r.dir || r.path), r.read < 1 && fact("read so far", Math.floor(r.read * 100) + " %")),
      r.notes && h("p.wrap", { style: { marginBottom: "10px", whiteSpace: "pre-line" } }, r.notes),
      (r.trouble || []).map(troublePanel), damagePanel(r));
  }

  // mediaMetrics are the metrics that are no numbers: the tables of charts, or the others.
  mediaMetrics(ofCharts) {
    const charts = chartsByTable(this.run.charts);
    return this.run.metrics.filter((m) => m.kind !== "number" && charts.has(m.name) === ofCharts);
  }

  // cards shows them.
  cards(ofCharts) {
    const el = h("div.columns");
    const seen = new Set();
    // filter hides the cards without a text in their names, and returns how many are left.
    const filter = (text) => [...el.children].filter((c) => !(c.hidden = ![c.firstChild.textContent, c.firstChild.title].some((t) => t.toLowerCase().includes(text)))).length;
    return { el, filter, update: () => {
      const charts = chartsByTable(this.run.charts);
      for (const m of this.mediaMetrics(ofCharts).filter((m) => !seen.has(m.name))) {
        seen.add(m.name);
        el.append(mediaCard(this.key, m, charts.get(m.name), this.run.classes));
      }
    } };
  }

  tabList() {
    const r = this.run;
    const media = this.mediaMetrics(false);
    return [
      ["charts", "Charts"], ["overview", "Overview"],
      media.length > 0 && ["media", "Media"],
      r.system.length && ["system", "System"],
      ["console", "Console"], ["files", "Files"],
    ].filter(Boolean);
  }

  drawTabs() {
    const wanted = location.hash.slice(1) || "charts";
    const list = this.tabList();
    const current = list.some(([id]) => id === wanted) ? wanted : "charts";
    replace(this.tabs, list.map(([id, title]) => h("button", { type: "button", role: "tab", id: "tab-" + id, "aria-selected": String(id === current), tabIndex: id === current ? 0 : -1, onclick: () => this.open(id) }, title)));
    this.show(current);
  }

  open(id) {
    history.replaceState(null, "", location.pathname + location.search + "#" + id);
    this.drawTabs();
  }

  tabKey(e) {
    if (e.key !== "ArrowRight" && e.key !== "ArrowLeft") return;
    const all = [...this.tabs.children];
    const next = all[(all.indexOf(document.activeElement) + (e.key === "ArrowRight" ? 1 : -1) + all.length) % all.length];
    const id = next.id;
    next.click();
    document.getElementById(id).focus();
  }

  show(id) {
    this.current = id;
    if (!this.built.has(id)) this.built.set(id, this.build(id));
    const tab = this.built.get(id);
    if (tab.update) tab.update();
    if (this.area.firstChild !== tab.el) replace(this.area, tab.el);
  }

  build(id) {
    const me = [{ key: this.key, name: this.run.name || this.run.id, index: 0 }];
    if (id === "charts" || id === "system") {
      const system = id === "system";
      const charts = new Charts({ runs: me, axes: system ? ["_runtime", "_timestamp"] : this.run.axes, system });
      const metrics = () => (system ? this.run.system.filter((m) => !m.name.startsWith("_")) : this.run.metrics.filter((m) => m.kind === "number" && !m.hidden && !m.name.startsWith("_")));
      if (system) return { el: charts.el, close: () => charts.close(), grown: () => charts.grown(this.key), update: () => charts.show(metrics()) };
      const logged = this.cards(true);
      charts.others = logged.filter;
      const update = () => {
        logged.update();
        logged.filter(charts.filter);
        charts.el.hidden = metrics().length === 0 && logged.el.firstChild !== null;
        charts.setAxes(this.run.axes);
        charts.show(metrics());
      };
      return { el: h("div.stack", null, charts.el, logged.el), close: () => charts.close(), grown: () => charts.grown(this.key), update };
    }
    if (id === "console") {
      const console_ = new Console(this.key);
      console_.load();
      return { el: console_.el, grown: (e) => console_.grown(e.consoleLines) };
    }
    if (id === "files") {
      const el = h("div");
      filesTable(this.key).then((t) => replace(el, t), (err) => replace(el, h("p.empty", null, err.message)));
      return { el };
    }
    if (id === "media") return this.cards(false);
    const el = h("div.columns");
    return { el, update: () => replace(el, overview(this.run)) };
  }

  // grown is called at most once a second while the run has new rows.
  async grown(e) {
    for (const tab of this.built.values()) if (tab.grown && tab.el.isConnected) tab.grown(e);
    const now = Date.now();
    if (now - (this.refreshed || 0) < 2000 && e.state === this.run.state) return;
    this.refreshed = now;
    try {
      await this.load();
    } catch { /* the next event tries again */ }
  }

  shortcut(key) {
    const tab = this.tabList()[Number(key) - 1];
    if (tab) this.open(tab[0]);
    return Boolean(tab);
  }
}

function pairs(entries, mark) {
  return h("div.scroll", { style: { maxHeight: "60vh" } }, h("table.pairs", null, h("tbody", null, entries.map(([k, v]) =>
    h("tr", null, h("td.wrap", null, k), h("td.wrap", { class: (typeof v === "number" ? "mono " : "") + (mark && mark(k) ? "differs" : ""), title: typeof v === "number" ? String(v) : null }, anyValue(v)))))));
}

function card(title, right, body) {
  return h("section.card", null, h("h2", null, title, h("span.soft.right", null, right)), body);
}

function wideCard(...parts) {
  const el = card(...parts);
  el.classList.add("across");
  return el;
}

// overview is the summary, the config with what differs from the run before, and the machine.
function overview(r) {
  const config = flatten(r.config).filter(([k]) => !k.startsWith("_wandb"));
  const summary = flatten(r.summary).filter(([k]) => !k.startsWith("_"));
  const n = r.neighbor;
  const differing = n ? Object.entries(n.differs) : [];
  const env = r.environment || {};
  const git = env.git || {};
  const machine = [
    ["program", r.program], ["command", r.command], ["client", r.client], ["host", env.host || r.host], ["operating system", env.os],
    ["processor", env.cpu], ["cores", env.cpuCount], ["memory", env.memory ? bytes(env.memory) : ""], ["GPU", env.gpu], ["Go", env.goVersion], ["Python", env.python],
    ["Git commit", git.commit], ["Git remote", git.remote], ["Git branch", git.branch], ["directory", r.dir], ["log", r.size ? bytes(r.size) : ""],
  ].filter(([, v]) => v !== undefined && v !== null && v !== "");
  return [
    card("Summary", plural(summary.length, "value"), summary.length ? pairs(summary) : h("p.body.soft", null, "No values yet.")),
    card("Config", plural(config.length, "value"), config.length ? pairs(config, (k) => n && k in n.differs) : h("p.body.soft", null, "The program has set none.")),
    differing.length > 0 && card("Differs from the run before", link(runPathOf({ ...n, key: n.key }), null, n.name), h("div.scroll", null, h("table", null,
      h("thead", null, h("tr", null, h("th", null, ""), h("th", null, "here"), h("th", null, n.name))),
      h("tbody", null, differing.map(([k, d]) => h("tr", null, h("td.wrap", null, k), h("td.wrap", null, anyValue(d.here)), h("td.wrap", null, anyValue(d.there)))))))),
    card("Machine", "", pairs(machine)),
    card("Steps", "", pairs([["rows", count(r.rows)], ["last step", count(r.step)]])),
    r.lives && r.lives.length > 0 && wideCard("Processes", plural(r.lives.length, "log"), h("div.scroll", null, h("table", null,
      h("thead", null, h("tr", null, ["started", "ended", "steps", "rows", "directory"].map((t) => h("th", null, t)))),
      h("tbody", null, r.lives.map((l) => h("tr", null,
        h("td", null, when(l.started)), h("td", null, l.state + (l.exit === null ? "" : ", exit code " + l.exit)),
        h("td", null, l.firstStep < 0 ? "none" : count(l.firstStep) + " to " + count(l.lastStep)), h("td", null, count(l.rows)), h("td.wrap", null, l.dir))))))),
  ];
}

// openRun finds the key of a run by its path, and shows it.
export async function openRun(app, { entity, project, id, key }) {
  if (!key) {
    const found = await getJSON("/-/find" + query({ entity, project, id }));
    key = found.key;
  }
  return new RunPage(app, key);
}
