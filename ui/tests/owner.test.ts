// The owner's pages in a page, by keyboard: a figure opens its bills, a case is answered with a PIN, money goes back, the
// day is closed and signed, and everything leads back.
import axe from "axe-core";
import { flushSync, mount, tick, unmount } from "svelte";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import App from "../src/App.svelte";
import { memoryHost, type Memory } from "../src/ipc/memory";
import { setLanguage } from "../src/messages/index.svelte";
import { approval } from "../src/session/approval.svelte";
import { receipts } from "../src/session/receipts.svelte";
import { Preferences } from "../src/screens/Cashier/preferences.svelte";
import "./jsdom";

let app: ReturnType<typeof mount> | null = null;

beforeEach(() => {
  localStorage.clear();
  document.body.innerHTML = '<div id="app"></div>';
});
afterEach(() => {
  approval.asking?.leave();
  receipts.close();
  if (app) void unmount(app);
  app = null;
});

async function open(query: string): Promise<Memory> {
  const memory = memoryHost(new URLSearchParams(query));
  memory.backend.answerMs = 5;
  const target = document.getElementById("app");
  if (!target) throw new Error("no place");
  setLanguage("th");
  app = mount(App, { target, props: { host: memory.host, route: "cashier", preferences: new Preferences(), ready: memory.stage } });
  await vi.waitFor(() => expect(at("charge-key")).not.toBeNull());
  await tick();
  flushSync();
  return memory;
}
const at = (testid: string): HTMLElement | null => document.querySelector(`[data-testid="${testid}"]`);
const all = (testid: string): HTMLElement[] => [...document.querySelectorAll<HTMLElement>(`[data-testid="${testid}"]`)];
function strike(code: string, key = code): void {
  (document.activeElement ?? document.body).dispatchEvent(new KeyboardEvent("keydown", { code, key, bubbles: true, cancelable: true }));
  flushSync();
}
async function there(testid: string): Promise<HTMLElement> {
  await vi.waitFor(() => expect(at(testid)).not.toBeNull(), { timeout: 3000 });
  flushSync();
  const found = at(testid);
  if (!found) throw new Error(testid);
  return found;
}
async function press(testid: string): Promise<void> {
  (await there(testid)).click();
  flushSync();
}
async function pin(figures = "1234"): Promise<void> {
  await there("approval-dialog");
  for (const figure of figures) strike(`Digit${figure}`, figure);
  await press("pin-do");
}

describe("from the till to a bill and back", () => {
  it("menu, day, a figure, its bills, one bill, and Esc all the way", async () => {
    const { backend } = await open("state=day");
    await there("day-sum");
    const review = backend.days.review("2025-11-21");
    expect(at("gross")?.dataset.amount).toBe(review.totals.gross);
    expect(at("net")?.dataset.amount).toBe(review.totals.net);
    await press("proof-manual");
    await vi.waitFor(() => expect(at("bills-page")?.dataset.count).toBe("1"));
    expect(at("moved")?.textContent).toContain("ยืนยันด้วยคน");
    strike("ArrowDown");
    expect(document.activeElement).toBe(all("found-bill")[0]);
    (document.activeElement as HTMLElement).click();
    await there("timeline");
    expect(all("timeline-line").some((line) => line.dataset.event === "operator_confirmed")).toBe(true);
    strike("Escape");
    await there("bills-page");
    await vi.waitFor(() => expect(document.activeElement).toBe(all("found-bill")[0]));
    strike("Escape");
    await there("day-page");
    strike("Escape");
    expect(at("owner-shell")).toBeNull();
  });
  it("F9 finds from everywhere, F8 goes back to the till, F11 to reconciling", async () => {
    await open("state=idle");
    strike("F9");
    const find = (await there("find")) as HTMLInputElement;
    expect(document.activeElement).toBe(find);
    strike("F11");
    await there("providers-page");
    strike("F9");
    await there("find");
    strike("F8");
    expect(at("owner-shell")).toBeNull();
  });
  it("typing finds, arrows walk, and the list goes on at its end", async () => {
    await open("state=bills");
    const find = (await there("find")) as HTMLInputElement;
    await vi.waitFor(() => expect(all("found-bill")).toHaveLength(50));
    strike("ArrowDown");
    for (let step = 0; step < 6; step += 1) strike("PageDown");
    await vi.waitFor(() => expect(all("found-bill").length).toBeGreaterThan(50));
    find.value = "a-4322";
    find.dispatchEvent(new Event("input", { bubbles: true }));
    await vi.waitFor(() => expect(all("found-bill").map((row) => row.dataset.number)).toEqual(["A-4322"]));
  });
  it("a filter is kept under a name and found again", async () => {
    await open("state=bills");
    await press("ready-manual");
    await vi.waitFor(() => expect(at("bills-page")?.dataset.count).toBe("1"));
    await press("filter-save");
    const name = (await there("filter-name")) as HTMLInputElement;
    name.value = "ของบอย";
    name.dispatchEvent(new Event("input", { bubbles: true }));
    flushSync();
    await press("filter-keep");
    await press("filter-clear");
    await vi.waitFor(() => expect(at("bills-page")?.dataset.count).toBe("50"));
    await press("saved-filter");
    await vi.waitFor(() => expect(at("bills-page")?.dataset.count).toBe("1"));
    expect(localStorage.getItem("keptang.filters")).toContain("ของบอย");
  });
});

describe("a case", () => {
  it("1 accepts with a PIN in place, and the next one follows", async () => {
    const { backend } = await open("state=review_manual");
    await there("answer-1");
    expect(document.querySelectorAll('[data-testid="case-page"] .answers .primary')).toHaveLength(0);
    strike("Digit1", "1");
    await pin("9999");
    await vi.waitFor(() => expect(at("approval-dialog")?.textContent).toContain("เหลืออีก 2"));
    expect(backend.days.review("2025-11-21").exceptions.find((item) => item.kind === "manual_confirm")?.settled).toBeNull();
    await pin();
    await vi.waitFor(() => expect(at("case-page")?.dataset.kind).not.toBe("manual_confirm"));
    expect(backend.days.review("2025-11-21").exceptions.find((item) => item.kind === "manual_confirm")?.settled).toMatchObject({ outcome: "accepted", by: "คุณชื่นจิต" });
  });
  it("2 asks for words first; without them nothing is asked", async () => {
    const { backend } = await open("state=review_manual");
    await there("answer-2");
    strike("Digit2", "2");
    const note = (await there("note")) as HTMLTextAreaElement;
    expect((at("note-do") as HTMLButtonElement).disabled).toBe(true);
    note.value = "รอแอปธนาคาร";
    note.dispatchEvent(new Event("input", { bubbles: true }));
    flushSync();
    await press("note-do");
    await pin();
    await vi.waitFor(() => expect(backend.days.review("2025-11-21").exceptions.find((item) => item.kind === "manual_confirm")?.settled?.note).toBe("รอแอปธนาคาร"));
  });
  it("a slip the gateway does not know is taken as a person's word", async () => {
    const { backend } = await open("state=review_contradiction");
    await there("answer-1");
    await vi.waitFor(() => expect(at("answer-1")?.textContent).toContain("รับสลิป"));
    strike("Digit1", "1");
    await pin();
    await vi.waitFor(() => expect(backend.days.review("2025-11-21").exceptions.find((item) => item.kind === "contradiction")?.settled?.outcome).toBe("accepted"));
    expect(backend.find("A-4322").flags).toContain("manual_confirm");
  });
  it("money paid twice goes back once, and the case is settled by the same PIN", async () => {
    const { backend } = await open("state=review_duplicate");
    await there("answer-1");
    strike("Digit1", "1");
    await there("refund-way");
    expect((at("refund-amount") as HTMLInputElement).value).toBe("180.00");
    await press("refund-do");
    await pin();
    await vi.waitFor(() => expect(at("bill-refunded")?.textContent).toBe("180.00"));
    expect(at("refund-said")?.textContent).toContain("180.00");
    const item = backend.days.review("2025-11-21").exceptions.find((one) => one.kind === "duplicate_payment");
    expect(item?.settled).toMatchObject({ outcome: "returned", note: "คืนเงิน ฿180.00" });
  });
  it("a refund whose outcome is not known cannot be asked for again", async () => {
    await open("state=bill_unknown");
    const refund = (await there("refund")) as HTMLButtonElement;
    expect(refund.disabled).toBe(true);
    expect(at("bill-page")?.textContent).toContain("อย่าคืนซ้ำ");
  });
});

describe("the history of a bill", () => {
  it("is called whole only after every entry was proved", async () => {
    await open("state=bill");
    await there("timeline");
    expect(at("bill-proof")?.dataset.stage).toBe("none");
    await press("bill-prove");
    await vi.waitFor(() => expect(at("bill-proof")?.dataset.stage).toBe("whole"));
    expect(at("bill-proof")?.textContent).toContain("บันทึกครบ ไม่ถูกแก้");
  });
  it("what the provider sent opens for the owner, and for nobody else", async () => {
    await open("state=bill");
    await there("timeline");
    expect(document.querySelector('[data-testid="timeline"] pre')).toBeNull();
    all("timeline-raw")[0]?.click();
    flushSync();
    expect(document.querySelectorAll('[data-testid="timeline"] pre')).toHaveLength(1);
    if (app) await unmount(app);
    await open("state=bill&as=manager");
    await there("timeline");
    expect(all("timeline-raw")).toHaveLength(0);
  });
});

describe("the end of the day", () => {
  it("Z first, sign-off only when everything was looked at", async () => {
    const { backend } = await open("state=day");
    await vi.waitFor(() => expect(at("day-end")?.dataset.stage).toBe("close"));
    await press("day-close");
    await pin();
    await vi.waitFor(() => expect(at("day-end")?.dataset.stage).toBe("sign"));
    expect(at("z-line")?.textContent).toContain("Z 0323");
    expect((at("day-sign") as HTMLButtonElement).disabled).toBe(true);
    expect(at("day-end")?.textContent).toContain("4");
    backend.days.settleAllBut([]);
    await press("day-back");
    await vi.waitFor(() => expect(at("day-page")?.dataset.day).toBe("2025-11-20"));
    await vi.waitFor(() => expect(at("day-forth")).not.toBeNull());
    await press("day-forth");
    await vi.waitFor(() => expect((at("day-sign") as HTMLButtonElement | null)?.disabled).toBe(false));
    await press("day-sign");
    await pin();
    await vi.waitFor(() => expect(at("day-end")?.dataset.stage).toBe("signed"));
  });
  it("a cashier is asked for somebody who may look, and sees nothing when it is left", async () => {
    await open("state=day&as=cashier");
    await there("approval-dialog");
    expect(at("day-sum")).toBeNull();
    await press("pin-safe");
    await there("day-problem");
    expect(at("day-sum")).toBeNull();
  });
  it("T turns the chart into the table of the same figures; bars walk by arrows and say what they hold", async () => {
    const { backend } = await open("state=day");
    await there("hour-bar");
    const bars = all("hour-bar");
    bars[0]?.focus();
    strike("ArrowRight");
    expect(document.activeElement).toBe(bars[1]);
    expect(bars[1]?.getAttribute("aria-label")).toMatch(/^11 น\. [\d,.]+ บาท/);
    strike("KeyT", "t");
    const table = await there("hours-figures");
    expect(table.querySelector("tfoot td")?.textContent?.replace(/,/g, "")).toBe(backend.days.review("2025-11-21").totals.gross);
  });
  it("a report says where it was written", async () => {
    await open("state=day");
    await there("day-sum");
    await press("report-x");
    expect((await there("file-written")).textContent).toContain("x-2025-11-21.pdf");
    await press("papers");
    await press("export-format-csv");
    await press("export-do");
    await vi.waitFor(() => expect(at("file-written")?.textContent).toContain("orders-2025-11-21.csv"));
  });
  it("an empty day says so", async () => {
    await open("state=day_morning");
    expect((await there("day-empty")).textContent).toContain("วันนี้ยังไม่มีเงินเข้า");
  });
});

describe("assistive technology", () => {
  const pages: [string, string][] = [
    ["day_settled", "day-sum"], ["day_table", "hours-figures"], ["day_paper", "paper-dialog"], ["review_contradiction", "side"], ["review_note", "note-dialog"], ["bills_flagged", "found-bill"], ["bill", "timeline"], ["bill_refund", "refund-way"],
  ];
  it.each(pages)("%s is clean once it is all there", async (scene, sign) => {
    await open(`state=${scene}`);
    await there(sign);
    await new Promise((resolve) => setTimeout(resolve, 150));
    flushSync();
    // The till beneath is inert, and a dialog is judged without its page: landmarks of those are not doubled for anybody.
    const landmarks = { "landmark-no-duplicate-main": { enabled: false }, "landmark-no-duplicate-banner": { enabled: false }, region: { enabled: false } };
    const place = document.querySelector("dialog[open]") ?? at("owner-shell") ?? document.body;
    const result = await axe.run(place, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"], preload: false, resultTypes: ["violations"], rules: { "color-contrast": { enabled: false }, ...landmarks } });
    expect(result.violations.map((fault) => `${fault.id}: ${fault.nodes.map((node) => node.html).join(" | ").slice(0, 400)}`)).toEqual([]);
  }, 30_000);
});
