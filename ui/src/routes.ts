// Which screen this window is. The customer's window is told by its address, so that it never even loads a till's state.
export type Route = "cashier" | "providers" | "customer_display" | "gallery";

export function routeOf(address: { hash: string; search: string }): Route {
  const path = address.hash.replace(/^#\/?/, "");
  if (path === "display" || path === "customer-display") return "customer_display";
  if (path === "providers") return "providers";
  return new URLSearchParams(address.search).has("gallery") || path === "gallery" ? "gallery" : "cashier";
}
