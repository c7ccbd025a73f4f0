// How numbers, times and sizes are written.

const wide = new Intl.NumberFormat("en-US", { maximumFractionDigits: 0 });
const precise = new Intl.NumberFormat("en-US", { maximumSignificantDigits: 5 });

// count writes a whole number.
export const count = (n) => wide.format(n);

// plural writes a number with its noun.
export const plural = (n, noun) => count(n) + " " + noun + (n === 1 ? "" : "s");

// number writes a value with five significant digits; the server sends what JSON cannot
// hold as text.
export function number(v) {
  if (typeof v === "string") return v;
  if (v === null || v === undefined) return "";
  if (!Number.isFinite(v)) return String(v);
  const size = Math.abs(v);
  if (Number.isInteger(v) && size < 1e15) return wide.format(v);
  if (size !== 0 && (size < 1e-4 || size >= 1e9)) return Number(v.toPrecision(4)).toExponential();
  return size >= 1e5 ? wide.format(v) : precise.format(v);
}

// ticks writes the values at an axis, with as many digits as tell two neighbors apart.
export function ticks(values, step) {
  const fraction = String(Number(step.toPrecision(3))).split(".")[1];
  return values.map((v) => {
    const size = Math.abs(v);
    if (v === null) return "";
    if (size !== 0 && (size < 1e-4 || size >= 1e15)) return Number(v.toPrecision(4)).toExponential();
    if (size < 1e5) return v.toLocaleString("en-US", { maximumFractionDigits: step < 1e-6 ? 12 : fraction ? fraction.length : 0 });
    return v.toLocaleString("en-US", { notation: "compact", maximumSignificantDigits: Math.max(2, Math.ceil(Math.log10(size / step)) + 2) });
  });
}

// full writes a number as it is.
export const full = (v) => (typeof v === "number" ? String(v) : number(v));

// duration writes seconds in the two units that matter.
export function duration(seconds) {
  if (seconds === null || seconds === undefined || seconds < 0) return "";
  const units = [["d", 86400], ["h", 3600], ["m", 60]];
  for (let i = 0; i < units.length; i++) {
    const [name, size] = units[i];
    if (seconds < size) continue;
    const whole = Math.floor(seconds / size);
    const [nextName, nextSize] = units[i + 1] || ["s", 1];
    const rest = Math.floor((seconds - whole * size) / nextSize);
    return whole + name + (rest ? " " + rest + nextName : "");
  }
  if (seconds > 0 && seconds < 0.1) return Math.max(1, Math.round(seconds * 1000)) + "ms";
  return (seconds < 10 ? Number(seconds.toFixed(1)) : Math.floor(seconds)) + "s";
}

const dates = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });

// when writes a point in time; a zero is one that is not known.
export const when = (unix) => (unix ? dates.format(unix * 1000) : "");

// ago writes how long ago a point in time is.
export function ago(unix) {
  if (!unix) return "";
  const seconds = Date.now() / 1000 - unix;
  if (seconds < 60) return "just now";
  return duration(seconds).split(" ")[0] + " ago";
}

// bytes writes a size.
export function bytes(n) {
  const units = ["B", "kB", "MB", "GB", "TB"];
  let i = 0;
  while (n >= 1000 && i < units.length - 1) {
    n /= 1000;
    i++;
  }
  return (i === 0 || n >= 100 ? Math.round(n) : n.toFixed(1)) + " " + units[i];
}

// anyValue writes a value of a config or a summary in one line.
export function anyValue(v) {
  if (typeof v === "number") return number(v);
  if (typeof v === "string") return v;
  return v === undefined ? "" : JSON.stringify(v);
}

// flatten turns nested objects into dotted keys.
export function flatten(value, prefix = "", into = []) {
  for (const [key, v] of Object.entries(value || {})) {
    const name = prefix ? prefix + "." + key : key;
    if (v && typeof v === "object" && !Array.isArray(v) && !v._type && Object.keys(v).length) flatten(v, name, into);
    else into.push([name, v]);
  }
  return into;
}
