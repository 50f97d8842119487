// Labels: names of dongs (from afar of wards) with their share, names of streets when close. None covers another.

import { D, spot } from "./data.js";
import { $, el } from "./elements.js";
import { gapsHere } from "./gaps.js";
import { boxAt, home, map } from "./map.js";
import { byDong, shareOfAll, shownShare, state } from "./profiles.js";
import { percent } from "./words.js";

const labels = L.layerGroup().addTo(map);
const taken = [];
const put = (at, look, node) => labels.addLayer(L.marker(at, {
  interactive: false, keyboard: false, pane: "sm-labels",
  icon: L.divIcon({ className: "label " + look, iconSize: [0, 0], html: node }),
}));

const room = (at, w, h) => {
  const p = map.latLngToContainerPoint(at), size = map.getSize();
  const box = [p.x - w / 2, p.y - h / 2, p.x + w / 2, p.y + h / 2];
  if (box[2] < 0 || box[3] < 0 || box[0] > size.x || box[1] > size.y) return false;
  if (taken.some((t) => t[0] < box[2] && t[2] > box[0] && t[1] < box[3] && t[3] > box[1])) return false;
  taken.push(box);
  return true;
};
// at its place, or a little below or above where something stands there
const place = (base, wide, look, name, share) => {
  const lift = ((26 / 256) * 360) / 2 ** map.getZoom();
  const tries = [base, [base[0] - lift, base[1]], [base[0] + lift, base[1]]];
  const at = tries.find((one) => room(one, wide, byDong() ? 34 : 18));
  if (at) put(at, look, el("span", {}, name, byDong() ? el("b", { text: share }) : null));
};

// what lies over the map: the key and the switches
const takeOverlaid = () => {
  const frame = home.getBoundingClientRect();
  document.querySelectorAll("#key, .leaflet-control-zoom").forEach((node) => {
    const box = node.getBoundingClientRect();
    if (!box.width) return;
    taken.push([box.left - frame.left, box.top - frame.top, box.right - frame.left, box.bottom - frame.top]);
  });
};
const takeBadges = () => {
  taken.push(...state.stops.map((at) => boxAt(at, 12)));
  if ($("show-gaps").checked) taken.push(...gapsHere().map((gap) => boxAt(spot(...gap.at), 12)));
  if ($("show-villages").checked) taken.push(...D.villages.map((village) => boxAt(spot(...village.at), 13)));
};

const labelWards = () => {
  const wards = {};
  D.dongs.forEach((dong) => (wards[dong.ward] = wards[dong.ward] || []).push(dong));
  Object.entries(wards).forEach(([name, dongs]) => {
    const mean = (axis) => dongs.reduce((sum, dong) => sum + dong.at[axis], 0) / dongs.length;
    place(spot(mean(0), mean(1)), 60, "ward", name, percent(shareOfAll(dongs)));
  });
};
const labelDongs = () => D.dongs.forEach((dong) =>
  place(spot(...dong.at), 58, "dong", dong.name, percent(shownShare(dong), dong.thin)));

const labelStreet = (at, name, angle) => {
  const long = name.length * 12 + 10, flat = Math.abs(Math.cos((angle * Math.PI) / 180)), steep = 1 - flat;
  if (!room(at, Math.max(long * flat, 16), Math.max(long * steep, 16))) return false;
  const text = el("span", { text: name });
  text.style.transform = "translate(-50%,-50%) rotate(" + angle + "deg)";
  put(at, "street", text);
  return true;
};
const labelStreets = () => {
  const zoom = map.getZoom(), level = zoom < 16 ? 0 : zoom < 17 ? 1 : 2;
  const { name, rank, x, y, angle } = D.labels, written = {};
  for (let i = 0; i < name.length; i++) {
    if (rank[i] > level) continue;
    const at = spot(x[i], y[i]), p = map.latLngToContainerPoint(at);
    if ((written[name[i]] || []).some((q) => p.distanceTo(q) < 260)) continue;
    if (labelStreet(at, name[i], angle[i])) (written[name[i]] = written[name[i]] || []).push(p);
  }
};

export const drawLabels = () => {
  labels.clearLayers();
  taken.length = 0;
  takeOverlaid();
  takeBadges();
  if (D.wide && map.getZoom() < 12.5) {
    labelWards();
    return;
  }
  labelDongs();
  if (map.getZoom() >= 15) labelStreets();
};
