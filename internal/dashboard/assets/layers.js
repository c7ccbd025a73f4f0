// Masks and boxes over images, with a switch for each class.

import { h } from "./dom.js";
import { number } from "./format.js";
import { canvasColor, lineColor } from "./palette.js";
import { fileText, fileURL } from "./server.js";

const maxBoxes = 1000; // of one set
const maxPixels = 4e6; // of a mask that is drawn; a larger one is drawn smaller

// existing are the Layers that may still be shown, as weak references: pages do not say which
// they keep.
const existing = new Set();
const gone = new FinalizationRegistry((ref) => existing.delete(ref));

document.addEventListener("theme", () => {
  for (const ref of existing) {
    const layers = ref.deref();
    if (layers) for (const set of layers.sets.values()) layers.draw(set);
  }
});

// Layers are the masks and boxes over the images of one value. switched has what a person
// switched on or off, and can be shared by the values of a metric.
export class Layers {
  constructor(key, labels = () => null, switched = new Map()) {
    Object.assign(this, { key, labels, switched });
    this.sets = new Map();
    const ref = new WeakRef(this);
    existing.add(ref);
    gone.register(this, ref);
    this.el = h("div.layers", { role: "group", "aria-label": "Masks and boxes" });
  }

  // over puts masks and boxes over an image.
  over(img, item) {
    const masks = Object.entries(item.masks || {});
    const boxes = Object.entries(item.boxes || {});
    if (masks.length + boxes.length === 0) return img;
    const el = h("span.overlaid", null, img);
    const add = async (kind, name, adding) => {
      const set = this.set(kind, name);
      try {
        await adding(set);
        this.draw(set);
      } catch (err) {
        set.note.textContent = "(" + err.message + ")";
      }
    };
    for (const [name, mask] of masks) add("mask", name, (set) => this.addMask(set, el, img, item, name, mask));
    for (const [name, list] of boxes) add("boxes", name, (set) => this.addBoxes(set, el, img, item, list));
    return el;
  }

  async addMask(set, el, img, item, name, mask) {
    const names = this.labels(name) || await this.classNames(item);
    await loaded(img);
    const url = fileURL(this.key, item.base + mask.path);
    if (!url) throw new Error("not part of this report");
    const picture = h("img", { src: url });
    await picture.decode().catch(() => { throw new Error("the mask cannot be read"); });
    const scale = Math.min(1, Math.sqrt(maxPixels / (picture.naturalWidth * picture.naturalHeight)));
    const canvas = h("canvas", { width: Math.max(1, picture.naturalWidth * scale), height: Math.max(1, picture.naturalHeight * scale), "aria-hidden": "true" });
    const on = canvas.getContext("2d", { willReadFrequently: true });
    on.imageSmoothingEnabled = false; // what lies between two classes is no class
    on.drawImage(picture, 0, 0, canvas.width, canvas.height);
    const pixels = on.getImageData(0, 0, canvas.width, canvas.height);
    const ids = Uint8Array.from({ length: canvas.width * canvas.height }, (_, i) => pixels.data[4 * i]);
    for (const id of [...new Set(ids)].sort((a, b) => a - b)) this.addClass(set, id, names);
    const argb = new Uint32Array(pixels.data.buffer);
    set.draws.push(() => {
      const colors = Array.from({ length: 256 }, (_, id) => (this.shows(set, id) ? pixelColor(id) : 0));
      for (let i = 0; i < ids.length; i++) argb[i] = colors[ids[i]];
      on.putImageData(pixels, 0, 0);
    });
    el.append(canvas);
  }

  async addBoxes(set, el, img, item, given) {
    const inCell = Array.isArray(given);
    const file = inCell ? { box_data: given, class_labels: await this.classNames(item) } : JSON.parse(await fileText(this.key, item.base + given.path));
    const all = (file.box_data || []).filter((b) => b && Number.isFinite(b.class_id) && b.position);
    if (all.length > maxBoxes) set.note.textContent = "(the first " + maxBoxes + " of an image)";
    const list = all.slice(0, maxBoxes);
    for (const id of [...new Set(list.map((b) => b.class_id))].sort((a, b) => a - b)) this.addClass(set, id, file.class_labels);
    await loaded(img);
    const drawn = list.map((b) => [b, h("b", { "aria-hidden": "true", style: { ...place(b, img), color: classColor(b.class_id) } }, h("span", null, boxText(b, file.class_labels)))]);
    set.draws.push(() => { for (const [b, box] of drawn) box.hidden = !this.shows(set, b.class_id); });
    el.append(...drawn.map(([, box]) => box));
  }

  // classNames are the names of classes that an image in an artifact refers to.
  async classNames(item) {
    if (!item.classes || !item.classes.path) return {};
    const file = JSON.parse(await fileText(this.key, item.base + item.classes.path));
    return Object.fromEntries((file.class_set || []).map((c) => [c.id, c.name]));
  }

  // set returns the masks or boxes of a name, which have a switch for all.
  set(kind, name) {
    const at = kind + "\n" + name;
    if (!this.sets.has(at)) {
      const set = { at, kind, classes: new Map(), draws: [], note: h("span.soft") };
      set.all = h("input", { type: "checkbox", onchange: () => {
        for (const id of set.classes.keys()) this.switched.set(at + "\n" + id, set.all.checked);
        this.draw(set);
      } });
      set.el = h("fieldset", null, h("label", null, set.all, h("b", null, name), kind === "mask" ? " mask" : " boxes"), set.note);
      this.el.append(set.el);
      this.sets.set(at, set);
    }
    return this.sets.get(at);
  }

  addClass(set, id, names) {
    if (set.classes.has(id)) return;
    const box = h("input", { type: "checkbox", onchange: () => {
      this.switched.set(set.at + "\n" + id, box.checked);
      this.draw(set);
    } });
    const swatch = h("i.swatch");
    swatch.style.color = classColor(id);
    set.classes.set(id, box);
    set.note.before(h("label", null, box, swatch, className(id, names)));
  }

  // shows says whether a class is switched on. Class 0 of a mask is the background as a rule.
  shows(set, id) { return this.switched.get(set.at + "\n" + id) ?? !(set.kind === "mask" && id === 0); }

  draw(set) {
    const on = [...set.classes].filter(([id, box]) => (box.checked = this.shows(set, id))).length;
    set.all.checked = on > 0;
    set.all.indeterminate = on > 0 && on < set.classes.size;
    for (const draw of set.draws) draw();
  }
}

const className = (id, names) => (names && names[id]) || "class " + id;

const colorOf = (id) => Math.abs(Math.trunc(id));

const classColor = (id) => lineColor(colorOf(id));

// pixelColor is a class's color as putImageData has it.
function pixelColor(id) {
  const rgb = parseInt(canvasColor(colorOf(id)).slice(1), 16);
  return (0xff000000 | (rgb & 0xff) << 16 | rgb & 0xff00 | rgb >> 16) >>> 0;
}

const loaded = (img) => (img.complete && img.naturalWidth ? null : new Promise((done) => { img.addEventListener("load", done, { once: true }); }));

// place is where a box is: its sides are fractions of the image, or pixels.
function place({ position: p, domain }, img) {
  const [width, height] = domain === "pixel" ? [img.naturalWidth, img.naturalHeight] : [1, 1];
  const [x, y] = Array.isArray(p.middle) ? p.middle : [];
  const side = (low, high, middle, size, whole) => {
    const [from, to] = middle === undefined ? [low, high] : [middle - size / 2, middle + size / 2];
    return [from, to].map((v) => 100 * Math.min(1, Math.max(0, v / whole)) || 0);
  };
  const [left, right] = side(p.minX, p.maxX, x, p.width, width);
  const [top, bottom] = side(p.minY, p.maxY, y, p.height, height);
  return { left: left + "%", top: top + "%", width: right - left + "%", height: bottom - top + "%" };
}

function boxText(b, names) {
  const scores = Object.entries(b.scores || {}).map(([name, v]) => name + " " + (typeof v === "number" ? number(v) : v));
  return [b.box_caption || className(b.class_id, names), ...scores].join(", ");
}
