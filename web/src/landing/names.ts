/** What a venue is called on the landing page. */
import { best } from "../i18n";
import { s } from "../i18n/site";
import { DISTRICT, type VenueCard } from "./model";

/** What stands on a pin, and what is left of the name for those who hear it: pins are small, badges say it is a station. */
export function pinName(card: VenueCard): [string, string] {
  const name = venueName(card);
  const short = name.split(",")[0]?.replace(card.lines.length > 0 ? / station$/i : /$^/, "") || name;
  return [short, name.slice(short.length)];
}

/** A joined entry has one name, whatever its record says: it stands for several records. */
export function venueName(card: VenueCard): string {
  return card.category === DISTRICT ? s("kind.districtName") : best(card.name) || card.id;
}
