// The owner's pages by name, for pictures and tests: the end of a Friday, with one thing of each kind to look at.
import type { MemoryBackend } from "./backend";
import type { Scene } from "./scenes";

const NIGHT = "2025-11-22T01:50:12.000+07:00";
const STEP_MS = 25;
const LONGEST_MS = 4000;

/** Presses what is there, as soon as it is there. */
export function press(selectors: readonly string[], waitedMs = 0): void {
  const [first, ...rest] = selectors;
  if (first === undefined || waitedMs > LONGEST_MS) return;
  const found = document.querySelector<HTMLElement>(first);
  if (!found || (found instanceof HTMLButtonElement && found.disabled)) return void setTimeout(() => press(selectors, waitedMs + STEP_MS), STEP_MS);
  found.click();
  setTimeout(() => press(rest), STEP_MS);
}

export const at = (testid: string): string => `[data-testid="${testid}"]`;

/** A shop whose till is its books' newest bills. */
function night(prepare?: (backend: MemoryBackend) => void): Pick<Scene, "clock" | "before"> {
  return {
    clock: NIGHT,
    before: (backend) => {
      backend.orders = [...backend.days.book(backend.days.present).orders].sort((a, b) => (a.created_at < b.created_at ? 1 : -1)).slice(0, 12);
      prepare?.(backend);
    },
  };
}
const FEW = ["duplicate_payment", "contradiction", "paid_late", "manual_confirm"] as const;
const few = (backend: MemoryBackend): void => backend.days.settleAllBut(FEW);
function page(name: "day" | "bills" | "shift", steps: readonly string[] = [], prepare: (backend: MemoryBackend) => void = few): Scene {
  return { ...night(prepare), after: (till) => { till.dialog = name; press(steps); } };
}
const review = (kind: string): Scene => page("day", [`${at("need")}[data-kind="${kind}"]`], () => undefined);

export const ownerScenes: Readonly<Record<string, Scene>> = {
  day: page("day"),
  day_all: page("day", [], () => undefined),
  day_table: page("day", [at("hours-table")]),
  day_split: page("day", [at("split-provider")]),
  day_settled: page("day", [at("need-settled")], (backend) => backend.days.settleAllBut([])),
  day_before: page("day", [at("day-back")]),
  day_signed: page("day", [`${at("day-page")}[data-day="2025-11-21"] ${at("day-back")}`, `${at("day-page")}[data-day="2025-11-20"] ${at("day-back")}`]),
  day_morning: { clock: "2025-11-21T04:05:00.000+07:00", before: (backend) => void (backend.orders = []), after: (till) => void (till.dialog = "day") },
  day_paper: page("day", [at("papers")]),
  day_file: page("day", [at("report-x")]),
  day_close_pin: page("day", [at("day-close")], (backend) => backend.days.settleAllBut([])),
  review_contradiction: review("contradiction"),
  review_duplicate: review("duplicate_payment"),
  review_manual: review("manual_confirm"),
  review_refund: review("refund_unknown"),
  review_shift: review("shift_difference"),
  review_reconcile: review("reconcile"),
  review_note: { ...review("manual_confirm"), after: (till) => { till.dialog = "day"; press([`${at("need")}[data-kind="manual_confirm"]`, at("answer-2")]); } },
  bills: page("bills"),
  bills_flagged: page("bills", [at("ready-flagged")]),
  payouts: { after: (till) => void (till.dialog = "providers") },
  payout: { after: (till) => { till.dialog = "providers"; press([at("payout-open"), `${at("payout-account")}[data-account="บัญชีร้าน"]`]); } },
  payout_unknown: { before: (backend) => backend.payouts.lose(), after: (till) => { till.dialog = "providers"; press([at("balance-ask")]); } },
  payouts_off: { before: (backend) => void (backend.setup.values = { ...backend.setup.values, "providers.jwt_gateway.payout_accounts": [] }), after: (till) => void (till.dialog = "providers") },
  bill: page("day", [`${at("need")}[data-kind="duplicate_payment"]`, at("case-bill")]),
  bill_refund: page("day", [`${at("need")}[data-kind="duplicate_payment"]`, at("answer-1")]),
  bill_slip: page("day", [`${at("need")}[data-kind="contradiction"]`, at("case-bill"), at("slip-picture")]),
  bill_unknown: page("day", [`${at("need")}[data-kind="refund_unknown"]`, at("case-bill")], () => undefined),
};
