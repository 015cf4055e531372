// Cash on the counter, in whole satang: what is asked for in coins that exist, what was handed over, what goes back.
// The backend reckons again and is the one that counts; this only shows the cashier the change before the drawer opens.
import { parseWire, toWire, type Satang } from "../../lib/money";
import { press, total, type Entry } from "./entry";

/** The smallest coin in use. */
export const SMALLEST_COIN: Satang = 25n;

/** Notes that are handed over most. */
export const QUICK_NOTES = ["100", "500", "1000"] as const;
export type QuickNote = (typeof QUICK_NOTES)[number];

export interface Cash {
  due: string;
  /** What the coins leave off; never more than the price. */
  rounding: string;
  payable: string;
  /** Null while nothing was typed: then it is taken for the exact sum. */
  tendered: string | null;
  change: string;
  /** What is still missing; null when it is enough. */
  missing: string | null;
}

export function cashOf(due: string, typed: string): Cash {
  const price = parseWire(due);
  const over = price % SMALLEST_COIN;
  const payable = price - over;
  const sum = total(typed);
  const tendered = sum.ok ? sum.satang : null;
  const back = tendered === null ? 0n : tendered - payable;
  return {
    due, rounding: toWire(-over), payable: toWire(payable), tendered: tendered === null ? null : toWire(tendered),
    change: toWire(back > 0n ? back : 0n), missing: back < 0n ? toWire(-back) : null,
  };
}

/** One more note on the pile: 100 and 100 are 200. */
export function addNote(entry: Entry, note: QuickNote): Entry {
  const pile = /[+×]$/.test(entry.text) || entry.text === "" ? entry : press(entry, "+");
  return [...note].reduce((text, figure) => press(text, figure as "0" | "1" | "5"), pile);
}

/** A sum that cannot be read: a product with a part of a satang, or too much. */
export function unreadable(typed: string): "fraction" | "too_large" | null {
  const sum = total(typed);
  return sum.ok || sum.why === "empty" ? null : sum.why;
}
