/** What every panel is given: the venue, what is known of it, what the user chose, and the few things it may ask for. */
import type { Api } from "./api";
import type { Catalogue, Place } from "./catalogue";
import type { SiteFrame, Vec3 } from "./geo";
import type { Area } from "./areas";
import type { Path } from "./lines";
import type { Live } from "./live";
import type { Marker } from "./overlay";
import type { Store } from "./state";
import type { Level, Profile, Venue, VenueSummary } from "./types";

export interface Context {
  api: Api;
  store: Store;
  venue: Venue;
  venues: readonly VenueSummary[];
  levels: readonly Level[];
  frame: SiteFrame;
  catalogue: Catalogue;
  /** Draw paths in the picture, where there is one. */
  setPaths(paths: readonly Path[]): void;
  /** Draw areas over the floors, where there is a picture. */
  setAreas(areas: readonly Area[], tags?: readonly Marker[]): void;
  /** Draw people over the picture, where there is one: site metres. */
  setDots(dots: readonly Vec3[]): void;
  /** What operators reported as closed, kept up to date. */
  live: Live;
  /** Who may move, as the server knows them; empty until it has said. */
  profiles: Promise<readonly Profile[]>;
  knownProfiles(): readonly Profile[];
  /** Tell people who do not see the page what has just changed. */
  announce(text: string): void;
  /** Bring points into view, on the level where they are. */
  focus(points: readonly Vec3[], level: string): void;
  /** Name of an end of a route in the page's language. */
  nameOf(place: Place): string;
  /** Name of an element by id. */
  nameOfId(id: string): string;
}
