// Figures of a day as text: shares, changes against the same weekday, and the hours worth drawing. Amounts stay whole
// satang; a share is counted in tenths of a percent.
import { parseWire, toWire } from "../../lib/money";
import type { DayReview, Group } from "../../ipc/day-types";

/** "98.1%"; an en dash where there is nothing to divide by. */
export function shareText(part: bigint, whole: bigint): string {
  if (whole === 0n) return "–";
  const tenths = (part * 2000n + whole) / (whole * 2n);
  return `${tenths / 10n}.${tenths % 10n}%`.replace(/^100\.0%$/, "100%");
}

/** "1.25%" of an amount, two places. */
export function rateText(part: string, whole: string): string {
  const all = parseWire(whole);
  if (all <= 0n) return "–";
  const hundredths = (parseWire(part) * 20_000n + all) / (all * 2n);
  return `${hundredths / 100n}.${(hundredths % 100n).toString().padStart(2, "0")}%`;
}

/** "+10.4%", "−3.0%"; null where the other day had nothing. */
export function changeText(now: bigint, before: bigint): string | null {
  if (before <= 0n) return null;
  const apart = now - before;
  const size = apart < 0n ? -apart : apart;
  const tenths = (size * 2000n + before) / (before * 2n);
  return `${apart < 0n ? "\u2212" : "+"}${tenths / 10n}.${tenths % 10n}%`;
}

export interface Change { text: string; until: string | null }

/** How the day compares. While it runs, only hours that are over are held against the other day's. */
export function changeOf(review: DayReview, nowHour: string | null): Change | null {
  if (!review.today || nowHour === null) {
    const text = changeText(parseWire(review.totals.gross), parseWire(review.compared.totals.gross));
    return text === null ? null : { text, until: null };
  }
  const over = review.by_hour.findIndex((group) => group.key === nowHour);
  const keys = new Set(review.by_hour.slice(0, Math.max(0, over)).map((group) => group.key));
  const sum = (groups: readonly Group[]): bigint => groups.reduce((all, group) => (keys.has(group.key) ? all + parseWire(group.gross) : all), 0n);
  const text = changeText(sum(review.by_hour), sum(review.compared.by_hour));
  return text === null ? null : { text, until: `${nowHour}:00` };
}

export interface Hour { key: string; gross: string; orders: number; before: string }

/** The hours from the first to the last that had money on either day. */
export function hoursOf(review: DayReview): Hour[] {
  const before = new Map(review.compared.by_hour.map((group) => [group.key, group.gross]));
  const own = new Map(review.by_hour.map((group) => [group.key, group]));
  const keys = review.by_hour.length === 24 ? review.by_hour.map((group) => group.key) : fromCutoff(review.cutoff);
  const all = keys.map((key): Hour => ({ key, gross: own.get(key)?.gross ?? "0.00", orders: own.get(key)?.orders ?? 0, before: before.get(key) ?? "0.00" }));
  const some = all.map((hour) => parseWire(hour.gross) !== 0n || parseWire(hour.before) !== 0n);
  const first = some.indexOf(true);
  return first < 0 ? [] : all.slice(first, some.lastIndexOf(true) + 1);
}

function fromCutoff(cutoff: string): string[] {
  const start = Number(cutoff.slice(0, 2));
  return Array.from({ length: 24 }, (_, at) => String((start + at) % 24).padStart(2, "0"));
}

export function hasMoney(review: DayReview): boolean {
  return [review.totals.gross, review.totals.refunds, review.totals.fees].some((amount) => parseWire(amount) !== 0n);
}

/** Sum of amounts as they are shown in a table's foot. */
export function sumText(amounts: readonly string[]): string {
  return toWire(amounts.reduce((all, amount) => all + parseWire(amount), 0n));
}

export const openItems = (review: DayReview): number => review.exceptions.filter((item) => item.settled === null).length;
