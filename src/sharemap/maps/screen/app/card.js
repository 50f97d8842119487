// The card beside the map: one at a time. A card that can be found again has an address,
// #village=..., #place=..., #gap=..., #dong=..., #pair=..., #block=...

import { say } from "./data.js";
import { $, button, el } from "./elements.js";
import { chosen, home, pin } from "./map.js";
import { state } from "./profiles.js";
import { unmarkVillage } from "./villages.js";
import { fill, joined } from "./words.js";

const card = $("card");
let opener = null; // what had the focus before

export const cardIsOpen = () => !card.hidden;
export const openedFrom = (node) => { opener = node; };

const setAddress = (kind, id) => {
  const now = window.location.hash, wanted = kind ? "#" + kind + "=" + encodeURIComponent(id) : "";
  if (now === wanted || (!wanted && !now.includes("="))) return; // #tables is a place on the page, not a card
  try {
    window.history.replaceState(window.history.state, "", wanted || window.location.pathname + window.location.search);
  } catch { /* inside a frame the page may have no address of its own */ }
};

export const clearCard = () => {
  card.hidden = true;
  $("note").hidden = true;
  chosen.clearLayers();
  pin.clearLayers();
  state.stops = [];
  if (state.village) unmarkVillage(state.village);
  state.village = null;
  $("village-list").querySelectorAll("[aria-current]").forEach((node) => node.removeAttribute("aria-current"));
};
export const closeCard = () => {
  const inside = card.contains(document.activeElement);
  clearCard();
  setAddress();
  if (inside) (opener && opener.isConnected ? opener : home).focus({ preventScroll: true });
};
// returns the heading, for the focus
export const openCard = (address, title, sub, ...kids) => {
  setAddress(...address);
  const active = document.activeElement;
  if (active !== document.body && !card.contains(active)) opener = active;
  const close = button({ className: "close", "aria-label": say.close, text: "×" }, closeCard);
  const heading = el("h2", { text: title, tabIndex: -1 });
  card.replaceChildren(close, heading, sub ? el("p", { className: "sub", text: sub }) : "", ...kids.filter(Boolean));
  card.hidden = false;
  card.scrollTop = 0;
  $("announce").textContent = fill(say.opened, { title: joined([title, sub], ", ") });
  return heading;
};
export const focused = (heading) => heading.focus({ preventScroll: true });
