// Tables that have no view of their own: drawn where their rows lie somewhere, with a switch and a legend entry.

import { openCard, clearCard } from "./card.js";
import { D, polygons, spot, unpack } from "./data.js";
import { $, el, facts } from "./elements.js";
import { chosen, clickable, drawn, goTo, lookAt } from "./map.js";
import { none, percent, tidyMany, whole } from "./words.js";

const written = { persons: whole, share: percent };
export const cellText = (value, { kind }) => {
  if (none(value)) return "–";
  if (written[kind]) return written[kind](value);
  if (typeof value === "boolean") return value ? "○" : "×";
  return typeof value === "number" ? tidyMany(value) : value;
};
export const onMap = (table) => table.kind !== "none";

// one layer of a row: a disc, a line or a polygon
const draw = (table, row, look) => {
  if (table.kind === "points") return L.circleMarker(spot(...table.spots[row]), { radius: 6, ...look });
  if (table.kind === "lines") return L.polyline(table.lines[row].map(unpack), { ...look, fill: false });
  return L.polygon(polygons(table.shapes[row]), look);
};
const boundsOf = (layer) => (layer.getBounds ? layer.getBounds() : null);

export const showRow = (table, row) => {
  clearCard();
  const heading = openCard([], table.names[row], table.title,
    facts(table.columns.map((column, at) => [column.title, cellText(table.rows[row][at], column)])));
  if (!onMap(table)) return heading;
  const layer = draw(table, row, drawn({ color: D.colours.ink, weight: 4, fill: false }));
  chosen.addLayer(layer);
  if (boundsOf(layer)) goTo(boundsOf(layer));
  else lookAt(layer.getLatLng());
  return heading;
};

const layers = new Map(); // table -> its layer, made when it is first switched on
const make = (table, group) => table.rows.forEach((_, row) => {
  const look = clickable({ color: table.colour, weight: 2, fillColor: table.colour, fillOpacity: 0.25 });
  const layer = draw(table, row, look);
  layer.bindTooltip(el("span", { text: table.names[row] }), { sticky: true });
  layer.on("click", () => showRow(table, row));
  group.addLayer(layer);
});
const switchOf = (table, switchLayer) => {
  const group = L.layerGroup(), box = el("input", { type: "checkbox", id: "show-" + table.key });
  box.addEventListener("change", () => group.getLayers().length || make(table, group), { once: true });
  switchLayer(box, group);
  layers.set(table, box);
  return el("label", {}, box, el("span", { text: table.title }));
};
export const makeOthers = (switchLayer) => {
  document.querySelector(".checks").append(...D.others.filter(onMap).map((table) => switchOf(table, switchLayer)));
};
// what the legend says of those that are shown
export const otherEntries = () => [...layers].filter(([, box]) => box.checked)
  .map(([table]) => ["3px solid " + table.colour, table.title]);

export const otherTables = (makeTable) => $("other-tables").append(...D.others.map((table) => {
  const id = "table-" + table.key, title = el("h3", { id: "head-" + id, text: table.title });
  return el("section", { id: id, "aria-labelledby": title.id }, title, el("p", { text: table.note }), makeTable(table));
}));
