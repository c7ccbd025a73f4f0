// Everything that is fetched comes through here: from the server, or in an exported report
// from the answers that it carries.

import { selectRuns, selectLines, smoothed } from "./report.js";

const stored = readStored();

function readStored() {
  const element = document.getElementById("board-data");
  if (!element) return null;
  return JSON.parse(element.textContent);
}

// exported says that the page is a report, without a server.
export const exported = stored !== null;

// startPath is the page that a report opens with.
export const startPath = stored ? stored.start || "/" : null;

function storedAnswer(url) {
  const [path, asked] = url.split("?");
  const answer = stored.answers[url] ?? stored.answers[path];
  if (answer === undefined) throw new Error("the report does not hold this; export it again to include it");
  const q = new URLSearchParams(asked);
  if (path === "/-/runs") return selectRuns(answer, q);
  return path.endsWith("/console") ? selectLines(answer, q) : answer;
}

// address is where a file of a run is, or of an artifact, which key "" allows without a run.
function address(key, name) {
  const run = "/-/" + (key && "runs/" + key + "/");
  const [, rest] = /^wandb-client-artifact:\/\/([^]+)/.exec(name) || [];
  return run + (rest ? "artifacts/" + rest : "files/" + name);
}

// fileURL is where such a file is, null if a report does not hold it.
export function fileURL(key, name) {
  if (!exported) return address(key, name).split("/").map(encodeURIComponent).join("/");
  const file = stored.answers[address(key, name)];
  return file ? `data:${file.type};base64,${file.base64}` : null;
}

// fileText fetches a file of a run as text.
export async function fileText(key, name) {
  if (!exported) return (await fetched(fileURL(key, name))).text();
  const file = stored.answers[address(key, name)];
  if (!file) throw new Error("not part of this report");
  return new TextDecoder().decode(base64Bytes(file.base64));
}

async function fetched(url, signal) {
  let response;
  try {
    response = await fetch(url, { signal });
  } catch (err) {
    if (err.name === "AbortError") throw err;
    throw new Error("the board's server does not respond; is it still running?", { cause: err });
  }
  if (response.ok) return response;
  let text = response.status + " " + response.statusText;
  try {
    text = (await response.json()).error || text;
  } catch { /* not JSON: the status says enough */ }
  throw Object.assign(new Error(text), { status: response.status });
}

// getJSON fetches one answer.
export async function getJSON(url, signal) {
  if (exported) return storedAnswer(url);
  return (await fetched(url, signal)).json();
}

// query builds a query string. Lists repeat their key; what is empty is left out.
export function query(values) {
  const q = new URLSearchParams();
  for (const [key, value] of Object.entries(values)) {
    for (const one of Array.isArray(value) ? value : [value]) {
      if (one !== null && one !== undefined && one !== "" && one !== false) q.append(key, one);
    }
  }
  const text = q.toString();
  return text ? "?" + text : "";
}

function base64Bytes(text) {
  const binary = atob(text);
  const bytes = new Uint8Array(binary.length);
  for (let i = 0; i < binary.length; i++) bytes[i] = binary.charCodeAt(i);
  return bytes.buffer;
}

// getSeries fetches series of points: entries of the header, with xs and ys.
export async function getSeries(values, signal) {
  if (!exported) return parseSeries(await (await fetched("/-/series" + query(values), signal)).arrayBuffer());
  // A report has the series of each run for itself.
  return [values.run].flat().flatMap((run) => {
    const kept = { run, m: values.m, s: values.s };
    if (values.x && values.x !== "_step") kept.x = values.x;
    const answer = stored.answers["/-/series" + query(kept)];
    const series = answer ? parseSeries(base64Bytes(answer.base64)) : []; // a run may lack the metric
    return values.smooth ? series.flatMap((s) => [s, smoothed(s, values.smooth)]) : series;
  });
}

function parseSeries(buffer) {
  const view = new DataView(buffer);
  if (view.getUint32(0) !== 0x57475331) throw new Error("the board's server sent series that this page cannot read; reload the page");
  const length = view.getUint32(4, true);
  const header = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 8, length)));
  for (const s of header.series) {
    s.xs = new Float64Array(buffer, s.at, s.points);
    s.ys = new Float64Array(buffer, s.at + 8 * s.points, s.points);
  }
  return header.series;
}

// Live is the page's one stream of events. It is closed while the page is hidden: browsers
// allow six connections to a host.
export class Live {
  constructor(onState) {
    this.onState = onState;
    this.wanted = null;
    this.source = null;
    document.addEventListener("visibilitychange", () => (document.hidden ? this.close() : this.open()));
  }

  // watch replaces what the page listens to. Listeners have list, run and again, which is
  // called after the stream was interrupted.
  watch(runs, listeners) {
    this.close();
    this.wanted = { runs, listeners };
    this.interrupted = false;
    this.open();
  }

  open() {
    if (exported || this.source || !this.wanted || document.hidden) return;
    const { runs, listeners } = this.wanted;
    const source = new EventSource("/-/events" + query({ list: listeners.list ? 1 : "", run: runs }));
    this.source = source;
    source.addEventListener("hello", () => {
      this.onState(true);
      if (this.interrupted && listeners.again) listeners.again();
      this.interrupted = false;
    });
    source.addEventListener("runs", (e) => listeners.list && listeners.list(JSON.parse(e.data)));
    source.addEventListener("run", (e) => listeners.run && listeners.run(JSON.parse(e.data)));
    source.onerror = () => {
      this.interrupted = true;
      this.onState(false);
    };
  }

  close() {
    if (!this.source) return;
    this.source.close();
    this.source = null;
    this.interrupted = true;
  }
}
