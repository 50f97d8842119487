// Printing: the map takes the width of the paper.

import { $ } from "./elements.js";
import { bounds, home, map } from "./map.js";

// a browser prints what was drawn a moment ago as strokes and masks, which few readers of PDF show whole: dots are safe
const settle = (canvas) => {
  const pen = canvas.getContext("2d");
  if (canvas.width && canvas.height) pen.putImageData(pen.getImageData(0, 0, canvas.width, canvas.height), 0, 0);
};

export const makePrint = () => {
  const retina = L.Browser.retina;
  let before = null;
  window.addEventListener("beforeprint", () => {
    const seen = map.getBounds();
    before = [map.getCenter(), map.getZoom()];
    home.classList.add("on-paper");
    L.Browser.retina = true; // twice the dots: paper is finer than a screen
    map.invalidateSize({ animate: false });
    map.fitBounds(seen.contains(bounds) ? bounds : seen.pad(-0.08), { animate: false });
    home.querySelectorAll("canvas").forEach(settle);
  });
  window.addEventListener("afterprint", () => {
    home.classList.remove("on-paper");
    L.Browser.retina = retina;
    map.invalidateSize({ animate: false });
    if (before) map.setView(...before, { animate: false });
  });
  $("print").addEventListener("click", () => window.print());
};
