// Each state of the counter by name, for pictures, for trying things out and for tests: ?state=waiting and so on. A scene
// sets what the backend knows, and then what the window has been asked to do.
import type { SlipDesk } from "../../features/slip/desk.svelte";
import type { Till } from "../../screens/Cashier/till.svelte";
import type { EntryKey } from "../../features/order/entry";
import type { MethodInfo, Order } from "../generated";
import type { MemoryBackend } from "./backend";
import { ownerScenes } from "./owner-scenes";
import { setupScenes } from "./setup-scenes";
import { slipScenes } from "./slip-scenes";
import { attemptOf, orderOf, settle, type Draft } from "./world";

export interface Scene {
  /** The hour it plays at, instead of the usual afternoon. */
  clock?: string;
  /** Before the window starts. */
  before?: (backend: MemoryBackend) => Order | void;
  /** Once it has. The order is what `before` made. */
  after?: (till: Till, order: Order | undefined, backend: MemoryBackend, slips: SlipDesk | undefined) => void;
}

const REMAINING_MS = 222_000;

function draft(change: Partial<Draft>): Draft {
  return { number: "A-0147", amount: "250.00", provider: "jwt_gateway", state: "awaiting", openedMs: -78_000, remainingMs: REMAINING_MS, ...change };
}

/** A scene that opens one bill. */
function bill(change: Partial<Draft>, touch?: (order: Order, backend: MemoryBackend) => Order): Scene {
  return {
    before: (backend) => {
      const order = orderOf(draft(change), 0);
      return backend.add(touch ? touch(order, backend) : order);
    },
    after: (till, order) => {
      if (order) till.open(order);
    },
  };
}

function type(keys: string): (till: Till) => void {
  return (till) => keys.split(" ").forEach((key) => till.key(key as EntryKey));
}

/** The bill, and then something on top of it. */
function over(scene: Scene, then: (till: Till, backend: MemoryBackend) => void): Scene {
  return {
    ...scene,
    after: (till, order, backend, slips) => {
      scene.after?.(till, order, backend, slips);
      setTimeout(() => then(till, backend), 30);
    },
  };
}

function paid(change: Partial<Draft>, touch?: (order: Order) => Order): Scene {
  const scene = bill({ state: "paid", received: change.amount ?? "250.00", openedMs: -26_000, endedMs: -4000, confirmedBy: "query", ...change }, touch);
  return { ...scene, after: (till, order) => void (till.paid = order ?? null) };
}

function twice(order: Order): Order {
  const second = attemptOf(draft({ state: "paid", provider: "omise_truemoney", received: "250.00", openedMs: -50_000, endedMs: -2000, confirmedBy: "callback" }), 0);
  return settle({ ...order, attempts: [...order.attempts, second] }, 0);
}

const deposit = (change: Partial<Draft>): Scene => bill({ number: "A-0151", amount: "1284.00", provider: "deposit_gateway", ...change });
const coin = (change: Partial<Draft>): Scene => bill({ number: "A-0149", amount: "1450.00", provider: "crypto_2328", remainingMs: 822_000, ...change });
const CASH: Partial<Draft> = { provider: "cash", confirmedBy: "person" };

function troubled(info: MethodInfo): MethodInfo {
  const health = info.method === "promptpay" ? ("slow" as const) : info.method === "truemoney" ? ("down" as const) : ("ok" as const);
  return { ...info, providers: info.providers.map((provider) => (provider.answered_ms_ago === null ? provider : { ...provider, health })) };
}

const WAITING = bill({});
const CHECKED = bill({ checkedNothing: true });

export const scenes: Readonly<Record<string, Scene>> = {
  ...slipScenes,
  ...ownerScenes,
  ...setupScenes,
  idle: {},
  typing: { after: type("4 5 × 2 + 8") },
  typing_long: { after: type("1 2 3 4 5 6 7 . 8 9") },
  limits: { after: (till) => { type("9 8")(till); till.method = "truemoney"; } },
  opening: { before: (backend) => void (backend.answerMs = 1e9), after: (till) => { type("2 5 0")(till); void till.charge(); } },
  asking: bill({ state: "submitted", qr: false }),
  waiting: WAITING,
  soon: bill({ remainingMs: 48_000 }),
  adjusted: bill({ number: "A-0151", amount: "1284.00", adjustment: "0.37", remainingMs: 49_000 }),
  waiting_wallet: bill({ provider: "omise_truemoney" }),
  open_ended: bill({ provider: "promptpay_direct", remainingMs: null }),
  silent: bill({}, (order, backend) => {
    backend.faults.silent = true;
    return { ...order, attempts: order.attempts.map((attempt) => ({ ...attempt, asked_ms_ago: 47_000 })) };
  }),
  confirming: bill({ provider: "omise_truemoney", state: "confirming" }),
  cancelling: bill({ state: "cancelling" }),
  cancelled: bill({ state: "cancelled", reason: "cancelled_by_person", endedMs: -2000 }),
  expired: bill({ state: "expired", reason: "deadline", remainingMs: 0, endedMs: -2000 }),
  failed: bill({ provider: "omise_truemoney", state: "failed", reason: "insufficient_balance", endedMs: -2000 }),
  unknown: bill({ state: "unknown", reason: "outcome_unknown" }),
  held: bill({ state: "held", flags: ["held"] }),
  provider_down: bill({ state: "failed", reason: "provider_down", endedMs: -2000 }, (order, backend) => {
    backend.till = {
      ...backend.till,
      methods: backend.till.methods.map((info) => ({ ...info, providers: info.providers.map((provider) => (provider.id === "jwt_gateway" ? { ...provider, health: "down" as const } : provider)) })),
    };
    return order;
  }),
  provider_down_alone: bill({ provider: "omise_truemoney", state: "failed", reason: "provider_down", endedMs: -2000 }),
  misconfigured: bill({ provider: "omise_truemoney", state: "failed", reason: "misconfigured", endedMs: -2000 }, (order, backend) => {
    backend.till = {
      ...backend.till,
      methods: backend.till.methods.map((info) => ({ ...info, providers: info.providers.map((provider) => (provider.id === "omise_truemoney" ? { ...provider, health: "misconfigured" as const, setting: "omise_truemoney.secret_key" } : provider)) })),
    };
    return order;
  }),
  refused_next: bill({ state: "failed", reason: "refused", endedMs: -2000 }),
  misconfigured_next: bill({ state: "failed", reason: "misconfigured", endedMs: -2000 }),
  deposit: deposit({ adjustment: "0.37", remainingMs: REMAINING_MS }),
  deposit_asked: over(deposit({}), (till) => void till.check()),
  bank: deposit({ show: "bank", adjustment: "0.37" }),
  coin: coin({}),
  coin_bsc: coin({ asset: { coin: "USDT", network: "BSC-BEP20" } }),
  coin_page: coin({ show: "page" }),
  coin_confirming: coin({ state: "confirming" }),
  coin_sheet: { after: (till) => { type("1 4 5 0")(till); till.method = "crypto"; void till.charge(); } },
  cash_sheet: { after: (till) => { type("1 2 0 . 4 0")(till); till.method = "cash"; void till.charge(); } },
  paid_cash: paid({ ...CASH, adjustment: "-0.15", received: "120.25", amount: "120.40", tendered: "500.00" }),
  paid_cash_large: paid({ ...CASH, number: "A-0153", amount: "12845.00", received: "12845.00", tendered: "15000.00" }),
  paid_cash_exact: paid({ ...CASH, tendered: "250.00" }),
  paid_cash_bill: bill({ ...CASH, state: "paid", adjustment: "-0.15", received: "120.25", amount: "120.40", tendered: "500.00", openedMs: -26_000, endedMs: -4000 }),
  clock: { before: (backend) => void (backend.till = { ...backend.till, clock_behind_ms: 600_000 }) },
  clock_ahead: bill({}, (order, backend) => {
    backend.till = { ...backend.till, clock_behind_ms: -185_000 };
    return order;
  }),
  lights: { before: (backend) => void (backend.till = { ...backend.till, methods: backend.till.methods.map(troubled) }) },
  providers: { after: (till) => void (till.dialog = "providers") },
  offline: { before: (backend) => void (backend.till = { ...backend.till, offline: true }) },
  offline_waiting: bill({}, (order, backend) => {
    backend.till = { ...backend.till, offline: true };
    return order;
  }),
  qr_mismatch: bill({ state: "cancelling", reason: "qr_mismatch", flags: ["qr_mismatch"] }),
  underpaid: bill({ received: "200.00", flags: ["underpaid"] }),
  rest: bill({ received: "200.00", state: "expired", endedMs: -3000, flags: ["underpaid"] }, (order) => {
    const rest = attemptOf(draft({ amount: "50.00", remainingMs: 290_000, openedMs: -10_000 }), 0);
    return settle({ ...order, attempts: [...order.attempts, rest] }, 0);
  }),
  manual_offer: CHECKED,
  confirm: over(CHECKED, (till) => void (till.dialog = "confirm")),
  method: over(WAITING, (till) => void (till.dialog = "method")),
  armed: over(WAITING, (till) => void (till.cancelArmed = true)),
  menu: { after: (till) => void (till.dialog = "menu") },
  keys: { after: (till) => void (till.dialog = "keys") },
  paid: paid({}),
  paid_large: paid({ amount: "1284.37", number: "A-0151" }),
  paid_huge: paid({ amount: "48500.00", number: "A-0152" }),
  paid_flagged: paid({ flags: ["duplicate_payment"] }, twice),
  paid_by_hand: paid({ flags: ["manual_confirm"], confirmedBy: "person" }),
  paid_bill: bill({ state: "paid", received: "250.00", openedMs: -26_000, endedMs: -4000, confirmedBy: "query" }),
  restored: {
    before: (backend) => {
      backend.till = { ...backend.till, restored: true };
      return backend.add(orderOf(draft({ remainingMs: 130_000, openedMs: -170_000 }), 0));
    },
  },
  parked: { ...bill({}), after: (till, order) => { if (order) till.open(order); till.park(); } },
  just_paid: {
    before: (backend) => backend.add(orderOf(draft({}), 0)),
    after: (till, order, backend) => { if (order) { type("8 5")(till); backend.pay(order, "250.00"); } },
  },
  error: { after: (till) => void (till.fault = { code: "ledger_unavailable", params: {}, incident: "01JD-7F3K" }) },
};

