// Tables that the script makes: the list of sites, when it is opened, and those without a view of their own, sortable.

import { focused } from "./card.js";
import { D, say, siteCount, siteLayer } from "./data.js";
import { $, button, el, table } from "./elements.js";
import { cellText, onMap, showRow } from "./others.js";
import { fill, none, whole } from "./words.js";

const MOST_SITES = 500, MOST_ROWS = 300;

const more = (count, most) =>
  count > most ? el("p", { text: fill(say.search_more, { n: whole(count - most) }) }) : "";

export const makeSiteList = () => {
  const box = $("site-list"), { name, address, dong_name } = D.sites;
  const draw = () => {
    const heads = [say.no, say.service, say.name, say.address, say.dong];
    const line = (i) => [String(i + 1), siteLayer(i).name, name[i], address[i], dong_name[i]];
    const shown = Array.from({ length: Math.min(siteCount, MOST_SITES) }, (_, i) => line(i));
    box.querySelector(".scroll").replaceChildren(table(heads, shown), more(siteCount, MOST_SITES));
  };
  box.addEventListener("toggle", () => { if (box.open && !box.querySelector("table")) draw(); });
};

// numbers by size, words by the alphabet; what is empty stands last either way
const compare = (a, b, down) => {
  if (none(a) || none(b)) return none(a) - none(b);
  const order = typeof a === "string" ? a.localeCompare(b, document.documentElement.lang) : a - b;
  return down ? -order : order;
};
const sorted = (rows, at, down) => {
  const order = rows.map((_, row) => row);
  return at === null ? order : order.sort((a, b) => compare(rows[a][at], rows[b][at], down) || a - b);
};

export const sortableTable = (data) => {
  const body = el("tbody"), look = (column) => (column.number ? "n" : "");
  let by = null, down = false;
  const first = (row) => (onMap(data)
    ? button({ text: String(row + 1) }, () => focused(showRow(data, row)))
    : String(row + 1));
  const line = (row) => el("tr", {}, el("td", { className: "n" }, first(row)),
    ...data.columns.map((column, at) =>
      el("td", { className: look(column), text: cellText(data.rows[row][at], column) })));
  const heads = data.columns.map((column) => el("th", { scope: "col", className: look(column) }));
  const draw = () => {
    body.replaceChildren(...sorted(data.rows, by, down).slice(0, MOST_ROWS).map(line));
    heads.forEach((one, at) => one.setAttribute("aria-sort", at !== by ? "none" : down ? "descending" : "ascending"));
  };
  const sortBy = (at) => {
    down = by === at ? !down : data.columns[at].number; // numbers begin with the largest
    by = at;
    draw();
  };
  heads.forEach((one, at) => one.append(button({ className: "sort", text: data.columns[at].title }, () => sortBy(at))));
  draw();
  const head = el("tr", {}, el("th", { scope: "col", className: "n", text: say.no }), ...heads);
  const made = el("table", {}, el("thead", {}, head), body);
  return el("div", { className: "scroll", tabIndex: 0 }, made, more(data.rows.length, MOST_ROWS));
};
