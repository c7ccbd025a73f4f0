// The tape of a run: which of its rows the server has, and which are on this disk alone.
// It stands wherever a run stands.

import { h } from "./dom.js";
import { count, plural } from "./format.js";
import { exported } from "./server.js";

const here = exported ? "not on the server when this report was made" : "on this disk only";

// tapeText says in words what the tape shows.
export function tapeText(r) {
  if (!r.rows) return r.state === "running" ? "no rows yet" : "no rows";
  if (r.unsent === null || r.unsent === undefined) return plural(r.rows, "row") + "; it is not known what the server has";
  if (r.unsent === 0) return plural(r.rows, "row") + ", all on the server";
  if (r.unsent >= r.rows) return plural(r.rows, "row") + ", " + here;
  return count(r.rows - r.unsent) + " of " + plural(r.rows, "row") + " on the server; " + count(r.unsent) + " " + here;
}

// tape draws it.
export function tape(r, wide) {
  const text = tapeText(r);
  const el = h("span.tape", { role: "img", "aria-label": text, title: text });
  if (wide) el.classList.add("wide");
  const piece = (name, from, to) => {
    const i = h("i." + name);
    i.style.left = from * 100 + "%";
    i.style.width = (to - from) * 100 + "%";
    el.append(i);
  };
  if (r.rows) {
    const unsent = r.unsent;
    const sent = unsent === null || unsent === undefined ? 0 : Math.max(0, 1 - unsent / r.rows);
    if (sent > 0) piece("sent", 0, sent);
    if (sent < 1 && unsent !== null && unsent !== undefined) piece("here", sent, 1);
  }
  const mark = (name) => {
    const i = h("i." + name);
    i.style.left = "auto";
    i.style.right = "0";
    el.append(i);
  };
  if (r.state === "running") mark("head");
  else if (r.trouble === "refused" || r.state === "crashed" || r.state === "failed") mark("stop");
  return el;
}

// tapeKey explains the colors.
export function tapeKey() {
  const sample = (r, text) => h("span", null, tape(r), text);
  return h("p.key", null,
    sample({ rows: 1, unsent: 0 }, "on the server"),
    sample({ rows: 1, unsent: 1 }, here),
    sample({ rows: 1, unsent: null }, "not known"),
    sample({ rows: 1, unsent: null, state: "crashed" }, "ended badly or refused"));
}
