// People, shifts, settings, paper and the set-up wizard by name, for pictures and tests.
import { receipts } from "../../session/receipts.svelte";
import { setup } from "../../session/setup.svelte";
import type { MemoryBackend } from "./backend";
import { at, press } from "./owner-scenes";
import type { Scene } from "./scenes";
import { isoAt, orderOf, type Draft } from "./world";

const WAITING: Draft = { number: "A-0147", amount: "250.00", provider: "jwt_gateway", state: "awaiting", openedMs: -78_000, remainingMs: 222_000 };
const PAID: Draft = { ...WAITING, state: "paid", received: "250.00", openedMs: -26_000, endedMs: -4000, confirmedBy: "query" };

function signedOut(backend: MemoryBackend): void {
  backend.people.person = null;
}
const signedIn = (name: string) => (backend: MemoryBackend): void => void (backend.people.person = name);

function strike(keys: readonly string[]): void {
  const [code, ...rest] = keys;
  if (code === undefined) return;
  // At an element, as a person does: a window that is itself the target has no capture phase everywhere.
  (document.activeElement ?? document.body).dispatchEvent(new KeyboardEvent("keydown", { code, key: code.replace("Digit", ""), bubbles: true, cancelable: true }));
  setTimeout(() => strike(rest), 30);
}
const PIN = ["Digit1", "Digit2", "Digit3", "Digit4"];

/** Types into fields as they appear. */
function fill(values: Readonly<Record<string, string>>, then: () => void, waitedMs = 0): void {
  const fields = Object.entries(values).map(([name, value]) => ({ field: document.querySelector<HTMLInputElement>(name), value }));
  if (fields.some(({ field }) => !field)) return void (waitedMs < 4000 ? setTimeout(() => fill(values, then, waitedMs + 25), 25) : undefined);
  for (const { field, value } of fields) {
    if (!field) continue;
    field.value = value;
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }
  setTimeout(then, 25);
}

const shift = (steps: readonly string[] = [], before?: (backend: MemoryBackend) => void): Scene => ({ ...(before ? { before } : {}), after: (till) => { till.dialog = "shift"; press(steps); } });
const settings = (section: string, steps: readonly string[] = [], before?: (backend: MemoryBackend) => void): Scene => ({ ...(before ? { before } : {}), after: (till) => { till.dialog = "settings"; press([at(`section-${section}`), ...steps]); } });
const wizard = (steps: readonly string[] = []): Scene => ({ after: () => { setup.show(); press(steps); } });
const COUNTED = { [at("count-1000")]: "4", [at("count-500")]: "3", [at("count-100")]: "12", [at("count-20")]: "9", [at("count-promptpay")]: "1285.00", [at("count-truemoney")]: "320", [at("count-crypto")]: "0" };

export const setupScenes: Readonly<Record<string, Scene>> = {
  locked: { before: signedOut },
  locked_waiting: { before: (backend) => { signedOut(backend); return backend.add(orderOf(WAITING, 0)); }, after: (till, order) => { if (order) till.open(order); } },
  approval: { before: signedIn("แพรว"), after: (till) => void (till.dialog = "day") },
  approval_wrong: { before: signedIn("แพรว"), after: (till) => { till.dialog = "day"; setTimeout(() => strike(["Digit9", "Digit9", "Digit9", "Digit9", "Enter"]), 200); } },
  first_owner: { before: (backend) => { backend.people.people = []; backend.people.person = null; }, after: () => setTimeout(() => strike(["F12"]), 50) },
  announced: { before: (backend) => void (backend.till = { ...backend.till, announcements: [{ at: isoAt(-3_900_000), by: "คุณชื่นจิต", what: "account_changed", subject: "shop.promptpay_id" }] }) },
  printer_out: { before: (backend) => backend.printer.fail("paper_or_offline") },
  strips: {
    before: (backend) => {
      backend.printer.fail();
      backend.till = { ...backend.till, announcements: ["account_changed", "key_changed"].map((what) => ({ at: isoAt(-3_900_000), by: "คุณชื่นจิต", what: what as "key_changed", subject: "x" })) };
    },
  },
  offer_shift: { before: (backend) => { signedOut(backend); backend.shifts.open = null; }, after: () => setTimeout(() => strike([...PIN, "Enter"]), 50) },
  receipt: { before: (backend) => backend.add(orderOf(PAID, 0)), after: (till, order) => { till.paid = order ?? null; receipts.show(order?.order_id ?? ""); } },
  receipt_a4: { before: (backend) => backend.add(orderOf(PAID, 0)), after: (_, order) => { receipts.show(order?.order_id ?? ""); press([at("receipt-picture"), at("paper-a4")]); } },
  shift: shift(),
  shift_none: shift([], (backend) => void (backend.shifts.open = null)),
  shift_float: shift([at("shift-count-float")], (backend) => void (backend.shifts.open = null)),
  shift_out: shift([at("drawer-out")]),
  shift_count: { after: (till) => { till.dialog = "shift"; press([at("shift-count")]); fill(COUNTED, () => undefined); } },
  shift_differs: { after: (till) => { till.dialog = "shift"; press([at("shift-count")]); fill(COUNTED, () => press([at("count-do")])); } },
  shift_result: { after: (till) => { till.dialog = "shift"; press([at("shift-count")]); fill(COUNTED, () => press([at("count-do"), at("shift-close")])); } },
  shift_hidden: { before: signedIn("แพรว"), after: (till) => { till.dialog = "shift"; press([at("shift-count")]); fill(COUNTED, () => press([at("count-do"), at("shift-close")])); } },
  settings: settings("shop"),
  settings_accounts: settings("accounts"),
  settings_accounts_cashier: settings("accounts", [], signedIn("แพรว")),
  settings_providers: settings("providers", [`${at("setup-omise_truemoney")} summary`, at("setup-test-omise_truemoney")]),
  settings_slips: settings("slips"),
  settings_people: settings("people", [at("person-add")]),
  settings_counter: settings("counter"),
  settings_printer: settings("printer", [], (backend) => backend.printer.fail()),
  settings_backup: settings("backup"),
  settings_timing: settings("timing"),
  settings_window: settings("window"),
  settings_proof: settings("proof", [at("ledger-verify"), at("diagnostics")]),
  settings_audit: settings("audit", [], (backend) => {
    backend.people.note("settings_changed", "shop.promptpay_id", { before: "0812345678", after: "0898765432" }, "คุณชื่นจิต");
    backend.people.note("person_added", "แพรว", { role: "cashier" }, "คุณชื่นจิต");
    backend.people.note("drawer_moved", "412", { direction: "out", amount: "320.00", reason: "ค่าน้ำแข็ง" }, "บอย");
  }),
  settings_refused: { after: (till) => { till.dialog = "settings"; press([at("section-accounts")]); fill({ "#set-shop-promptpay_id": "08123" }, () => { press([at("settings-save")]); setTimeout(() => strike([...PIN, "Enter"]), 300); }); } },
  setup: wizard(),
  setup_accounts: wizard([at("step-accounts")]),
  setup_providers: wizard([at("step-providers"), at("secret-jwt_gateway-api_key-new")]),
  setup_fault: wizard([at("step-providers"), at("wizard-skip"), `${at("setup-wizard")}[data-provider="deposit_gateway"] ${at("wizard-skip")}`, `${at("setup-wizard")}[data-provider="omise_truemoney"] ${at("wizard-next")}`]),
  setup_counter: wizard([at("step-counter")]),
  setup_people: wizard([at("step-people")]),
  setup_try: wizard([at("step-try")]),
};
