// Cards of a dong, of a block, and of a spot on the map.

import { blockAt, frameOf, hasReach, isLarge, metresToHome, mostSites, nearFigure, nearProfile } from "./blocks.js";
import { clearCard, openCard } from "./card.js";
import { D, areaOf, dongShape, say } from "./data.js";
import { chip, el, facts, head, hint, span, warning } from "./elements.js";
import { onStreet } from "./ground.js";
import { drawLabels } from "./labels.js";
import { chosen, drawn, goTo, keepInSight, pin, pinAt } from "./map.js";
import { isOwn, profileName, shareIn, state, unknownIn } from "./profiles.js";
import { inShape } from "./shapes.js";
import { fill, joined, people, percent, tidy, whole } from "./words.js";

const profileText = (key) => fill(say.of_profile, { name: profileName(key) });
const coverageTitle = () => fill(say.table_coverage, { minutes: D.cutoff });

// ---------- dongs
const dongAt = (at) => D.dongs.find((dong) => inShape(at, dongShape(dong)));
const unknownText = (count) => (count ? fill(say.unknown_n, { n: people(count) }) : "");
const shareOf = (dong, theme) => [
  theme.kind === "promise" ? say.all_groups : theme.name,
  joined([percent(shareIn(dong, theme.key), dong.thin), unknownText(unknownIn(dong, theme.key))]),
];
const themesOf = (kinds) => D.themes.filter((theme) => kinds.includes(theme.kind));
const groupFacts = (dong) => themesOf(["promise", "group"]).map((theme) => shareOf(dong, theme));
const dongFacts = (dong) => facts([[say.residents, people(dong.residents)], ...groupFacts(dong)]);
const thinNote = (dong) => (dong.thin ? hint(fill(say.few_points, { n: D.few })) : null);
const ofProfile = () => (D.profiles.length > 1 ? hint(profileText(state.profile)) : null);

export const showDong = (dong) => {
  clearCard();
  const shape = L.polygon(dongShape(dong), drawn({ color: D.colours.ink, weight: 3, fill: false }));
  chosen.addLayer(shape);
  goTo(shape.getBounds(), 16);
  return openCard(["dong", dong.code], dong.name, dong.ward,
    el("p", { text: fill(say.dong_card, { residents: people(dong.residents) }) }),
    head(coverageTitle()), ofProfile(), facts(groupFacts(dong)),
    facts(themesOf(["layer"]).map((theme) => shareOf(dong, theme))), thinNote(dong));
};

// ---------- what a block reaches
const siteText = (count) =>
  mostSites(count) ? fill(say.near_many, { n: count }) : fill(say.count_of, { n: count });
const nearText = (figure) => {
  if (figure.untold) return say.near_unknown;
  if (figure.minutes === null) return fill(say.near_none, { n: D.cutoff });
  return fill(say.near_figure, { min: figure.minutes.toFixed(1), sites: siteText(figure.sites) });
};
const nearRow = (one, i, sign) => {
  const figure = nearFigure(one.key, i), all = D.blocks.residents[i];
  const some = figure.arrived > 0 && figure.arrived < all;
  const partial = joined([
    some ? fill(say.near_some, { all: people(all), n: people(figure.arrived) }) : "",
    figure.untold ? "" : unknownText(figure.unknown),
  ]);
  return el("li", { className: (sign ? "" : "head ") + (figure.minutes === null ? "out" : "") }, sign,
    span(one.name, partial ? el("small", { text: partial }) : null), el("b", { text: nearText(figure) }));
};
const promiseText = (figure, i) => {
  if (figure.untold) return say.near_unknown;
  if (figure.arrived === null) return figure.minutes === null ? say.near_no : say.near_yes;
  const arrived = fill(say.near_all_of, { all: people(D.blocks.residents[i]), n: people(figure.arrived) });
  return joined([arrived, unknownText(figure.unknown)]);
};
const blockReach = (i) => {
  if (!hasReach()) return [];
  const groups = themesOf(["group"]), told = new Set(groups.map((group) => group.key));
  const list = el("ul", { className: "here" });
  const layerRow = (layer) => nearRow(layer, i, chip(layer));
  groups.forEach((group) => list.append(
    nearRow(group, i, null), ...D.layers.filter((layer) => layer.group === group.key).map(layerRow)));
  list.append(...D.layers.filter((layer) => !told.has(layer.group)).map(layerRow));
  const own = { own: profileName(D.profile) };
  const promise = themesOf(["promise"]).map((theme) => el("p", { className: "promise-here" }, say.near_promise + ": ",
    el("b", { text: promiseText(nearFigure(theme.key, i), i) })));
  return [
    isLarge(i) ? warning(say.block_large) : null,
    metresToHome(i) ? warning(fill(say.block_empty, { m: whole(metresToHome(i)) })) : null,
    nearProfile() === state.profile ? null : warning(fill(say.block_own_profile, own)),
    ...promise, list, hint(fill(say.block_note, { n: D.cutoff }) + " " + profileText(nearProfile())),
  ];
};
const blockTitle = (i) => {
  const { dong, id, streets, residents } = D.blocks;
  return joined([dong[i], id[i], streets[i], fill(say.residents_n, { n: people(residents[i]) })]);
};
const drawBlock = (i) => {
  const ink = D.colours.ink;
  const look = { color: ink, weight: 2.5, fillColor: ink, fillOpacity: 0.08 };
  chosen.addLayer(L.polygon(frameOf(i).shape, drawn(look)));
};
const atBlock = () => fill(say.at_block, { n: D.cutoff });

export const showBlock = (i) => {
  clearCard();
  drawBlock(i);
  goTo(frameOf(i).box, 16.5);
  const { id, residents, streets, near } = D.blocks;
  return openCard(["block", id[i]], say.block_card + " " + id[i], blockTitle(i),
    facts([[say.residents, people(residents[i])], [say.block_list, streets[i]]]),
    near ? head(atBlock()) : null, ...blockReach(i));
};

// ---------- a spot that was clicked: its block, or the walking areas that the nearest street lies in
const ofDong = (dong, ...before) => [head(dong.name + " · " + coverageTitle()), ...before, dongFacts(dong)];
const blockHere = ({ block, metres }, dong, clicked) => {
  drawBlock(block);
  pin.addLayer(pinAt(clicked));
  return openCard(["block", D.blocks.id[block]], atBlock(), blockTitle(block),
    metres ? warning(fill(say.block_beside, { m: Math.max(1, Math.round(metres)) })) : null,
    ...blockReach(block), ...ofDong(dong, ofProfile()));
};
const areaRows = (at) => {
  const up = D.minutes.slice().sort((a, b) => a - b);
  return D.layers.filter((layer) => D.areas[layer.key]).map((layer) => {
    const within = up.find((minutes) => inShape(at, areaOf(layer.key, minutes)));
    const out = within === undefined, text = out ? say.here_none : fill(say.here_within, { n: tidy(within) });
    const look = { className: out ? "out" : "" };
    return el("li", look, chip(layer), el("span", { text: layer.name }), el("b", { text: text }));
  });
};
const streetHere = (dong, clicked) => {
  const street = onStreet(clicked), dashed = { color: D.colours.ink, weight: 2, dashArray: "3 4" };
  if (street) pin.addLayer(L.polyline([clicked, street], drawn(dashed)));
  pin.addLayer(pinAt(clicked));
  const note = say.here_note + (isOwn() ? "" : " " + profileText(D.profile));
  return openCard([], say.here, dong ? dong.ward + " " + dong.name : say.here_outside,
    el("ul", { className: "here" }, ...areaRows(street || clicked)), hint(note), ...(dong ? ofDong(dong) : []));
};
export const showHere = (latlng) => {
  clearCard();
  const clicked = [latlng.lat, latlng.lng], dong = dongAt(clicked), found = dong ? blockAt(clicked) : null;
  state.stops = [clicked]; // no label over it
  keepInSight(latlng);
  drawLabels();
  return found ? blockHere(found, dong, clicked) : streetHere(dong, clicked);
};
