// The start: everything is drawn once, then the page listens.

import { showHere } from "./blockcards.js";
import { cardIsOpen, closeCard, focused } from "./card.js";
import { say } from "./data.js";
import { followAddress } from "./destinations.js";
import { $ } from "./elements.js";
import { drawBorders, drawGround, scaleStreets } from "./ground.js";
import { drawLabels } from "./labels.js";
import { bounds, home, map, showAll } from "./map.js";
import { makeOthers, otherTables } from "./others.js";
import { makePanel, redraw, switchLayer } from "./panel.js";
import { makePrint } from "./paper.js";
import { makeSearch } from "./search.js";
import { showPair, showSite } from "./sitecards.js";
import { makeSites, scaleSites } from "./sites.js";
import { makeSiteList, sortableTable } from "./tables.js";
import { showVillage } from "./villagecard.js";
import { makePairs, makeVillages, scalePairs } from "./villages.js";

// ---------- the frame: the map takes what the head of the page leaves of the window
const stage = document.querySelector(".stage");
const fitStage = () => document.documentElement.style.setProperty("--top", stage.offsetTop + "px");
document.querySelectorAll(".top, .warnings").forEach((part) => new ResizeObserver(fitStage).observe(part));
fitStage();
map.invalidateSize({ animate: false, pan: false });
showAll();
map.setMaxBounds(bounds.pad(2)); // room to lay the edge of the area beside a card
L.control.zoom({ position: "topleft", zoomInTitle: say.zoom_in, zoomOutTitle: say.zoom_out }).addTo(map);
L.control.scale({ imperial: false, position: "bottomleft" }).addTo(map);

// ---------- everything is drawn
drawGround();
scaleStreets();
drawBorders();
makeVillages(showVillage);
makePairs(showPair);
scalePairs();
makeSites(showSite);
makePanel();
makeOthers(switchLayer);
otherTables(sortableTable);
makeSearch();
makeSiteList();
makePrint();
redraw();

// ---------- the box may get its size only now, or another one when a phone is turned:
// until somebody moves the map, all of the area stays in sight
let touched = false;
const touch = () => { touched = true; };
const keepShowingAll = () => { if (!touched && !cardIsOpen()) showAll(); };
["pointerdown", "wheel", "keydown"].forEach((type) => home.addEventListener(type, touch, { passive: true }));
map.on("resize", keepShowingAll);
new ResizeObserver(() => map.invalidateSize({ animate: false, pan: touched })).observe(home);
window.requestAnimationFrame(() => {
  map.invalidateSize({ animate: false, pan: false });
  keepShowingAll();
});

// ---------- the page listens
const scale = () => [scaleStreets, scalePairs, scaleSites].forEach((run) => run());
const follow = () => { if (followAddress()) touch(); };
const hideNote = () => { $("note").hidden = true; };
map.on("zoomend", scale);
map.on("moveend", drawLabels);
map.on("click", (event) => showHere(event.latlng));
home.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && event.target === home) focused(showHere(map.getCenter()));
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  if (cardIsOpen()) closeCard();
  hideNote();
});
$("note").querySelector("button").addEventListener("click", hideNote);
window.addEventListener("hashchange", follow);
follow();
document.documentElement.dataset.ready = "1";
