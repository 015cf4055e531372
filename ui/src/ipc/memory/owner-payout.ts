// Payouts at the memory host: to the accounts in its settings, under the real rules, with an answer that may get lost.
import { parseWire, toWire } from "../../lib/money";
import type { PayoutLine, PayoutRequest, Payouts, PayoutSettleRequest, PayoutTarget } from "../generated";
import { fault } from "./fault";
import { isoAt } from "./world";

const DAY_LIMIT = "100000.00";
const COOL_DOWN_H = 24;
const line = (payout_id: string, account: string, amount: string, change: Partial<PayoutLine> = {}): PayoutLine =>
  ({ type: "payout", payout_id, provider: "jwt_gateway", account, amount, state: "done", provider_ref: `wd_${payout_id.slice(-4)}`, fee: "15.00", reason: null, ...change });

export class MemoryPayouts {
  payouts: PayoutLine[] = [line("PO-0006", "บัญชีร้าน", "40000.00"), line("PO-0005", "บัญชีร้าน", "8000.00", { state: "failed", fee: null, reason: "bank_maintenance" }), line("PO-0004", "บัญชีร้าน", "35000.00"), line("PO-0003", "บัญชีร้าน", "50000.00")];
  /** An account added lately waits. */
  cooling: string | null = "คุณชื่นจิต";
  /** What has gone out today. */
  #spent = 0n;
  #serial = 7;

  constructor(private readonly means: { accounts: () => unknown; lost: () => boolean; nowMs: () => number; note: (what: string, subject: string) => void }) {}

  /** Ordered at a quarter to five, and no answer. */
  lose(): void {
    this.payouts = [line("PO-0007", "บัญชีร้าน", "12000.00", { state: "unknown", provider_ref: null, fee: null }), ...this.payouts];
  }

  get #targets(): PayoutTarget[] {
    const accounts = this.means.accounts();
    return (Array.isArray(accounts) ? accounts : []).map((one: PayoutTarget) => ({ ...one, account_no: `••••••${one.account_no.slice(-4)}` }));
  }

  readonly handlers = {
    payout_list: async (): Promise<Payouts> => ({ accounts: this.#targets, payouts: this.payouts, day_limit: DAY_LIMIT, cool_down_hours: COOL_DOWN_H }),
    payout_make: async ({ provider, account, amount }: PayoutRequest): Promise<PayoutLine> => {
      const refused = (why: string, params: Record<string, string> = {}): never => { throw fault("payout_refused", { why, ...params }); };
      const targets = this.#targets;
      if (provider !== "jwt_gateway") return refused("not_offered");
      if (targets.length === 0) return refused("off", { setting: "providers.jwt_gateway.payout_accounts" });
      if (!targets.some((one) => one.label === account)) return refused("unknown_account", { known: targets.map((one) => one.label).join(", ") });
      if (account === this.cooling) return refused("cooling_down", { until: isoAt(this.means.nowMs() + 19 * 3_600_000) });
      const open = this.payouts.find((one) => (one.state === "unknown" || one.state === "requested") && one.provider_ref === null);
      if (open) return refused("earlier_open", { payout_id: open.payout_id, amount: open.amount });
      const satang = parseWire(amount);
      const left = parseWire(DAY_LIMIT) - this.#spent;
      if (satang > left) return refused("over_day_limit", { left: toWire(left) });
      this.#spent += satang;
      const id = `PO-${String((this.#serial += 1)).padStart(4, "0")}`;
      const made = this.means.lost() ? line(id, account, toWire(satang), { state: "unknown", provider_ref: null, fee: null }) : line(id, account, toWire(satang), { state: "requested", fee: null });
      this.payouts = [made, ...this.payouts];
      this.means.note("payout_requested", id);
      return made;
    },
    payout_settle: async ({ payout_id, outcome }: PayoutSettleRequest): Promise<PayoutLine> => {
      const open = this.payouts.find((one) => one.payout_id === payout_id && (one.state === "unknown" || one.state === "requested"));
      if (!open) throw fault("payout_refused", { why: "not_open" });
      const settled: PayoutLine = { ...open, state: outcome };
      this.payouts = this.payouts.map((one) => (one.payout_id === payout_id ? settled : one));
      this.means.note("payout_resolved", payout_id);
      return settled;
    },
  };
}
