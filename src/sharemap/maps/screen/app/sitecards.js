// Cards of a site, of a place with several, and of a pair that is one short.

import { clearCard, focused, openCard } from "./card.js";
import { D, blockNumber, polygons, say, siteLayer, siteSpot, streetsOf } from "./data.js";
import { button, chip, el, facts, head, item, warning } from "./elements.js";
import { chosen, drawn, goTo, lookAt } from "./map.js";
import { ringSite, sitesOf } from "./sites.js";
import { pairEnds } from "./villages.js";
import { fill, joined, people, residentsIn, tidy, whole } from "./words.js";

const MOST_BUTTONS = 40;

const siteButtons = (list) => el("ul", { className: "same" }, ...list.slice(0, MOST_BUTTONS).map((i) =>
  item(button({}, () => focused(showSite(i)), chip(siteLayer(i)), " " + D.sites.name[i]))));
const siteFacts = (i) => {
  const S = D.sites, capacity = S.capacity[i] === null ? "" : tidy(S.capacity[i]);
  return facts([[say.address, S.address[i]], [say.hours, S.hours[i]], [say.phone, S.phone[i]],
    [say.operator, S.operator[i]], [say.capacity, capacity],
    [say.published_position, D.positions[S.position[i]]], [say.source, S.source[i]], [say.ref_date, S.ref_date[i]]]);
};
export const showSite = (i) => {
  clearCard();
  ringSite(i);
  const S = D.sites, layer = siteLayer(i), place = S.place_id[i];
  const others = place ? sitesOf(place).filter((k) => k !== i) : [];
  return openCard(place ? ["place", place] : [], S.name[i] || "–", joined([layer.name, S.dong_name[i]]),
    el("p", {}, chip(layer), " " + layer.name),
    S.loose[i] ? warning(say.unsnapped) : null,
    S.swapped[i] ? warning(say.swapped) : null,
    S.doubt[i] ? warning(say.position_doubt + ": " + S.doubt[i]) : null,
    S.in_area[i] ? null : el("p", { className: "sub", text: say.outside }),
    siteFacts(i),
    ...(others.length ? [head(say.same_place), siteButtons(others)] : []));
};
export const showPlace = (place) => {
  const list = sitesOf(place), first = list[0];
  lookAt(siteSpot(first));
  if (list.length === 1) return showSite(first);
  clearCard();
  list.forEach(ringSite);
  const title = D.places[place] || D.sites.name[first];
  return openCard(["place", place], title, joined([say.kind_place, D.sites.dong_name[first]]),
    facts([[say.address, D.sites.address[first]]]),
    head(say.sites_n + " " + fill(say.count_of, { n: list.length })), siteButtons(list));
};

const drawPair = (pair, ends) => {
  const at = blockNumber(pair.block), color = D.colours.short, bounds = L.latLngBounds(ends);
  if (at >= 0 && D.blocks.shape[at]) {
    const look = { color: color, weight: 2, dashArray: "5 5", fillColor: color, fillOpacity: 0.18 };
    const shape = L.polygon(polygons(D.blocks.shape[at]), drawn(look));
    chosen.addLayer(shape);
    bounds.extend(shape.getBounds());
  }
  if (ends.length) chosen.addLayer(L.polyline(ends, drawn({ color: color, weight: 4, dashArray: "2 7" })));
  return bounds;
};
export const showPair = (pair) => {
  clearCard();
  const reach = drawPair(pair, pairEnds(pair));
  const names = pair.names.map((name, k) =>
    item(el("span", { className: "order short", text: "AB"[k] }), el("b", { text: name })));
  const heading = openCard(["pair", pair.rank], say.one_short_n + " " + pair.rank, pair.dong,
    el("ol", { className: "places" }, ...names),
    el("p", { className: "sentence", text: fill(say.pair_text, { m: whole(pair.walk) }) }),
    facts([[say.pair_block, pair.block], [say.address, streetsOf(pair.block)],
      [residentsIn(15), people(pair.residents)]]));
  if (reach.isValid()) goTo(reach);
  return heading;
};
