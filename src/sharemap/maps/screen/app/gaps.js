// Unserved areas of the chosen theme and profile.

import { D, polygons, say } from "./data.js";
import { state } from "./profiles.js";
import { fill } from "./words.js";

export const gapsHere = () => D.gaps.filter((gap) => gap.profile === state.profile && gap.key === state.theme);
const gapShapes = new Map();
export const gapShape = (gap) => {
  if (!gapShapes.has(gap)) gapShapes.set(gap, polygons(gap.shape));
  return gapShapes.get(gap);
};
export const gapWhere = (gap) => (gap.dongs > 1 ? fill(say.gap_dongs, { dong: gap.dong, n: gap.dongs }) : gap.dong);
