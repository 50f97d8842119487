// The address leads to a card: on opening, and when it changes.

import { showBlock, showDong } from "./blockcards.js";
import { clearCard, focused } from "./card.js";
import { D, blockNumber, say } from "./data.js";
import { $ } from "./elements.js";
import { showGap } from "./gapcard.js";
import { home } from "./map.js";
import { redraw, setProfile } from "./panel.js";
import { state } from "./profiles.js";
import { showPair, showPlace } from "./sitecards.js";
import { showVillage } from "./villagecard.js";
import { fill } from "./words.js";

const LONGEST_SAID = 80;

// a rank alone means the study's profile and its first theme
const gapAt = (id) => {
  const first = (gap) => gap.profile === D.profile && gap.key === D.themes[0].key;
  return D.gaps.find((gap) => gap.id === id) || D.gaps.find((gap) => String(gap.rank) === id && first(gap));
};
const goToGap = (gap) => {
  state.theme = gap.key;
  $("theme").value = gap.key;
  $("show-gaps").checked = true;
  if (gap.profile === state.profile) redraw();
  else setProfile(gap.profile);
  return showGap(gap);
};
const villageAt = (id) =>
  D.villages.find((village) => village.id === id) || D.villages.find((village) => String(village.rank) === id);
const to = (thing, show) => (thing === undefined || thing === -1 ? null : () => show(thing));
const destinations = {
  village: (id) => to(villageAt(id), showVillage),
  place: (id) => to(id && D.sites.place_id.includes(id) ? id : undefined, showPlace),
  gap: (id) => to(gapAt(id), goToGap),
  dong: (id) => to(D.dongs.find((dong) => dong.code === id), showDong),
  pair: (id) => to(D.short.find((pair) => String(pair.rank) === id), showPair),
  block: (id) => to(blockNumber(id), showBlock),
};

const decoded = (text) => {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
};
const destinationOf = (text) => {
  const cut = text.indexOf("="), kind = text.slice(0, Math.max(cut, 0));
  return Object.hasOwn(destinations, kind) ? destinations[kind](text.slice(cut + 1)) : null;
};
// whether it led to a card
export const followAddress = () => {
  const raw = window.location.hash.slice(1), text = decoded(raw);
  if (!raw || $(text)) return false; // nothing, or a part of the page
  const go = destinationOf(text);
  clearCard();
  if (go) {
    focused(go());
    home.scrollIntoView({ block: "nearest" });
    return true;
  }
  $("note-text").textContent = fill(say.no_such_place, { text: [...text].slice(0, LONGEST_SAID).join("") });
  $("note").hidden = false;
  return false;
};
