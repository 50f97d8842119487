// Sites: circles with their symbol when there is room.

import { D, siteCount, siteLayer, siteSpot, themeOf } from "./data.js";
import { $, inkOn } from "./elements.js";
import { clickable, drawn, map, pin } from "./map.js";
import { state } from "./profiles.js";

const Mark = L.CircleMarker.extend({
  _updatePath() {
    this._renderer._updateCircle(this);
    if (this._radius < 7.5 || this._empty()) return;
    const pen = this._renderer._ctx;
    pen.save();
    pen.font = "700 " + Math.round(this._radius * 1.15) + "px " + getComputedStyle(document.body).fontFamily;
    pen.textAlign = "center";
    pen.textBaseline = "middle";
    pen.fillStyle = this.options.ink;
    pen.fillText(this.options.symbol, this._point.x, this._point.y + 0.5);
    pen.restore();
  },
});
const groups = D.layers.map(() => L.layerGroup());
const marks = [];
const radius = () => {
  const zoom = map.getZoom();
  return zoom < 13 ? 2.6 : zoom < 14.5 ? 3.4 : zoom < 16 ? 5.5 : zoom < 17.5 ? 8.5 : 10.5;
};
let size = radius();

export const makeSites = (show) => {
  size = radius();
  for (let i = 0; i < siteCount; i++) {
    const layer = siteLayer(i);
    const mark = new Mark(siteSpot(i), clickable({
      radius: size, color: "#ffffff", weight: 1, fillColor: layer.colour, fillOpacity: D.sites.in_area[i] ? 1 : 0.45,
      symbol: layer.symbol, ink: inkOn(layer.colour),
    }));
    mark.on("click", () => show(i));
    marks.push(mark);
    groups[D.sites.layer[i]].addLayer(mark);
  }
};
export const scaleSites = () => {
  if (radius() === size) return;
  size = radius();
  marks.forEach((mark) => mark.setRadius(size));
};

export const wantedLayer = (layer) => {
  if (!$("show-sites").checked) return false;
  const which = $("which-sites").value, theme = themeOf(state.theme);
  if (which === "all") return true;
  if (which === "space" || !theme || theme.kind === "promise") return layer.role === "space" || which === "theme";
  return theme.kind === "group" ? layer.group === theme.key : layer.key === theme.key;
};
export const drawSites = () => D.layers.forEach((layer, at) => {
  if (wantedLayer(layer)) groups[at].addTo(map);
  else groups[at].remove();
});

export const ringSite = (i) => pin.addLayer(L.circleMarker(siteSpot(i), drawn({
  radius: radius() + 6, color: D.colours.ink, weight: 2.5, fill: false,
})));
export const sitesOf = (place) => D.sites.place_id.flatMap((id, i) => (id === place ? [i] : []));
