// The whole cashier window in a page: keys in, screen out, and no accessibility fault in any scene.
import axe from "axe-core";
import { flushSync, mount, tick, unmount } from "svelte";
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import App from "../src/App.svelte";
import { memoryHost, type Memory } from "../src/ipc/memory";
import { scenes } from "../src/ipc/memory/scenes";
import { setLanguage } from "../src/messages/index.svelte";
import { Preferences } from "../src/screens/Cashier/preferences.svelte";

let app: ReturnType<typeof mount> | null = null;

beforeAll(() => {
  // jsdom has no modal dialogs; the attribute is what the page and axe look at.
  HTMLDialogElement.prototype.showModal = function show(this: HTMLDialogElement) { this.setAttribute("open", ""); };
  HTMLCanvasElement.prototype.getContext = (() => null) as never;
  HTMLDialogElement.prototype.close = function close(this: HTMLDialogElement) { this.removeAttribute("open"); };
});
beforeEach(() => {
  localStorage.clear();
  document.body.innerHTML = '<div id="app"></div>';
});
afterEach(() => {
  if (app) void unmount(app);
  app = null;
});

async function open(query: string, language: "th" | "en" = "th"): Promise<Memory> {
  const memory = memoryHost(new URLSearchParams(query));
  memory.backend.answerMs = Math.min(memory.backend.answerMs, 1e9) === 1e9 ? 1e9 : 5;
  const target = document.getElementById("app");
  if (!target) throw new Error("no place");
  setLanguage(language);
  const preferences = new Preferences();
  preferences.setLanguage(language);
  app = mount(App, { target, props: { host: memory.host, route: "cashier", preferences, ready: memory.stage } });
  await vi.waitFor(() => expect(document.querySelector('[data-testid="charge-key"]')).not.toBeNull());
  await tick();
  flushSync();
  return memory;
}

const at = (testid: string): HTMLElement | null => document.querySelector(`[data-testid="${testid}"]`);
function strike(code: string, key = code): void {
  window.dispatchEvent(new KeyboardEvent("keydown", { code, key, bubbles: true, cancelable: true }));
  flushSync();
}

describe("a first training payment, with nothing but the screen", () => {
  it("2 5 0 Enter, the large button, paid, and the next digit starts the next sale", async () => {
    await open("");
    expect(document.body.textContent).toContain("ฝึก · ไม่ใช่เงินจริง");
    for (const digit of ["2", "5", "0"]) strike(`Digit${digit}`, digit);
    expect(at("entry-amount")?.dataset.amount).toBe("250.00");
    expect(at("charge-key")?.dataset.kind).toBe("go");
    strike("Enter");
    await vi.waitFor(() => expect(at("bill-state")?.dataset.state).toBe("waiting"));
    expect(at("bill-number")?.textContent).toBe("A-0001");
    expect(at("bill-amount")?.dataset.amount).toBe("250.00");
    expect(Number(at("qr")?.dataset.size)).toBeGreaterThanOrEqual(21);
    expect(at("training-panel")).not.toBeNull();
    at("training-pay")?.click();
    await vi.waitFor(() => expect(at("bill-state")?.dataset.state).toBe("confirming"));
    expect(at("qr")).toBeNull();
    await vi.waitFor(() => expect(at("paid-screen")).not.toBeNull(), { timeout: 3000 });
    expect(at("paid-amount")?.dataset.amount).toBe("250.00");
    expect(at("paid-screen")?.textContent).toContain("สองร้อยห้าสิบบาทถ้วน");
    strike("Digit7", "7");
    expect(at("paid-screen")).toBeNull();
    expect(at("entry-amount")?.dataset.amount).toBe("7.00");
  });
  it("leaves no dead method: what this version has not built is absent", async () => {
    await open("");
    expect(at("method-promptpay")).not.toBeNull();
    expect(at("method-truemoney")).not.toBeNull();
    expect(at("method-crypto")).toBeNull();
    expect(at("method-cash")).toBeNull();
  });
  it("switches language without a restart, and remembers it", async () => {
    await open("");
    strike("F10");
    at("language-en")?.click();
    flushSync();
    at("menu-close")?.click();
    flushSync();
    expect(at("charge-key")?.textContent).toContain("Type an amount first");
    expect(localStorage.getItem("keptang.language")).toBe("en");
  });
});

describe("every scene", () => {
  const names = Object.keys(scenes);
  it("there are scenes", () => expect(names.length).toBeGreaterThan(30));
  it.each(names.flatMap((name) => [[name, "th"], [name, "en"]] as const))("%s in %s says all it has to say, and keeps its places", async (name, language) => {
    await open(`state=${name}`, language);
    await new Promise((resolve) => setTimeout(resolve, 60));
    flushSync();
    expect(document.body.textContent).not.toMatch(/\{\w+\}|undefined|NaN|\[object/);
    const paid = at("paid-screen");
    if (!paid) {
      expect(at("bill-state")).not.toBeNull();
      expect(at("charge-key")).not.toBeNull();
      if (at("bill-state")?.dataset.state !== "idle") expect(document.querySelectorAll(".acts button")).toHaveLength(3);
    }
  });
  it.each(names)("%s is clean for assistive technology", async (name) => {
    await open(`state=${name}`);
    await new Promise((resolve) => setTimeout(resolve, 60));
    flushSync();
    // Colour contrast needs a real renderer; it is measured for the tokens in the design page.
    const result = await axe.run(document.body, {
      runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"], preload: false, resultTypes: ["violations"], rules: { "color-contrast": { enabled: false } },
    });
    expect(result.violations.map((fault) => `${fault.id}: ${fault.nodes.map((node) => node.html).join(" | ")}`)).toEqual([]);
  });
});
