// Drawers, settings and the set-up wizard: sums, refusals, and what must not be told.
import { flushSync, mount, tick, unmount } from "svelte";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import App from "../src/App.svelte";
import { PIECES, sumOf } from "../src/features/shift/coins";
import { Draft, movesMoney } from "../src/features/settings/draft.svelte";
import { isDone, keysOf, STEPS } from "../src/features/settings/steps";
import { client } from "../src/ipc/client";
import { hostOf, memoryHost, type Memory } from "../src/ipc/memory";
import { MemoryBackend } from "../src/ipc/memory/backend";
import { typedPieces, typedSatang, typedWire } from "../src/lib/typed-money";
import { approval } from "../src/session/approval.svelte";
import { takeSession } from "../src/session/present.svelte";
import { receipts } from "../src/session/receipts.svelte";
import { setup } from "../src/session/setup.svelte";
import { setLanguage } from "../src/messages/index.svelte";
import { Preferences } from "../src/screens/Cashier/preferences.svelte";
import "./jsdom";

let app: ReturnType<typeof mount> | null = null;

beforeEach(() => {
  approval.asking?.leave();
  receipts.close();
  setup.leave();
  localStorage.clear();
  document.body.innerHTML = '<div id="app"></div>';
});
afterEach(() => {
  if (app) void unmount(app);
  app = null;
});

const at = (testid: string): HTMLElement | null => document.querySelector(`[data-testid="${testid}"]`);
function strike(...codes: string[]): void {
  for (const code of codes) document.body.dispatchEvent(new KeyboardEvent("keydown", { code, key: code.replace(/^Digit/, ""), bubbles: true, cancelable: true }));
  flushSync();
}
function fill(selector: string, text: string): void {
  const field = document.querySelector<HTMLInputElement>(selector);
  if (!field) throw new Error(`no ${selector}`);
  field.value = text;
  field.dispatchEvent(new Event("input", { bubbles: true }));
  flushSync();
}
async function press(testid: string): Promise<void> {
  await vi.waitFor(() => {
    const found = at(testid) as HTMLButtonElement | null;
    expect(found).not.toBeNull();
    expect(found?.disabled).not.toBe(true);
  });
  at(testid)?.click();
  flushSync();
}
async function approve(): Promise<void> {
  await vi.waitFor(() => expect(at("approval-dialog")).not.toBeNull());
  strike("Digit1", "Digit2", "Digit3", "Digit4", "Enter");
  await vi.waitFor(() => expect(at("approval-dialog")).toBeNull());
}

async function open(query: string, language: "th" | "en" = "th"): Promise<Memory> {
  const memory = memoryHost(new URLSearchParams(query));
  memory.backend.answerMs = 5;
  const target = document.getElementById("app");
  if (!target) throw new Error("no place");
  setLanguage(language);
  const preferences = new Preferences();
  preferences.setLanguage(language);
  app = mount(App, { target, props: { host: memory.host, route: "cashier", preferences, ready: memory.stage } });
  await vi.waitFor(() => expect(document.querySelector(".machine")).not.toBeNull());
  await tick();
  flushSync();
  return memory;
}

describe("money that is typed into a field", () => {
  it.each([["2,000", "2000.00"], ["2000", "2000.00"], ["๒๐๐๐.๕", "2000.50"], ["฿ 12.5", "12.50"], ["0", "0.00"], ["1,234,567.89", "1234567.89"], ["12.", "12.00"]])("%s is %s", (text, wire) => expect(typedWire(text)).toBe(wire));
  it.each(["", "1,00", "12,34.00", "1.234", "-5", "5 5", "abc", "1e3", "9999999999"])("%s is refused, not guessed", (text) => expect(typedSatang(text)).toBeNull());
  it.each([["", 0n], ["12", 12n], ["๓", 3n]])("%s pieces", (text, pieces) => expect(typedPieces(text)).toBe(pieces));
  it.each(["1.5", "-1", "x"])("%s pieces is no number", (text) => expect(typedPieces(text)).toBeNull());
});

describe("coins and notes", () => {
  it("are those of Thailand, largest first, in whole satang", () => {
    expect(PIECES.map((piece) => piece.name)).toEqual(["1000", "500", "100", "50", "20", "10", "5", "2", "1", "0.50", "0.25"]);
    for (const piece of PIECES) expect(typedSatang(piece.name)).toBe(piece.satang);
  });
  it.each([[{}, 0n], [{ "1000": "4", "500": "3", "100": "12", "20": "9" }, 688_000n], [{ "0.25": "3", "0.50": "1" }, 125n], [{ "2": "๑๐" }, 2_000n]])("%o add up", (counted, satang) => expect(sumOf(counted)).toBe(satang));
  it("nothing is summed while one box is no number", () => expect(sumOf({ "100": "1", "50": "x" })).toBeNull());
});

describe("a shift", () => {
  it("is counted blind: no expected sum is on the page before the close, and a third count never comes", async () => {
    const { backend } = await open("state=shift_count&as=cashier");
    await vi.waitFor(() => expect(at("count-sum")?.dataset.amount).toBe("6880.00"));
    expect(at("shift-differences")).toBeNull();
    await press("count-do");
    await vi.waitFor(() => expect(at("count-answer")?.dataset.agrees).toBe("false"));
    expect(at("shift-page")?.textContent).not.toContain("2,240.00");
    await press("count-again");
    fill('[data-testid="count-100"]', "1");
    for (const method of ["promptpay", "truemoney", "crypto"]) fill(`[data-testid="count-${method}"]`, "0");
    await press("count-do");
    await vi.waitFor(() => expect(at("count-answer")).not.toBeNull());
    expect(at("count-again")).toBeNull();
    await press("shift-close");
    await vi.waitFor(() => expect(at("shift-result")).not.toBeNull());
    expect(at("shift-differences")).toBeNull();
    expect(backend.shifts.open).toBeNull();
  });
  it("shows its differences to those who may see them", async () => {
    await open("state=shift_result");
    await vi.waitFor(() => expect(at("shift-differences")).not.toBeNull());
    expect(at("shift-differences")?.textContent).toMatch(/เกิน.*4,640\.00/s);
  });
  it("money in and out wants a sum and a reason", async () => {
    const { backend } = await open("state=shift");
    await press("drawer-out");
    expect((at("move-do") as HTMLButtonElement).disabled).toBe(true);
    fill('[data-testid="move-amount"]', "320");
    expect((at("move-do") as HTMLButtonElement).disabled).toBe(true);
    fill('[data-testid="move-reason"]', "น้ำแข็ง");
    await press("move-do");
    await vi.waitFor(() => expect(at("move-form")).toBeNull());
    expect(backend.shifts.open?.moves.at(-1)).toMatchObject({ direction: "out", amount: "320.00", reason: "น้ำแข็ง" });
  });
});

describe("settings", () => {
  function draft(options: { remembers?: boolean } = {}): { draft: Draft; backend: MemoryBackend } {
    const backend = new MemoryBackend({ training: false, world: "full", bills: true });
    takeSession(backend.people.session);
    return { draft: new Draft(client(hostOf(backend)), options), backend };
  }
  const yes = async (): Promise<void> => {
    await vi.waitFor(() => expect(approval.asking).not.toBeNull());
    await approval.asking?.attempt({ user: "คุณชื่นจิต", pin: "1234" });
  };
  it("what goes back to what it was is no change", async () => {
    const { draft: one } = draft();
    await one.load();
    one.set("shop.name", "x");
    expect(one.dirty).toBe(true);
    one.set("shop.name", "ชื่นใจ คาเฟ่ แอนด์ บาร์");
    expect(one.dirty).toBe(false);
  });
  it("a refused field says so, keeps what was typed, and heals when it is changed", async () => {
    setLanguage("th");
    const { draft: one, backend } = draft();
    await one.load();
    one.set("shop.promptpay_id", "08123");
    expect(one.announces).toBe(true);
    const saving = one.save();
    await yes();
    expect(await saving).toBe(false);
    expect(one.fault("shop.promptpay_id")).toContain("10, 13 หรือ 15");
    setLanguage("en");
    expect(one.fault("shop.promptpay_id")).toContain("10, 13 or 15");
    setLanguage("th");
    expect(one.text("shop.promptpay_id")).toBe("08123");
    one.set("shop.promptpay_id", "0898765432");
    expect(one.fault("shop.promptpay_id")).toBe("");
    const again = one.save();
    await yes();
    expect(await again).toBe(true);
    expect(backend.till.announcements.map((line) => line.what)).toEqual(["account_changed"]);
    expect(one.dirty).toBe(false);
  });
  it("a change by somebody else meanwhile is read, and nothing typed is lost", async () => {
    const { draft: one, backend } = draft();
    await one.load();
    backend.setup.version = 7;
    one.set("shop.name", "ใหม่");
    const saving = one.save();
    await yes();
    expect(await saving).toBe(false);
    expect(one.view?.file_version).toBe("7");
    expect(one.text("shop.name")).toBe("ใหม่");
  });
  it("a key goes in and never comes back", async () => {
    const { draft: one } = draft();
    await one.load();
    const putting = one.putSecret("KEPTANG_SECRET__JWT_GATEWAY__API_KEY", "sk_live_abc");
    await yes();
    expect(await putting).toBe(true);
    expect(JSON.stringify(one.view)).not.toContain("sk_live_abc");
    expect(one.view?.secrets.find((secret) => secret.name === "KEPTANG_SECRET__JWT_GATEWAY__API_KEY")).toMatchObject({ set: true, live: true });
  });
  it("the wizard asks for the PIN once, and forgets it when told", async () => {
    const { draft: one } = draft({ remembers: true });
    await one.load();
    one.set("shop.name", "หนึ่ง");
    const first = one.save();
    await yes();
    expect(await first).toBe(true);
    one.set("shop.name", "สอง");
    expect(await one.save()).toBe(true);
    expect(approval.asking).toBeNull();
    one.forget();
    one.set("shop.name", "สาม");
    const third = one.save();
    await yes();
    expect(await third).toBe(true);
  });
  it.each([["shop.promptpay_id", true], ["shop.accounts", true], ["providers.jwt_gateway.base_url", true], ["routing.promptpay", true], ["shop.name", false], ["printer.kind", false]])("%s moves money: %s", (key, moves) => expect(movesMoney(key)).toBe(moves));
  it("a cashier whom the owner helped sees no more account numbers than before", async () => {
    const backend = new MemoryBackend({ training: false, world: "full", bills: true, as: "cashier" });
    takeSession(backend.people.session);
    const one = new Draft(client(hostOf(backend)));
    await one.load();
    one.set("shop.branch", "สาขาใหม่");
    const saving = one.save();
    await yes();
    expect(await saving).toBe(true);
    expect(one.told).not.toBe("");
    expect(JSON.stringify(one.view?.values["shop.accounts"])).not.toContain("1234567890");
  });
  it("below the owner account numbers are masked and cannot be edited", async () => {
    await open("state=settings_accounts_cashier");
    await vi.waitFor(() => expect(at("rows-shop-accounts")?.textContent).toContain("xxx"));
    expect(at("add-shop-accounts")).toBeNull();
  });
  it("saving in the window: the owner's PIN, then the strip on the till", async () => {
    const { backend } = await open("state=settings_accounts");
    await vi.waitFor(() => expect(document.querySelector("#set-shop-promptpay_id")).not.toBeNull());
    fill("#set-shop-promptpay_id", "0898765432");
    expect(at("settings-answer")?.textContent).toContain("ประกาศ");
    await press("settings-save");
    await approve();
    await vi.waitFor(() => expect(backend.setup.values["shop.promptpay_id"]).toBe("0898765432"));
    fill("#set-shop-promptpay_id", "0812345678");
    expect((at("restart") as HTMLButtonElement).disabled, "what is typed is not lost").toBe(true);
    fill("#set-shop-promptpay_id", "0898765432");
    await press("restart");
    await vi.waitFor(() => expect(backend.restarts).toBe(1));
    strike("F8");
    await vi.waitFor(() => expect(at("announcement")?.dataset.what).toBe("account_changed"));
  });
});

describe("the set-up wizard", () => {
  it("opens on a first run, can be left, and then stays away", async () => {
    await open("setup=1");
    await vi.waitFor(() => expect(at("setup-wizard")).not.toBeNull());
    strike("Escape");
    await vi.waitFor(() => expect(at("setup-wizard")).toBeNull());
    expect(localStorage.getItem("keptang.setup")).toBe("left");
    strike("Digit7");
    expect(at("entry-amount")?.dataset.amount).toBe("7.00");
  });
  it("from nothing: the first save makes the owner, and what was saved stays", async () => {
    const { backend } = await open("setup=1");
    await vi.waitFor(() => expect(document.querySelector("#set-shop-name")).not.toBeNull());
    fill("#set-shop-name", "ร้านใหม่");
    strike("Enter");
    await vi.waitFor(() => expect(at("first-owner-dialog")).not.toBeNull());
    fill('[data-testid="first-owner-name"]', "ชื่นจิต");
    fill('[data-testid="first-owner-pin"]', "1234");
    fill('[data-testid="first-owner-again"]', "1234");
    at("first-owner-do")?.click();
    await vi.waitFor(() => expect(at("setup-wizard")?.dataset.step).toBe("accounts"));
    expect(backend.setup.values["shop.name"]).toBe("ร้านใหม่");
    fill("#set-shop-promptpay_id", "0812345678");
    strike("Enter");
    await vi.waitFor(() => expect(at("setup-wizard")?.dataset.step).toBe("providers"));
    expect(at("approval-dialog")).toBeNull();
    expect(at("step-accounts")?.dataset.done).toBe("true");
  });
  it("a failing test names the setting and how to mend it; the provider may be skipped", async () => {
    await open("state=setup_fault");
    await vi.waitFor(() => expect(at("wizard-test")?.dataset.code).toBe("bad_key"));
    expect(at("wizard-test")?.textContent).toContain("omise_truemoney.secret_key");
    expect(at("wizard-test")?.textContent).toContain("คัดลอกกุญแจ");
    await press("wizard-skip");
    expect(at("setup-wizard")?.dataset.provider).toBe("crypto_2328");
    await press("wizard-skip");
    expect(at("setup-wizard")?.dataset.step).toBe("counter");
  });
  it("ends with one baht typed on the till", async () => {
    await open("state=setup_try");
    await vi.waitFor(() => expect(at("setup-wizard")?.dataset.step).toBe("try"));
    strike("Enter");
    await vi.waitFor(() => expect(at("setup-wizard")).toBeNull());
    expect(at("entry-amount")?.dataset.amount).toBe("1.00");
  });
  it("each step saves its own keys, and none saves another's", () => {
    const all = STEPS.filter((step) => step !== "providers").flatMap((step) => [...keysOf(step, "jwt_gateway")]);
    expect(new Set(all).size).toBe(all.length);
    expect(isDone("shop", { "shop.name": "x" }, [], 0)).toBe(true);
    expect(isDone("people", {}, [], 1)).toBe(false);
  });
});

describe("paper", () => {
  it("P on the paid screen shows the receipt; the second look is a copy; Enter beneath does nothing", async () => {
    const { order } = await open("state=paid");
    await new Promise((resolve) => setTimeout(resolve, 450));
    strike("KeyP");
    await vi.waitFor(() => expect(at("receipt-picture")).not.toBeNull());
    expect(at("receipt-dialog")?.textContent).not.toContain("สำเนา");
    at("paper-58")?.click();
    await vi.waitFor(() => expect(at("receipt-dialog")?.textContent).toContain("สำเนา"));
    strike("Enter");
    expect(at("paid-screen")?.dataset.order).toBe(order?.order_id);
    at("receipt-close")?.click();
    flushSync();
    expect(at("receipt-dialog")).toBeNull();
    expect(at("paid-screen")).not.toBeNull();
  });
  it("a printer that is out is one line, and a sale goes on", async () => {
    await open("state=printer_out");
    await vi.waitFor(() => expect(at("printer-strip")?.dataset.error).toBe("paper_or_offline"));
    for (const code of ["Digit4", "Digit0", "F4", "Enter", "Enter"]) strike(code);
    await vi.waitFor(() => expect(at("paid-screen")).not.toBeNull());
  });
});
