// The legend of the panel, and its colours once more on the map.

import { D, say, themeOf } from "./data.js";
import { $, chip, el, item } from "./elements.js";
import { gapsHere } from "./gaps.js";
import { otherEntries } from "./others.js";
import { byDong, isOwn, missed, profileName, profileOf, served, state } from "./profiles.js";
import { wantedLayer } from "./sites.js";
import { bands, classes, someDoubted } from "./theme.js";
import { fill, joined, people, percent, themeName, tidy, whole } from "./words.js";

const AREA_ON_WHITE = ["#b7d5d8", "#82b7bd", "#4c979f"]; // one, two and three walking areas over each other
const HATCH = "repeating-linear-gradient(-45deg, #33414b 0 1.5px, #ffffff 1.5px 5px)";
const VILLAGE_ON_WHITE = "#eacdbd", GAP_ON_WHITE = "#e7d0dc";

const entry = (look, style, text) =>
  item(el("i", { className: look, style: style, "aria-hidden": "true" }), el("span", { text: text }));
export const swatch = (style, text) => entry("swatch", style, text);
export const stroke = (border, text) => entry("swatch line", { "border-top": border }, text);
const list = (...items) => el("ul", { className: "classes" }, ...items);
const bold = (theme) => el("b", { text: themeName(theme) });

const classText = (at, shown) => {
  const a = Math.round(shown[at].low * 100), b = at + 1 < shown.length ? Math.round(shown[at + 1].low * 100) : 100;
  if (at === 0) return fill(say.below, { b: b });
  return at + 1 === shown.length ? fill(say.or_more, { a: a }) : fill(say.between, { a: a, b: b });
};
const shareHead = (theme) => {
  const other = isOwn() ? "" : " · " + fill(say.of_profile, { name: profileName(state.profile) });
  const meaning = fill(say.legend_share, { minutes: D.cutoff }), now = served(theme);
  const unknown = now.unknown ? fill(say.unknown_n, { n: people(now.unknown) }) : "";
  const said = joined([percent(now.share), unknown, isOwn() ? theme.bounds : ""]);
  return el("p", {}, bold(theme), " " + said + other, el("br"), meaning);
};
const gapHead = (theme) => {
  const { people: lost, share } = missed(theme), { counted } = profileOf(state.profile);
  const names = { own: profileName(D.profile), other: profileName(state.profile), minutes: D.cutoff, people: counted };
  const said = " " + percent(share) + " · " + fill(say.gap_people, { people: counted, n: people(lost) });
  return el("p", {}, bold(theme), said, el("br"), fill(say.legend_gap, names));
};
const classLegend = (theme) => {
  const shown = classes();
  const items = shown.map(({ colour }, at) => swatch({ "background-color": colour }, classText(at, shown)));
  items.push(swatch({ "background-color": D.colours.no_share }, say.legend_empty));
  const hatched = { "background-image": HATCH, outline: "1px solid #4c5a63" };
  if (someDoubted()) items.push(swatch(hatched, say.legend_doubted));
  return [state.view === "gap" ? gapHead(theme) : shareHead(theme), list(...items)];
};
const areaLegend = (theme) => {
  const items = bands().map((minutes, at) => {
    const look = { "background-color": AREA_ON_WHITE[Math.min(at, 2)], outline: "1px solid " + D.colours.loop };
    return swatch(look, fill(say.legend_area, { minutes: tidy(minutes) }));
  });
  return [el("p", {}, bold(theme)), list(...items)];
};
const overlays = () => {
  const { village, gap, short } = D.colours, items = [];
  const filled = (colour, outline) => ({ "background-color": colour, outline: outline });
  if (D.villages.length) items.push(swatch(filled(VILLAGE_ON_WHITE, "2px solid " + village), say.legend_village));
  if ($("show-gaps").checked && gapsHere().length)
    items.push(swatch(filled(GAP_ON_WHITE, "2px dashed " + gap), say.legend_gaps));
  if (D.short.length && $("show-short").checked) items.push(stroke("3px dotted " + short, say.legend_short));
  items.push(...otherEntries().map(([border, title]) => stroke(border, title)));
  items.push(stroke("1.5px dashed #4c5a63", say.legend_dong), stroke("2.5px solid #33414b", say.legend_ward));
  return list(...items);
};
const symbols = () => {
  const shown = D.layers.filter(wantedLayer);
  if (!shown.length) return [];
  const items = shown.map((layer) => item(chip(layer), el("span", { text: layer.name + " " + whole(layer.sites) })));
  return [el("p", {}, el("b", { text: say.symbols })), el("ul", { className: "symbols" }, ...items)];
};

// on the map itself, where the eye is: the legend of the panel is what readers without sight get
const drawKey = (theme) => {
  const colours = $("legend").querySelector(".classes"), key = $("key");
  const coloured = Boolean(theme && state.view !== "none" && colours);
  key.hidden = !coloured;
  key.replaceChildren();
  if (!coloured) return;
  const profile = profileName(state.profile);
  const view = { area: say.view_area, gap: joined([say.view_gap, profile]), share: joined([say.view_share, profile]) };
  key.append(bold(theme), el("small", { text: view[state.view] }), colours.cloneNode(true));
};

export const drawLegend = () => {
  const theme = themeOf(state.theme), parts = [];
  if (byDong() && theme) parts.push(...classLegend(theme));
  else if (state.view === "area" && theme) parts.push(...areaLegend(theme));
  $("legend").replaceChildren(...parts, overlays(), ...symbols());
  drawKey(theme);
};
