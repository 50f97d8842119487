// What the page was told (see contract.py), with its geometry out of letters and its rows by their names.

export const D = JSON.parse(document.getElementById("sharemap-data").textContent);
export const say = D.say;

const digits = new Uint8Array(128), follows = 2 ** D.letters.bits;
[...D.letters.alphabet].forEach((letter, at) => { digits[letter.charCodeAt(0)] = at; });
export const digitAt = (text, at) => digits[text.charCodeAt(at)];

// from steps east and north to latitude and longitude
export const spot = (x, y) => [D.letters.lat + y * D.letters.step, D.letters.lon + x * D.letters.step];

// a number takes as many letters as it needs: the lowest bits first, the highest bit of a letter says that more follow;
// its lowest bit is its sign; each vertex is the difference to the one before
export const unpack = (text) => {
  const line = [], bits = D.letters.bits;
  let x = 0, y = 0, at = 0;
  const next = () => {
    let value = 0, shift = 0, digit;
    do {
      digit = digitAt(text, at++);
      value |= (digit & (follows - 1)) << shift;
      shift += bits;
    } while (digit & follows);
    return value & 1 ? -(value >>> 1) - 1 : value >>> 1;
  };
  while (at < text.length) {
    x += next();
    y += next();
    line.push(spot(x, y));
  }
  return line;
};
export const polygons = (packed) => packed.map((rings) => rings.map(unpack));

// a row that came as a list, by the names that came once
export const named = (kind, row) => Object.fromEntries(D.row_names[kind].map((name, at) => [name, row[at]]));

export const themeOf = (key) => D.themes.find((theme) => theme.key === key);
export const layerOf = (key) => D.layers.find((layer) => layer.key === key);
export const layersOf = (keys) => keys.map(layerOf).filter(Boolean);
export const blockNumber = (id) => D.blocks.id.indexOf(id);
export const streetsOf = (id) => {
  const at = blockNumber(id);
  return at >= 0 ? D.blocks.streets[at] : "";
};
export const siteCount = D.sites.x.length;
export const siteSpot = (i) => spot(D.sites.x[i], D.sites.y[i]);
export const siteLayer = (i) => D.layers[D.sites.layer[i]];

const dongShapes = new Map(D.dongs.map((dong) => [dong, polygons(dong.shape)]));
export const dongShape = (dong) => dongShapes.get(dong);

const areas = {};
export const areaOf = (theme, minutes) => {
  const key = theme + "|" + minutes;
  if (!(key in areas)) areas[key] = polygons((D.areas[theme] || {})[String(minutes)] || []);
  return areas[key];
};
