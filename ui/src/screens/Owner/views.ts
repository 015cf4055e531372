// Where somebody is in the owner's pages, and the way back. Pure.
import type { Section } from "../../features/settings/sections";
import type { OrderFind, ReviewItem } from "../../ipc/day-types";

export type Page = "day" | "bills" | "providers" | "shift" | "settings";
export type View =
  | { page: "day" }
  | { page: "case"; item: string }
  | { page: "bills"; wish: OrderFind; title: string }
  | { page: "bill"; order: string; refundFor: ReviewItem | null }
  | { page: "providers" }
  | { page: "shift" }
  | { page: "settings"; section: Section; rows?: string };

const ALL: readonly string[] = ["day", "bills", "providers", "shift", "settings"];
export function isPage(name: string): name is Page {
  return ALL.includes(name);
}

/** As the bar shows them. */
export const PAGES: readonly Page[] = ["day", "bills", "providers", "shift", "settings"];

export function startOf(page: Page): View {
  switch (page) {
    case "bills": return { page, wish: {}, title: "" };
    case "settings": return { page, section: "shop" };
    default: return { page };
  }
}

/** The entry of the navigation that a view belongs to. */
export function pageOf(view: View): Page {
  return view.page === "case" ? "day" : view.page === "bill" ? "bills" : view.page;
}

const DEEPEST = 30;

/** A step deeper. A bill after a bill, or a case after a case, takes its place. */
export function deeper(trail: readonly View[], next: View): View[] {
  const last = trail.at(-1);
  const kept = last && last.page === next.page && next.page !== "day" ? trail.slice(0, -1) : trail;
  return [...kept, next].slice(-DEEPEST);
}

/** One step back; null leaves for the till. */
export function back(trail: readonly View[]): View[] | null {
  return trail.length > 1 ? trail.slice(0, -1) : null;
}
