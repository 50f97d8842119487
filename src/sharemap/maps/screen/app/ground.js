// The ground under the results: water, railways, streets, borders.

import { D, dongShape, polygons, unpack } from "./data.js";
import { map, still } from "./map.js";
import { nearestOn } from "./shapes.js";

const WIDTHS = { // at zoom 12, 13.5, 15, 16.5 and 18
  fast: [1.2, 2.4, 4, 7, 11], major: [1, 2.1, 3.4, 6.5, 12], mid: [0.7, 1.3, 2.4, 5, 9],
  minor: [0.3, 0.6, 1.4, 3.2, 6.5], foot: [0, 0.3, 0.7, 1.5, 2.4],
};
const KINDS = ["foot", "minor", "mid", "major", "fast"];
const LINE = { fast: "#f0d9a8", foot: "#a8aea8" }, PLAIN = "#ffffff", CASE = "#aeb4ad";
const streets = []; // kind, whether it is the case around the line, the layer

const widthAt = (kind) => {
  const zoom = Math.min(Math.max(map.getZoom(), 12), 18);
  const steps = WIDTHS[kind], at = (zoom - 12) / 1.5, low = Math.min(Math.floor(at), 3);
  return steps[low] + (steps[low + 1] - steps[low]) * Math.min(at - low, 1);
};
// from afar the small streets step back, so that the colours of the dongs are read
const strengthAt = (kind) =>
  kind === "minor" || kind === "foot" ? Math.min(Math.max((map.getZoom() - 12) / 4, 0.25), 1) : 1;
const opacity = (kind, isCase) => (isCase ? 0.85 : kind === "foot" ? 0.8 : 1);
export const scaleStreets = () => streets.forEach(([kind, isCase, line]) => line.setStyle({
  weight: widthAt(kind) + (isCase ? 1 : 0), opacity: strengthAt(kind) * opacity(kind, isCase),
}));

const street = (lines, kind, isCase) => L.polyline(lines, still("sm-streets", {
  color: isCase ? CASE : LINE[kind] || PLAIN, opacity: opacity(kind, isCase), lineCap: "round",
}));
const drawStreets = () => {
  KINDS.filter((kind) => (D.background.streets[kind] || []).length).forEach((kind) => {
    const lines = D.background.streets[kind].map(unpack);
    if (kind !== "foot") streets.push([kind, true, street(lines, kind, true)]);
    streets.push([kind, false, street(lines, kind, false)]);
  });
  const some = (cases) => streets.filter(([, isCase]) => isCase === cases);
  [...some(true), ...some(false)].forEach(([, , line]) => line.addTo(map));
};
export const drawGround = () => {
  const { water, streams, railway } = D.background;
  const filled = { stroke: false, fillColor: D.colours.water, fillOpacity: 1 };
  if (water.length) L.polygon(polygons(water), still("sm-ground", filled)).addTo(map);
  const thin = { color: D.colours.water, weight: 2 };
  if (streams.length) L.polyline(streams.map(unpack), still("sm-ground", thin)).addTo(map);
  drawStreets();
  if (!railway.length) return;
  const lines = railway.map(unpack);
  L.polyline(lines, still("sm-streets", { color: "#7b8288", weight: 2.2, opacity: 0.8 })).addTo(map);
  L.polyline(lines, still("sm-streets", { color: "#f4f3ef", weight: 1.2, dashArray: "6 6" })).addTo(map);
};

export const drawBorders = () => {
  const world = [[-85, -180], [-85, 180], [85, 180], [85, -180]];
  const outside = [world].concat(polygons(D.outline).map((rings) => rings[0]));
  L.polygon(outside, still("sm-borders", { stroke: false, fillColor: "#efeee8", fillOpacity: 0.55 })).addTo(map);
  const dong = { fill: false, color: "#4c5a63", weight: 0.9, opacity: 0.75, dashArray: "4 3" };
  D.dongs.forEach((one) => L.polygon(dongShape(one), still("sm-borders", dong)).addTo(map));
  const ward = { color: "#33414b", weight: 2.2, opacity: 0.9 };
  L.polyline(D.wards.map(unpack), still("sm-borders", ward)).addTo(map);
};

// the point of the nearest drawn street within 150 m: reach is a matter of streets, not of block interiors
export const onStreet = (at) => {
  if (D.wide) return null;
  let best = { metres: 150, at: null };
  const walkable = streets.filter(([kind, isCase]) => !isCase && kind !== "fast");
  walkable.forEach(([, , layer]) => layer.getLatLngs().forEach((way) => way.forEach((b, i) => {
    if (!i) return;
    const a = way[i - 1], near = nearestOn(at, [a.lat, a.lng], [b.lat, b.lng]);
    if (near.metres < best.metres) best = near;
  })));
  return best.at;
};
