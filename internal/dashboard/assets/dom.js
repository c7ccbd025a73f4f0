// Elements without a library. Whatever a server, a log or a user wrote becomes a text node
// or an attribute: nothing here parses markup.

// shown are the properties that a person reads.
const shown = new Set(["title", "alt", "aria-label"]);

// h makes an element. Properties whose name starts with "on" are listeners; a false,
// null or undefined property or child is left out.
export function h(tag, props, ...children) {
  const [name, ...classes] = tag.split(".");
  const el = document.createElement(name || "div");
  if (classes.length) el.className = classes.join(" ");
  for (const [key, given] of Object.entries(props || {})) {
    const value = shown.has(key) && typeof given === "string" ? visible(given) : given;
    if (value === false || value === null || value === undefined) continue;
    if (key.startsWith("on")) el.addEventListener(key.slice(2), value);
    else if (key === "class") el.className = [el.className, value].filter(Boolean).join(" ");
    else if (key === "style") Object.assign(el.style, value);
    else if (key in el && key !== "list" && !key.includes("-")) el[key] = value;
    else el.setAttribute(key, value === true ? "" : value);
  }
  append(el, children);
  return el;
}

// visible replaces characters that would reorder the text around them.
export const visible = (text) => text.replace(/[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, "\ufffd");

// append appends children, however deep their lists.
export function append(el, children) {
  for (const child of children) {
    if (child === false || child === null || child === undefined) continue;
    if (Array.isArray(child)) append(el, child);
    else el.append(child instanceof Node ? child : visible(String(child)));
  }
  return el;
}

// replace makes children the only ones of el.
export function replace(el, ...children) {
  el.textContent = "";
  return append(el, children);
}

// link is a link inside the application. Only paths of this server are allowed.
export function link(path, props, ...children) {
  return h("a", { ...props, href: path.startsWith("/") ? path : "/" + path }, ...children);
}

// run path parts are names that people chose.
export const path = (...parts) => "/" + parts.map(encodeURIComponent).join("/");

export const runPath = (r) => path(r.entity || "-", r.project || "-", "runs", r.id);

// copyButton copies text, and says so.
export function copyButton(text, label = "Copy") {
  const button = h("button", { type: "button", onclick: async () => {
    try {
      await navigator.clipboard.writeText(text);
      button.textContent = "Copied";
    } catch {
      button.textContent = "Select and copy";
    }
    setTimeout(() => { button.textContent = label; }, 1500);
  } }, label);
  return button;
}

// command is a command line with a button that copies it.
export const command = (text) => h("div.command", null, h("code", null, text), copyButton(text));

// debounce calls f once, after calls have stopped for ms.
export function debounce(f, ms) {
  let timer;
  return (...args) => {
    clearTimeout(timer);
    timer = setTimeout(() => f(...args), ms);
  };
}

const svgNS = "http://www.w3.org/2000/svg";

// svg makes an element of a drawing.
export function svg(tag, props, ...children) {
  const el = document.createElementNS(svgNS, tag);
  for (const [k, v] of Object.entries(props || {})) el.setAttribute(k, v);
  for (const c of children.flat()) if (c) el.append(c);
  return el;
}
