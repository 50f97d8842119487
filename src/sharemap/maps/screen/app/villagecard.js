// The card of a village candidate.

import { clearCard, openCard } from "./card.js";
import { D, named, say, spot, streetsOf, unpack } from "./data.js";
import { $, chipOf, chips, el, facts, fold, head, hint, item, span, table, warning } from "./elements.js";
import { chosen, drawn, goTo, numbered } from "./map.js";
import { state } from "./profiles.js";
import { markVillage, villageBounds } from "./villages.js";
import { fill, joined, layerName, metres, none, people, residentsIn, tidyMany, walked, whole } from "./words.js";

export const villageFacts = (village) => named("facts", village.facts);

// ---------- on the map: the loop along the streets, where the run has it, else straight lines; the places in order
const memberSpots = (village) => village.places.filter((place) => place.member).map((place) => spot(...place.at));
const drawLoop = (village) => {
  const { loop } = village.card, straight = memberSpots(village);
  if (loop && loop.lines.length) {
    const way = loop.lines.map(unpack);
    chosen.addLayer(L.polyline(way, drawn({ color: "#ffffff", weight: 7, opacity: 0.9 })));
    chosen.addLayer(L.polyline(way, drawn({ color: D.colours.loop, weight: 4, dashArray: "9 6" })));
  } else if (straight.length) {
    const look = { color: D.colours.village, weight: 2.5, dashArray: "7 6" };
    chosen.addLayer(L.polyline([...straight, straight[0]], drawn(look)));
  }
};
const orderSign = (place) => (place.member ? String(place.order) : "·");
const drawPlaces = (village) => village.places.forEach((place) => chosen.addLayer(numbered(
  spot(...place.at), place.member ? "stop" : "stop near", orderSign(place),
  { size: 22, above: 2000, interactive: false },
)));
const lookAtVillage = (village) => {
  const bounds = villageBounds(village);
  memberSpots(village).forEach((at) => bounds.extend(at));
  goTo(bounds);
};

// ---------- its parts
const serviceItem = (service) => {
  const more = joined([
    service.hours ? say.hours + " " + service.hours : "",
    service.capacity === null ? "" : say.capacity + " " + tidyMany(service.capacity),
    service.phone, service.operator, service.address,
  ]);
  const name = span(" ", el("b", { text: layerName(service.layer) }), " " + service.name);
  return item(chipOf(service.layer), name, ...(more ? [el("br"), el("small", { text: more })] : []));
};
const offered = (place, services) => services
  ? el("ul", { className: "services" }, ...services.map(serviceItem))
  : el("div", {}, chips(place.layers), el("small", { text: place.layers.map(layerName).join(", ") }));
const placeItem = (place, services) => el("li", { className: place.member ? "" : "near" },
  el("span", { className: "order", text: orderSign(place) }),
  el("div", {}, el("b", { text: place.name }), place.member ? null : el("em", { text: " " + say.neighbours }),
    el("br"), el("small", { text: place.address }), offered(place, services)));
const walkTable = (village) => {
  if (!village.walks.length) return [];
  const order = Object.fromEntries(village.places.map((place) => [place.place, place.order]));
  const ends = (walk) => (order[walk.a] || "·") + " – " + (order[walk.b] || "·");
  const lines = village.walks.map((walk) => [ends(walk), walked(walk.metres, Math.round(walk.minutes * 10) / 10)]);
  return [head(say.walk_list), table([say.from_to, say.walk], lines)];
};
const barriers = (loop) => {
  return loop ? [head(say.barriers), el("p", { className: "barriers", text: loop.barriers })] : [];
};
const agesIn = (lines) => {
  if (!lines.length) return [];
  const rows = [[say.age_all, ...lines.map((line) => people(line.all))]];
  D.ages.forEach((age, at) => rows.push([say["age_" + age], ...lines.map((line) => people(line.ages[at]))]));
  const heads = lines.map((line) => fill(say.here_within, { n: line.minutes }));
  return [head(say.ages), table([say.age, ...heads], rows, 1)];
};
const nextSpace = (next) => {
  if (!next) return [];
  const values = { block: next.block, m: whole(next.longest_walk_m), n: people(next.residents) };
  return [head(say.next_space), el("p", { text: fill(say.next_text, values) })];
};
const scores = (card) => {
  if (!card.scores.length) return null;
  const lines = card.scores.map((one) => [
    say["component_" + one.component] || say["part_" + one.component],
    tidyMany(one.value), tidyMany(one.weight), one.points.toFixed(1),
  ]);
  const heads = [say.item, say.value, say.weight, say.points];
  return fold(say.score + " " + card.score.toFixed(1), table(heads, lines, 1));
};
const values = (list) => {
  if (!list.length) return null;
  const lines = list.map((one) => [one.name, one.value === null ? say.no_data : tidyMany(one.value) + " " + one.unit]);
  return fold(say.values, table([say.indicator, say.value], lines, 1));
};
const blocks = (ids) => {
  if (!ids.length) return [];
  const items = ids.map((id) => el("li", { text: joined([id, streetsOf(id)]) }));
  return [head(say.block_list), el("ul", { className: "blocks" }, ...items)];
};

// ---------- its numbers and how far they can be trusted
const STABILITY = { stable: say.stable, unstable: say.unstable, not_examined: say.not_examined };
const stability = (card) =>
  fill(STABILITY[card.stable], { n: none(card.stability) ? "–" : Math.round(card.stability * 100) + "%" });
const rankSpan = (card) => {
  if (card.rank_low === null) return "";
  const text = card.rank_low === card.rank_high ? say.rank_one : say.rank_value;
  return fill(text, { low: card.rank_low, high: card.rank_high });
};
const closures = (card) =>
  card.closures === null ? "" : fill(say.closures_of, { n: whole(card.survived), all: whole(card.closures) });
const numbers = (village) => {
  const f = villageFacts(village), { card } = village;
  const loop = card.exact ? metres(f.loop_m) : fill(say.loop_at_most, { m: whole(f.loop_m) });
  return facts([
    [say.places, whole(f.places)], [say.services, whole(f.services)],
    [say.longest_walk, metres(f.longest_walk_m)], [say.mean_walk, metres(f.mean_walk_m)], [say.loop, loop],
    [residentsIn(5), people(f.residents_5min)], [residentsIn(10), people(f.residents_10min)],
    [residentsIn(15), people(f.residents_15min)], [say.residents_65, people(f.residents_65_over_15min)],
    [say.support, whole(f.support_sites)], [say.neighbours, whole(f.neighbours)],
    [say.score, card.score.toFixed(1)], [say.stability, stability(card)],
    [say.rank_span, rankSpan(card)], [say.closures, closures(card)],
  ]);
};
const warnings = (card) => {
  return [
    card.doubtful ? warning(el("b", { text: "⚠ " + say.doubt + ": " }), card.doubt) : null,
    card.caution ? warning(card.caution) : null,
    card.stable === "unstable" ? warning(el("b", { text: "⚠ " }), stability(card)) : null,
  ];
};

export const showVillage = (village) => {
  clearCard();
  const { card } = village;
  state.village = village.id;
  state.stops = village.places.map((place) => spot(...place.at));
  markVillage(village);
  drawLoop(village);
  drawPlaces(village);
  const places = village.places.map((place) => placeItem(place, card.services[place.place]));
  const heading = openCard(["village", village.id], village.rank + ". " + village.name, village.dong,
    ...warnings(card),
    village.sentence ? el("p", { className: "sentence", text: village.sentence }) : null,
    ...(card.why ? [head(say.why), el("p", { className: "why", text: card.why })] : []),
    numbers(village),
    head(say.place_list), el("ol", { className: "places" }, ...places), ...walkTable(village),
    hint(card.loop && card.loop.lines.length ? say.loop_street : say.legend_loop),
    ...barriers(card.loop), ...agesIn(card.ages), ...nextSpace(card.next),
    scores(card), values(card.values), ...blocks(village.blocks));
  const listed = $("village-list").querySelector('[data-rank="' + village.rank + '"]');
  if (listed) listed.setAttribute("aria-current", "true");
  lookAtVillage(village);
  return heading;
};
