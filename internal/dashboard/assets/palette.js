// The color and line of each run. Beyond the colors, lines are dashed.

import { h } from "./dom.js";

// They are chosen so that any two differ with each kind of color blindness; the first four are
// close to Okabe and Ito's.
const light = ["#0c66bb", "#e95809", "#009b89", "#d871b8", "#8f5516", "#9385f6", "#3f4e4b", "#66008f", "#650004", "#928854", "#202155", "#b82982"];
const darkened = ["#54a7fb", "#ef7b04", "#49de9a", "#ce96bb", "#faea0c", "#c1ffdf", "#becdff", "#915de6", "#9e6900", "#ebb932", "#0385a2", "#d83a77"];

// isDark says whether the page is shown dark.
export function isDark() {
  const chosen = document.documentElement.dataset.theme;
  return chosen ? chosen === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
}

const colors = () => (isDark() ? darkened : light);

// canvasColor is the color of the i-th run as it is now. What is drawn with it must be drawn
// again when the document has an event "theme".
export const canvasColor = (i) => colors()[i % light.length];

// lineColor is the color of the i-th run in an element, which follows the theme.
export const lineColor = (i) => `var(--series${i % light.length})`;

function setColors() {
  colors().forEach((color, i) => document.documentElement.style.setProperty("--series" + i, color));
}

setColors();
document.addEventListener("theme", setColors);
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => document.dispatchEvent(new Event("theme")));

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
