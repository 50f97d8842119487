// The map itself: its panes, its bounds and what stays in sight of it.

import { D, dongShape } from "./data.js";
import { $, el } from "./elements.js";

export const bounds = L.latLngBounds(D.dongs.flatMap((dong) => dongShape(dong).flatMap((rings) => rings[0])));
export const home = $("map_sharemap");
export const map = (window.map_sharemap = L.map(home, {
  center: bounds.getCenter(), zoom: 10, minZoom: 10, maxZoom: 19, zoomSnap: 0.25,
  zoomControl: false, attributionControl: false, preferCanvas: true,
}));

// only the top canvas listens to the pointer
const pane = (name, z) => {
  const made = map.createPane(name);
  made.style.zIndex = z;
  made.style.pointerEvents = "none";
  return L.canvas({ pane: name, padding: 0.2 });
};
const renderers = {
  "sm-fill": pane("sm-fill", 210),
  "sm-ground": pane("sm-ground", 250),
  "sm-streets": pane("sm-streets", 300),
  "sm-borders": pane("sm-borders", 320),
};
const labelPane = map.createPane("sm-labels");
labelPane.style.zIndex = 620;
labelPane.style.pointerEvents = "none";
export const top = L.canvas({ padding: 0.2, tolerance: 5 });
export const still = (name, look) => ({ pane: name, renderer: renderers[name], interactive: false, ...look });
export const drawn = (look) => ({ renderer: top, interactive: false, ...look });
export const clickable = (look) => ({ renderer: top, bubblingMouseEvents: false, ...look });

export const chosen = L.layerGroup().addTo(map); // what the open card is about
export const pin = L.layerGroup().addTo(map);
export const pinAt = (at) => L.circleMarker(at, drawn({
  radius: 7, color: D.colours.ink, weight: 3, fillColor: "#ffffff", fillOpacity: 1,
}));
export const numbered = (at, look, text, { size, above, ...more }) => L.marker(at, {
  icon: L.divIcon({ className: look, html: el("span", { text: String(text) }), iconSize: [size, size] }),
  keyboard: false, zIndexOffset: above, ...more,
});
// a box of the screen that a spot takes
export const boxAt = (at, half) => {
  const p = map.latLngToContainerPoint(at);
  return [p.x - half, p.y - half, p.x + half, p.y + half];
};

export const cardBelow = () => window.matchMedia("(max-width: 899px)").matches; // as the style sheet has it
export const goTo = (target, closest = 17) => {
  const narrow = cardBelow(), keyStays = window.matchMedia("(min-width: 1280px)").matches;
  const key = keyStays && $("key").offsetWidth; // else it gives way to the card
  map.fitBounds(target, {
    paddingTopLeft: narrow ? [40, 20] : [key ? key + 20 : 60, 50],
    paddingBottomRight: narrow ? [40, Math.round(map.getSize().y * 0.64)] : [400, 60],
    maxZoom: closest, animate: false,
  });
};
export const keepInSight = (at) => {
  const size = map.getSize(), narrow = cardBelow(), p = map.latLngToContainerPoint(at);
  const right = size.x - (narrow ? 40 : 420), low = narrow ? size.y * 0.3 : size.y - 40;
  const by = [Math.max(0, p.x - right), Math.max(0, p.y - low)];
  if (by[0] || by[1]) map.panBy(by, { animate: false });
};
export const lookAt = (at) => {
  map.setView(at, 17, { animate: false });
  keepInSight(at);
};

export const showAll = () => {
  const foot = document.querySelector(".attribution");
  const below = foot.offsetWidth > home.offsetWidth * 0.8 ? foot.offsetHeight : 0; // the sources lie over the map
  home.style.setProperty("--foot", below + "px");
  const beside = home.offsetWidth > 700 ? 190 : 12; // room for the key
  map.fitBounds(bounds, { paddingTopLeft: [beside, 12], paddingBottomRight: [12, 12 + below], animate: false });
};
