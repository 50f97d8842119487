// Elements of the page. Text is always set as text: no name from a table is ever read as HTML.

import { layerOf, layersOf } from "./data.js";
import { none } from "./words.js";

export const $ = (id) => document.getElementById(id);

const set = (node, key, value) => {
  if (key === "on") for (const [event, run] of Object.entries(value)) node.addEventListener(event, run);
  else if (key === "text") node.textContent = value;
  else if (key === "style") for (const [name, v] of Object.entries(value)) node.style.setProperty(name, v);
  else if (key in node && key !== "list") node[key] = value;
  else node.setAttribute(key, value);
};

export const el = (tag, look, ...kids) => {
  const node = document.createElement(tag);
  for (const [key, value] of Object.entries(look || {})) set(node, key, value);
  node.append(...kids.filter((kid) => !none(kid) && kid !== ""));
  return node;
};
export const span = (...kids) => el("span", {}, ...kids);
export const button = (look, run, ...kids) => el("button", { type: "button", ...look, on: { click: run } }, ...kids);
export const item = (...kids) => el("li", {}, ...kids);
export const head = (text) => el("h3", { text: text });
export const hint = (text) => el("p", { className: "hint", text: text });
export const warning = (...kids) => el("p", { className: "warn" }, ...kids);

const lightness = (colour) => {
  const part = (at) => {
    const v = parseInt(colour.slice(at, at + 2), 16) / 255;
    return v <= 0.03928 ? v / 12.92 : Math.pow((v + 0.055) / 1.055, 2.4);
  };
  return 0.2126 * part(1) + 0.7152 * part(3) + 0.0722 * part(5);
};
// black or white, whichever reads better: never less than 4.5 to 1
export const inkOn = (colour) => (lightness(colour) > 0.179 ? "#000000" : "#ffffff");

export const chip = (layer) => el("span", {
  className: "chip", "aria-hidden": "true", text: layer.symbol,
  style: { "background-color": layer.colour, color: inkOn(layer.colour) },
});
export const chips = (keys) => el("span", { className: "chips" }, ...layersOf(keys).map(chip));
export const chipOf = (key) => (layerOf(key) ? chip(layerOf(key)) : null);

// name and value; what has no value is left out
export const facts = (pairs) => el("dl", { className: "facts" }, ...pairs
  .filter(([, value]) => value !== "" && !none(value))
  .map(([name, value]) => el("div", {}, el("dt", { text: name }), el("dd", { text: value }))));

// the first so many columns hold words, the others numbers
export const table = (heads, lines, words = heads.length) => {
  const look = (at) => (at >= words ? "n" : "");
  const top = heads.map((text, at) => el("th", { scope: "col", className: look(at), text: text }));
  const row = (line) => el("tr", {}, ...line.map((cell, at) => el("td", { className: look(at), text: cell })));
  return el("table", {}, el("thead", {}, el("tr", {}, ...top)), el("tbody", {}, ...lines.map(row)));
};
export const fold = (title, body) => el("details", {}, el("summary", { text: title }), body);
