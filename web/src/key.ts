/** The operator's key: kept for this tab only, never in an address and never longer than the tab is open. */
const NAME = "indoor3d.operator";

export function operatorKey(): string {
  try {
    return sessionStorage.getItem(NAME) ?? "";
  } catch {
    return "";
  }
}

/** Keep a key, or with "" forget it; false where the browser forbids it. */
export function keepKey(key: string): boolean {
  try {
    if (key) sessionStorage.setItem(NAME, key);
    else sessionStorage.removeItem(NAME);
    return true;
  } catch {
    return false;
  }
}
