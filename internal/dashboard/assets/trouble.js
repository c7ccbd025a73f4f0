// What went wrong with a run, why, what is not on the server yet, and the command that
// settles it.

import { h, command } from "./dom.js";
import { count, plural } from "./format.js";

const confidence = { certain: "certain", likely: "likely", possible: "possible", undetermined: "not determined" };

function paragraphs(text) {
  return (text || "").split(/\n{2,}/).map((p) => p.trim()).filter(Boolean).map((p) => h("p.wrap", { style: { whiteSpace: "pre-line" } }, p));
}

// troublePanel shows one trouble.
export function troublePanel(t) {
  const remedies = t.remedies || [];
  // A command that a remedy has is not shown twice.
  const commands = (t.commands || []).filter((c) => !remedies.some((r) => r.command === c));
  const cause = t.cause && h("p.soft", null, "Cause: ", h("code", null, t.cause), t.confidence ? " (" + (confidence[t.confidence] || t.confidence) + ")" : "");
  const explained = remedies.length > 0 || (t.evidence || []).length > 0;
  return h("section.trouble", { class: { refused: "refused", lost: "refused", offline: "short", unsent: explained ? "" : "short" }[t.kind] || "", role: "alert" },
    h("h2", null, t.title),
    !explained && paragraphs(t.text),
    explained && t.detail && h("p.wrap", null, t.detail),
    cause,
    remedies.length > 0 && [h("h3", null, "What to do"), h("ol", null, remedies.map((r) => h("li", null, h("span.wrap", null, r.text), r.command && command(r.command))))],
    commands.length > 0 && [h("h3", null, remedies.length ? "Then" : "What to do"), commands.map(command)],
    (t.evidence || []).length > 0 && h("details", null, h("summary", null, "Evidence"), h("ul", null, t.evidence.map((e) => h("li.wrap", null, e)))),
    explained && t.text && h("details", null, h("summary", null, "As the terminal prints it"), h("pre.wrap", { style: { whiteSpace: "pre-wrap" } }, t.text)));
}

// missing says which rows a damaged part took with it.
function missing(d) {
  const lost = d.records ? plural(d.records, "record") + (d.records === 1 ? " is" : " are") + " missing" : "what it held is missing";
  if (d.before < 0 && d.after < 0) return lost;
  if (d.before < 0) return lost + " before step " + count(d.after);
  if (d.after < 0) return lost + " after step " + count(d.before);
  return lost + ` between step ${count(d.before)} and step ${count(d.after)}`;
}

// damagePanel says what of a log cannot be read, and what is missing for that.
export function damagePanel(run) {
  if (!run.damageTotal) return null;
  const line = (d) => h("li.wrap", null, missing(d), h("span.soft", null, ` (byte ${d.offset}` + (d.length ? `, ${d.length} bytes` : "") + (d.reason ? ": " + d.reason : "") + ")"));
  const shown = run.damage.map(line);
  const more = run.damageTotal - shown.length;
  return h("section.trouble", null,
    h("h2", null, run.damageTotal === 1 ? "One part of the log cannot be read" : run.damageTotal + " parts of the log cannot be read"),
    h("p", null, "Everything before and after is shown. Missing rows may be on the server, if the run was uploaded while it was logged."),
    h("ul", null, shown.slice(0, 3)),
    (shown.length > 3 || more > 0) && h("details", null, h("summary", null, "All of them"), h("ul", null, shown.slice(3), more > 0 && h("li", null, "and " + more + " more"))));
}
