(function () {
  "use strict";
  const D = JSON.parse(document.getElementById("sharemap-data").textContent);
  const map = (window.map_sharemap = L.map("map_sharemap", {
    center: [D.origin[1], D.origin[0]], zoom: 10, minZoom: 10, maxZoom: 19, zoomSnap: 0.25, zoomControl: false, attributionControl: false, preferCanvas: true,
  }));
  const say = D.say;
  const STEP = 1e-5;
  const AREA = "#12737f", VILLAGE = "#a63d12", SHORT = "#6a3d8f", GAP = "#8a1253", LOOP = "#0b4f58", INK = "#1c2733";
  const state = { theme: D.themes.length ? D.themes[0].key : "", view: "share", minutes: D.minutes[D.minutes.length - 1], village: null, profile: D.profile };

  // ---------- small helpers
  const $ = (id) => document.getElementById(id);
  const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, key) => values[key]);
  const whole = (n) => (n === null || n === undefined ? "–" : Math.round(n).toLocaleString("en-US"));
  const tidy = (n) => String(+n.toFixed(2));
  const percent = (s) => (s === null || s === undefined ? "–" : (Math.floor(s * 1000 + 0.5) / 10).toFixed(1) + "%");
  const el = (tag, look, ...kids) => {
    const node = document.createElement(tag);
    for (const [key, value] of Object.entries(look || {})) {
      if (key === "on") for (const [event, run] of Object.entries(value)) node.addEventListener(event, run);
      else if (key === "text") node.textContent = value;
      else if (key === "style") for (const [name, v] of Object.entries(value)) node.style.setProperty(name, v);
      else if (key in node && key !== "list") node[key] = value;
      else node.setAttribute(key, value);
    }
    node.append(...kids.filter((kid) => kid !== null && kid !== undefined && kid !== ""));
    return node;
  };
  const spot = (x, y) => [D.origin[1] + y * STEP, D.origin[0] + x * STEP];
  // geometry comes in letters: five bits each, the lowest first, the sixth bit says that more follow
  const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_", digit = new Uint8Array(128);
  [...letters].forEach((letter, at) => { digit[letter.charCodeAt(0)] = at; });
  const unpack = (text) => {
    const line = [];
    let x = 0, y = 0, at = 0;
    const next = () => {
      let value = 0, shift = 0, d;
      do {
        d = digit[text.charCodeAt(at++)];
        value |= (d & 31) << shift;
        shift += 5;
      } while (d & 32);
      return value & 1 ? -(value >>> 1) - 1 : value >>> 1;
    };
    while (at < text.length) {
      x += next();
      y += next();
      line.push(spot(x, y));
    }
    return line;
  };
  const polygons = (packed) => packed.map((rings) => rings.map(unpack));
  const inRing = (at, ring) => {
    let inside = false;
    for (let i = 0, j = ring.length - 1; i < ring.length; j = i++) {
      const a = ring[i], b = ring[j];
      if (a[0] > at[0] !== b[0] > at[0] && at[1] < ((b[1] - a[1]) * (at[0] - a[0])) / (b[0] - a[0]) + a[1]) inside = !inside;
    }
    return inside;
  };
  const inShape = (at, shape) => shape.some((rings) => inRing(at, rings[0]) && !rings.slice(1).some((hole) => inRing(at, hole)));
  const areaCache = {};
  const areaOf = (theme, minutes) => {
    const key = theme + "|" + minutes;
    if (!(key in areaCache)) areaCache[key] = polygons((D.areas[theme] || {})[String(minutes)] || []);
    return areaCache[key];
  };
  const lightness = (colour) => {
    const part = (at) => {
      const v = parseInt(colour.slice(at, at + 2), 16) / 255;
      return v <= 0.03928 ? v / 12.92 : Math.pow((v + 0.055) / 1.055, 2.4);
    };
    return 0.2126 * part(1) + 0.7152 * part(3) + 0.0722 * part(5);
  };
  // black or white, whichever reads better: never less than 4.5 to 1
  const inkOn = (colour) => (lightness(colour) > 0.179 ? "#000000" : "#ffffff");
  const themeOf = (key) => D.themes.find((theme) => theme.key === key);
  const themeName = (theme) => (theme.kind === "promise" ? say.theme_all : theme.name);
  const layerOf = (key) => D.layers.find((layer) => layer.key === key);
  const chip = (layer) =>
    el("span", { className: "chip", style: { "background-color": layer.colour, color: inkOn(layer.colour) }, "aria-hidden": "true", text: layer.symbol });
  D.dongs.forEach((dong) => { dong.polygons = polygons(dong.shape); });
  const span = (...kids) => el("span", {}, ...kids);

  // ---------- profiles: the study's own has the shares of the tables, the others their counts of people
  const isOwn = () => state.profile === D.profile;
  const profileOf = (key) => D.profiles.find((profile) => profile.key === key) || { key: key, name: key, covered: null, gap: null, residents: null };
  const profileName = (key) => profileOf(key).name;
  const inTheme = (list, key) => { const value = list ? list[D.themes.findIndex((theme) => theme.key === key)] : null; return value === undefined ? null : value; };
  const part = (people, all) => (people === null || !all ? null : people / all);
  const served = (theme) => (isOwn() ? { covered: theme.covered, share: theme.share } : { covered: inTheme(profileOf(state.profile).covered, theme.key), share: part(inTheme(profileOf(state.profile).covered, theme.key), inTheme(profileOf(state.profile).residents, theme.key)) });
  const missed = (theme) => { const profile = profileOf(state.profile), people = inTheme(profile.gap, theme.key); return { people: people, share: part(people, inTheme(profile.residents, theme.key)) }; };
  const hasGap = (key) => key !== D.profile && profileOf(key).gap !== null;
  const shareIn = (dong, key) => (isOwn() ? (dong.shares[key] || [null, null])[1] : part(inTheme(dong.by[state.profile], key), dong.residents));
  const gapIn = (dong, key) => part(inTheme(dong.gap[state.profile], key), dong.residents);

  // ---------- panes: only the top canvas listens to the pointer
  const renderers = {};
  [["sm-fill", 210], ["sm-ground", 250], ["sm-streets", 300], ["sm-borders", 320]].forEach(([name, z]) => {
    const pane = map.createPane(name);
    pane.style.zIndex = z;
    pane.style.pointerEvents = "none";
    renderers[name] = L.canvas({ pane: name, padding: 0.2 });
  });
  const labelPane = map.createPane("sm-labels");
  labelPane.style.zIndex = 620;
  labelPane.style.pointerEvents = "none";
  const top = L.canvas({ padding: 0.2, tolerance: 5 });
  const still = (pane, look) => Object.assign({ pane: pane, renderer: renderers[pane], interactive: false }, look);

  // ---------- ground: water, railway, streets
  const widths = {
    fast: [1.2, 2.4, 4, 7, 11], major: [1, 2.1, 3.4, 6.5, 12], mid: [0.7, 1.3, 2.4, 5, 9], minor: [0.3, 0.6, 1.4, 3.2, 6.5], foot: [0, 0.3, 0.7, 1.5, 2.4],
  };
  const widthAt = (kind) => {
    const zoom = Math.min(Math.max(map.getZoom(), 12), 18);
    const steps = widths[kind], at = (zoom - 12) / 1.5, low = Math.min(Math.floor(at), 3);
    return steps[low] + (steps[low + 1] - steps[low]) * Math.min(at - low, 1);
  };
  const streets = [];
  const drawGround = () => {
    const ground = D.background;
    if (ground.water && ground.water.length) L.polygon(polygons(ground.water), still("sm-ground", { stroke: false, fillColor: "#bcd5e2", fillOpacity: 1 })).addTo(map);
    if (ground.streams && ground.streams.length) L.polyline(ground.streams.map(unpack), still("sm-ground", { color: "#bcd5e2", weight: 2 })).addTo(map);
    ["foot", "minor", "mid", "major", "fast"].forEach((kind) => {
      const packed = ground.streets[kind];
      if (!packed || !packed.length) return;
      const lines = packed.map(unpack);
      if (kind !== "foot") streets.push([kind, "case", L.polyline(lines, still("sm-streets", { color: "#aeb4ad", opacity: 0.85, lineCap: "round" }))]);
      streets.push([kind, "line", L.polyline(lines, still("sm-streets", { color: kind === "fast" ? "#f0d9a8" : kind === "foot" ? "#a8aea8" : "#ffffff", opacity: kind === "foot" ? 0.8 : 1, lineCap: "round" }))]);
    });
    streets.filter((s) => s[1] === "case").concat(streets.filter((s) => s[1] === "line")).forEach((s) => s[2].addTo(map));
    if (ground.railway && ground.railway.length) {
      const lines = ground.railway.map(unpack);
      L.polyline(lines, still("sm-streets", { color: "#7b8288", weight: 2.2, opacity: 0.8 })).addTo(map);
      L.polyline(lines, still("sm-streets", { color: "#f4f3ef", weight: 1.2, dashArray: "6 6" })).addTo(map);
    }
  };
  // from afar the small streets step back, so that the colours of the dongs are read
  const strengthAt = (kind) => (kind === "minor" || kind === "foot" ? Math.min(Math.max((map.getZoom() - 12) / 4, 0.25), 1) : 1);
  const scaleStreets = () => streets.forEach(([kind, part, line]) => line.setStyle({ weight: widthAt(kind) + (part === "case" ? 1 : 0), opacity: strengthAt(kind) * (part === "case" ? 0.85 : kind === "foot" ? 0.8 : 1) }));

  // ---------- borders
  const drawBorders = () => {
    const world = [[-85, -180], [-85, 180], [85, 180], [85, -180]];
    L.polygon([world].concat(polygons(D.outline).map((rings) => rings[0])), still("sm-borders", { stroke: false, fillColor: "#efeee8", fillOpacity: 0.55 })).addTo(map);
    D.dongs.forEach((dong) => L.polygon(dong.polygons, still("sm-borders", { fill: false, color: "#4c5a63", weight: 0.9, opacity: 0.75, dashArray: "4 3" })).addTo(map));
    L.polyline(D.wards.map(unpack), still("sm-borders", { color: "#33414b", weight: 2.2, opacity: 0.9 })).addTo(map);
  };

  // ---------- the chosen theme
  const fillLayer = L.layerGroup().addTo(map);
  const classes = () => (state.view === "gap" ? D.gapClasses : D.classes);
  const colourOf = (share) => {
    if (share === null || share === undefined) return D.noShare;
    let colour = classes()[0][1];
    classes().forEach(([low, c]) => { if (share >= low) colour = c; });
    return colour;
  };
  const shareOf = (dong) => (state.view === "gap" ? gapIn(dong, state.theme) : shareIn(dong, state.theme));
  const byDong = () => state.view === "share" || state.view === "gap";
  const bands = () => D.minutes.filter((minutes) => minutes <= state.minutes).sort((a, b) => b - a);
  const drawTheme = () => {
    fillLayer.clearLayers();
    if (byDong()) {
      D.dongs.forEach((dong) => L.polygon(dong.polygons, still("sm-fill", { stroke: false, fillColor: colourOf(shareOf(dong)), fillOpacity: 0.82 })).addTo(fillLayer));
    } else if (state.view === "area") {
      bands().forEach((minutes, at) =>
        L.polygon(areaOf(state.theme, minutes), still("sm-fill", { color: "#0b4f58", weight: at === 0 ? 1.6 : 0.8, fillColor: AREA, fillOpacity: 0.3 })).addTo(fillLayer));
    }
    $("minutes-box").hidden = state.view !== "area";
    drawGaps();
    drawLegend();
    drawLabels();
  };

  // ---------- unserved areas of the chosen theme and profile
  const gapLayer = L.layerGroup().addTo(map);
  const gapsHere = () => D.gaps.filter((gap) => gap.profile === state.profile && gap.key === state.theme);
  const gapShape = (gap) => (gap.drawn = gap.drawn || polygons(gap.shape));
  const drawGaps = () => {
    gapLayer.clearLayers();
    const here = gapsHere(), theme = themeOf(state.theme), list = $("gap-list");
    if ($("show-gaps").checked) here.forEach((gap) => {
      const shape = L.polygon(gapShape(gap), { renderer: top, color: GAP, weight: 2, dashArray: "6 3", fillColor: GAP, fillOpacity: byDong() ? 0.04 : 0.18, bubblingMouseEvents: false });
      shape.on("click", () => showGap(gap));
      gapLayer.addLayer(shape);
      shape.bringToBack();
      const badge = L.marker(spot(...gap.at), { icon: L.divIcon({ className: "badge gap", html: el("span", { text: String(gap.rank) }), iconSize: [24, 24] }), keyboard: false, zIndexOffset: 500 - gap.rank });
      badge.on("click", () => showGap(gap));
      gapLayer.addLayer(badge);
    });
    $("gap-note").textContent = !D.gaps.length ? say.gap_no_table : !theme ? "" : theme.kind === "layer" ? say.gap_layer : !here.length ? say.gap_none : fill(say.gap_of, { theme: themeName(theme), profile: profileName(state.profile) });
    list.replaceChildren(...here.slice(0, 30).map((gap) => el("li", {}, el("button", { type: "button", on: { click: () => { $("show-gaps").checked = true; drawGaps(); drawLegend(); showGap(gap).focus({ preventScroll: true }); } } },
      el("span", { className: "order gap", text: String(gap.rank) }),
      span(el("b", { text: gapWhere(gap) }), el("small", { text: fill(say.gap_row, { n: whole(gap.residents) }) + (gap.nearest ? " · " + say.nearest + " " + gap.nearest : "") }))))));
  };
  const gapWhere = (gap) => (gap.dongs > 1 ? fill(say.gap_dongs, { dong: gap.dong, n: gap.dongs }) : gap.dong);

  // ---------- sites: circles with their symbol when there is room
  const Mark = L.CircleMarker.extend({
    _updatePath: function () {
      this._renderer._updateCircle(this);
      if (this._radius < 7.5 || this._empty()) return;
      const pen = this._renderer._ctx;
      pen.save();
      pen.font = "700 " + Math.round(this._radius * 1.15) + "px " + getComputedStyle(document.body).fontFamily;
      pen.textAlign = "center";
      pen.textBaseline = "middle";
      pen.fillStyle = this.options.ink;
      pen.fillText(this.options.symbol, this._point.x, this._point.y + 0.5);
      pen.restore();
    },
  });
  const S = D.sites, siteCount = S.x ? S.x.length : 0;
  const siteLayers = D.layers.map(() => L.layerGroup());
  const marks = [];
  const radius = () => {
    const zoom = map.getZoom();
    return zoom < 13 ? 2.6 : zoom < 14.5 ? 3.4 : zoom < 16 ? 5.5 : zoom < 17.5 ? 8.5 : 10.5;
  };
  const makeSites = () => {
    for (let i = 0; i < siteCount; i++) {
      const layer = D.layers[S.layer[i]];
      const mark = new Mark(spot(S.x[i], S.y[i]), {
        renderer: top, radius: radius(), color: "#ffffff", weight: 1, fillColor: layer.colour, fillOpacity: S.in_area[i] ? 1 : 0.45,
        symbol: layer.symbol, ink: inkOn(layer.colour), bubblingMouseEvents: false,
      });
      mark.on("click", () => showSite(i));
      marks.push(mark);
      siteLayers[S.layer[i]].addLayer(mark);
    }
  };
  const wantedLayer = (layer) => {
    if (!$("show-sites").checked) return false;
    const which = $("which-sites").value, theme = themeOf(state.theme);
    if (which === "all") return true;
    if (which === "space" || !theme || theme.kind === "promise") return layer.role === "space" || which === "theme";
    return theme.kind === "group" ? layer.group === theme.key : layer.key === theme.key;
  };
  const drawSites = () => {
    D.layers.forEach((layer, at) => {
      const wanted = wantedLayer(layer);
      if (wanted !== map.hasLayer(siteLayers[at])) wanted ? siteLayers[at].addTo(map) : siteLayers[at].remove();
    });
    drawLegend();
  };

  // ---------- villages and pairs
  const villageLayer = L.layerGroup().addTo(map), shortLayer = L.layerGroup(), chosen = L.layerGroup().addTo(map), pin = L.layerGroup().addTo(map);
  const villageShapes = {}, villageBadges = {};
  const makeVillages = () => {
    D.villages.slice().reverse().forEach((village) => {
      const shape = L.polygon(polygons(village.shape), { renderer: top, color: VILLAGE, weight: 2, fillColor: VILLAGE, fillOpacity: 0.16, bubblingMouseEvents: false });
      shape.on("click", () => showVillage(village));
      villageShapes[village.id] = shape;
      villageLayer.addLayer(shape);
      const icon = L.divIcon({ className: "badge", html: el("span", { text: String(village.rank) }), iconSize: [26, 26] });
      const badge = L.marker(spot(...village.at), { icon: icon, keyboard: false, zIndexOffset: 1000 - village.rank });
      badge.on("click", () => showVillage(village));
      villageBadges[village.id] = badge;
      villageLayer.addLayer(badge);
    });
    D.short.forEach((pair) => {
      const ends = pair.ends.map((end) => spot(...end));
      const line = L.polyline(ends, { renderer: top, color: SHORT, dashArray: "2 6", lineCap: "round", bubblingMouseEvents: false });
      line.on("click", () => showPair(pair));
      shortLayer.addLayer(line);
      ends.forEach((end) => {
        const ring = L.circleMarker(end, { renderer: top, color: SHORT, fillColor: "#ffffff", fillOpacity: 1, bubblingMouseEvents: false });
        ring.on("click", () => showPair(pair));
        shortLayer.addLayer(ring);
      });
    });
  };

  // pairs stay behind the villages: small from afar, plain to see from near
  const scalePairs = () => {
    const far = map.getZoom() < 14.5;
    shortLayer.eachLayer((layer) => (layer instanceof L.CircleMarker ? layer.setRadius(far ? 3 : 5).setStyle({ weight: far ? 1.5 : 2.5 }) : layer.setStyle({ weight: far ? 1.75 : 3 })));
  };

  // ---------- labels: dong (or ward) names with their share, street names when close
  const labels = L.layerGroup().addTo(map);
  const label = (at, look, ...lines) =>
    L.marker(at, { interactive: false, keyboard: false, pane: "sm-labels", icon: L.divIcon({ className: "label " + look, iconSize: [0, 0], html: el("span", {}, ...lines) }) });
  const taken = [];
  const room = (at, w, h) => {
    const p = map.latLngToContainerPoint(at), box = [p.x - w / 2, p.y - h / 2, p.x + w / 2, p.y + h / 2], size = map.getSize();
    if (box[2] < 0 || box[3] < 0 || box[0] > size.x || box[1] > size.y) return false;
    if (taken.some((t) => t[0] < box[2] && t[2] > box[0] && t[1] < box[3] && t[3] > box[1])) return false;
    taken.push(box);
    return true;
  };
  // at its place, or a little below or above where something stands there
  const place = (base, wide, make) => {
    const lift = 26 / 256 / Math.pow(2, map.getZoom()) * 360;
    const at = [base, [base[0] - lift, base[1]], [base[0] + lift, base[1]]].find((spot) => room(spot, wide, byDong() ? 34 : 18));
    if (at) labels.addLayer(make(at));
  };
  // what lies over the map: the key and the switches
  const takeKey = () => {
    const home = $("map_sharemap").getBoundingClientRect();
    document.querySelectorAll("#key, .leaflet-control-zoom").forEach((node) => {
      const box = node.getBoundingClientRect();
      if (box.width) taken.push([box.left - home.left, box.top - home.top, box.right - home.left, box.bottom - home.top]);
    });
  };
  const wardSpots = () => {
    const wards = {};
    D.dongs.forEach((dong) => {
      const ward = (wards[dong.ward] = wards[dong.ward] || { x: 0, y: 0, dongs: [] });
      ward.x += dong.at[0]; ward.y += dong.at[1]; ward.dongs.push(dong);
    });
    return Object.entries(wards).map(([name, { x, y, dongs }]) => ({ name: name, at: spot(x / dongs.length, y / dongs.length), share: shareOfAll(dongs) }));
  };
  const sum = (list, of) => list.reduce((total, one) => total + (of(one) || 0), 0);
  const peopleIn = (dong) => (state.view === "gap" ? inTheme(dong.gap[state.profile], state.theme) : isOwn() ? (dong.shares[state.theme] || [null])[0] : inTheme(dong.by[state.profile], state.theme));
  const shareOfAll = (dongs) => part(sum(dongs, peopleIn), sum(dongs, (dong) => dong.residents));
  let stops = [];
  const drawLabels = () => {
    labels.clearLayers();
    taken.length = 0;
    const zoom = map.getZoom();
    takeKey();
    stops.forEach((at) => { const p = map.latLngToContainerPoint(at); taken.push([p.x - 12, p.y - 12, p.x + 12, p.y + 12]); });
    if ($("show-gaps").checked) gapsHere().forEach((gap) => { const p = map.latLngToContainerPoint(spot(...gap.at)); taken.push([p.x - 12, p.y - 12, p.x + 12, p.y + 12]); });
    if (D.villages.length && $("show-villages").checked)
      D.villages.forEach((village) => { const p = map.latLngToContainerPoint(spot(...village.at)); taken.push([p.x - 13, p.y - 13, p.x + 13, p.y + 13]); });
    if (D.wide && zoom < 12.5) {
      wardSpots().forEach((ward) => { place(ward.at, 60, (at) => label(at, "ward", ward.name, byDong() ? el("b", { text: percent(ward.share) }) : null)); });
      return;
    }
    D.dongs.forEach((dong) => {
      place(spot(...dong.at), 58, (at) => label(at, "dong", dong.name, byDong() ? el("b", { text: percent(shareOf(dong)) }) : null));
    });
    if (zoom < 15) return;
    const level = zoom < 16 ? 0 : zoom < 17 ? 1 : 2;
    const written = {};
    D.labels.forEach(([name, rank, x, y, angle]) => {
      if (rank > level) return;
      const p = map.latLngToContainerPoint(spot(x, y)), near = (written[name] || []).some((q) => p.distanceTo(q) < 260);
      if (near) return;
      const at = spot(x, y), w = name.length * 12 + 10, flat = Math.abs(Math.cos((angle * Math.PI) / 180)), steep = 1 - flat;
      if (!room(at, Math.max(w * flat, 16), Math.max(w * steep, 16))) return;
      (written[name] = written[name] || []).push(p);
      const text = el("span", { text: name });
      text.style.transform = "translate(-50%,-50%) rotate(" + angle + "deg)";
      labels.addLayer(L.marker(at, { interactive: false, keyboard: false, pane: "sm-labels", icon: L.divIcon({ className: "label street", iconSize: [0, 0], html: text }) }));
    });
  };

  // ---------- legend
  const swatch = (look, text) => el("li", {}, el("i", { className: "swatch", style: look, "aria-hidden": "true" }), el("span", { text: text }));
  const drawLegend = () => {
    const box = $("legend"), theme = themeOf(state.theme), parts = [];
    if (byDong() && theme) {
      const list = el("ul", { className: "classes" }), shown = classes();
      shown.forEach(([low, colour], at) => {
        const a = Math.round(low * 100), b = at + 1 < shown.length ? Math.round(shown[at + 1][0] * 100) : 100;
        const text = at === 0 ? fill(say.below, { b: b }) : at + 1 === shown.length ? fill(say.or_more, { a: a }) : fill(say.between, { a: a, b: b });
        list.append(swatch({ "background-color": colour }, text));
      });
      list.append(swatch({ "background-color": D.noShare }, say.legend_empty));
      const gap = missed(theme);
      parts.push(state.view === "gap"
        ? el("p", {}, el("b", { text: themeName(theme) }), " " + percent(gap.share) + " · " + fill(say.gap_people, { n: whole(gap.people) }), el("br"), fill(say.legend_gap, { own: profileName(D.profile), other: profileName(state.profile), minutes: D.cutoff }))
        : el("p", {}, el("b", { text: themeName(theme) }), " " + percent(served(theme).share) + (isOwn() ? "" : " · " + fill(say.of_profile, { name: profileName(state.profile) })), el("br"), fill(say.legend_share, { minutes: D.cutoff })), list);
    } else if (state.view === "area" && theme) {
      const list = el("ul", { className: "classes" });
      bands().forEach((minutes, at) => list.append(swatch({ "background-color": ["#b7d5d8", "#82b7bd", "#4c979f"][Math.min(at, 2)], outline: "1px solid #0b4f58" }, fill(say.legend_area, { minutes: tidy(minutes) }))));
      parts.push(el("p", {}, el("b", { text: themeName(theme) })), list);
    }
    const lines = el("ul", { className: "classes" });
    if (D.villages.length) lines.append(swatch({ "background-color": "#eacdbd", outline: "2px solid " + VILLAGE }, say.legend_village));
    if ($("show-gaps").checked && gapsHere().length) lines.append(swatch({ "background-color": "#e7d0dc", outline: "2px dashed " + GAP }, say.legend_gaps));
    if (D.short.length && $("show-short").checked) lines.append(el("li", {}, el("i", { className: "swatch line", style: { "border-top": "3px dotted " + SHORT }, "aria-hidden": "true" }), el("span", { text: say.legend_short })));
    lines.append(el("li", {}, el("i", { className: "swatch line", style: { "border-top": "1.5px dashed #4c5a63" }, "aria-hidden": "true" }), el("span", { text: say.legend_dong })));
    lines.append(el("li", {}, el("i", { className: "swatch line", style: { "border-top": "2.5px solid #33414b" }, "aria-hidden": "true" }), el("span", { text: say.legend_ward })));
    parts.push(lines);
    const shown = D.layers.filter(wantedLayer);
    if (shown.length) parts.push(el("p", {}, el("b", { text: say.symbols })), el("ul", { className: "symbols" }, ...shown.map((layer) => el("li", {}, chip(layer), el("span", { text: layer.name + " " + whole(layer.sites) })))));
    box.replaceChildren(...parts);
    drawKey(theme);
  };
  // the colours once more on the map itself, where the eye is: the legend of the panel is what readers without sight get
  const drawKey = (theme) => {
    const list = $("legend").querySelector(".classes"), key = $("key"), coloured = theme && state.view !== "none" && list;
    key.hidden = !coloured;
    key.replaceChildren(...(coloured ? [el("b", { text: themeName(theme) }), el("small", { text: state.view === "area" ? say.view_area : state.view === "gap" ? say.view_gap + " · " + profileName(state.profile) : say.view_share + " · " + profileName(state.profile) }), list.cloneNode(true)] : []));
  };

  // ---------- the address: a card that can be found again has a fragment, #village=..., #place=..., #gap=..., #dong=...
  const setAddress = (kind, id) => {
    const now = window.location.hash, wanted = kind ? "#" + kind + "=" + encodeURIComponent(id) : "";
    if (now === wanted || (!wanted && !now.includes("="))) return; // #tables is a place on the page, not a card
    try {
      window.history.replaceState(window.history.state, "", wanted || window.location.pathname + window.location.search);
    } catch (error) { /* inside a frame the page may have no address of its own */ }
  };

  // ---------- cards
  const card = $("card");
  let opener = null;
  const closeCard = () => {
    const inside = card.contains(document.activeElement);
    clearCard();
    setAddress();
    if (inside) (opener && opener.isConnected ? opener : $("map_sharemap")).focus({ preventScroll: true });
  };
  const clearCard = () => {
    card.hidden = true;
    $("note").hidden = true;
    chosen.clearLayers();
    pin.clearLayers();
    stops = [];
    if (state.village) { villageShapes[state.village].setStyle({ weight: 2, fillOpacity: 0.16 }); villageBadges[state.village].setOpacity(1); }
    state.village = null;
    $("village-list").querySelectorAll("[aria-current]").forEach((node) => node.removeAttribute("aria-current"));
  };
  const openCard = (address, title, sub, ...kids) => {
    setAddress(...address);
    if (document.activeElement !== document.body && !card.contains(document.activeElement)) opener = document.activeElement;
    const close = el("button", { type: "button", className: "close", "aria-label": say.close, text: "×", on: { click: closeCard } });
    const head = el("h2", { text: title, tabIndex: -1 });
    card.replaceChildren(close, head, sub ? el("p", { className: "sub", text: sub }) : "", ...kids.filter(Boolean));
    card.hidden = false;
    card.scrollTop = 0;
    $("announce").textContent = fill(say.opened, { title: [title, sub].filter(Boolean).join(", ") });
    return head;
  };
  const facts = (pairs) => el("dl", { className: "facts" }, ...pairs.filter(([, value]) => value !== "" && value !== null && value !== undefined).map(([name, value]) => el("div", {}, el("dt", { text: name }), el("dd", { text: value }))));
  const rows = (heads, lines, words) => {
    const look = (at) => (words !== undefined && at >= words ? "n" : "");
    return el("table", {}, el("thead", {}, el("tr", {}, ...heads.map((head, at) => el("th", { scope: "col", className: look(at), text: head })))),
      el("tbody", {}, ...lines.map((line) => el("tr", {}, ...line.map((cell, at) => el("td", { className: look(at), text: cell }))))));
  };
  const metres = (m) => whole(m) + " m";
  const layerNames = (keys) => keys.map((key) => (layerOf(key) || { name: key }).name);
  const chips = (keys) => el("span", { className: "chips" }, ...keys.map(layerOf).filter(Boolean).map(chip));

  const tidyMany = (n) => (n === null ? "–" : (+n.toFixed(2)).toLocaleString("en-US"));
  const fold = (title, body) => el("details", {}, el("summary", { text: title }), body);
  const stableText = (know) => fill(say[know.stable] || know.stable, { n: know.stability === null ? "–" : Math.round(know.stability * 100) + "%" });
  const services = (list) => el("ul", { className: "services" }, ...list.map(([key, name, hours, capacity, phone, operator, address]) => {
    const layer = layerOf(key);
    const more = [hours ? say.hours + " " + hours : "", capacity === null ? "" : say.capacity + " " + tidyMany(capacity), phone || "", operator || "", address || ""].filter(Boolean).join(" · ");
    return el("li", {}, layer ? chip(layer) : null, span(" ", el("b", { text: layer ? layer.name : key }), " " + name), more ? el("br") : null, more ? el("small", { text: more }) : null);
  }));
  const ages = (lines) => rows([say.age, ...lines.map((line) => fill(say.in_min, { n: line[0] }))],
    ["age_all", "age_0_9", "age_10_19", "age_20_39", "age_40_64", "age_65_over"].map((key, at) => [say[key], ...lines.map((line) => whole(line[at + 1]))]), 1);
  const barriers = (loop) => {
    if (loop.barriers) return loop.barriers;
    const [steps, tunnel, bridge, crossing, unmarked] = loop.obstacles.map((n) => (n === null ? say.no_data : whole(n)));
    return fill(say.barriers_en, { steps: steps, tunnel: tunnel, bridge: bridge, crossing: crossing, unmarked: unmarked });
  };
  const showGap = (gap) => {
    clearCard();
    const shape = gapShape(gap), layer = layerOf(gap.layer), theme = themeOf(gap.key);
    chosen.addLayer(L.polygon(shape, { renderer: top, interactive: false, color: GAP, weight: 4, fill: false }));
    const walked = (m, min) => (min === null ? say.walk_none : fill(say.metres_minutes, { m: whole(m), min: min.toFixed(1) }));
    const [m, min, longest, is] = gap.walk;
    const head = openCard(["gap", gap.id], fill(say.gap_title, { n: gap.rank }) + " · " + themeName(theme), gapWhere(gap) + " · " + fill(say.of_profile, { name: profileName(gap.profile) }),
      gap.sentence ? el("p", { className: "sentence", text: gap.sentence }) : null,
      facts([[say.residents, whole(gap.residents)], [say.nearest, gap.nearest ? gap.nearest + (layer ? " (" + layer.name + ")" : "") : say.walk_none],
        [say.walk_middle, is === "at_most" && min !== null ? fill(say.walk_at_most, { walk: walked(m, min) }) : walked(m, min)],
        [say.walk_longest, longest === null ? "" : fill(is === "at_most" ? say.walk_at_most_min : say.min_unit, { n: longest.toFixed(1) })]]),
      el("h3", { text: say.ages }), rows([say.age, say.residents], ["age_0_9", "age_10_19", "age_20_39", "age_40_64", "age_65_over"].map((key, at) => [say[key], whole(gap.ages[at])]), 1));
    goTo(L.polygon(shape).getBounds());
    return head;
  };

  const showVillage = (village) => {
    clearCard();
    state.village = village.id;
    villageShapes[village.id].setStyle({ weight: 3, fillOpacity: 0.2 });
    villageBadges[village.id].setOpacity(0); // the numbers of its places stand there now
    const names = {}, order = {};
    village.places.forEach((place) => { names[place[0]] = place[3]; order[place[0]] = place[2]; });
    const loop = village.places.filter((place) => place[1]).map((place) => spot(place[6], place[7])), know = village.card, street = know.loop && know.loop.lines.length;
    if (street) {
      const way = know.loop.lines.map(unpack);
      chosen.addLayer(L.polyline(way, { renderer: top, interactive: false, color: "#ffffff", weight: 7, opacity: 0.9 }));
      chosen.addLayer(L.polyline(way, { renderer: top, interactive: false, color: LOOP, weight: 4, dashArray: "9 6" }));
    } else if (loop.length) chosen.addLayer(L.polyline(loop.concat([loop[0]]), { renderer: top, interactive: false, color: VILLAGE, weight: 2.5, dashArray: "7 6" }));
    village.places.forEach((place) => {
      const icon = L.divIcon({ className: place[1] ? "stop" : "stop near", html: el("span", { text: place[1] ? String(place[2]) : "·" }), iconSize: [22, 22] });
      chosen.addLayer(L.marker(spot(place[6], place[7]), { icon: icon, interactive: false, keyboard: false, zIndexOffset: 2000 }));
    });
    stops = village.places.map((place) => spot(place[6], place[7]));
    const f = village.facts;
    const places = el("ol", { className: "places" }, ...village.places.map((place) =>
      el("li", { className: place[1] ? "" : "near" },
        el("span", { className: "order", text: place[1] ? String(place[2]) : "·" }),
        el("div", {}, el("b", { text: place[3] }), place[1] ? null : el("em", { text: " " + say.neighbours }), el("br"), el("small", { text: place[4] }), know.services && know.services[place[0]] ? services(know.services[place[0]]) : el("div", {}, chips(place[5]), el("small", { text: layerNames(place[5]).join(", ") }))))));
    const walks = village.walks.map(([a, b, m, min]) => [(order[a] || "·") + " – " + (order[b] || "·"), fill(say.metres_minutes, { m: whole(m), min: (Math.round(min * 10) / 10).toFixed(1) })]);
    const blockList = village.blocks.map((id) => {
      const at = D.blocks.id ? D.blocks.id.indexOf(id) : -1;
      return el("li", { text: id + (at >= 0 && D.blocks.streets[at] ? " · " + D.blocks.streets[at] : "") });
    });
    const head = openCard(["village", village.id], village.rank + ". " + village.name, village.dong,
      know.doubtful ? el("p", { className: "warn" }, el("b", { text: "⚠ " + say.doubt + ": " }), know.doubt || fill(say.doubt_en, { n: whole(know.merged) })) : null,
      know.stable === "unstable" ? el("p", { className: "warn" }, el("b", { text: "⚠ " }), stableText(know)) : null,
      village.sentence ? el("p", { className: "sentence", text: village.sentence }) : null,
      know.why ? el("h3", { text: say.why }) : null, know.why ? el("p", { className: "why", text: know.why }) : null,
      facts([
        [say.places, whole(f[0])], [say.services, whole(f[1])], [say.longest_walk, metres(f[2])], [say.mean_walk, metres(f[3])], [say.loop, know.exact === false ? fill(say.loop_at_most, { m: whole(f[4]) }) : metres(f[4])],
        [fill(say.residents_in, { n: 5 }), whole(f[5])], [fill(say.residents_in, { n: 10 }), whole(f[6])], [fill(say.residents_in, { n: 15 }), whole(f[7])],
        [say.residents_65, whole(f[8])], [say.support, whole(f[9])], [say.neighbours, whole(f[10])],
        [say.score, know.score === null ? "" : know.score.toFixed(1)], [say.stability, know.stable ? stableText(know) : ""],
        [say.rank_span, know.ranks[0] === null ? "" : fill(know.ranks[0] === know.ranks[1] ? say.rank_one : say.rank_value, { low: know.ranks[0], high: know.ranks[1] })],
        [say.closures, know.closures[1] === null ? "" : fill(say.closures_of, { n: whole(know.closures[0]), all: whole(know.closures[1]) })],
      ]),
      el("h3", { text: say.place_list }), places,
      walks.length ? el("h3", { text: say.walk_list }) : null, walks.length ? rows([say.from_to, say.walk], walks) : null,
      el("p", { className: "hint", text: street ? say.loop_street : say.legend_loop }),
      know.loop ? el("h3", { text: say.barriers }) : null, know.loop ? el("p", { className: "barriers", text: barriers(know.loop) }) : null,
      know.ages ? el("h3", { text: say.ages }) : null, know.ages ? ages(know.ages) : null,
      know.next[0] ? el("h3", { text: say.next_space }) : null, know.next[0] ? el("p", { text: fill(say.next_text, { block: know.next[0], m: whole(know.next[1]), n: whole(know.next[2]) }) }) : null,
      know.scores ? fold(say.score + (know.score === null ? "" : " " + know.score.toFixed(1)), rows([say.component, say.value, say.weight, say.points], know.scores.map(([key, name, value, weight, points]) => [say["component_" + key] || name, tidyMany(value), tidyMany(weight), points.toFixed(1)]), 1)) : null,
      know.values ? fold(say.values, rows([say.indicator, say.value], know.values.map(([name, value, unit]) => [name, value === null ? say.no_data : tidyMany(value) + " " + unit]), 1)) : null,
      know.loop || know.services || know.ages ? null : el("p", { className: "hint", text: say.card_old }),
      blockList.length ? el("h3", { text: say.block_list }) : null, blockList.length ? el("ul", { className: "blocks" }, ...blockList) : null);
    const item = $("village-list").querySelector('[data-rank="' + village.rank + '"]');
    if (item) item.setAttribute("aria-current", "true");
    const bounds = villageShapes[village.id].getBounds();
    loop.forEach((at) => bounds.extend(at));
    goTo(bounds);
    return head;
  };
  const cardBelow = () => window.matchMedia("(max-width: 899px)").matches; // as the style sheet has it
  const goTo = (bounds, closest = 17) => {
    const narrow = cardBelow(), key = window.matchMedia("(min-width: 1280px)").matches && $("key").offsetWidth; // else it gives way to the card
    map.fitBounds(bounds, { paddingTopLeft: narrow ? [40, 20] : [key ? key + 20 : 60, 50], paddingBottomRight: narrow ? [40, Math.round(map.getSize().y * 0.64)] : [400, 60], maxZoom: closest, animate: false });
  };
  const keepInSight = (latlng) => {
    const size = map.getSize(), narrow = cardBelow(), p = map.latLngToContainerPoint(latlng);
    const right = size.x - (narrow ? 40 : 420), low = narrow ? size.y * 0.3 : size.y - 40;
    const by = [Math.max(0, p.x - right), Math.max(0, p.y - low)];
    if (by[0] || by[1]) map.panBy(by, { animate: false });
  };
  const blockShape = (id) => {
    const at = D.blocks.id ? D.blocks.id.indexOf(id) : -1;
    return at >= 0 && D.blocks.shape[at] ? polygons(D.blocks.shape[at]) : null;
  };
  const showPair = (pair) => {
    clearCard();
    const shape = pair.block ? blockShape(pair.block) : null;
    if (shape) chosen.addLayer(L.polygon(shape, { renderer: top, interactive: false, color: SHORT, weight: 2, dashArray: "5 5", fillColor: SHORT, fillOpacity: 0.18 }));
    const at = D.blocks.id ? D.blocks.id.indexOf(pair.block) : -1;
    const ends = pair.ends.map((end) => spot(...end));
    if (ends.length) chosen.addLayer(L.polyline(ends, { renderer: top, interactive: false, color: SHORT, weight: 4, dashArray: "2 7" }));
    const head = openCard(["pair", pair.rank], say.one_short_n + " " + pair.rank, pair.dong,
      el("ol", { className: "places" }, ...pair.names.map((name, k) => el("li", {}, el("span", { className: "order short", text: "AB"[k] }), el("b", { text: name })))),
      el("p", { className: "sentence", text: fill(say.pair_text, { m: whole(pair.walk) }) }),
      facts([[say.pair_block, pair.block], [say.address, at >= 0 ? D.blocks.streets[at] : ""], [fill(say.residents_in, { n: 15 }), whole(pair.residents)]]));
    const bounds = L.latLngBounds(ends);
    if (shape) bounds.extend(L.polygon(shape).getBounds());
    if (bounds.isValid()) goTo(bounds);
    return head;
  };
  const showSite = (i) => {
    clearCard();
    const layer = D.layers[S.layer[i]], at = spot(S.x[i], S.y[i]);
    pin.addLayer(L.circleMarker(at, { renderer: top, interactive: false, radius: radius() + 6, color: INK, weight: 2.5, fill: false }));
    const others = S.place_id[i] ? sitesOf(S.place_id[i]).filter((k) => k !== i) : [];
    return openCard(S.place_id[i] ? ["place", S.place_id[i]] : [], S.name[i] || "–", [layer.name, S.dong_name[i]].filter(Boolean).join(" · "),
      el("p", {}, chip(layer), " " + layer.name),
      S.loose[i] ? el("p", { className: "warn", text: say.unsnapped }) : null,
      S.swapped[i] ? el("p", { className: "warn", text: say.swapped }) : null,
      S.in_area[i] ? null : el("p", { className: "sub", text: say.outside }),
      facts([[say.address, S.address[i]], [say.hours, S.hours[i]], [say.phone, S.phone[i]], [say.operator, S.operator[i]],
        [say.capacity, S.capacity[i] === null ? "" : tidy(S.capacity[i])], [say.source, S.source[i]], [say.ref_date, S.ref_date[i]]]),
      others.length ? el("h3", { text: say.same_place }) : null,
      others.length ? siteButtons(others) : null);
  };
  const sitesOf = (place) => S.place_id.flatMap((id, k) => (id === place ? [k] : []));
  const siteButtons = (list) => el("ul", { className: "same" }, ...list.slice(0, 40).map((k) => el("li", {}, el("button", { type: "button", on: { click: () => showSite(k).focus({ preventScroll: true }) } }, chip(D.layers[S.layer[k]]), " " + S.name[k]))));
  const showPlace = (place) => {
    const list = sitesOf(place), first = list[0];
    map.setView(spot(S.x[first], S.y[first]), 17, { animate: false });
    keepInSight(L.latLng(spot(S.x[first], S.y[first])));
    if (list.length === 1) return showSite(first);
    clearCard();
    list.forEach((k) => pin.addLayer(L.circleMarker(spot(S.x[k], S.y[k]), { renderer: top, interactive: false, radius: radius() + 6, color: INK, weight: 2.5, fill: false })));
    return openCard(["place", place], D.places[place] || S.name[first], [say.kind_place, S.dong_name[first]].filter(Boolean).join(" · "),
      facts([[say.address, S.address[first]]]), el("h3", { text: say.sites_n + " " + fill(say.count_of, { n: list.length }) }), siteButtons(list));
  };
  const dongAt = (at) => D.dongs.find((dong) => inShape(at, dong.polygons));
  const dongFacts = (dong) => [[say.residents, whole(dong.residents)]].concat(
    D.themes.filter((theme) => theme.kind !== "layer").map((theme) => [theme.kind === "promise" ? say.all_groups : theme.name, percent(shareIn(dong, theme.key))]));
  const ofProfile = () => (D.profiles.length > 1 ? el("p", { className: "hint", text: fill(say.of_profile, { name: profileName(state.profile) }) }) : null);
  const showDong = (dong) => {
    clearCard();
    const shape = L.polygon(dong.polygons, { renderer: top, interactive: false, color: INK, weight: 3, fill: false });
    chosen.addLayer(shape);
    goTo(shape.getBounds(), 16);
    return openCard(["dong", dong.code], dong.name, dong.ward, el("p", { text: fill(say.dong_card, { residents: whole(dong.residents) }) }), el("h3", { text: fill(say.table_coverage, { minutes: D.cutoff }) }), ofProfile(), facts(dongFacts(dong).slice(1)),
      facts(D.themes.filter((theme) => theme.kind === "layer").map((theme) => [theme.name, percent(shareIn(dong, theme.key))])));
  };
  // ---------- blocks: what is within reach of each, of its middle resident
  const B = D.blocks, near = B.near;
  const frames = [];
  const frameOf = (i) => (frames[i] = frames[i] || ((shape) => ({ shape: shape, box: L.latLngBounds(shape.map((rings) => rings[0])) }))(polygons(B.shape[i])));
  const metresTo = (at, shape) => {
    const kx = Math.cos((at[0] * Math.PI) / 180) * 111320, ky = 111320;
    let best = Infinity;
    shape.forEach((rings) => rings.forEach((ring) => {
      for (let i = 0, j = ring.length - 1; i < ring.length; j = i++) {
        const ax = (ring[j][1] - at[1]) * kx, ay = (ring[j][0] - at[0]) * ky, dx = (ring[i][1] - ring[j][1]) * kx, dy = (ring[i][0] - ring[j][0]) * ky, size = dx * dx + dy * dy;
        const t = size ? Math.max(0, Math.min(1, -(ax * dx + ay * dy) / size)) : 0;
        best = Math.min(best, Math.hypot(ax + t * dx, ay + t * dy));
      }
    }));
    return best;
  };
  const blockAt = (at) => {
    if (!near) return null;
    const reach = 100 / 111320, wide = reach / Math.cos((at[0] * Math.PI) / 180);
    let best = null;
    for (let i = 0; i < B.id.length; i++) {
      const box = frameOf(i).box;
      if (at[0] < box.getSouth() - reach || at[0] > box.getNorth() + reach || at[1] < box.getWest() - wide || at[1] > box.getEast() + wide) continue;
      if (inShape(at, frames[i].shape)) return [i, 0];
      const metres = metresTo(at, frames[i].shape);
      if (metres <= 100 && (!best || metres < best[1])) best = [i, metres];
    }
    return best;
  };
  const nearProfile = () => (near.by[state.profile] ? state.profile : D.profile);
  // the minutes of the middle resident (null: no site in reach), the sites, the residents who arrive (null: not told for empty blocks)
  const nearFigure = (key, i) => {
    const packed = (near.by[nearProfile()] || [])[D.themes.findIndex((theme) => theme.key === key)];
    if (!packed) return null;
    const [a, b, c] = [0, 1, 2].map((k) => digit[packed[0].charCodeAt(3 * i + k)]), tenths = a * 64 + b;
    packed[2] = packed[2] || new Map(packed[1].flatMap((value, k) => (k % 2 ? [] : [[value, packed[1][k + 1]]])));
    const reached = tenths < 4095;
    return { minutes: reached ? tenths / 10 : null, sites: c, arrived: near.far[i] ? null : packed[2].has(i) ? packed[2].get(i) : reached ? B.residents[i] : 0 };
  };
  const nearText = (figure) => (figure.minutes === null ? fill(say.near_none, { n: D.cutoff }) : fill(say.near_figure, { min: figure.minutes.toFixed(1), sites: figure.sites >= 63 ? fill(say.near_many, { n: 63 }) : fill(say.count_of, { n: figure.sites }) }));
  const nearRow = (name, figure, i, sign) => {
    const some = figure.arrived !== null && figure.arrived > 0 && figure.arrived < B.residents[i];
    return el("li", { className: (sign ? "" : "head ") + (figure.minutes === null ? "out" : "") }, sign, span(name, some ? el("small", { text: fill(say.near_some, { all: whole(B.residents[i]), n: whole(figure.arrived) }) }) : null), el("b", { text: nearText(figure) }));
  };
  const blockReach = (i) => {
    if (!near || !near.by[nearProfile()]) return [];
    const promise = D.themes.find((theme) => theme.kind === "promise"), all = promise ? nearFigure(promise.key, i) : null, list = el("ul", { className: "here" });
    const groups = D.themes.filter((theme) => theme.kind === "group"), told = new Set(groups.map((group) => group.key));
    groups.forEach((group) => {
      list.append(nearRow(group.name, nearFigure(group.key, i), i));
      D.layers.filter((layer) => layer.group === group.key).forEach((layer) => list.append(nearRow(layer.name, nearFigure(layer.key, i), i, chip(layer))));
    });
    D.layers.filter((layer) => !told.has(layer.group)).forEach((layer) => list.append(nearRow(layer.name, nearFigure(layer.key, i), i, chip(layer))));
    return [
      near.far[i] ? el("p", { className: "warn", text: fill(say.block_empty, { m: whole(near.far[i]) }) }) : null,
      nearProfile() !== state.profile ? el("p", { className: "warn", text: fill(say.block_own_profile, { own: profileName(D.profile) }) }) : null,
      all ? el("p", { className: "promise-here" }, say.near_promise + ": ", el("b", { text: all.arrived === null ? (all.minutes === null ? say.near_no : say.near_yes) : fill(say.near_all_of, { all: whole(B.residents[i]), n: whole(all.arrived) }) })) : null,
      list, el("p", { className: "hint", text: fill(say.block_note, { n: D.cutoff }) + " " + fill(say.of_profile, { name: profileName(nearProfile()) }) }),
    ];
  };
  const blockTitle = (i) => [B.dong[i], B.id[i], B.streets[i], fill(say.block_residents, { n: whole(B.residents[i]) })].filter(Boolean).join(" · ");
  const drawBlock = (i) => chosen.addLayer(L.polygon(frameOf(i).shape, { renderer: top, interactive: false, color: INK, weight: 2.5, fillColor: INK, fillOpacity: 0.08 }));
  const showBlock = (i) => {
    clearCard();
    drawBlock(i);
    goTo(frameOf(i).box, 16.5);
    return openCard(["block", B.id[i]], say.block_card + " " + B.id[i], blockTitle(i), facts([[say.residents, whole(B.residents[i])], [say.block_list, B.streets[i] || ""]]),
      near ? el("h3", { text: fill(say.at_block, { n: D.cutoff }) }) : null, ...blockReach(i));
  };
  // the point of the nearest drawn street within 150 m: reach is a matter of streets, not of block interiors
  const onStreet = (at) => {
    if (D.wide) return null;
    const kx = Math.cos((at[0] * Math.PI) / 180), px = at[1] * kx, py = at[0];
    let best = (150 / 111320) ** 2, found = null;
    streets.forEach(([kind, part, line]) => {
      if (part !== "line" || kind === "fast") return;
      line.getLatLngs().forEach((way) => {
        for (let i = 1; i < way.length; i++) {
          const ax = way[i - 1].lng * kx, ay = way[i - 1].lat, dx = way[i].lng * kx - ax, dy = way[i].lat - ay, size = dx * dx + dy * dy;
          const t = size ? Math.max(0, Math.min(1, ((px - ax) * dx + (py - ay) * dy) / size)) : 0;
          const gap = (ax + t * dx - px) ** 2 + (ay + t * dy - py) ** 2;
          if (gap < best) { best = gap; found = [ay + t * dy, (ax + t * dx) / kx]; }
        }
      });
    });
    return found;
  };
  const showHere = (latlng) => {
    clearCard();
    const clicked = [latlng.lat, latlng.lng], dong = dongAt(clicked), block = dong ? blockAt(clicked) : null;
    stops = [clicked]; // no label over it
    keepInSight(latlng);
    drawLabels();
    if (block) {
      drawBlock(block[0]);
      pin.addLayer(L.circleMarker(clicked, { renderer: top, interactive: false, radius: 7, color: INK, weight: 3, fillColor: "#ffffff", fillOpacity: 1 }));
      return openCard(["block", B.id[block[0]]], fill(say.at_block, { n: D.cutoff }), blockTitle(block[0]),
        block[1] ? el("p", { className: "warn", text: fill(say.block_beside, { m: Math.max(1, Math.round(block[1])) }) }) : null,
        ...blockReach(block[0]),
        el("h3", { text: dong.name + " · " + fill(say.table_coverage, { minutes: D.cutoff }) }), ofProfile(), facts(dongFacts(dong)));
    }
    const at = onStreet(clicked) || clicked;
    if (at !== clicked) pin.addLayer(L.polyline([clicked, at], { renderer: top, interactive: false, color: INK, weight: 2, dashArray: "3 4" }));
    pin.addLayer(L.circleMarker(clicked, { renderer: top, interactive: false, radius: 7, color: INK, weight: 3, fillColor: "#ffffff", fillOpacity: 1 }));
    const up = D.minutes.slice().sort((a, b) => a - b);
    const lines = D.layers.filter((layer) => D.areas[layer.key]).map((layer) => {
      const within = up.find((minutes) => inShape(at, areaOf(layer.key, minutes)));
      return el("li", { className: within === undefined ? "out" : "" }, chip(layer), el("span", { text: layer.name }), el("b", { text: within === undefined ? say.here_none : fill(say.here_within, { n: tidy(within) }) }));
    });
    return openCard([], say.here, dong ? dong.ward + " " + dong.name : say.here_outside,
      el("ul", { className: "here" }, ...lines), el("p", { className: "hint", text: say.here_note + (isOwn() ? "" : " " + fill(say.of_profile, { name: profileName(D.profile) })) }),
      dong ? el("h3", { text: dong.name + " · " + fill(say.table_coverage, { minutes: D.cutoff }) }) : null, dong ? facts(dongFacts(dong)) : null);
  };

  // ---------- panel
  const makeThemes = () => {
    const select = $("theme"), group = el("optgroup", { label: say.by_group }), layer = el("optgroup", { label: say.by_layer });
    D.themes.forEach((theme) => {
      const option = el("option", { value: theme.key, text: themeName(theme) + " " + percent(theme.share) });
      (theme.kind === "promise" ? select : theme.kind === "group" ? group : layer).append(option);
    });
    select.append(group, layer);
    if (!D.themes.length) { select.append(el("option", { text: say.no_data })); select.disabled = true; }
    select.value = state.theme;
    D.profiles.forEach((profile) => $("profile").append(el("option", { value: profile.key, text: profile.speed ? fill(say.profile_speed, { name: profile.name, speed: tidy(profile.speed) }) : profile.name })));
    $("profile").value = state.profile;
    $("profile").disabled = D.profiles.length < 2;
    $("profile").addEventListener("change", (event) => setProfile(event.target.value));
    $("show-gaps").disabled = !D.gaps.length;
    $("show-gaps").addEventListener("change", drawTheme);
    select.addEventListener("change", () => { state.theme = select.value; if (themeOf(state.theme).kind !== "promise" && $("which-sites").value === "space") $("which-sites").value = "theme"; drawTheme(); drawSites(); });
    $("view").addEventListener("change", (event) => {
      state.view = event.target.value;
      if (state.view === "gap" && !hasGap(state.profile)) setProfile((D.profiles.find((profile) => profile.key === D.leastMobile && hasGap(profile.key)) || D.profiles.find((profile) => hasGap(profile.key))).key);
      else drawTheme();
    });
    D.minutes.forEach((minutes) => {
      const input = el("input", { type: "radio", name: "minutes", value: String(minutes), checked: minutes === state.minutes });
      $("minutes").append(el("label", {}, input, el("span", { text: fill(say.min_unit, { n: tidy(minutes) }) })));
    });
    $("minutes").addEventListener("change", (event) => { state.minutes = Number(event.target.value); drawTheme(); });
    $("show-villages").addEventListener("change", (event) => { event.target.checked ? villageLayer.addTo(map) : villageLayer.remove(); drawLabels(); });
    $("show-short").addEventListener("change", (event) => { event.target.checked ? shortLayer.addTo(map) : shortLayer.remove(); drawLegend(); });
    $("show-sites").addEventListener("change", drawSites);
    $("which-sites").addEventListener("change", drawSites);
    if (D.wide) $("show-sites").checked = false;
    $("show-short").disabled = !D.short.length;
    if (D.short.length && D.short.length + D.villages.length <= 60) { $("show-short").checked = true; shortLayer.addTo(map); }
  };
  const setProfile = (key) => {
    state.profile = key;
    if ((isOwn() || !hasGap(key)) && state.view === "gap" || !isOwn() && state.view === "area") state.view = "share";
    if (!card.hidden && !state.village) closeCard(); // its numbers were the other profile's
    showProfile();
    drawTheme();
  };
  const showProfile = () => {
    const own = profileName(D.profile), first = D.themes.find((theme) => theme.kind === "promise");
    $("profile").value = state.profile;
    $("profile-note").textContent = D.profiles.length < 2 ? say.profile_one : isOwn() ? "" : fill(say.profile_other, { own: own });
    document.querySelectorAll("#view input").forEach((input) => {
      input.checked = input.value === state.view;
      input.disabled = input.value === "area" ? !isOwn() || !D.minutes.length : input.value === "gap" && !D.profiles.some((profile) => hasGap(profile.key));
    });
    document.querySelectorAll("#theme option").forEach((option) => { const theme = themeOf(option.value); if (theme) option.textContent = themeName(theme) + " " + percent(served(theme).share); });
    const head = document.querySelector(".promise");
    if (!head || !first) return;
    const now = served(first), all = isOwn() ? D.residents : inTheme(profileOf(state.profile).residents, first.key);
    head.querySelector("strong").textContent = percent(now.share);
    head.querySelector("small").textContent = fill(say.of_residents, { residents: whole(all), covered: whole(now.covered) }) + (isOwn() ? "" : " · " + fill(say.of_profile, { name: profileName(state.profile) }));
  };
  const makeVillageList = () => {
    const list = $("village-list");
    if (!D.villages.length) { list.append(el("li", { text: say.no_villages })); return; }
    D.villages.forEach((village) => {
      const keys = [...new Set(village.places.filter((place) => place[1]).flatMap((place) => place[5]))].filter((key) => (layerOf(key) || {}).role === "space");
      list.append(el("li", {}, el("button", { type: "button", "data-rank": String(village.rank), on: { click: () => showVillage(village).focus({ preventScroll: true }) } },
        el("span", { className: "order", text: String(village.rank) }),
        el("span", {}, el("b", { text: village.name }), village.card.doubtful ? el("small", { className: "flag", text: "⚠ " + say.doubt }) : null, el("small", { text: say.places + " " + whole(village.facts[0]) + " · " + fill(say.residents_in, { n: 15 }) + " " + whole(village.facts[7]) }), chips(keys)))));
    });
  };

  // ---------- search
  let index = null;
  const makeIndex = () => {
    const entries = [];
    const add = (text, title, sub, kind, run) => entries.push({ text: text.toLowerCase(), title: title, sub: sub, kind: kind, run: run });
    D.villages.forEach((village) => add(village.name + " " + village.dong, village.rank + ". " + village.name, village.dong, say.kind_village, () => showVillage(village)));
    D.dongs.forEach((dong) => add(dong.name + " " + dong.ward, dong.name, dong.ward, say.kind_dong, () => showDong(dong)));
    for (let i = 0; i < siteCount; i++) add(S.name[i] + " " + S.address[i], S.name[i], D.layers[S.layer[i]].name + (S.address[i] ? " · " + S.address[i] : ""), say.kind_site, () => { map.setView(spot(S.x[i], S.y[i]), 17, { animate: false }); keepInSight(L.latLng(spot(S.x[i], S.y[i]))); return showSite(i); });
    (D.blocks.id || []).forEach((id, at) => add(id + " " + (B.streets[at] || ""), id, [B.dong[at], B.streets[at]].filter(Boolean).join(" · "), say.kind_block, () => showBlock(at)));
    return entries;
  };
  const makeSearch = () => {
    const query = $("query"), found = $("found");
    const search = () => {
      const words = query.value.trim().toLowerCase().split(/\s+/).filter(Boolean);
      found.replaceChildren();
      found.hidden = words.join("").length < 2;
      if (found.hidden) return;
      index = index || makeIndex();
      const hits = index.filter((entry) => words.every((word) => entry.text.includes(word)));
      // a name that is what was asked for, that begins with it, that holds it; then the rest as it stands
      const asked = words.join(" "), order = (entry) => { const title = entry.title.toLowerCase(); return title === asked ? 0 : title.startsWith(asked) ? 1 : title.includes(asked) ? 2 : entry.text.startsWith(words[0]) ? 3 : 4; };
      hits.sort((a, b) => order(a) - order(b));
      hits.slice(0, 30).forEach((hit) => found.append(el("li", {}, el("button", { type: "button", on: { click: () => { found.hidden = true; const head = hit.run(); opener = query; head.focus({ preventScroll: true }); } } },
        el("em", { text: hit.kind }), el("b", { text: hit.title }), el("small", { text: hit.sub })))));
      $("announce").textContent = hits.length ? fill(say.search_count, { n: whole(hits.length) }) : say.search_none;
      if (!hits.length) found.append(el("li", { className: "none", text: say.search_none }));
      if (hits.length > 30) found.append(el("li", { className: "none", text: fill(say.search_more, { n: whole(hits.length - 30) }) }));
    };
    query.addEventListener("input", search);
    const move = (event) => {
      if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
      const buttons = [...found.querySelectorAll("button")], at = buttons.indexOf(document.activeElement) + (event.key === "ArrowDown" ? 1 : -1);
      event.preventDefault();
      if (at < 0) query.focus(); else if (buttons[at]) buttons[at].focus();
    };
    query.addEventListener("keydown", move);
    query.addEventListener("keydown", (event) => { const first = found.querySelector("button"); if (event.key === "Enter" && first && !found.hidden) { event.preventDefault(); first.click(); } });
    found.addEventListener("keydown", move);
  };

  // ---------- the list of sites, made when it is opened
  const makeSiteList = () => {
    const box = $("site-list"), most = 500;
    const draw = () => {
      const lines = [];
      for (let i = 0; i < siteCount && lines.length < most; i++) lines.push([String(i + 1), D.layers[S.layer[i]].name, S.name[i], S.address[i], S.dong_name[i]]);
      box.querySelector(".scroll").replaceChildren(rows([say.no, say.service, say.name, say.address, say.dong], lines), siteCount > most ? el("p", { text: fill(say.search_more, { n: whole(siteCount - most) }) }) : "");
    };
    box.addEventListener("toggle", () => { if (box.open && !box.querySelector("table")) draw(); });
  };

  // ---------- printing: the map takes the width of the paper
  const makePrint = () => {
    const home = $("map_sharemap");
    const retina = L.Browser.retina;
    // a browser prints what was drawn a moment ago as strokes and masks, which few readers of PDF show whole: dots are safe
    const settle = (canvas) => {
      const pen = canvas.getContext("2d");
      if (canvas.width && canvas.height) pen.putImageData(pen.getImageData(0, 0, canvas.width, canvas.height), 0, 0);
    };
    let before = null;
    window.addEventListener("beforeprint", () => {
      const seen = map.getBounds();
      before = [map.getCenter(), map.getZoom(), seen.contains(bounds) ? bounds : seen.pad(-0.08)];
      home.classList.add("on-paper");
      L.Browser.retina = true; // twice the dots: paper is finer than a screen
      map.invalidateSize({ animate: false });
      map.fitBounds(before[2], { animate: false });
      home.querySelectorAll("canvas").forEach(settle);
    });
    window.addEventListener("afterprint", () => {
      home.classList.remove("on-paper");
      L.Browser.retina = retina;
      map.invalidateSize({ animate: false });
      if (before) map.setView(before[0], before[1], { animate: false });
    });
    $("print").addEventListener("click", () => window.print());
  };

  // ---------- the address leads to a card: on opening, and when it changes
  const gapAt = (id) => D.gaps.find((gap) => gap.id === id) || D.gaps.find((gap) => String(gap.rank) === id && gap.profile === D.profile && gap.key === D.themes[0].key);
  const goToGap = (gap) => {
    state.theme = $("theme").value = gap.key;
    $("show-gaps").checked = true;
    if (gap.profile === state.profile) drawTheme(); else setProfile(gap.profile);
    drawSites();
    return showGap(gap);
  };
  const found = (thing, show) => (thing === undefined || thing === -1 ? null : () => show(thing));
  const destinations = {
    village: (id) => found(D.villages.find((village) => village.id === id) || D.villages.find((village) => String(village.rank) === id), showVillage),
    place: (id) => found(id && S.place_id && S.place_id.includes(id) ? id : undefined, showPlace),
    gap: (id) => found(gapAt(id), goToGap),
    dong: (id) => found(D.dongs.find((dong) => dong.code === id), showDong),
    pair: (id) => found(D.short.find((pair) => String(pair.rank) === id), showPair),
    block: (id) => found((B.id || []).indexOf(id), showBlock),
  };
  const decoded = (text) => { try { return decodeURIComponent(text); } catch (error) { return text; } };
  const followAddress = () => {
    const raw = window.location.hash.slice(1), text = decoded(raw), cut = text.indexOf("=");
    if (!raw || $(text)) return; // nothing, or a part of the page
    const kind = text.slice(0, Math.max(cut, 0)), go = Object.hasOwn(destinations, kind) ? destinations[kind](text.slice(cut + 1)) : null;
    clearCard();
    if (go) {
      touched = true;
      go().focus({ preventScroll: true });
      $("map_sharemap").scrollIntoView({ block: "nearest" });
      return;
    }
    $("note-text").textContent = fill(say.no_such_place, { text: [...text].slice(0, 80).join("") });
    $("note").hidden = false;
  };

  // ---------- start
  const bounds = L.latLngBounds(D.dongs.flatMap((dong) => dong.polygons.flatMap((rings) => rings[0])));
  let touched = false;
  const showAll = () => {
    const home = $("map_sharemap"), foot = document.querySelector(".attribution");
    const below = foot.offsetWidth > home.offsetWidth * 0.8 ? foot.offsetHeight : 0; // the sources lie over the map
    home.style.setProperty("--foot", below + "px");
    const beside = home.offsetWidth > 700 ? 190 : 12; // room for the key
    map.fitBounds(bounds, { paddingTopLeft: [beside, 12], paddingBottomRight: [12, 12 + below], animate: false });
  };
  const keepShowingAll = () => {
    // the box may get its size only now, or another one when a phone is turned: until somebody moves the map, all of the area stays in sight
    const home = $("map_sharemap");
    ["pointerdown", "wheel", "keydown"].forEach((type) => home.addEventListener(type, () => { touched = true; }, { passive: true }));
    map.on("resize", () => { if (!touched && card.hidden) showAll(); });
    new ResizeObserver(() => map.invalidateSize({ animate: false, pan: touched })).observe(home);
    window.requestAnimationFrame(() => { map.invalidateSize({ animate: false, pan: false }); if (!touched && card.hidden) showAll(); });
  };
  // the map takes what the head of the page leaves of the window
  const fitStage = () => document.documentElement.style.setProperty("--top", document.querySelector(".stage").offsetTop + "px");
  new ResizeObserver(fitStage).observe(document.querySelector(".top"));
  fitStage();
  map.invalidateSize({ animate: false, pan: false });
  showAll();
  map.setMaxBounds(bounds.pad(2)); // room to lay the edge of the area beside a card
  L.control.zoom({ position: "topleft", zoomInTitle: say.zoom_in, zoomOutTitle: say.zoom_out }).addTo(map);
  L.control.scale({ imperial: false, position: "bottomleft" }).addTo(map);
  drawGround();
  scaleStreets();
  drawBorders();
  makeVillages();
  scalePairs();
  makeSites();
  makeThemes();
  showProfile();
  makeVillageList();
  makeSearch();
  makeSiteList();
  makePrint();
  drawTheme();
  drawSites();
  let drawn = radius();
  map.on("zoomend", () => {
    scaleStreets();
    scalePairs();
    if (radius() !== drawn) marks.forEach((mark) => mark.setRadius(radius()));
    drawn = radius();
  });
  map.on("moveend", drawLabels);
  map.on("click", (event) => showHere(event.latlng));
  $("map_sharemap").addEventListener("keydown", (event) => { if (event.key === "Enter" && event.target === event.currentTarget) showHere(map.getCenter()).focus({ preventScroll: true }); });
  document.addEventListener("keydown", (event) => { if (event.key === "Escape" && !card.hidden) closeCard(); if (event.key === "Escape") $("note").hidden = true; });
  keepShowingAll();
  $("note").querySelector("button").addEventListener("click", () => { $("note").hidden = true; });
  window.addEventListener("hashchange", followAddress);
  followAddress();
  document.documentElement.dataset.ready = "1";
})();
