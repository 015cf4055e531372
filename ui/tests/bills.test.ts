// Finding bills, telling their history, and giving money back: the rules behind the pages.
import { beforeEach, describe, expect, it } from "vitest";
import { reasonText, sourceStrength } from "../src/features/bills/evidence";
import { countOf, faultsOf, fieldsOf, NONE, READY, readyFields, wishOf } from "../src/features/bills/filters";
import { firstAmount, firstWay, missing, type Way } from "../src/features/bills/refund";
import { drop, readSaved, save } from "../src/features/bills/saved";
import { tell, tellAll } from "../src/features/bills/timeline";
import type { TimelineLine } from "../src/ipc/day-types";
import { MemoryBackend } from "../src/ipc/memory/backend";
import { orderOf, startAt } from "../src/ipc/memory/world";
import { setLanguage } from "../src/messages/index.svelte";
import { back, deeper, isPage, pageOf, startOf, type View } from "../src/screens/Owner/views";

function shop(): MemoryBackend {
  startAt("2025-11-22T01:50:12.000+07:00");
  return new MemoryBackend({ training: false, world: "full", bills: false });
}
beforeEach(() => {
  localStorage.clear();
  setLanguage("th");
});

describe("filters", () => {
  it("become a search, without what is empty or not understood", () => {
    expect(wishOf(NONE, null)).toEqual({});
    expect(wishOf({ ...NONE, search: " A-01 ", from: "๒๑/๑๑/๒๕๖๘", to: "ไม่รู้", amountFrom: "1,000", amountTo: "2.999", flag: "any", cashier: " แพรว " }, null)).toEqual({ search: "A-01", from: "2025-11-21", amount_from: "1000.00", flagged: true, cashier: "แพรว" });
    expect(faultsOf({ ...NONE, to: "ไม่รู้", amountTo: "2.999" })).toEqual({ from: false, to: true, amountFrom: false, amountTo: true });
    expect(countOf({ ...NONE, search: "x", flag: "any", to: "1" })).toBe(2);
  });
  it("a wish from elsewhere comes back as the same wish", () => {
    const wish = { from: "2025-11-21", to: "2025-11-21", state: "due", provider: "cash", flag: "overpaid", cashier: "บอย", amount_to: "100.00", search: "x" } as const;
    for (const era of ["be", "ce"] as const) expect(wishOf(fieldsOf(wish, era), null)).toEqual(wish);
  });
  it.each(READY)("%s finds something or says why not", async (name) => {
    const found = await shop().days.handlers.order_find(wishOf(readyFields(name, "2025-11-21", "be"), null));
    expect(found.orders.length).toBeGreaterThan(0);
  });
  it("are saved by name, replaced by the same name, and survive nonsense in the store", () => {
    let saved = save([], "หมูปิ้ง", { ...NONE, cashier: "บอย" });
    saved = save(saved, "หมูปิ้ง", { ...NONE, cashier: "แพรว" });
    expect(readSaved()).toEqual([{ name: "หมูปิ้ง", fields: { ...NONE, cashier: "แพรว" } }]);
    expect(drop(saved, "หมูปิ้ง")).toEqual([]);
    localStorage.setItem("keptang.filters", '[{"name":"a","fields":{"state":"due","evil":5,"from":7}},3,{"name":1}]');
    expect(readSaved()).toEqual([{ name: "a", fields: { ...NONE, state: "due" } }]);
    localStorage.setItem("keptang.filters", "{");
    expect(readSaved()).toEqual([]);
  });
});

describe("search at the memory host", () => {
  it("pages without a gap or a double", async () => {
    const { handlers } = shop().days;
    const wish = { from: "2025-11-21", to: "2025-11-21", limit: 50 };
    const seen: string[] = [];
    let before: string | undefined;
    for (let page = 0; page < 9; page += 1) {
      const found = await handlers.order_find({ ...wish, ...(before === undefined ? {} : { before }) });
      seen.push(...found.orders.map((order) => order.number));
      before = seen.at(-1);
      if (!found.more) break;
    }
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen.length).toBeGreaterThan(180);
  });
  it("finds by number, amount, reference and name", async () => {
    const { handlers } = shop().days;
    const [one] = (await handlers.order_find({ flag: "contradiction" })).orders;
    if (!one) throw new Error("there is one");
    for (const search of [one.number, "1,250", one.attempts[0]?.provider_ref ?? ""]) expect((await handlers.order_find({ search, flag: "contradiction" })).orders.map((order) => order.number)).toContain(one.number);
    expect((await handlers.order_find({ search: "ไม่มีคำนี้" })).orders).toEqual([]);
  });
});

describe("a bill's history", () => {
  const line = (change: Partial<TimelineLine>): TimelineLine => ({ type: "event", sequence: 1, at: "2025-11-21T14:21:31.000+07:00", event: "confirmed", attempt_id: "a", provider: "jwt_gateway", source: "query", amount: "180.00", facts: {}, raw: null, ...change });
  it("says who spoke, how strongly, and what money moved", () => {
    expect(tell(line({}))).toMatchObject({ what: "ถาม เกตเวย์ JWT: จ่ายแล้ว", money: "+180.00", tone: "good", strength: { icon: "dot" } });
    expect(tell(line({ source: "callback" })).strength?.icon).toBe("confirming");
    expect(tell(line({ source: "slip" })).strength?.icon).toBe("ring");
    expect(tell(line({ event: "operator_confirmed", source: "person", facts: { by: "บอย", reason: "bank_app_shown", note: null } }))).toMatchObject({ tone: "warn", strength: { icon: "person" }, detail: ["เกตเวย์ JWT", "บอย", "ดูแอปธนาคารของร้านแล้ว เงินเข้า"] });
    expect(tell(line({ event: "refund_resolved", source: "us", facts: { state: "done" } })).money).toBe("\u2212180.00");
    expect(tell(line({ event: "refund_resolved", source: "us", facts: { state: "unknown" } }))).toMatchObject({ what: "ยังไม่รู้ผลการคืน", tone: "warn" });
    expect(tell(line({ event: "opened", source: "person" })).money).toBeNull();
    expect(sourceStrength(line({ event: "opened", source: "person" }))).toBeNull();
  });
  it("money beyond the bill is not told as good news", () => {
    const order = orderOf({ number: "A-0001", amount: "180.00", provider: "jwt_gateway", state: "paid", openedMs: 0 }, 0);
    const tones = (lines: TimelineLine[]): string[] => tellAll({ lines, slips: [], order }).map(({ told }) => told.tone);
    expect(tones([line({}), line({ sequence: 2 })])).toEqual(["good", "warn"]);
    expect(tones([line({ amount: "100.00", event: "short" }), line({ sequence: 2, amount: "80.00" })])).toEqual(["warn", "good"]);
  });
  it("a slip has its place by the clock, a person's word and a refund their money from the bill", async () => {
    const { handlers } = shop().days;
    const story = async (flag: "contradiction" | "manual_confirm"): Promise<Awaited<ReturnType<typeof handlers.order_timeline>>> => handlers.order_timeline({ order: (await handlers.order_find({ flag })).orders[0]?.number ?? "" });
    const slip = tellAll(await story("contradiction"));
    expect(slip.map(({ line: one }) => one.event)).toEqual(["opened", "attempt_opened", "accepted", "slip_shown", "contradicted", "deadline_passed"]);
    expect(slip[0]?.told.detail).toEqual(["แพรว"]);
    const manual = tellAll(await story("manual_confirm"));
    expect(manual.find(({ line: one }) => one.event === "operator_confirmed")?.told.money).toBe("+500.00");
    const back = (await handlers.order_find({ moved: { from: "2025-11-21", to: "2025-11-21", what: "refund" } })).orders[0];
    const refund = tellAll(await handlers.order_timeline({ order: back?.number ?? "" })).find(({ line: one }) => one.event === "refund_resolved");
    expect(refund?.told.money).toMatch(/^\u2212[\d,.]+$/);
  });
  it("shows a word it does not know as it is", () => {
    expect(tell(line({ event: "teleported", amount: null }))).toMatchObject({ what: "teleported", icon: "dot" });
    expect([reasonText("other"), reasonText("deadline"), reasonText("new_reason")]).toEqual(["อื่น ๆ", "หมดเวลา", "new_reason"]);
  });
  it.each(["duplicate_payment", "contradiction", "paid_late", "manual_confirm", "underpaid", "overpaid"] as const)("%s is told in order, in both languages, without a hole", async (flag) => {
    const { handlers } = shop().days;
    const [order] = (await handlers.order_find({ flag })).orders;
    const told = await handlers.order_timeline({ order: order?.number ?? "" });
    expect(told.lines.map((one) => one.at)).toEqual([...told.lines].map((one) => one.at).sort());
    for (const language of ["th", "en"] as const) {
      setLanguage(language);
      expect(JSON.stringify(tellAll(told))).not.toMatch(/undefined|NaN|\{\w+\}/);
    }
  });
});

describe("giving money back", () => {
  const way = (change: Partial<Way> = {}): Way => ({ attempt_id: "a", provider: "jwt_gateway", method: "promptpay", refundable: "180.00", kind: "transfer", until: null, ...change });
  const wished = { amount: "180", reason: "other" as const, byTransfer: true, reference: "0046" };
  it("begins with what was too much, at a provider that can return it by itself", () => {
    const wallet = way({ attempt_id: "b", provider: "omise_truemoney", method: "truemoney", kind: "void" });
    expect(firstWay([way(), wallet], "180.00")?.attempt_id).toBe("b");
    expect(firstWay([way(), wallet], "0.00")?.attempt_id).toBe("a");
    expect(firstWay([], "0.00")).toBeNull();
    expect([firstAmount(way(), "20.00"), firstAmount(way(), "0.00"), firstAmount(wallet, "20.00")]).toEqual(["20.00", "180.00", "20.00"]);
  });
  it.each([
    [{}, null], [{ amount: "180.01" }, "refund_too_much"], [{ amount: "0" }, "refund_need_amount"], [{ amount: "1.234" }, "refund_need_amount"], [{ amount: "๑๘๐" }, null], [{ reason: null }, "refund_need_reason"], [{ reference: " " }, "refund_need_reference"],
    [{ byTransfer: false, reference: "" }, null],
  ])("%j: %s", (change, lacks) => expect(missing(way(), { ...wished, ...change })).toBe(lacks));
  it("needs a payment to give back from", () => expect(missing(null, wished)).toBe("refund_no_way"));
});

describe("the way through the owner's pages", () => {
  const bill = (order: string): View => ({ page: "bill", order, refundFor: null });
  it("goes deeper and back, and a case after a case takes its place", () => {
    let trail: readonly View[] = [startOf("day")];
    trail = deeper(trail, { page: "case", item: "a" });
    trail = deeper(trail, { page: "case", item: "b" });
    expect(trail).toEqual([{ page: "day" }, { page: "case", item: "b" }]);
    trail = deeper(trail, bill("x"));
    expect(pageOf(trail.at(-1)!)).toBe("bills");
    expect(back(trail)?.at(-1)).toEqual({ page: "case", item: "b" });
    expect(back([startOf("bills")])).toBeNull();
  });
  it("knows its pages by name", () => expect([isPage("day"), isPage("settings"), isPage("menu")]).toEqual([true, true, false]));
});
