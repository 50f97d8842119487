// Numbers and sentences as a reader sees them; the words themselves and the rounding come with the data.

import { D, layerOf, say, themeOf } from "./data.js";

export const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, key) => values[key]);
export const none = (value) => value === null || value === undefined;
export const whole = (n) => (none(n) ? "–" : Math.round(n).toLocaleString("en-US"));
// people come in thousandths of a person
export const people = (n) => (none(n) ? "–" : whole(n / 1000));
export const tidy = (n) => String(Number(n.toFixed(2)));
export const tidyMany = (n) => (none(n) ? "–" : Number(n.toFixed(2)).toLocaleString("en-US"));
export const metres = (m) => whole(m) + " m";
// where a share rests on little, a whole per cent, marked
export const percent = (share, few) => {
  if (none(share)) return "–";
  if (few) return "≈" + Math.floor(share * 100 + 0.5) + "%";
  const { steps, decimals } = D.percent;
  return (Math.floor(share * steps + 0.5) / (steps / 100)).toFixed(decimals) + "%";
};
export const walked = (m, minutes) => fill(say.metres_minutes, { m: whole(m), min: minutes.toFixed(1) });
export const residentsIn = (minutes) => fill(say.residents_in, { n: minutes });
export const joined = (parts, sign = " · ") => parts.filter(Boolean).join(sign);
export const themeName = (theme) => (theme.kind === "promise" ? say.theme_all : theme.name);
export const layerName = (key) => (layerOf(key) || { name: key }).name;
export const themeNamed = (key) => themeName(themeOf(key));
