// The chosen theme on the ground: the dongs by their share, or the walking areas.

import { D, areaOf, dongShape } from "./data.js";
import { $ } from "./elements.js";
import { map, still } from "./map.js";
import { byDong, shownShare, state } from "./profiles.js";
import { none } from "./words.js";

const themeLayer = L.layerGroup().addTo(map);

export const classes = () => (state.view === "gap" ? D.colours.gap_classes : D.colours.classes);
const colourOf = (share) => {
  if (none(share)) return D.colours.no_share;
  return classes().reduce((found, { low, colour }) => (share >= low ? colour : found), classes()[0].colour);
};
export const bands = () => D.minutes.filter((minutes) => minutes <= state.minutes).sort((a, b) => b - a);

// what a ward's files do not tell is hatched over its colour: never by colour alone
const hatch = (() => {
  const tile = document.createElement("canvas"), pen = tile.getContext("2d");
  tile.width = tile.height = 9;
  pen.strokeStyle = D.colours.ink;
  pen.lineWidth = 1.4;
  [[-1, 1, 1, -1], [0, 9, 9, 0], [8, 10, 10, 8]].forEach(([x, y, toX, toY]) => {
    pen.moveTo(x, y);
    pen.lineTo(toX, toY);
  });
  pen.stroke();
  return pen.createPattern(tile, "repeat");
})();
const isDoubted = (dong) => (D.doubted[state.theme] || []).includes(dong.ward_code);
export const someDoubted = () => byDong() && D.dongs.some(isDoubted);
const hatchDongs = () => D.dongs.filter(isDoubted).forEach((dong) => {
  const look = { stroke: false, fillColor: hatch, fillOpacity: 0.75 };
  L.polygon(dongShape(dong), still("sm-fill", look)).addTo(themeLayer);
});

const fillDongs = () => D.dongs.forEach((dong) => {
  const look = { stroke: false, fillColor: colourOf(shownShare(dong)), fillOpacity: 0.82 };
  L.polygon(dongShape(dong), still("sm-fill", look)).addTo(themeLayer);
});
const fillAreas = () => bands().forEach((minutes, at) => {
  const edge = { color: D.colours.loop, weight: at === 0 ? 1.6 : 0.8 };
  const look = still("sm-fill", { ...edge, fillColor: D.colours.area, fillOpacity: 0.3 });
  L.polygon(areaOf(state.theme, minutes), look).addTo(themeLayer);
});
export const drawTheme = () => {
  themeLayer.clearLayers();
  if (byDong()) {
    fillDongs();
    hatchDongs();
  } else if (state.view === "area") fillAreas();
  $("minutes-box").hidden = state.view !== "area";
};
