// Which screen this window is. The customer's window is told by its address, so that it never even loads a till's state.
export type OwnerRoute = "day" | "bills" | "providers" | "shift" | "settings";
export type Route = "cashier" | OwnerRoute | "customer_display" | "gallery";
const OWNERS: readonly OwnerRoute[] = ["day", "bills", "providers", "shift", "settings"];

export function ownerRoute(route: Route): OwnerRoute | null {
  return OWNERS.find((one) => one === route) ?? null;
}

export function routeOf(address: { hash: string; search: string }): Route {
  const path = address.hash.replace(/^#\/?/, "");
  if (path === "display" || path === "customer-display") return "customer_display";
  const owners = OWNERS.find((one) => one === path);
  if (owners) return owners;
  return new URLSearchParams(address.search).has("gallery") || path === "gallery" ? "gallery" : "cashier";
}
