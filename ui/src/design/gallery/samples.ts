// What the gallery shows of payments and days. None of it is anybody's.
import type { Attempt, Instruction, Reconcile } from "../../ipc/generated";
import { SAMPLE_QR } from "./sample-qr";

export const COIN_TOLD: Extract<Instruction, { kind: "crypto_address" }> = {
  kind: "crypto_address", address: "TNobodyOwnsThisAddress1234567890ab", amount: "44.7530", coin: "USDT", network: "TRX-TRC20", qr_png_base64: "", qr: SAMPLE_QR,
};

export const COIN: Attempt = {
  attempt_id: "01JD0001", provider: "crypto_2328", method: "crypto", state: "awaiting", our_ref: "01JD0001", provider_ref: "inv_1", payable: "1450.00", received: "0.00", fee: null,
  instruction: COIN_TOLD, deadline: null, tracking: ["poll", "callback"], reason: null, opened_at: "2025-11-21T14:38:20.000+07:00", ended_at: null, adjustment: "0.00",
  remaining_ms: 822_000, lifetime_ms: 900_000, asked_ms_ago: 1200, ask_every_ms: 5000, callbacks: true, checked_nothing: false, confirmed_by: null, tendered: null, change: null,
  quote: { coin: "USDT", network: "TRX-TRC20", invoiced: "44.75", currency: "USD", rate: "32.40", source: "setting", at: "2025-11-21T14:38:20.000+07:00" },
};

const NONE = { only_ours: 0, only_theirs: 0, amount_differs: 0, state_differs: 0 };

export const AGREED: Reconcile = { providers: [{ lines: [], summary: { type: "reconcile_summary", provider: "jwt_gateway", agree: 58, ...NONE } }] };

export const DAY: Reconcile = {
  providers: [{
    summary: { type: "reconcile_summary", provider: "jwt_gateway", agree: 58, ...NONE, only_theirs: 1, amount_differs: 1 },
    lines: [
      { type: "reconcile", provider: "jwt_gateway", bucket: "only_theirs", order: null, provider_ref: "dp_8840", our_amount: null, their_amount: "320.00", our_state: null, their_state: "success" },
      { type: "reconcile", provider: "jwt_gateway", bucket: "amount_differs", order: "A-0141", provider_ref: "dp_8839", our_amount: "1284.37", their_amount: "1284.00", our_state: "paid", their_state: "success" },
    ],
  }],
};
