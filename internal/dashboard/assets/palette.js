// The color and line of each run. Beyond the colors, lines are dashed: two runs never look
// the same.

const light = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#b07a00", "#3a9bd9", "#6b6b6b"];
const darkened = ["#56b4e9", "#ff8a3d", "#3fce9f", "#e3a3c6", "#f0b93a", "#8fd0f5", "#b5b5b5"];

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

// lineDash is the dash of the i-th run; swatchClass is the same for its swatch.
export const lineDash = (i) => dashes[Math.floor(i / light.length) % dashes.length];
export const swatchClass = (i) => ["", "d1", "d2"][Math.floor(i / light.length) % dashes.length];

// cssColor reads a color of the style sheet.
export const cssColor = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
