// Village candidates and the pairs that are one short of one, on the map.

import { D, polygons, spot } from "./data.js";
import { clickable, map, numbered } from "./map.js";

export const villageLayer = L.layerGroup().addTo(map);
export const pairLayer = L.layerGroup();
const villageShapes = {}, villageBadges = {};

export const makeVillages = (show) => D.villages.slice().reverse().forEach((village) => {
  const colour = D.colours.village;
  const look = { color: colour, weight: 2, fillColor: colour, fillOpacity: 0.16 };
  villageShapes[village.id] = L.polygon(polygons(village.shape), clickable(look));
  const above = 1000 - village.rank;
  villageBadges[village.id] = numbered(spot(...village.at), "badge", village.rank, { size: 26, above: above });
  [villageShapes[village.id], villageBadges[village.id]].forEach((layer) => {
    layer.on("click", () => show(village));
    villageLayer.addLayer(layer);
  });
});
// the badge gives way to the numbers of the places
export const markVillage = (village) => {
  villageShapes[village.id].setStyle({ weight: 3, fillOpacity: 0.2 });
  villageBadges[village.id].setOpacity(0);
};
export const unmarkVillage = (id) => {
  villageShapes[id].setStyle({ weight: 2, fillOpacity: 0.16 });
  villageBadges[id].setOpacity(1);
};
export const villageBounds = (village) => villageShapes[village.id].getBounds();

export const pairEnds = (pair) => pair.ends.map((end) => spot(...end));
export const makePairs = (show) => D.short.forEach((pair) => {
  const ends = pairEnds(pair), color = D.colours.short;
  const ring = { color: color, fillColor: "#ffffff", fillOpacity: 1 };
  const layers = [L.polyline(ends, clickable({ color: color, dashArray: "2 6", lineCap: "round" }))];
  layers.push(...ends.map((end) => L.circleMarker(end, clickable(ring))));
  layers.forEach((layer) => {
    layer.on("click", () => show(pair));
    pairLayer.addLayer(layer);
  });
});
// pairs stay behind the villages: small from afar, plain to see from near
export const scalePairs = () => {
  const far = map.getZoom() < 14.5;
  pairLayer.eachLayer((layer) => {
    if (layer instanceof L.CircleMarker) layer.setRadius(far ? 3 : 5).setStyle({ weight: far ? 1.5 : 2.5 });
    else layer.setStyle({ weight: far ? 1.75 : 3 });
  });
};
