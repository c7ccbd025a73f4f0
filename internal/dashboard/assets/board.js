// The board: which page a path means, the bar above it, keys and colors.

import { h, visible, replace, link, path } from "./dom.js";
import { getJSON, exported, startPath, Live } from "./server.js";
import { isDark } from "./palette.js";
import { RunList } from "./runs.js";
import { openRun } from "./run.js";
import { Comparison } from "./compare.js";
import { ArtifactList, ArtifactPage } from "./artifacts.js";
import { SweepList, SweepPage } from "./sweeps.js";

class App {
  constructor() {
    this.main = h("main", { id: "main", tabIndex: -1 });
    this.crumbs = h("nav", { "aria-label": "Where you are" });
    this.status = h("span.status", { role: "status" });
    this.live = new Live((up) => {
      this.status.textContent = up ? "live" : "connection lost; trying again";
      this.status.classList.toggle("down", !up);
    });
    this.paint(this.recall("theme"));
    const bar = h("header.bar", null,
      link("/", { class: "brand", title: "All runs" }, h("span.tape", { "aria-hidden": "true" }, mark("sent", 0, 62), mark("here", 62, 38)), "wandgo"), this.crumbs,
      h("span.right", null, this.status, h("button.plain", { type: "button", title: "Light or dark (T)", onclick: () => this.switchTheme() }, "◐"), h("button.plain", { type: "button", title: "Keys (?)", onclick: () => this.help() }, "?")));
    document.body.append(h("a.skip", { href: "#main" }, "Skip to the content"), bar, this.main);
    addEventListener("popstate", () => this.show());
    document.addEventListener("click", (e) => this.click(e));
    document.addEventListener("keydown", (e) => this.key(e));
    // Paper is light.
    addEventListener("beforeprint", () => this.paint("light"));
    addEventListener("afterprint", () => this.paint(this.recall("theme")));
  }

  // remember and recall keep a person's choices in the browser.
  remember(name, value) {
    try { localStorage.setItem("wandgo " + name, JSON.stringify(value)); } catch { /* private windows */ }
  }

  recall(name) {
    try { return JSON.parse(localStorage.getItem("wandgo " + name)); } catch { return null; }
  }

  async start() {
    try {
      this.info = await getJSON("/-/info");
    } catch (err) {
      return this.fail(err);
    }
    await this.show();
  }

  // go opens a path of this application.
  go(where) {
    if (exported) this.at = where;
    else history.pushState(null, "", where);
    return this.show();
  }

  where() {
    if (exported) return new URL(this.at || startPath, "http://report");
    return new URL(location.href);
  }

  title(parts) {
    const known = parts.filter(([name]) => name);
    document.title = visible([...known.map(([name]) => name).reverse(), "wandgo"].join(" · "));
    replace(this.crumbs, known.flatMap(([name, to], i) => [i > 0 && h("span.faint", { "aria-hidden": "true" }, "/"), to && !to.startsWith("/-") ? link(to, null, name) : h("span", null, name)]));
  }

  async show() {
    const turn = (this.turn = (this.turn || 0) + 1);
    const url = this.where();
    try {
      const page = await this.pageFor(url);
      if (turn !== this.turn) return;
      if (this.page && this.page.close) this.page.close();
      this.page = page;
      replace(this.main, page.el);
      if (page.start) await page.start();
    } catch (err) {
      if (turn === this.turn) this.fail(err);
    }
  }

  async pageFor(url) {
    const parts = url.pathname.split("/").filter(Boolean).map(decodeURIComponent);
    if (parts.length === 4 && parts[2] === "runs") return openRun(this, { entity: parts[0], project: parts[1], id: parts[3] });
    if (parts.length === 2 && parts[0] === "runs") return openRun(this, { key: parts[1] });
    if (parts[0] === "compare" && parts.length === 1) return new Comparison(this, url.searchParams.getAll("run"));
    if (["authorize", "settings", "login", "signup"].includes(parts[0]) && parts.length === 1) return { el: this.authorize() };
    if (parts[0] === "sweeps" && parts.length === 1) return new SweepList(this, {});
    if (parts[0] === "sweeps" && parts.length === 2) return new SweepPage(this, {}, parts[1]);
    const [entity, project, kind, ...rest] = parts;
    const scope = { entity, project };
    if (kind === "artifacts" && rest.length === 0) return new ArtifactList(this, scope);
    if (kind === "artifacts" && rest.length <= 3) return new ArtifactPage(this, scope, rest[1] || rest[0], rest[2]);
    if (kind === "sweeps" && rest.length === 0) return new SweepList(this, scope);
    if (kind === "sweeps" && rest.length === 1) return new SweepPage(this, scope, rest[0]);
    if (kind === "groups" && rest.length === 1) scope.group = rest[0];
    else if (kind && !["workspace", "table", "runs", "overview"].includes(kind)) throw Object.assign(new Error("There is no such page. The runs are one click away."), { status: 404 });
    this.title([[entity, path(entity || "")], [project, path(entity || "", project || "")], [scope.group]]);
    return new RunList(this, scope);
  }

  authorize() {
    this.title([["No account needed"]]);
    return h("div.empty", null, h("h1", null, "This server needs no account"),
      h("p", null, "It is a W&B server on your machine, for trying things out. Its keys are printed where it was started."), h("p", null, link("/", null, "See the runs")));
  }

  fail(err) {
    this.live.watch([], {});
    const gone = err.status === 404;
    replace(this.main, h("div.empty", { role: "alert" }, h("h1", null, gone ? "Not here" : "This did not work"), h("p.wrap", null, err.message), h("p", null, link("/", null, "All runs"))));
  }

  click(e) {
    const a = e.target.closest("a");
    if (!a || e.defaultPrevented || e.button !== 0 || e.metaKey || e.ctrlKey || e.shiftKey || a.target || a.hasAttribute("download")) return;
    const to = a.getAttribute("href");
    if (!to.startsWith("/") || to.startsWith("/-/")) return;
    e.preventDefault();
    this.go(to).then(() => this.main.focus({ preventScroll: true }));
    scrollTo(0, 0);
  }

  key(e) {
    if (e.ctrlKey || e.metaKey || e.altKey || e.target.closest("input, select, textarea, dialog")) return;
    if (e.key === "t") this.switchTheme();
    else if (e.key === "?") this.help();
    else if (e.key === "r") this.go("/");
    else if (!(this.page && this.page.shortcut && this.page.shortcut(e.key))) return;
    e.preventDefault();
  }

  switchTheme() {
    const theme = isDark() ? "light" : "dark";
    this.paint(theme);
    this.remember("theme", theme);
  }

  // paint shows the page light or dark, or as the system is.
  paint(theme) {
    if (theme) document.documentElement.dataset.theme = theme;
    else delete document.documentElement.dataset.theme;
    document.dispatchEvent(new Event("theme"));
  }

  help() {
    const keys = [["/", "find runs"], ["↑ ↓ or j k", "move in the list"], ["Enter", "open the run"], ["x", "select it"], ["c", "compare"], ["r", "all runs"], ["1 … 6", "tab of a run"],
      ["F", "chart to full screen, when it has the focus"], ["L", "its scale to logarithmic"], ["drag", "zoom in"], ["0 or double click", "show everything again"], ["t", "light or dark"]];
    const dialog = h("dialog", { "aria-label": "Keys", onclose: () => dialog.remove() }, h("table", null, h("tbody", null, keys.map(([k, what]) => h("tr", null, h("td.mono", null, k), h("td", null, what))))),
      h("form", { method: "dialog", style: { marginTop: "10px" } }, h("button", null, "Close"), h("span.faint", { style: { marginLeft: "12px" } }, "wandgo " + (this.info ? this.info.version : ""))));
    document.body.append(dialog);
    dialog.showModal();
  }
}

function mark(name, left, width) {
  return h("i." + name, { style: { left: left + "%", width: width + "%" } });
}

new App().start();
