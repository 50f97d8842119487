// Search: villages, dongs, sites and blocks by any of their words.

import { showBlock, showDong } from "./blockcards.js";
import { focused, openedFrom } from "./card.js";
import { D, say, siteCount, siteLayer, siteSpot } from "./data.js";
import { $, button, el, item } from "./elements.js";
import { lookAt } from "./map.js";
import { showSite } from "./sitecards.js";
import { showVillage } from "./villagecard.js";
import { fill, joined, whole } from "./words.js";

const MOST = 30, LEAST_LETTERS = 2;

const showSiteThere = (i) => {
  lookAt(siteSpot(i));
  return showSite(i);
};
let index = null;
const makeIndex = () => {
  const entries = [], { sites, blocks } = D;
  const add = (words, title, sub, kind, run) =>
    entries.push({ text: words.join(" ").toLowerCase(), title: title, sub: sub, kind: kind, run: run });
  D.villages.forEach((village) => add([village.name, village.dong], village.rank + ". " + village.name, village.dong,
    say.kind_village, () => showVillage(village)));
  D.dongs.forEach((dong) => add([dong.name, dong.ward], dong.name, dong.ward, say.kind_dong, () => showDong(dong)));
  for (let i = 0; i < siteCount; i++) {
    const sub = joined([siteLayer(i).name, sites.address[i]]);
    add([sites.name[i], sites.address[i]], sites.name[i], sub, say.kind_site, () => showSiteThere(i));
  }
  blocks.id.forEach((id, i) => add([id, blocks.streets[i]], id, joined([blocks.dong[i], blocks.streets[i]]),
    say.kind_block, () => showBlock(i)));
  return entries;
};

// a name that is what was asked for, that begins with it, that holds it; then the rest as it stands
const order = (entry, words) => {
  const title = entry.title.toLowerCase(), asked = words.join(" ");
  if (title === asked) return 0;
  if (title.startsWith(asked)) return 1;
  if (title.includes(asked)) return 2;
  return entry.text.startsWith(words[0]) ? 3 : 4;
};
const hitsOf = (words) => {
  index = index || makeIndex();
  const hits = index.filter((entry) => words.every((word) => entry.text.includes(word)));
  return hits.sort((a, b) => order(a, words) - order(b, words));
};

export const makeSearch = () => {
  const query = $("query"), found = $("found");
  const follow = (hit) => {
    found.hidden = true;
    const heading = hit.run();
    openedFrom(query);
    focused(heading);
  };
  const row = (hit) => item(button({}, () => follow(hit),
    el("em", { text: hit.kind }), el("b", { text: hit.title }), el("small", { text: hit.sub })));
  const said = (text) => el("li", { className: "none", text: text });
  const search = () => {
    const words = query.value.trim().toLowerCase().split(/\s+/).filter(Boolean);
    found.replaceChildren();
    found.hidden = words.join("").length < LEAST_LETTERS;
    if (found.hidden) return;
    const hits = hitsOf(words);
    found.append(...hits.slice(0, MOST).map(row));
    $("announce").textContent = hits.length ? fill(say.search_count, { n: whole(hits.length) }) : say.search_none;
    if (!hits.length) found.append(said(say.search_none));
    if (hits.length > MOST) found.append(said(fill(say.search_more, { n: whole(hits.length - MOST) })));
  };
  const move = (event) => {
    if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
    const buttons = [...found.querySelectorAll("button")];
    const at = buttons.indexOf(document.activeElement) + (event.key === "ArrowDown" ? 1 : -1);
    event.preventDefault();
    if (at < 0) query.focus();
    else if (buttons[at]) buttons[at].focus();
  };
  const enter = (event) => {
    const first = found.querySelector("button");
    if (event.key !== "Enter" || !first || found.hidden) return;
    event.preventDefault();
    first.click();
  };
  query.addEventListener("input", search);
  query.addEventListener("keydown", move);
  query.addEventListener("keydown", enter);
  found.addEventListener("keydown", move);
};
