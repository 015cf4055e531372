// People at the till: locking, approval in place, the first owner, and what a locked window still shows.
import { flushSync, mount, tick, unmount } from "svelte";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import App from "../src/App.svelte";
import { client } from "../src/ipc/client";
import { hostOf, memoryHost, type Memory } from "../src/ipc/memory";
import { MemoryBackend } from "../src/ipc/memory/backend";
import { approval, withApproval } from "../src/session/approval.svelte";
import { Keeper } from "../src/session/keeper.svelte";
import { may, present, takeSession, whoMay } from "../src/session/present.svelte";
import { receipts } from "../src/session/receipts.svelte";
import { setup } from "../src/session/setup.svelte";
import { setLanguage } from "../src/messages/index.svelte";
import { Preferences } from "../src/screens/Cashier/preferences.svelte";
import "./jsdom";

let app: ReturnType<typeof mount> | null = null;

beforeEach(() => {
  localStorage.clear();
  document.body.innerHTML = '<div id="app"></div>';
  approval.asking?.leave();
  receipts.close();
  setup.leave();
  localStorage.clear();
});
afterEach(() => {
  if (app) void unmount(app);
  app = null;
});

const at = (testid: string): HTMLElement | null => document.querySelector(`[data-testid="${testid}"]`);
function strike(...codes: string[]): void {
  for (const code of codes) window.dispatchEvent(new KeyboardEvent("keydown", { code, key: code.replace(/^Digit/, ""), bubbles: true, cancelable: true }));
  flushSync();
}
const PIN = ["Digit1", "Digit2", "Digit3", "Digit4"];

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

describe("locking", () => {
  it("F12 locks: the QR, its amount and the time stay, keys reach nothing but the PIN", async () => {
    const { backend } = await open("state=waiting");
    await vi.waitFor(() => expect(at("qr")).not.toBeNull());
    strike("F12");
    await vi.waitFor(() => expect(at("lock-panel")).not.toBeNull());
    expect(at("qr")).not.toBeNull();
    expect(at("bill-amount")?.dataset.amount).toBe("250.00");
    expect(at("charge-key")).toBeNull();
    expect(document.querySelector<HTMLElement>(".bill .under")?.inert).toBe(true);
    strike("F10", "Escape", "Escape", "F8");
    expect(at("menu-dialog")).toBeNull();
    expect(at("bill-state")?.dataset.state).toBe("waiting");
    strike(...PIN, "Enter");
    await vi.waitFor(() => expect(at("lock-panel")).toBeNull());
    expect(present.session.person).toBe("คุณชื่นจิต");
    expect(backend.charges).toBe(0);
    expect(at("entry-amount")?.dataset.amount).toBe("250.00");
  });
  it("the paid signal covers the lock, and leads back to it", async () => {
    const { backend, order } = await open("state=locked_waiting");
    await vi.waitFor(() => expect(at("qr")).not.toBeNull());
    if (!order) throw new Error("the scene has a bill");
    backend.pay(order, "250.00");
    await vi.waitFor(() => expect(at("paid-screen")).not.toBeNull());
    expect(at("paid-receipt")).toBeNull();
    await new Promise((resolve) => setTimeout(resolve, 450));
    strike("Enter");
    expect(at("paid-screen")).toBeNull();
    expect(at("lock-panel")).not.toBeNull();
  });
  it("wrong PINs count down, then pause", async () => {
    await open("state=locked");
    const wrong = async (expected: RegExp): Promise<void> => {
      strike("Digit9", "Digit9", "Digit9", "Digit9", "Enter");
      await vi.waitFor(() => expect(at("pin-answer")?.textContent).toMatch(expected));
    };
    await wrong(/เหลืออีก 2/);
    await wrong(/เหลืออีก 1/);
    await wrong(/ลองใหม่ใน 0:/);
    strike(...PIN, "Enter");
    expect(at("lock-panel")).not.toBeNull();
  });
  it("a till nobody could unlock again asks for its first owner instead", async () => {
    const { backend } = await open("");
    strike("F12");
    await vi.waitFor(() => expect(at("first-owner-dialog")).not.toBeNull());
    expect(at("lock-panel")).toBeNull();
    expect(backend.people.people).toEqual([]);
  });
  it("whoever signs in while no shift is open is offered one, and may sell without", async () => {
    const { backend } = await open("state=locked");
    backend.shifts.open = null;
    strike(...PIN, "Enter");
    await vi.waitFor(() => expect(at("offer-shift")).not.toBeNull());
    at("offer-shift-later")?.click();
    flushSync();
    expect(at("offer-shift")).toBeNull();
    strike("Digit5");
    expect(at("entry-amount")?.dataset.amount).toBe("5.00");
  });
  it("locks itself after the owner's minutes, not while somebody is there, never with 0", async () => {
    const backend = new MemoryBackend({ training: false, world: "full", bills: true });
    takeSession(backend.people.session);
    let minutes = 5;
    let locked = 0;
    let now = 0;
    const clock = vi.spyOn(performance, "now").mockImplementation(() => now);
    const keeper = new Keeper(client(hostOf(backend)), () => minutes, () => void (locked += 1));
    keeper.stir();
    now = 299_000;
    await keeper.look();
    keeper.stir();
    now = 590_000;
    await keeper.look();
    expect(locked).toBe(0);
    minutes = 0;
    now = 9_000_000;
    await keeper.look();
    expect(locked).toBe(0);
    minutes = 5;
    await keeper.look();
    expect(locked).toBe(1);
    expect(present.locked).toBe(true);
    clock.mockRestore();
  });
});

describe("approval in place", () => {
  function shop(role: "cashier" | "owner"): { backend: MemoryBackend; call: ReturnType<typeof client> } {
    const backend = new MemoryBackend({ training: false, world: "full", bills: true, as: role });
    takeSession(backend.people.session);
    return { backend, call: client(hostOf(backend)) };
  }
  it("does not ask whoever may", async () => {
    const { call } = shop("owner");
    const proof = await withApproval("review", (as) => call.ledger_verify(as));
    expect(proof?.ok).toBe(true);
    expect(approval.asking).toBeNull();
  });
  it("asks for somebody who may, keeps a wrong PIN in the dialog, and does it once as them", async () => {
    const { call } = shop("cashier");
    expect(may("review")).toBe(false);
    expect(whoMay("review").map((person) => person.role)).toEqual(["owner", "manager", "auditor"]);
    const proof = withApproval("review", (as) => call.ledger_verify(as), { title: "t" });
    await vi.waitFor(() => expect(approval.asking).not.toBeNull());
    expect((await approval.asking?.attempt({ user: "บอย", pin: "0000" }))?.code).toBe("pin_wrong");
    expect((await approval.asking?.attempt({ user: "แพรว", pin: "1234" }))?.code).toBe("forbidden");
    expect(await approval.asking?.attempt({ user: "บอย", pin: "1234" })).toBeNull();
    expect((await proof)?.ok).toBe(true);
    expect(approval.asking).toBeNull();
    expect(present.session.person).toBe("แพรว");
  });
  it("leaving it is an answer, other faults are thrown", async () => {
    const { call } = shop("cashier");
    const left = withApproval("review", (as) => call.ledger_verify(as));
    await vi.waitFor(() => expect(approval.asking).not.toBeNull());
    approval.asking?.leave();
    expect(await left).toBeNull();
    const thrown = withApproval("own", (as) => call.secret_put({ name: "jwt_gateway.api_key", value: "a b", ...as }), { always: true });
    expect(approval.asking?.kind).toBe("pin");
    void approval.asking?.attempt({ user: "คุณชื่นจิต", pin: "1234" });
    await expect(thrown).rejects.toMatchObject({ code: "bad_setting" });
  });
  it("offers to add the first owner where there is nobody", async () => {
    const backend = new MemoryBackend({ training: true, world: "first", bills: false });
    takeSession(backend.people.session);
    const call = client(hostOf(backend));
    void withApproval("own", (as) => call.backup_now(as));
    await vi.waitFor(() => expect(approval.asking?.kind).toBe("first_owner"));
    approval.asking?.leave();
  });
  it("a till that locked meanwhile shows its lock", async () => {
    const { backend, call } = shop("owner");
    backend.people.person = null;
    expect(await withApproval("take", (as) => call.shift_state(as))).toBeNull();
    expect(present.locked).toBe(true);
  });
  it("the first owner's dialog adds them and goes on", async () => {
    const { backend } = await open("");
    strike("F12");
    await vi.waitFor(() => expect(at("first-owner-dialog")).not.toBeNull());
    const fill = (testid: string, text: string): void => {
      const field = at(testid) as HTMLInputElement;
      field.value = text;
      field.dispatchEvent(new Event("input", { bubbles: true }));
      flushSync();
    };
    fill("first-owner-name", "ชื่นจิต");
    fill("first-owner-pin", "1234");
    expect((at("first-owner-do") as HTMLButtonElement).disabled).toBe(true);
    fill("first-owner-again", "1234");
    at("first-owner-do")?.click();
    await vi.waitFor(() => expect(at("first-owner-dialog")).toBeNull());
    expect(backend.people.session.person).toBe("ชื่นจิต");
  });
  it("a word by hand where nobody may give it leads to the first owner, and then to the dialog", async () => {
    const { backend } = await open("state=manual_offer&bills=0");
    backend.till = { ...backend.till, confirmers: [] };
    await vi.waitFor(() => expect(at("confirm-first-owner")).not.toBeNull(), { timeout: 4000 });
    at("confirm-first-owner")?.click();
    await vi.waitFor(() => expect(at("first-owner-dialog")).not.toBeNull());
    for (const [testid, text] of [["first-owner-name", "ชื่นจิต"], ["first-owner-pin", "1234"], ["first-owner-again", "1234"]] as const) {
      const field = at(testid) as HTMLInputElement;
      field.value = text;
      field.dispatchEvent(new Event("input", { bubbles: true }));
    }
    flushSync();
    backend.till = { ...backend.till, confirmers: ["ชื่นจิต"] };
    at("first-owner-do")?.click();
    await vi.waitFor(() => expect(at("confirm-dialog")).not.toBeNull());
  });
});
