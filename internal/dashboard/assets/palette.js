// The color and line of each run. Beyond the colors, lines are dashed.

import { h } from "./dom.js";

// The first seven are Okabe and Ito's; the others differ from them in lightness, too.
const light = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#b07a00", "#3a9bd9", "#6b6b6b", "#7b3294", "#8c2d19", "#7aa61c", "#16325c", "#e84a7f"];
const darkened = ["#56b4e9", "#ff8a3d", "#3fce9f", "#e3a3c6", "#f0b93a", "#a9dcfa", "#b5b5b5", "#b58ae0", "#d0705c", "#b8dc5a", "#7c95c9", "#ff6f9f"];

// isDark says whether the page is shown dark.
export function isDark() {
  const chosen = document.documentElement.dataset.theme;
  return chosen ? chosen === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
}

// lineColor is the color of the i-th run.
export function lineColor(i) {
  const colors = isDark() ? darkened : light;
  return colors[i % colors.length];
}

const dashes = [[], [8, 4], [2, 3]];

// lineDash is the dash of the i-th run.
export const lineDash = (i) => dashes[Math.floor(i / light.length) % dashes.length];

// swatch is a sample of the i-th run's line.
export function swatch(i) {
  const el = h("i.swatch", { class: ["", "d1", "d2"][Math.floor(i / light.length) % dashes.length] });
  el.style.color = lineColor(i);
  return el;
}

// cssColor reads a color of the style sheet.
export const cssColor = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
