/** What every panel is given: the venue, what is known of it, what the user chose, and the few things it may ask for. */
import type { Api } from "./api";
import type { Catalogue, Place } from "./catalogue";
import type { SiteFrame, Vec3 } from "./geo";
import type { Path } from "./lines";
import type { Store } from "./state";
import type { Level, Venue, VenueSummary } from "./types";

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
  /** Bring points into view, on the level where they are. */
  focus(points: readonly Vec3[], level: string): void;
  /** Name of an end of a route in the page's language. */
  nameOf(place: Place): string;
  /** Name of an element by id. */
  nameOfId(id: string): string;
}
