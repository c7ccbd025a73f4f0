// Console lines with ANSI colors, as spans. Everything else that an escape sequence may ask
// for is left out.

const base = ["#5c6370", "#ff7b72", "#7ee0a1", "#e9c46a", "#79b8ff", "#d8a7ff", "#66d9e8", "#dfe3e1"];
const bright = ["#8b949e", "#ffa198", "#a5f0bf", "#f5dc97", "#a5d0ff", "#e6c7ff", "#9ceaf5", "#ffffff"];

// eslint-disable-next-line no-control-regex
const sequence = /\x1b\[([0-9;:]*)([@-~])|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b[@-_]?|[\x00-\x08\x0b-\x1a\x1c-\x1f\x7f]/g;

// indexed is a color of the 256.
function indexed(n) {
  if (n < 8) return base[n];
  if (n < 16) return bright[n - 8];
  if (n >= 232) {
    const level = 8 + (n - 232) * 10;
    return `rgb(${level} ${level} ${level})`;
  }
  const part = (v) => (v === 0 ? 0 : 55 + 40 * v);
  const cube = n - 16;
  return `rgb(${part(Math.floor(cube / 36))} ${part(Math.floor(cube / 6) % 6)} ${part(cube % 6)})`;
}

function applyCodes(style, text) {
  const codes = text === "" ? [0] : text.split(/[;:]/).map((c) => Number(c) || 0);
  for (let i = 0; i < codes.length; i++) {
    const c = codes[i];
    if (c === 0) for (const key of Object.keys(style)) delete style[key];
    else if (c === 1) style.b = true;
    else if (c === 2) style.dim = true;
    else if (c === 3) style.i = true;
    else if (c === 4) style.u = true;
    else if (c === 22) { delete style.b; delete style.dim; }
    else if (c === 23) delete style.i;
    else if (c === 24) delete style.u;
    else if (c === 39) delete style.color;
    else if (c === 49) delete style.background;
    else if (c >= 30 && c <= 37) style.color = base[c - 30];
    else if (c >= 90 && c <= 97) style.color = bright[c - 90];
    else if (c >= 40 && c <= 47) style.background = base[c - 40];
    else if (c >= 100 && c <= 107) style.background = bright[c - 100];
    else if (c === 38 || c === 48) {
      const target = c === 38 ? "color" : "background";
      if (codes[i + 1] === 5 && codes[i + 2] <= 255) {
        style[target] = indexed(codes[i + 2]);
        i += 2;
      } else if (codes[i + 1] === 2 && i + 4 < codes.length) {
        style[target] = `rgb(${codes.slice(i + 2, i + 5).map((v) => Math.min(255, v)).join(" ")})`;
        i += 4;
      }
    }
  }
}

// ansiPieces splits a line into pieces of text with a style. style carries over from line
// to line, and is changed.
export function ansiPieces(line, style) {
  const pieces = [];
  let at = 0;
  const text = (end) => {
    if (end > at) pieces.push({ text: line.slice(at, end), style: { ...style } });
  };
  for (const match of line.matchAll(sequence)) {
    text(match.index);
    at = match.index + match[0].length;
    if (match[2] === "m") applyCodes(style, match[1]);
  }
  text(line.length);
  return pieces;
}
