// Business days as text, and what came of reconciling one. Pure.
import type { Commands, Order, ReconcileLine } from "../../ipc/generated";

export type Bucket = "agree" | ReconcileLine["bucket"];
export const BUCKETS: readonly Bucket[] = ["agree", "only_ours", "only_theirs", "amount_differs", "state_differs"];

/** `days` on from "2025-11-21". */
export function shiftDay(day: string, days: number): string {
  const date = new Date(`${day}T00:00:00Z`);
  date.setUTCDate(date.getUTCDate() + days);
  return date.toISOString().slice(0, 10);
}

/** The business day to begin with: the newest bill's, or the date on the counter's clock. */
export function presentDay(recent: readonly Order[], nowIso: string): string {
  return recent[0]?.business_day ?? nowIso.slice(0, 10);
}

export interface Totals {
  counts: Readonly<Record<Bucket, number>>;
  /** Items that do not agree. */
  open: number;
}

export function totalsOf(reply: Commands["reconcile"]["reply"]): Totals {
  const counts: Record<Bucket, number> = { agree: 0, only_ours: 0, only_theirs: 0, amount_differs: 0, state_differs: 0 };
  for (const { summary } of reply.providers) for (const bucket of BUCKETS) counts[bucket] += summary[bucket];
  return { counts, open: counts.only_ours + counts.only_theirs + counts.amount_differs + counts.state_differs };
}
