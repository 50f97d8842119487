// The panel: what to see, for whom, how, and the list of villages. A change is drawn by redraw().

import { cardIsOpen, closeCard, focused } from "./card.js";
import { D, layerOf, say, themeOf } from "./data.js";
import { $, button, chips, el, item } from "./elements.js";
import { drawGaps } from "./gapcard.js";
import { drawLabels } from "./labels.js";
import { drawLegend } from "./legend.js";
import { map } from "./map.js";
import { hasGap, inTheme, isOwn, profileName, profileOf, served, state } from "./profiles.js";
import { drawSites } from "./sites.js";
import { drawTheme } from "./theme.js";
import { showVillage, villageFacts } from "./villagecard.js";
import { pairLayer, villageLayer } from "./villages.js";
import { fill, joined, people, percent, residentsIn, themeName, tidy, whole } from "./words.js";

const FEW_SHAPES = 60; // so many villages and pairs may stand on the map together

export const redraw = () => {
  drawTheme();
  drawGaps();
  drawSites();
  drawLegend();
  drawLabels();
};

// ---------- profiles
export const showProfile = () => {
  const own = profileName(D.profile), gaps = D.profiles.some((profile) => hasGap(profile.key));
  $("profile").value = state.profile;
  const note = isOwn() ? "" : joined([profileOf(state.profile).note, fill(say.profile_other, { own: own })], " ");
  $("profile-note").textContent = D.profiles.length < 2 ? say.profile_one : note;
  const closed = { area: !isOwn() || !D.minutes.length, gap: !gaps };
  document.querySelectorAll("#view input").forEach((input) => {
    input.checked = input.value === state.view;
    input.disabled = Boolean(closed[input.value]);
  });
  document.querySelectorAll("#theme option").forEach((option) => {
    const theme = themeOf(option.value);
    if (theme) option.textContent = themeName(theme) + " " + percent(served(theme).share);
  });
  showHeadline();
};
const showHeadline = () => {
  const box = document.querySelector(".promise"), promise = D.themes.find((theme) => theme.kind === "promise");
  if (!box || !promise) return;
  const now = served(promise), walker = profileOf(state.profile);
  const all = isOwn() ? D.residents : inTheme(walker.residents, promise.key);
  const said = fill(say.of_people, { people: walker.counted, all: people(all), covered: people(now.people) });
  box.querySelector("strong").textContent = percent(now.share);
  const profile = isOwn() ? "" : fill(say.of_profile, { name: profileName(state.profile) });
  const unknown = now.unknown ? fill(say.unknown_n, { n: people(now.unknown) }) : "";
  box.querySelector("small").textContent = joined([said, unknown, profile]);
  const parts = $("parts"); // of the study's walker
  if (parts) parts.hidden = !isOwn();
};
export const setProfile = (key) => {
  state.profile = key;
  const noGap = state.view === "gap" && (isOwn() || !hasGap(key)), noArea = state.view === "area" && !isOwn();
  if (noGap || noArea) state.view = "share";
  if (cardIsOpen() && !state.village) closeCard(); // its numbers were the other profile's
  showProfile();
  redraw();
};
const setView = (view) => {
  state.view = view;
  if (view !== "gap" || hasGap(state.profile)) {
    redraw();
    return;
  }
  const withGap = D.profiles.map((profile) => profile.key).filter(hasGap);
  setProfile(withGap.includes(D.least_mobile) ? D.least_mobile : withGap[0]);
};

// ---------- themes
const setTheme = (key) => {
  state.theme = key;
  const which = $("which-sites");
  if (themeOf(key).kind !== "promise" && which.value === "space") which.value = "theme";
  redraw();
};
const makeThemes = () => {
  const select = $("theme");
  const groups = { group: el("optgroup", { label: say.by_group }), layer: el("optgroup", { label: say.by_layer }) };
  D.themes.forEach((theme) => (groups[theme.kind] || select).append(el("option", { value: theme.key })));
  select.append(groups.group, groups.layer);
  select.disabled = !D.themes.length;
  if (select.disabled) select.append(el("option", { text: say.no_data }));
  select.value = state.theme;
  select.addEventListener("change", () => setTheme(select.value));
};
const profileOption = ({ key, name, speed }) => {
  const text = speed ? fill(say.profile_speed, { name: name, speed: tidy(speed) }) : name;
  return el("option", { value: key, text: text });
};
const makeProfiles = () => {
  const select = $("profile");
  select.append(...D.profiles.map(profileOption));
  select.disabled = D.profiles.length < 2;
  select.addEventListener("change", () => setProfile(select.value));
};
const makeViews = () => {
  $("view").addEventListener("change", (event) => setView(event.target.value));
  $("minutes").append(...D.minutes.map((minutes) => {
    const checked = minutes === state.minutes, value = String(minutes);
    const input = el("input", { type: "radio", name: "minutes", value: value, checked: checked });
    return el("label", {}, input, el("span", { text: fill(say.min_unit, { n: tidy(minutes) }) }));
  }));
  $("minutes").addEventListener("change", (event) => {
    state.minutes = Number(event.target.value);
    redraw();
  });
};

// ---------- what else is shown
export const switchLayer = (box, layer) => box.addEventListener("change", () => {
  if (box.checked) layer.addTo(map);
  else layer.remove();
  drawLegend();
  drawLabels();
});
const makeOverlays = () => {
  $("show-gaps").disabled = !D.gaps.length;
  $("show-short").disabled = !D.short.length;
  $("show-sites").checked = !D.wide;
  if (D.short.length && D.short.length + D.villages.length <= FEW_SHAPES) {
    $("show-short").checked = true;
    pairLayer.addTo(map);
  }
  switchLayer($("show-villages"), villageLayer);
  switchLayer($("show-short"), pairLayer);
  $("show-gaps").addEventListener("change", redraw);
  ["show-sites", "which-sites"].forEach((id) => $(id).addEventListener("change", () => {
    drawSites();
    drawLegend();
  }));
};

const villageItem = (village) => {
  const facts = villageFacts(village), members = village.places.filter((place) => place.member);
  const keys = [...new Set(members.flatMap((place) => place.layers))];
  const spaces = keys.filter((key) => layerOf(key) && layerOf(key).role === "space");
  const sub = joined([say.places + " " + whole(facts.places), residentsIn(15) + " " + people(facts.residents_15min)]);
  const flag = village.card.doubtful ? el("small", { className: "flag", text: "⚠ " + say.doubt }) : null;
  const open = () => focused(showVillage(village));
  return item(button({ "data-rank": String(village.rank) }, open,
    el("span", { className: "order", text: String(village.rank) }),
    el("span", {}, el("b", { text: village.name }), flag, el("small", { text: sub }), chips(spaces))));
};
const makeVillageList = () => {
  const none = el("li", { text: say.no_villages });
  $("village-list").append(...(D.villages.length ? D.villages.map(villageItem) : [none]));
};

export const makePanel = () => {
  makeThemes();
  makeProfiles();
  makeViews();
  makeOverlays();
  showProfile();
  makeVillageList();
};
