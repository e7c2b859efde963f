/** About panel: whose data this is, under which licence, how good it is, and how to get it. */
import type { Context } from "./context";
import { addressFor } from "./door";
import { h, replace, svg } from "./dom";
import { best, t } from "./i18n";
import { iconPath } from "./icons";
import { spaceColour } from "./palette";
import type { Text } from "./types";

/** The pages about a venue, with an icon each. */
const PAGES = [
  ["overview", "info"],
  ["levels", "stairs"],
  ["facilities", "pin"],
  ["accessibility", "wheelchair"],
  ["quality", "service_office"],
  ["data", "certificate_kiosk"],
] as const;

export class AboutPanel {
  readonly root = h("div", { class: "panel-body" });
  private readonly context: Context;

  constructor(context: Context) {
    this.context = context;
    context.store.subscribe((state, before) => {
      if (state.lang !== before.lang || state.operator !== before.operator) this.render();
    });
  }

  render(): void {
    const { venue, venues } = this.context;
    const report = venue.links?.find((link) => link.rel === "report");
    const rows: [string, string][] = [
      [t("about.venue"), best(venue.name)],
      [t("about.attribution"), best(venue.attribution)],
      [t("about.licence"), venue.licence || t("about.noLicence")],
      [t("about.version"), venue.version.slice(0, 12)],
    ];
    replace(
      this.root,
      h("h2", {}, t("about.title")),
      this.pages(),
      venue.schematic === true && h("p", { class: "note" }, t("badge.schematicHint")),
      h("dl", { class: "facts" }, ...rows.filter(([, value]) => value).flatMap(([label, value]) => [h("dt", {}, label), h("dd", {}, value)])),
      venues.length > 1 && this.venueChoice(),
      h("p", { class: "links" }, h("a", { href: "./" }, t("about.allVenues"))),
      h("h3", {}, t("about.colours")),
      this.legend(),
      h("h3", {}, t("about.data")),
      h(
        "p",
        { class: "links" },
        h("a", { href: "v1/" }, "/v1"),
        h("a", { href: "v1/docs" }, "OpenAPI"),
        report && h("a", { href: this.context.api.address(report) }, t("about.report")),
      ),
      h("p", { class: "quiet" }, t("about.keys")),
      this.operators(),
      h("p", { class: "quiet" }, t("about.software")),
    );
  }

  private pages(): HTMLElement {
    const link = ([page, icon]: (typeof PAGES)[number]): HTMLElement =>
      h("li", {}, h("a", { href: addressFor(location.search, { page }) }, svg(iconPath(icon)), t(`about.page.${page}`)));
    return h("nav", { "aria-label": t("about.pages") }, h("ul", { class: "about-links" }, ...PAGES.map(link)));
  }

  /** For those who run the building: what they report holds for everybody. */
  private operators(): HTMLElement {
    const { context } = this;
    const { operator } = context.store.get();
    const enter = (): void => void import("./operator").then(({ askKey }) => askKey(context));
    const leave = (): void => void import("./operator").then(({ forget }) => forget(context));
    return h(
      "section",
      { class: "operators" },
      h("h3", {}, t("operator.title")),
      h("p", { class: "quiet" }, t(operator ? "operator.ready" : "operator.intro")),
      h("button", { class: "button", type: "button", onclick: operator ? leave : enter }, svg(iconPath("key")), t(operator ? "operator.leave" : "operator.enter")),
    );
  }

  private venueChoice(): HTMLElement {
    const { venue, venues } = this.context;
    const go = (event: Event): void => {
      const address = new URL(location.href);
      address.searchParams.set("venue", (event.target as HTMLSelectElement).value);
      location.assign(address);
    };
    const options = venues.map((entry) => h("option", { value: entry.id, selected: entry.id === venue.id }, best(entry.name)));
    return h("label", { class: "field" }, t("about.chooseVenue"), h("select", { onchange: go }, ...options));
  }

  private legend(): HTMLElement {
    const spaces = this.context.catalogue.all().filter((element) => element.type === "space");
    const labels = new Map<string, Text>(spaces.map((element) => [element.category, element.categoryLabel]));
    const items = [...labels].sort(([a], [b]) => a.localeCompare(b)).map(([category, label]) => {
      const mark = h("span", { class: "swatch", "aria-hidden": "true" });
      mark.style.backgroundColor = spaceColour(category);
      return h("li", {}, mark, best(label) || category);
    });
    return h("ul", { class: "legend" }, ...items);
  }
}
