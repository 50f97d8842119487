// What is chosen, and who is served: the study's own profile has the shares of the tables, the others their people.

import { D, named } from "./data.js";

export const state = {
  theme: D.themes.length ? D.themes[0].key : "",
  view: D.residents === null && D.minutes.length ? "area" : "share", // without residents there is no share
  minutes: D.minutes[D.minutes.length - 1],
  profile: D.profile,
  village: null,
  stops: [], // spots that no label may cover
};

export const isOwn = () => state.profile === D.profile;
export const byDong = () => state.view === "share" || state.view === "gap";
export const profileOf = (key) => D.profiles.find((profile) => profile.key === key);
export const profileName = (key) => profileOf(key).name;
export const hasGap = (key) => key !== D.profile && profileOf(key).gap !== null;

const part = (people, all) => (people === null || !all ? null : people / all);
// lists of people come in the order of the themes
export const inTheme = (list, key) => {
  const value = list ? list[D.themes.findIndex((theme) => theme.key === key)] : null;
  return value === undefined ? null : value;
};
const withShare = (people, all) => ({ people: people, share: part(people, all) });

export const served = (theme) => {
  if (isOwn()) return { people: theme.covered, share: theme.share, unknown: theme.unknown };
  const profile = profileOf(state.profile), unknown = inTheme(profile.unknown, theme.key);
  return { ...withShare(inTheme(profile.covered, theme.key), inTheme(profile.residents, theme.key)), unknown };
};
export const missed = (theme) => {
  const profile = profileOf(state.profile);
  return withShare(inTheme(profile.gap, theme.key), inTheme(profile.residents, theme.key));
};

// where it is about one age, its people are counted and no others
const countedIn = (dong) => (isOwn() ? dong.residents : dong.counted[state.profile]);
const ownShare = (dong, key) => (dong.shares[key] ? named("shares", dong.shares[key]) : { covered: null, share: null });
export const shareIn = (dong, key) =>
  isOwn() ? ownShare(dong, key).share : part(inTheme(dong.by[state.profile], key), countedIn(dong));
const gapIn = (dong, key) => part(inTheme(dong.gap[state.profile], key), countedIn(dong));
export const unknownIn = (dong, key) => inTheme(dong.unknown[state.profile], key) || 0;
// where most people are unknown, a share would tell of them as not served
const mostUnknown = (dong) => unknownIn(dong, state.theme) > D.most_unknown * countedIn(dong);
export const shownShare = (dong) => {
  if (mostUnknown(dong)) return null;
  return state.view === "gap" ? gapIn(dong, state.theme) : shareIn(dong, state.theme);
};

const peopleIn = (dong) => {
  if (state.view === "gap") return inTheme(dong.gap[state.profile], state.theme);
  return isOwn() ? ownShare(dong, state.theme).covered : inTheme(dong.by[state.profile], state.theme);
};
const sum = (list, of) => list.reduce((total, one) => total + (of(one) || 0), 0);
export const shareOfAll = (dongs) => part(sum(dongs, peopleIn), sum(dongs, countedIn));
