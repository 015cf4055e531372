// What came of reconciling a business day. Pure.
import type { Commands, ReconcileLine } from "../../ipc/generated";

export type Bucket = "agree" | ReconcileLine["bucket"];
export const BUCKETS: readonly Bucket[] = ["agree", "only_ours", "only_theirs", "amount_differs", "state_differs"];

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
