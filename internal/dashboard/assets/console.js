// The console of a run: pages of lines with their colors, the end first, and a search.

import { h, append, replace, debounce } from "./dom.js";
import { count, plural } from "./format.js";
import { getJSON, query, exported } from "./server.js";
import { ansiPieces } from "./ansi.js";

const page = 1000;

// Console shows the console of the run with this key.
export class Console {
  constructor(key) {
    this.key = key;
    this.search = "";
    this.first = 0;
    this.next = 0;
    this.lines = h("div.console", { tabIndex: 0, role: "log", "aria-label": "Console" });
    this.count = h("span.soft");
    this.older = h("button", { type: "button", hidden: true, onclick: () => this.showOlder() }, "Earlier lines");
    this.el = h("div", null,
      h("div.tools", null,
        h("input", { type: "search", placeholder: "Find in the console", "aria-label": "Find in the console", oninput: debounce((e) => {
          this.search = e.target.value;
          this.load();
        }, 200) }), this.older, this.count),
      this.lines);
  }

  fetch(from) {
    return getJSON("/-/runs/" + this.key + "/console" + query({ from, limit: page, search: this.search }));
  }

  async load() {
    try {
      const got = await this.fetch(this.search ? 0 : -page);
      replace(this.lines, this.draw(got.lines));
      this.first = got.lines.length ? got.lines[0].n : 0;
      this.next = got.total;
      this.write(got);
      if (!this.search) this.lines.scrollTop = this.lines.scrollHeight;
    } catch (err) {
      replace(this.lines, h("div", null, err.message));
    }
  }

  write(got) {
    this.older.hidden = Boolean(this.search) || this.first === 0 || exported;
    this.lines.hidden = got.total === 0;
    if (got.total === 0) this.count.textContent = "The program has written nothing to the console, or the console was not recorded: see run.Stdout.";
    else if (this.search) this.count.textContent = count(got.matched) + " of " + plural(got.total, "line") + (got.lines.length < got.matched ? `; the first ${count(got.lines.length)} are shown` : "");
    else this.count.textContent = plural(got.total, "line") + (exported && this.first > 0 ? `; this report has the last ${count(got.lines.length)}` : "");
  }

  async showOlder() {
    const from = Math.max(0, this.first - page);
    const got = await getJSON("/-/runs/" + this.key + "/console" + query({ from: String(from), limit: this.first - from }));
    const height = this.lines.scrollHeight;
    this.lines.prepend(...this.draw(got.lines));
    this.lines.scrollTop += this.lines.scrollHeight - height;
    this.first = from;
    this.write(got);
  }

  // grown fetches lines that are new, and follows them if the end was in view.
  async grown(total) {
    if (this.search || this.fetching || total <= this.next) return;
    this.fetching = true;
    try {
      const got = await this.fetch(this.next);
      const atEnd = this.lines.scrollTop + this.lines.clientHeight >= this.lines.scrollHeight - 30;
      this.lines.append(...this.draw(got.lines));
      this.next += got.lines.length;
      this.write(got);
      if (atEnd) this.lines.scrollTop = this.lines.scrollHeight;
    } catch { // the next event tries again
    } finally {
      this.fetching = false;
    }
  }

  draw(lines) {
    const style = {};
    return lines.map((line) => {
      const row = h("div", { class: line.stderr ? "err" : "", title: line.time ? new Date(line.time * 1000).toLocaleString() : null });
      for (const piece of ansiPieces(line.text, style)) row.append(this.span(piece));
      if (!row.firstChild) row.textContent = " ";
      return row;
    });
  }

  span({ text, style }) {
    const el = h("span", { class: ["b", "i", "u", "dim"].filter((k) => style[k]).join(" ") });
    if (style.color) el.style.color = style.color;
    if (style.background) el.style.background = style.background;
    const wanted = this.search.toLowerCase();
    const at = wanted ? text.toLowerCase().indexOf(wanted) : -1;
    if (at < 0) return append(el, [text]);
    return append(el, [text.slice(0, at), h("mark", null, text.slice(at, at + wanted.length)), text.slice(at + wanted.length)]);
  }
}
