// Unserved areas on the map and in the list, and the card of one.

import { D, layerOf, named, say, spot, themeOf } from "./data.js";
import { $, button, el, facts, head, item, span, table } from "./elements.js";
import { gapShape, gapWhere, gapsHere } from "./gaps.js";
import { clearCard, focused, openCard } from "./card.js";
import { drawLegend } from "./legend.js";
import { chosen, clickable, drawn, goTo, map, numbered } from "./map.js";
import { byDong, profileName, state } from "./profiles.js";
import { fill, joined, people, themeName, themeNamed, walked } from "./words.js";

const MOST_GAPS = 30;
const gapLayer = L.layerGroup().addTo(map);

const walkFacts = (gap) => {
  const walk = named("walk", gap.walk), atMost = walk.walk_is === "at_most";
  const middle = walk.walk_min === null ? say.walk_none : walked(walk.walk_m, walk.walk_min);
  const limited = atMost && walk.walk_min !== null ? fill(say.walk_at_most, { walk: middle }) : middle;
  const most = atMost ? say.walk_at_most_min : say.min_unit;
  const longest = walk.longest_min === null ? "" : fill(most, { n: walk.longest_min.toFixed(1) });
  return [[say.walk_middle, limited], [say.walk_longest, longest]];
};
const nearestName = (gap) => {
  const layer = layerOf(gap.layer);
  return gap.nearest ? gap.nearest + (layer ? " (" + layer.name + ")" : "") : say.walk_none;
};
export const showGap = (gap) => {
  clearCard();
  const shape = L.polygon(gapShape(gap), drawn({ color: D.colours.gap, weight: 4, fill: false }));
  chosen.addLayer(shape);
  const title = fill(say.gap_title, { n: gap.rank }) + " · " + themeNamed(gap.key);
  const sub = joined([gap.site, fill(say.of_profile, { name: profileName(gap.profile) })]);
  const ages = D.ages.map((age, at) => [say["age_" + age], people(gap.ages[at])]);
  const heading = openCard(["gap", gap.id], title, sub,
    gap.sentence ? el("p", { className: "sentence", text: gap.sentence }) : null,
    facts([[fill(say.reached_of, { people: gap.counted }), people(gap.people)],
      [say.unserved_residents, people(gap.residents)],
      [say.lives_in, gapWhere(gap)], [say.nearest, nearestName(gap)], ...walkFacts(gap)]),
    head(say.ages), table([say.age, say.residents], ages, 1));
  goTo(shape.getBounds());
  return heading;
};

const drawGap = (gap) => {
  const colour = D.colours.gap;
  const shape = L.polygon(gapShape(gap), clickable({
    color: colour, weight: 2, dashArray: "6 3", fillColor: colour, fillOpacity: byDong() ? 0.04 : 0.18,
  }));
  const badge = numbered(spot(...gap.at), "badge gap", gap.rank, { size: 24, above: 500 - gap.rank });
  [shape, badge].forEach((layer) => layer.on("click", () => showGap(gap)));
  gapLayer.addLayer(shape);
  shape.bringToBack();
  gapLayer.addLayer(badge);
};
const note = (here) => {
  const theme = themeOf(state.theme);
  if (!theme) return "";
  if (D.residents === null) return say.no_people;
  if (theme.kind === "layer") return say.gap_layer;
  const rest = (D.rests[state.profile] || {})[state.theme];
  const names = { theme: themeName(theme), profile: profileName(state.profile) };
  return joined([here.length ? fill(say.gap_of, names) : say.gap_none, rest], ". ");
};
const openListed = (gap) => {
  $("show-gaps").checked = true;
  drawGaps();
  drawLegend();
  focused(showGap(gap));
};
const gapItem = (gap) => {
  const nearest = gap.nearest ? say.nearest + " " + gap.nearest : "";
  const sub = joined([fill(say.reached_n, { people: gap.counted, n: people(gap.people) }), nearest]);
  return item(button({}, () => openListed(gap), el("span", { className: "order gap", text: String(gap.rank) }),
    span(el("b", { text: gap.site }), el("small", { text: sub }))));
};
export const drawGaps = () => {
  const here = gapsHere();
  gapLayer.clearLayers();
  if ($("show-gaps").checked) here.forEach(drawGap);
  $("gap-note").textContent = note(here);
  $("gap-list").replaceChildren(...here.slice(0, MOST_GAPS).map(gapItem));
};
