// Money out of a provider: only to a registered account, an owner's PIN each time, nothing ordered twice, and every refusal
// with words in both languages.
import axe from "axe-core";
import { flushSync, mount, tick, unmount } from "svelte";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import App from "../src/App.svelte";
import { blocking, payoutLacks, shownLines, withLine } from "../src/features/owner/payout";
import { errorText } from "../src/ipc/errors";
import type { PayoutLine, Payouts } from "../src/ipc/generated";
import { memoryHost, type Memory } from "../src/ipc/memory";
import { setLanguage } from "../src/messages/index.svelte";
import { approval } from "../src/session/approval.svelte";
import { Preferences } from "../src/screens/Cashier/preferences.svelte";
import "./jsdom";

let app: ReturnType<typeof mount> | null = null;

beforeEach(() => {
  localStorage.clear();
  document.body.innerHTML = '<div id="app"></div>';
});
afterEach(() => {
  approval.asking?.leave();
  if (app) void unmount(app);
  app = null;
});

async function open(query: string, prepare?: (memory: Memory) => void): Promise<Memory> {
  const memory = memoryHost(new URLSearchParams(query));
  memory.backend.answerMs = 5;
  prepare?.(memory);
  const target = document.getElementById("app");
  if (!target) throw new Error("no place");
  setLanguage("th");
  app = mount(App, { target, props: { host: memory.host, route: "cashier", preferences: new Preferences(), ready: memory.stage } });
  await tick();
  return memory;
}
const at = <T extends HTMLElement = HTMLElement>(testid: string): T | null => document.querySelector<T>(`[data-testid="${testid}"]`);
async function there<T extends HTMLElement = HTMLElement>(testid: string): Promise<T> {
  await vi.waitFor(() => expect(at(testid)).not.toBeNull(), { timeout: 3000 });
  flushSync();
  return at<T>(testid) as T;
}
async function press(testid: string): Promise<void> {
  (await there(testid)).click();
  flushSync();
}
async function type(testid: string, text: string): Promise<void> {
  const field = await there<HTMLInputElement>(testid);
  field.value = text;
  field.dispatchEvent(new Event("input", { bubbles: true }));
  flushSync();
}
async function pin(figures = "1234"): Promise<void> {
  await there("approval-dialog");
  for (const figure of figures) {
    (document.activeElement ?? document.body).dispatchEvent(new KeyboardEvent("keydown", { code: `Digit${figure}`, key: figure, bubbles: true, cancelable: true }));
    flushSync();
  }
  await press("pin-do");
}
const states = (): (string | undefined)[] => [...document.querySelectorAll<HTMLElement>('[data-testid="payout"]')].map((row) => row.dataset.state);
async function pick(account: string): Promise<void> {
  await there("payout-dialog");
  document.querySelector<HTMLElement>(`[data-testid="payout-account"][data-account="${account}"]`)?.click();
  flushSync();
}

describe("ordering one", () => {
  it("says what will happen, asks for the PIN, and stands in the list", async () => {
    const { backend } = await open("state=payouts");
    await press("payout-open");
    await there("payout-dialog");
    expect(document.activeElement).toBe(at("payout-safe"));
    expect(at<HTMLButtonElement>("payout-do")?.disabled).toBe(true);
    await pick("บัญชีร้าน");
    await type("payout-amount", "๑๒,๐๐๐");
    expect(at("payout-answer")?.textContent?.replace(/\s/g, " ")).toContain("เรียกคืนไม่ได้");
    await press("payout-do");
    expect((await there("approval-dialog")).textContent).toContain("ใส่รหัสอีกครั้งเพื่อยืนยัน");
    expect(at("approval-dialog")?.textContent).not.toContain("ทำเองไม่ได้");
    expect(backend.payouts.payouts[0]?.payout_id).toBe("PO-0006");
    await pin();
    await vi.waitFor(() => expect(at("payout-dialog")).toBeNull());
    expect(backend.payouts.payouts[0]).toMatchObject({ account: "บัญชีร้าน", amount: "12000.00", state: "requested" });
    expect(states()[0]).toBe("requested");
    expect(at("payout-told")?.textContent).toContain("12,000.00");
  });
  it("a refusal stays in the dialog with what to do, and nothing was ordered", async () => {
    const { backend } = await open("state=payouts");
    await press("payout-open");
    await pick("คุณชื่นจิต");
    await type("payout-amount", "500");
    await press("payout-do");
    await pin();
    await vi.waitFor(() => expect(at("payout-answer")?.textContent).toContain("เลือกบัญชีอื่น"));
    expect(backend.payouts.payouts).toHaveLength(4);
  });
  it("a lost answer is not known, closes the way, and is ended by whoever looked", async () => {
    const { backend } = await open("state=payouts", ({ backend: one }) => void (one.faults.lostAnswer = true));
    await press("payout-open");
    await pick("บัญชีร้าน");
    await type("payout-amount", "500");
    await press("payout-do");
    await pin();
    await vi.waitFor(() => expect(states()[0]).toBe("unknown"));
    expect(at("payout-told")?.textContent).toContain("อย่าสั่งซ้ำ");
    expect(at<HTMLButtonElement>("payout-open")?.disabled).toBe(true);
    await press("payout-failed");
    await pin();
    await vi.waitFor(() => expect(states()[0]).toBe("failed"));
    expect(backend.payouts.payouts[0]?.state).toBe("failed");
    expect(at<HTMLButtonElement>("payout-open")?.disabled).toBe(false);
  });
  it("leaving the PIN leaves everything as it was", async () => {
    const { backend } = await open("state=payout_unknown");
    await press("payout-done");
    await press("pin-safe");
    await vi.waitFor(() => expect(at("approval-dialog")).toBeNull());
    expect(backend.payouts.payouts[0]?.state).toBe("unknown");
  });
});

describe("who and when", () => {
  it("is closed without an account, and leads to where one is registered", async () => {
    await open("state=payouts_off");
    await press("payout-settings");
    await there("settings-page");
    expect(at("section-accounts")?.getAttribute("aria-current")).toBe("page");
  });
  it("a cashier sees no list until somebody who may look was asked", async () => {
    await open("state=payouts&as=cashier");
    await press("payout-show");
    expect((await there("approval-dialog")).textContent).toContain("ทำเองไม่ได้");
    expect(states()).toEqual([]);
    await pin();
    await vi.waitFor(() => expect(states().length).toBeGreaterThan(0));
  });
});

describe("assistive technology", () => {
  it.each([["payouts", "payout"], ["payout", "payout-account"], ["payout_unknown", "payout-done"], ["payouts_off", "payout-settings"]])("%s is clean once it is all there", async (scene, sign) => {
    await open(`state=${scene}`);
    await there(sign);
    await new Promise((resolve) => setTimeout(resolve, 150));
    flushSync();
    // The till beneath is inert, and a dialog is judged without its page: landmarks of those are not doubled for anybody.
    const landmarks = { "landmark-no-duplicate-main": { enabled: false }, "landmark-no-duplicate-banner": { enabled: false }, region: { enabled: false } };
    const result = await axe.run(document.querySelector("dialog[open]") ?? at("owner-shell") ?? document.body, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"], preload: false, resultTypes: ["violations"], rules: { "color-contrast": { enabled: false }, ...landmarks } });
    expect(result.violations.map((fault) => `${fault.id}: ${fault.nodes.map((node) => node.html).join(" | ").slice(0, 400)}`)).toEqual([]);
  }, 30_000);
});

describe("its rules", () => {
  const line = (payout_id: string, state: PayoutLine["state"], provider_ref: string | null = "wd"): PayoutLine => ({ type: "payout", payout_id, provider: "jwt_gateway", account: "a", amount: "1.00", state, provider_ref, fee: null, reason: null });
  const told: Payouts = { accounts: [{ label: "a", bank_code: "004", account_no: "••1234", account_name: "A" }], payouts: [], day_limit: "500.00", cool_down_hours: 24 };
  it.each([["a", "500", null], ["a", "500.01", "payout_too_much"], ["a", "0", "payout_need_amount"], ["a", "1.234", "payout_need_amount"], ["b", "1", "payout_need_account"], [null, "1", "payout_need_account"]] as const)("%s, %s: %s", (account, amount, lacks) => expect(payoutLacks(told, account, amount)).toBe(lacks));
  it("only one that nobody knows of stands in the way, and it is never hidden", () => {
    expect(blocking([line("1", "requested"), line("2", "done")])).toBeNull();
    const lost = line("9", "unknown", null);
    const lines = [line("1", "done"), line("2", "done"), line("3", "failed"), line("4", "done"), lost];
    expect(blocking(lines)).toBe(lost);
    expect(shownLines(lines, false).map((one) => one.payout_id)).toEqual(["1", "2", "9"]);
    expect(withLine(lines, { ...lost, state: "done" }).map((one) => one.state)).toEqual(["done", "done", "failed", "done", "done"]);
    expect(withLine([], lost)).toEqual([lost]);
  });
  it("every refusal has its own words in both languages", () => {
    const whys: Record<string, string>[] = [{ why: "off" }, { why: "unknown_account" }, { why: "cooling_down", until: "2026-11-22T09:30:00.000+07:00" }, { why: "over_day_limit", left: "1500.00" }, { why: "earlier_open", payout_id: "x", amount: "12000.00" }, { why: "not_open" }, { why: "not_offered" }, { why: "something new" }];
    for (const language of ["th", "en"] as const) {
      setLanguage(language);
      const texts = whys.map((params) => errorText({ code: "payout_refused", params, incident: null }));
      expect(new Set(texts).size).toBe(whys.length);
      expect(texts.join("")).not.toMatch(/\?|undefined|NaN|\{/);
      expect(texts[2]).toContain(language === "th" ? "22 พ.ย. 09:30" : "22 Nov 09:30");
      expect(texts[3]).toContain("1,500");
    }
    setLanguage("th");
  });
});
