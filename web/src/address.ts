/** How the building is taken apart, in the page's address: so that it can be sent to somebody, and survives a reload. */
import { CUT_M, FULL_CUT_M } from "./levels";
import type { State } from "./state";

type Kept = Pick<State, "apart" | "cutM" | "front">;

const NAMES = ["apart", "cut", "front"] as const;

/** What an address says; what it does not say is left out. */
export function readOpening(search: string): Partial<Kept> {
  const asked = new URLSearchParams(search);
  const [apart, cut, front] = NAMES.map((name) => numberOf(asked.get(name))) as [number?, number?, number?];
  return {
    ...(apart !== undefined && { apart: bounded(apart / 100, 0, 1) }),
    ...(cut !== undefined && { cutM: bounded(cut, LOWEST_CUT_M, FULL_CUT_M) }),
    ...(front !== undefined && { front: bounded(front / 100, 0, 1) }),
  };
}

export const LOWEST_CUT_M = 0.3;

/** The same address with what is chosen now; what is usual is not written. */
export function writeOpening(address: string, { apart, cutM, front }: Kept): string {
  const url = new URL(address);
  const values: [string, string | undefined][] = [
    ["apart", apart === undefined ? undefined : String(Math.round(apart * 100))],
    ["cut", cutM === CUT_M ? undefined : String(Math.round(cutM * 10) / 10)],
    ["front", front === 0 ? undefined : String(Math.round(front * 100))],
  ];
  for (const [name, value] of values) {
    if (value === undefined) url.searchParams.delete(name);
    else url.searchParams.set(name, value);
  }
  return url.href;
}

function numberOf(text: string | null): number | undefined {
  const value = text ? Number(text) : NaN;
  return Number.isFinite(value) ? value : undefined;
}

function bounded(value: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, value));
}
