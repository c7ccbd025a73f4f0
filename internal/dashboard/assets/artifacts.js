// The artifacts of a project, and one version of an artifact: files, aliases, and the runs
// that logged and used it.

import { h, replace, link, path, runPath, command } from "./dom.js";
import { bytes, when, ago, count, plural } from "./format.js";
import { tableFile } from "./files.js";
import { getJSON, query, fileURL } from "./server.js";

const artifactPath = (scope, a, version) => path(scope.entity, scope.project, "artifacts", a.type, a.name, ...(version ? [version] : []));
const aliases = (a) => h("span.tags", null, a.aliases.map((name) => h("span", null, name)));
const versionName = (a) => a.version || "not complete";

function table(titles, rows) {
  return h("div.scroll", null, h("table", null, h("thead", null, h("tr", null, titles.map((t) => h("th", { class: t.startsWith("#") ? "num" : "" }, t.replace("#", ""))))), h("tbody", null, rows)));
}

const runLink = (r) => link(runPath(r), { title: r.id }, r.name);

// ArtifactList shows the artifacts of a project.
export class ArtifactList {
  constructor(app, scope) {
    this.app = app;
    this.scope = scope;
    this.el = h("div");
  }

  async start() {
    const { entity, project } = this.scope;
    this.app.title([[entity, path(entity)], [project, path(entity, project)], ["Artifacts"]]);
    const all = (await getJSON("/-/artifacts" + query(this.scope))).artifacts;
    if (all.length === 0) return replace(this.el, h("div.empty", null, h("p", null, "This project has no artifacts."), command("wandgo artifact put FILE --name " + entity + "/" + project + "/NAME")));
    const names = [...new Set(all.map((a) => a.name))];
    replace(this.el, h("h1", { style: { marginBottom: "10px" } }, "Artifacts"), table(["Artifact", "Type", "#Versions", "Latest", "Aliases", "#Files", "#Size", "Created", "By"], names.map((name) => {
      const versions = all.filter((a) => a.name === name);
      const a = versions.find((v) => v.aliases.includes("latest")) || versions[0];
      return h("tr", null, h("td.name", null, link(artifactPath(this.scope, a, a.version), null, name)), h("td", null, a.type), h("td.num", null, count(versions.length)), h("td", null, versionName(a)), h("td", null, aliases(a)),
        h("td.num", null, count(a.fileCount)), h("td.num", null, bytes(a.size)), h("td", { title: when(a.created) }, ago(a.created)), h("td", null, a.by && runLink(a.by)));
    })));
  }
}

// ArtifactPage shows one version, by its number or an alias; the latest if none is named.
export class ArtifactPage {
  constructor(app, scope, name, version) {
    Object.assign(this, { app, scope, name, wanted: version || "latest" });
    this.el = h("div");
  }

  async start() {
    const { entity, project } = this.scope;
    const all = (await getJSON("/-/artifacts" + query({ ...this.scope, name: this.name, version: this.wanted }))).artifacts;
    const a = all.find((v) => v.version === this.wanted || v.aliases.includes(this.wanted)) || (this.wanted === "latest" && all[0]);
    if (!a) throw Object.assign(new Error("This artifact has no version " + this.wanted + "."), { status: 404 });
    this.app.title([[entity, path(entity)], [project, path(entity, project)], ["Artifacts", path(entity, project, "artifacts")], [a.name + ":" + versionName(a)]]);
    const files = a.files || [];
    const fact = (name, value) => value && h("span", null, name + " ", h("b.wrap", null, value));
    replace(this.el,
      h("div.title", null, h("h1", null, a.name + ":" + versionName(a)), a.state !== "COMMITTED" && h("span.state", null, a.state.toLowerCase()), aliases(a)),
      h("p.facts", null, fact("type", a.type), fact("files", count(a.fileCount)), fact("size", bytes(a.size)), fact("created", when(a.created)), fact("digest", a.digest), fact("tags", a.tags.join(", ")), fact("linked from", a.linkedFrom)),
      a.description && h("p.wrap", { style: { marginBottom: "10px", whiteSpace: "pre-line" } }, a.description),
      a.version && command(`wandgo artifact get ${[entity, project, a.name].join("/")}:${a.version}`),
      h("div.columns", { style: { marginTop: "14px" } },
        h("section.card", null, h("h2", null, "Files", h("span.soft.right", null, plural(a.fileCount, "file"))), files.length ? table(["File", "#Size", "Digest"], files.map((f) =>
          h("tr", null, h("td.wrap", null, f.ref ? f.name : h("a", { href: fileURL("", "wandb-client-artifact://" + a.id + "/" + f.name), target: "_blank", rel: "noopener" }, f.name)), h("td.num", null, bytes(f.size)), h("td.wrap.soft", null, f.ref || f.digest)))) : h("p.body.soft", null, "It has no files."),
        a.more && h("p.empty", null, "The first " + count(files.length) + " of " + plural(a.fileCount, "file"))),
        h("section.card", null, h("h2", null, "Lineage"), table(["", "Run"], [
          h("tr", null, h("td", null, "logged by"), h("td", null, a.by ? runLink(a.by) : "no run")),
          a.usedBy.map((r) => h("tr", null, h("td", null, "used by"), h("td", null, runLink(r)))),
        ].flat())),
        h("section.card", null, h("h2", null, "Versions", h("span.soft.right", null, plural(all.length, "version"))), table(["Version", "Aliases", "#Size", "Created", "By"], all.map((v) =>
          h("tr", { class: v === a ? "differs" : "" }, h("td", null, v.version ? link(artifactPath(this.scope, v, v.version), null, v.version) : versionName(v)), h("td", null, aliases(v)), h("td.num", null, bytes(v.size)), h("td", { title: when(v.created) }, ago(v.created)), h("td", null, v.by && runLink(v.by)))))),
        files.filter((f) => f.name.endsWith(".table.json")).slice(0, 10).map((f) => tableCard(a, f)),
        a.metadata && a.metadata !== "{}" && h("section.card", null, h("h2", null, "Metadata"), h("pre.body.wrap", { style: { whiteSpace: "pre-wrap" } }, indented(a.metadata)))));
  }
}

// tableCard shows a table in an artifact.
function tableCard(a, f) {
  const area = h("div.body", null, h("p.soft", null, "Reading…"));
  tableFile("", a.id, f.name).then((t) => replace(area, t), (err) => replace(area, h("p.soft", null, err.message)));
  return h("section.card", null, h("h2", { title: f.name }, f.name.replace(/\.table\.json$/, "")), area);
}

function indented(text) {
  try { return JSON.stringify(JSON.parse(text), null, 2); } catch { return text; }
}
