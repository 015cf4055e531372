// What the owner's page of providers is told by the memory host: a list, tests that find something, a balance, and a day
// that does not quite agree.
import type { Balance, ProviderLine, ProviderTest, Reconcile, Reconciled, ReconcileLine, ReconcileSummary } from "../generated";
import { fault } from "./fault";
import { ASSETS, methodOf, provider as info } from "./world";

type Reckoned = ReconcileSummary["provider"];

function line(id: ProviderLine["id"], change: Partial<ProviderLine> = {}): ProviderLine {
  const known = id === "easyslip" ? null : info(id, "1.00", "700000.00");
  return {
    type: "provider", id, enabled: true, methods: id === "easyslip" ? [] : [methodOf(id)], min: known?.min ?? null, max: known?.max ?? null, tracking: known?.tracking ?? [],
    cancel: known?.cancel ?? false, refund: known?.refund ?? false, statement: known?.statement ?? false, payout: id === "jwt_gateway", live: false, ...change,
  };
}

const GOOD = { ok: true, code: "ok", setting: null, message_th: "ติดต่อได้ กุญแจถูก นาฬิกาตรง", message_en: "Reached, the key is right, the clock agrees" } as const;

function agreed(of: Reckoned, agree: number): Reconciled {
  return { lines: [], summary: { type: "reconcile_summary", provider: of, agree, only_ours: 0, only_theirs: 0, amount_differs: 0, state_differs: 0 } };
}

function apart(of: Reckoned, agree: number, lines: Omit<ReconcileLine, "type" | "provider">[]): Reconciled {
  const count = (bucket: ReconcileLine["bucket"]): number => lines.filter((one) => one.bucket === bucket).length;
  return {
    lines: lines.map((one) => ({ type: "reconcile", provider: of, ...one })),
    summary: {
      type: "reconcile_summary", provider: of, agree, only_ours: count("only_ours"), only_theirs: count("only_theirs"),
      amount_differs: count("amount_differs"), state_differs: count("state_differs"),
    },
  };
}

export class OwnersDesk {
  /** Every list agrees with the ledger. */
  agrees = false;
  providers: ProviderLine[] = [
    line("promptpay_direct", { min: "0.01", max: "999999.99", live: true }), line("deposit_gateway", { enabled: false, min: null, max: null }), line("jwt_gateway", { live: true }),
    line("omise_truemoney", { min: "100.00", max: "50000.00" }), line("crypto_2328", { min: "200.00", max: "500000.00" }), line("cash", { min: "0.25", max: "999999.99", live: true }),
    line("easyslip", { enabled: false }),
  ];

  test(id: string): ProviderTest {
    const base = { type: "provider_test", id } as const;
    if (id === "omise_truemoney") {
      return {
        ...base, ok: false, code: "bad_key", setting: "omise_truemoney.secret_key", message_th: "ผู้ให้บริการไม่รู้จักกุญแจนี้ คัดลอกกุญแจลับใหม่ทั้งบรรทัด",
        message_en: "The provider does not know this key. Copy the whole secret key again",
      };
    }
    return { ...base, ...GOOD };
  }

  balance(id: string, now: string): Balance {
    if (id !== "jwt_gateway") throw fault("no_provider");
    return { type: "balance", id, available: "184250.75", currency: "THB", as_of: now };
  }

  reconcile(date: string, only: string | undefined): Reconcile {
    if (!/^\d{4}-\d{2}-\d{2}$/.test(date)) throw fault("bad_request");
    const providers = this.agrees ? [agreed("jwt_gateway", 58), agreed("omise_truemoney", 34), agreed("crypto_2328", ASSETS.length)] : [
      apart("jwt_gateway", 58, [
        { bucket: "only_ours", order: "A-0142", provider_ref: "dp_8842", our_amount: "145.00", their_amount: null, our_state: "expired", their_state: null },
        { bucket: "amount_differs", order: "A-0141", provider_ref: "dp_8839", our_amount: "1284.37", their_amount: "1284.00", our_state: "paid", their_state: "success" },
      ]),
      apart("omise_truemoney", 33, [
        { bucket: "only_theirs", order: null, provider_ref: "chrg_test_5xq1", our_amount: null, their_amount: "320.00", our_state: null, their_state: "successful" },
        { bucket: "state_differs", order: "A-0138", provider_ref: "chrg_test_5xp9", our_amount: "250.00", their_amount: "250.00", our_state: "expired", their_state: "successful" },
      ]),
      agreed("crypto_2328", ASSETS.length),
    ];
    return { providers: providers.filter((one) => only === undefined || one.summary.provider === only) };
  }
}
