// Blocks: which one lies at a spot, and what is within reach of each, of its middle resident.

import { D, digitAt, polygons } from "./data.js";
import { state } from "./profiles.js";
import { degrees, inShape, metresTo } from "./shapes.js";

const B = D.blocks, near = B.near;
const BESIDE_M = 100; // a click on a street or on water asks about the nearest block so far away

const frames = [];
export const frameOf = (i) => {
  if (!frames[i]) {
    const shape = polygons(B.shape[i]);
    frames[i] = { shape: shape, box: L.latLngBounds(shape.map((rings) => rings[0])) };
  }
  return frames[i];
};
const isNear = (at, box, margin) =>
  at[0] >= box.getSouth() - margin.high && at[0] <= box.getNorth() + margin.high &&
  at[1] >= box.getWest() - margin.wide && at[1] <= box.getEast() + margin.wide;

// the block and how many metres beside it the spot lies
export const blockAt = (at) => {
  if (!near) return null;
  const margin = degrees(at, BESIDE_M);
  let best = null;
  for (let i = 0; i < B.id.length; i++) {
    const { shape, box } = frameOf(i);
    if (!isNear(at, box, margin)) continue;
    if (inShape(at, shape)) return { block: i, metres: 0 };
    const metres = metresTo(at, shape);
    if (metres <= BESIDE_M && (!best || metres < best.metres)) best = { block: i, metres: metres };
  }
  return best;
};

export const nearProfile = () => (near.by[state.profile] ? state.profile : D.profile);
export const hasReach = () => Boolean(near && near.by[nearProfile()]);
const large = new Set(B.large);
export const isLarge = (i) => large.has(i);
export const metresToHome = (i) => near.far[i];

const pairs = new Map(); // a flat list of block and residents -> block -> residents
const byBlock = (list) => {
  if (!pairs.has(list)) {
    const blocks = new Map();
    for (let k = 0; k < list.length; k += 2) blocks.set(list[k], list[k + 1]);
    pairs.set(list, blocks);
  }
  return pairs.get(list);
};
// minutes of the middle resident (null: no site in reach), sites, residents who arrive (null: not told of empty blocks)
// and residents who are unknown; untold where all are
export const nearFigure = (key, i) => {
  const figures = near.by[nearProfile()][D.themes.findIndex((theme) => theme.key === key)];
  const [a, b, sites] = [0, 1, 2].map((k) => digitAt(figures.letters, 3 * i + k));
  const tenths = a * D.letters.alphabet.length + b, untold = tenths === near.untold;
  const reached = !untold && tenths < near.unreached, unknown = byBlock(figures.unknown).get(i) || 0;
  const some = byBlock(figures.some).get(i);
  const arrived = some === undefined ? (reached ? B.residents[i] - unknown : 0) : some;
  return { minutes: reached ? tenths / 10 : null, sites, untold, unknown, arrived: near.far[i] ? null : arrived };
};
export const mostSites = (count) => count >= near.most_sites;
