// The list of runs: find, sort, group, pick columns, select to compare.

import { h, replace, link, path, runPath, debounce, command } from "./dom.js";
import { number, anyValue, duration, ago, when, count, plural } from "./format.js";
import { getJSON, query, exported } from "./server.js";
import { tape, tapeKey } from "./tape.js";

const page = 200;
const groupable = ["project", "state", "group", "jobType", "sweep", "host"];

// fixed columns have a sort key and a cell.
const fixed = [
  { title: "Run", sort: "name", cell: (r) => h("td.name", null, link(runPathOf(r), { title: r.id }, r.name || r.id)) },
  { title: "State", sort: "state", cell: (r) => h("td", { style: { whiteSpace: "nowrap" } }, h("span.state", { class: r.state, title: r.exit === null || r.exit === undefined ? "" : "exit code " + r.exit }, r.state), r.trouble ? h("span.soft", null, " · " + r.trouble) : null) },
  { title: "Rows", cell: (r) => h("td", null, tape(r)) },
  { title: "", sort: "rows", number: true, cell: (r) => h("td.num", { title: "rows" }, r.read < 1 ? Math.floor(r.read * 100) + " % read" : count(r.rows)) },
  { title: "Started", sort: "started", cell: (r) => h("td", { title: when(r.started) }, ago(r.started)) },
  { title: "Duration", sort: "duration", number: true, cell: (r) => h("td.num", null, duration(r.duration)) },
];

// projectColumn stands in lists of several projects.
const projectColumn = { title: "Project", sort: "project", cell: (r) => h("td.project", null, r.project && link(path(r.entity || "-", r.project), null, [r.entity, r.project].filter(Boolean).join("/"))) };

// runPathOf is where a run is shown.
export const runPathOf = (r) => (r.entity && r.project ? runPath(r) : path("runs", r.key));

// RunList shows the runs of a server, an entity or a project.
export class RunList {
  // scope is {entity, project, group, sweep}. first are the columns and the order that it
  // has at first, and drawn what is called with each answer.
  constructor(app, scope, first = {}) {
    this.app = app;
    this.scope = scope;
    this.drawn = first.drawn || (() => {});
    this.selected = new Set();
    const kept = app.recall("list" + location.pathname) || {};
    this.state = { filter: kept.filter || "", sort: kept.sort || first.sort || "-started", group: kept.group || "", columns: kept.columns || first.columns || null, limit: page };
    this.errorLine = h("div.error", { role: "alert" });
    this.body = h("div");
    this.summary = h("span.soft", { role: "status" });
    this.compare = h("button", { type: "button", title: "Compare (C)", onclick: () => this.openComparison() }, "Compare");
    this.search = h("input", { type: "search", value: this.state.filter, placeholder: exported ? "Find runs" : "lr<0.1 state:failed loss>=2 tag:baseline", "aria-label": "Find runs",
      title: exported ? "Words in names, ids, tags, notes and states" : "Words in names, ids, tags and notes; state: name: project: group: tag: host: trouble:any; lr<0.1; -word excludes", oninput: debounce((e) => this.find(e.target.value), 200) });
    this.groupSelect = h("select", { "aria-label": "Group by", onchange: (e) => this.set({ group: e.target.value }) });
    this.el = h("div", null,
      h("div.tools", null, this.search, h("label.slider", null, "Group by", this.groupSelect),
        h("button", { type: "button", onclick: () => this.pickColumns() }, "Columns"), this.compare, this.places(), this.summary, this.errorLine),
      this.body);
    this.refresh = debounce(() => this.load(), 400);
  }

  // places are the other pages of a project.
  places() {
    const { entity, project, sweep } = this.scope;
    if (!project && this.app.info.sweeps) return link("/sweeps", null, "Sweeps");
    if (!project || sweep || exported) return null;
    return [this.app.info.catalog && link(path(entity, project, "artifacts"), null, "Artifacts"), link(path(entity, project, "sweeps"), null, "Sweeps")];
  }

  start() {
    this.app.live.watch([], { list: () => this.refresh(), again: () => this.load() });
    return this.load();
  }

  set(changes) {
    Object.assign(this.state, changes);
    const { filter, sort, group, columns } = this.state;
    this.app.remember("list" + location.pathname, { filter, sort, group, columns });
    this.load();
  }

  // find shows the runs of a filter. One that is being typed changes nothing.
  find(filter) {
    this.errorLine.textContent = missing(filter);
    if (!missing(filter)) this.set({ filter, limit: page });
  }

  filterText() {
    const quoted = (s) => '"' + s.replace(/["\\]/g, "") + '"';
    const parts = [this.state.filter];
    for (const key of ["entity", "project", "group", "sweep"]) if (this.scope[key] && !/^-+$/.test(this.scope[key])) parts.push(key + "=" + quoted(this.scope[key]));
    return parts.join(" ").trim();
  }

  async load() {
    const s = this.state;
    const turn = (this.turn = (this.turn || 0) + 1);
    try {
      const got = await getJSON("/-/runs" + query({ filter: this.filterText(), sort: s.sort, limit: s.group ? 2000 : s.limit, col: s.columns || this.chosen || [] }));
      if (turn !== this.turn) return;
      this.errorLine.textContent = missing(this.search.value);
      if (!s.columns && !this.chosen) {
        this.chosen = defaultColumns(got.columns);
        if (this.chosen.length && !exported) return this.load();
      }
      this.got = got;
      this.draw();
      this.drawn(got);
    } catch (err) {
      if (turn === this.turn) this.errorLine.textContent = err.message;
    }
  }

  fixed() {
    const several = new Set(this.got.runs.map((r) => r.entity + "/" + r.project)).size > 1;
    return several && !this.scope.project ? [fixed[0], projectColumn, ...fixed.slice(1)] : fixed;
  }

  columns() { return this.state.columns || this.chosen || []; }

  draw() {
    const { got, state } = this;
    const focus = document.activeElement && document.activeElement.closest("tr[data-key]");
    const focusKey = focus && focus.dataset.key;
    const all = state.filter && !this.scope.entity && !this.scope.sweep; // the total is of all projects
    this.summary.textContent = (all ? count(got.matched) + " of " + plural(got.total, "run") : plural(got.matched, "run")) +
      (got.reading ? `; reading ${plural(got.reading, "log")}` : "");
    const names = got.columns.filter((c) => c.name.startsWith("config.")).map((c) => c.name);
    replace(this.groupSelect, h("option", { value: "" }, "nothing"), [...groupable, ...names].map((g) => h("option", { value: g, selected: g === state.group }, g.replace(/^config\./, ""))));
    this.writeCompare();
    if (got.total === 0) return replace(this.body, this.empty());
    if (got.runs.length === 0) return replace(this.body, !state.filter ? h("p.empty", null, "There are no runs here. ", link("/", null, "All runs")) : h("p.empty", null, "No run matches. ", h("button", { type: "button", onclick: () => { this.search.value = ""; this.set({ filter: "" }); } }, "Show all")));
    const before = this.body.querySelector(".scroll");
    const at = before && [before.scrollLeft, before.scrollTop];
    const rows = state.group ? this.groups() : got.runs.map((r) => this.row(r));
    const more = !state.group && got.runs.length < got.matched;
    replace(this.body,
      h("div.scroll", { style: { maxHeight: "calc(100vh - 170px)" } }, h("table.runs", { onkeydown: (e) => this.key(e) },
        h("thead", null, h("tr", null, h("th", null, h("span.visually-hidden", null, "Select")), this.fixed().map((c) => this.header(c.title, c.sort, c.number)), this.columns().map((c) => this.header(shortName(c), c, this.isNumber(c), c)))),
        h("tbody", null, rows))),
      more && h("p", { style: { margin: "10px 0" } }, h("button", { type: "button", onclick: () => this.set({ limit: Math.min(2000, state.limit * 3) }) }, `Show more (${count(got.matched - got.runs.length)})`)),
      h("p", { style: { marginTop: "10px" } }, tapeKey()));
    if (at) this.body.querySelector(".scroll").scrollTo(...at);
    if (focusKey) {
      const again = this.body.querySelector(`tr[data-key="${CSS.escape(focusKey)}"]`);
      if (again) again.focus();
    }
  }

  header(title, sort, isNumber, full) {
    const current = this.state.sort.replace(/^-/, "") === sort;
    const down = this.state.sort.startsWith("-");
    const mark = current ? (down ? " ↓" : " ↑") : "";
    const th = h("th", { class: isNumber ? "num" : sort === "project" ? "project" : "", title: full || null, "aria-sort": current ? (down ? "descending" : "ascending") : null });
    return replace(th, sort ? h("button", { type: "button", onclick: () => this.set({ sort: current && down ? sort : "-" + sort }) }, title + mark) : title);
  }

  isNumber(column) {
    const c = this.got.columns.find((c) => c.name === column);
    return Boolean(c) && c.kind === "number";
  }

  row(r) {
    const pick = h("input.pick", { type: "checkbox", checked: this.selected.has(r.key), "aria-label": "Select " + (r.name || r.id), tabIndex: -1, onchange: () => this.toggle(r.key, pick.checked) });
    return h("tr", { "data-key": r.key, tabIndex: 0 }, h("td", null, pick), this.fixed().map((c) => c.cell(r)), this.columns().map((c) => valueCell(r.values && r.values[c], this.isNumber(c))));
  }

  groups() {
    const groups = new Map();
    for (const r of this.got.runs) {
      const raw = this.state.group.startsWith("config.") ? r.values && r.values[this.state.group] : r[this.state.group];
      const name = raw === undefined || raw === null || raw === "" ? "none" : anyValue(raw);
      if (!groups.has(name)) groups.set(name, []);
      groups.get(name).push(r);
    }
    const width = 1 + this.fixed().length + this.columns().length;
    return [...groups].sort(([a], [b]) => a.localeCompare(b, undefined, { numeric: true })).flatMap(([name, runs]) => [
      h("tr.group", null, h("td", { colSpan: width }, shortName(this.state.group) + " = " + name, h("span.count", null, plural(runs.length, "run")))),
      ...runs.map((r) => this.row(r))]);
  }

  empty() {
    const info = this.app.info;
    return h("div.empty", null, h("p", null, "There are no runs here yet" + (info.dirs && info.dirs.length ? ", below " + info.dirs.join(", ") : "") + "."),
      info.sweeps && h("p", null, link("/sweeps", null, "There are trials of sweeps")),
      info.hint && [h("p", null, { board: "A program that logs with wandgo or wandb makes runs. To show those of another directory:",
        serve: "Set the variables that the server printed, and start a program that logs. To make a run for trying it out:" }[info.mode] || "To make one:"), command(info.hint)], h("p.soft", null, "This page shows new runs by itself."));
  }

  toggle(key, on) {
    if (on) this.selected.add(key);
    else this.selected.delete(key);
    this.writeCompare();
  }

  writeCompare() {
    const n = this.selected.size || Math.min(5, this.got ? this.got.runs.length : 0);
    this.compare.textContent = this.selected.size ? `Compare ${n} selected` : n < 2 ? "Compare" : `Compare the first ${n}`;
    this.compare.disabled = n < 2 && this.selected.size < 1;
  }

  openComparison() {
    const keys = this.selected.size ? [...this.selected] : this.got.runs.slice(0, 5).map((r) => r.key);
    if (keys.length) this.app.go("/compare" + query({ run: keys }));
  }

  key(e) {
    const row = e.target.closest("tr[data-key]");
    if (!row || e.target !== row) return;
    const rows = [...this.body.querySelectorAll("tr[data-key]")];
    const i = rows.indexOf(row);
    if (e.key === "ArrowDown" || e.key === "j") rows[Math.min(i + 1, rows.length - 1)].focus();
    else if (e.key === "ArrowUp" || e.key === "k") rows[Math.max(i - 1, 0)].focus();
    else if (e.key === "Enter") row.querySelector("a").click();
    else if (e.key === "x" || e.key === " ") row.querySelector(".pick").click();
    else return;
    e.preventDefault();
  }

  // enter puts the focus into the list, if it is not there.
  enter() {
    const row = this.body.querySelector("tr[data-key]");
    if (!row || this.body.contains(document.activeElement)) return false;
    row.focus();
    return true;
  }

  shortcut(key) {
    if (key === "/") this.search.focus();
    else if (key === "c") this.openComparison();
    else if (["j", "k", "ArrowDown", "ArrowUp"].includes(key)) return this.enter();
    else return false;
    return true;
  }

  pickColumns() {
    const chosen = new Set(this.columns());
    const boxes = this.got.columns.map((c) => {
      const box = h("input.pick", { type: "checkbox", checked: chosen.has(c.name), onchange: () => {
        if (box.checked) chosen.add(c.name);
        else chosen.delete(c.name);
      } });
      return h("li", { "data-name": c.name.toLowerCase() }, h("label", null, box, c.name, h("span.faint", null, c.differs ? "differs" : "")));
    });
    const find = h("input", { type: "search", placeholder: "Find a column", "aria-label": "Find a column", oninput: () => boxes.forEach((b) => b.classList.toggle("hidden", !b.dataset.name.includes(find.value.toLowerCase()))) });
    const dialog = h("dialog", { "aria-label": "Columns", onclose: () => dialog.remove() }, h("form", { method: "dialog", onsubmit: () => this.set({ columns: [...chosen] }) },
      h("div.tools", null, find, h("button", null, "Show these"), h("button", { type: "button", onclick: () => dialog.close() }, "Cancel")), h("ul", null, boxes)));
    document.body.append(dialog);
    dialog.showModal();
  }
}

// decimal is what the server reads as a number in a filter.
const decimal = /^[+-]?((\d+\.?\d*|\.\d+)(e[+-]?\d+)?|nan|inf(inity)?)$/i;

// missing says what a filter that is being typed lacks, "" if it is whole.
function missing(filter) {
  if (exported) return ""; // a report finds words
  const text = filter.replace(/"([^"]*)"/g, (_, quoted) => quoted.replace(/[\s<>=:!]/g, "_"));
  if (text.includes('"')) return "the quote needs an end";
  for (const word of text.split(/\s+/)) {
    const [, name, value] = /^(.(?:[^<>=:!]|!(?!=))*[<>]=?)(.*)$/.exec(word) || [];
    if (name && !value) return name + " needs a number";
    if (name && !decimal.test(value)) return `${name} needs a decimal number; "${value}" is not one`;
  }
  return "";
}

// valueCell also aligns NaN and infinities, which are texts, with the numbers.
function valueCell(v, isNumber) {
  if (typeof v === "number" || isNumber) return h("td.num", { title: typeof v === "number" ? String(v) : anyValue(v) }, number(v));
  return h("td.value", { title: anyValue(v) }, anyValue(v));
}

const shortName = (c) => c.replace(/^(config|summary)\./, "");

// defaultColumns are the settings that differ, and the values that most runs have.
function defaultColumns(columns) {
  const pick = (prefix, want, n) => columns.filter((c) => c.name.startsWith(prefix) && !/\._/.test(c.name) && want(c)).sort((a, b) => b.count - a.count).slice(0, n).map((c) => c.name);
  return [...pick("summary.", (c) => c.kind !== "text", 4), ...pick("config.", (c) => c.differs, 4)];
}
