/**
 * Opens what the address asks for: the landing page, or a venue (`?venue=…`), as its map or as a page (`&page=…`).
 *
 * The map asks for the venue and for the 3D code at once, then joins both.
 *
 * For tests and curious people, `document.documentElement.dataset` tells what has happened (`ready`, `level`, `picked`,
 * `route`, `evacuation`, `lang`) and `window.indoor3d` gives the picture, the catalogue and the state.
 */
import "./style.css";
import { AboutPanel } from "./about";
import { Api, type ApiProblem } from "./api";
import { Card } from "./card";
import { Catalogue, type Place } from "./catalogue";
import type { Context } from "./context";
import { PageDoor } from "./door";
import { h } from "./dom";
import { EvacuationPanel } from "./evacuation";
import { SiteFrame } from "./geo";
import { best, initialLanguage, rememberLanguage, setLanguage, t } from "./i18n";
import { operatorKey } from "./key";
import { sortLevels } from "./levels";
import { Live } from "./live";
import { Picture } from "./picture";
import { PlacesPanel } from "./places";
import { asProblem, problemCard } from "./problem";
import { RoutePanel } from "./route/panel";
import { Shell } from "./shell";
import { Store } from "./state";
import type { Lang, Profile, Venue, VenueSummary } from "./types";

const query = new URLSearchParams(location.search);
const stageCode = query.has("venue") && !query.has("page") ? import("./stage") : undefined;
const LISTS_AFTER_MS = 2_000;

async function findVenue(api: Api, id: string): Promise<{ venue: Venue; venues: VenueSummary[] }> {
  const list = api.venues();
  const venue = await api.venue(id);
  return { venue, venues: await list.catch(() => [venue]) };
}

function contextFor(api: Api, store: Store, found: { venue: Venue; venues: VenueSummary[] }, picture: Picture, shell: Shell): Context {
  let known: readonly Profile[] = [];
  const profiles = api.profiles().then((list) => (known = list));
  // Without the list the common ones can still be chosen.
  profiles.catch(() => undefined);
  const levels = sortLevels(found.venue.levels);
  const frame = new SiteFrame(found.venue.frame.ecef_transform, found.venue.frame.origin?.[2] ?? 0);
  const catalogue = new Catalogue(levels, frame);
  const nameOfId = (id: string): string => {
    const element = catalogue.get(id);
    return element ? catalogue.title(element, store.get().lang) : picture.nameOf(id) || id;
  };
  const nameOf = (place: Place): string => {
    const name = nameOfId(place.id);
    return "ref" in place.waypoint || store.get().picked === place ? name : t("route.point", { place: name });
  };
  return {
    api,
    store,
    ...found,
    levels,
    frame,
    catalogue,
    live: new Live(api, store, found.venue.id),
    profiles,
    knownProfiles: () => known,
    announce: (text) => shell.announce(text),
    setPaths: (paths) => picture.setPaths(paths),
    setAreas: (areas, tags) => picture.setAreas(areas, tags),
    setDots: (dots) => picture.stage?.setDots(dots),
    focus: (points, level) => picture.focus(points, level),
    nameOf,
    nameOfId,
  };
}

/** Fill the catalogue level by level; a level that fails is said, and the others stay. */
async function loadPlans(context: Context, failed: (problem: ApiProblem) => void): Promise<void> {
  const plans = context.levels.map(async (level) => {
    try {
      context.catalogue.add(await context.api.plan(context.venue.id, level.id), level);
    } catch (error) {
      failed(asProblem(error));
    }
  });
  await Promise.all(plans);
}

function buildPanels(context: Context, shell: Shell, picture: Picture): { refresh(): void } {
  const [places, route, evacuation, about, card] = [
    new PlacesPanel(context),
    new RoutePanel(context),
    new EvacuationPanel(context),
    new AboutPanel(context),
    new Card(context),
  ];
  picture.routeDrawn = () => route.drawn;
  const around = h("div", { class: "panel-body" });
  const bodies = { places: places.root, route: route.root, around, evacuation: evacuation.root, about: about.root };
  shell.content.replaceChildren(card.root, ...Object.values(bodies));
  shell.chips.replaceChildren(places.chips);
  const show = (): void => {
    const { tab, picked } = context.store.get();
    for (const [name, body] of Object.entries(bodies)) body.hidden = picked !== undefined || name !== tab;
    shell.content.setAttribute("role", "tabpanel");
    shell.content.setAttribute("aria-labelledby", `tab-${tab}`);
  };
  let [isAround, isPlanned] = [false, false];
  context.store.subscribe((state, before) => {
    if (state.tab === "around" && !isAround) {
      isAround = true;
      void import("./around").then(({ AroundPanel }) => new AroundPanel(context, around));
    }
    if (state.tab === "evacuation" && !isPlanned) {
      isPlanned = true;
      void import("./planner/planner").then(({ Planner }) => new Planner(context, evacuation.planner));
    }
    if (state.tab !== before.tab || state.picked !== before.picked) {
      show();
      shell.content.scrollTop = 0;
    }
  });
  const refresh = (): void => [places, route, evacuation, about].forEach((panel) => panel.render());
  refresh();
  show();
  return { refresh };
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

function switchLanguage(api: Api): Lang {
  const next: Lang = api.lang === "ko" ? "en" : "ko";
  api.lang = next;
  setLanguage(next);
  rememberLanguage(next);
  // An address that names a language goes on naming the one that is shown.
  const address = new URL(location.href);
  if (address.searchParams.has("lang")) {
    address.searchParams.set("lang", next);
    history.replaceState(history.state, "", address);
  }
  return next;
}

async function open(root: HTMLElement): Promise<void> {
  const lang = initialLanguage();
  setLanguage(lang);
  const [api, store] = [new Api(lang), new Store(lang)];
  const id = query.get("venue");
  if (!id) {
    const { openLanding } = await import("./landing");
    return openLanding(root, api, () => switchLanguage(api));
  }
  store.set({ operator: operatorKey() !== "" });
  const picture = new Picture(store);
  const language = (): void => store.set({ lang: switchLanguage(api) });
  const shell = new Shell(root, store, {
    zoom: (factor) => picture.stage?.zoom(factor),
    turn: () => picture.stage?.view.turn(45),
    fit: () => picture.stage?.fitVisible({ keep: true }),
    plan: (plan) => picture.stage?.view.setPlan(plan),
    language,
  });
  shell.say(t("app.loading"));
  try {
    const found = await findVenue(api, id);
    const context = contextFor(api, store, found, picture, shell);
    shell.setVenue(found.venue);
    shell.say("");
    const panels = buildPanels(context, shell, picture);
    const door = new PageDoor(root, context, language);
    if (door.isOpen) await door.closed;
    const drawn = picture.start(stageCode ?? import("./stage"), context, shell);
    // The first picture comes first; lists do not wait for a slow one.
    await Promise.race([picture.begun, pause(LISTS_AFTER_MS)]);
    await loadPlans(context, (problem) => shell.say(`${best(problem.title)} ${problem.detail}`));
    panels.refresh();
    document.documentElement.dataset["lists"] = "ready";
    void context.live.refresh();
    picture.update();
    await drawn;
    await picture.begun;
    door.showAsked();
  } catch (error) {
    shell.say("");
    store.set({ open: true });
    shell.content.replaceChildren(problemCard(asProblem(error), undefined, () => location.reload()));
    document.documentElement.dataset["ready"] = "problem";
  }
}

const root = document.getElementById("app");
if (root) void open(root);
