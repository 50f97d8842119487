// Where a point lies in polygons of latitude and longitude, and how far it is from lines.

const METRES = 111320; // of one degree of latitude

const inRing = (at, ring) => {
  let inside = false;
  for (let i = 0, j = ring.length - 1; i < ring.length; j = i++) {
    const a = ring[i], b = ring[j];
    if (a[0] > at[0] === b[0] > at[0]) continue;
    if (at[1] < ((b[1] - a[1]) * (at[0] - a[0])) / (b[0] - a[0]) + a[1]) inside = !inside;
  }
  return inside;
};
export const inShape = (at, shape) =>
  shape.some((rings) => inRing(at, rings[0]) && !rings.slice(1).some((hole) => inRing(at, hole)));

export const degrees = (at, metres) => {
  const high = metres / METRES;
  return { high: high, wide: high / Math.cos((at[0] * Math.PI) / 180) };
};

// the point of a line from a to b nearest to a point, and its distance in metres
export const nearestOn = (at, a, b) => {
  const kx = Math.cos((at[0] * Math.PI) / 180) * METRES;
  const ax = (a[1] - at[1]) * kx, ay = (a[0] - at[0]) * METRES;
  const dx = (b[1] - a[1]) * kx, dy = (b[0] - a[0]) * METRES, size = dx * dx + dy * dy;
  const t = size ? Math.max(0, Math.min(1, -(ax * dx + ay * dy) / size)) : 0;
  const metres = Math.hypot(ax + t * dx, ay + t * dy);
  return { metres: metres, at: [a[0] + t * (b[0] - a[0]), a[1] + t * (b[1] - a[1])] };
};

export const metresTo = (at, shape) => {
  let best = Infinity;
  shape.forEach((rings) => rings.forEach((ring) => ring.forEach((vertex, i) => {
    best = Math.min(best, nearestOn(at, ring[(i || ring.length) - 1], vertex).metres);
  })));
  return best;
};
