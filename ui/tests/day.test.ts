// The owner's day in figures: sums that add up whichever way they are cut, shares without floats, and the chart's marks.
import { beforeEach, describe, expect, it } from "vitest";
import { kindWord, caseWord, knownKind, likelyWord } from "../src/bill/kinds";
import { answersOf, needsNote } from "../src/features/day/answers";
import { changeOf, changeText, hasMoney, hoursOf, openItems, rateText, shareText, sumText } from "../src/features/day/figures";
import { chartOf, HIGH, WIDE } from "../src/features/day/hour-chart";
import { claimOf, countedWord, sidesOf, withoutSign } from "../src/features/day/sides";
import type { DayReview, Group, Moved } from "../src/ipc/day-types";
import { MemoryBackend } from "../src/ipc/memory/backend";
import { START_ISO, startAt } from "../src/ipc/memory/world";
import { dayField, shiftDay, typedDay, weekdayText } from "../src/lib/days";
import { parseWire, toWire } from "../src/lib/money";
import { isoAfter, shortDay } from "../src/lib/time";
import { setLanguage } from "../src/messages/index.svelte";

function shop(): MemoryBackend {
  startAt("2025-11-22T01:50:12.000+07:00");
  return new MemoryBackend({ training: false, world: "full", bills: false });
}
const add = (amounts: readonly string[]): bigint => amounts.reduce((all, amount) => all + parseWire(amount), 0n);

beforeEach(() => {
  startAt(START_ISO);
  setLanguage("th");
});

describe("a day's sums", () => {
  it.each(["2025-11-21", "2025-11-20", "2025-11-15", "2025-11-03"])("%s adds up however it is cut", (day) => {
    const review = shop().days.review(day);
    const { totals } = review;
    const whole = (groups: readonly Group[], part: "gross" | "refunds" | "fees" | "net"): string => toWire(add(groups.map((group) => group[part])));
    expect(totals.orders).toBeGreaterThan(40);
    expect(toWire(parseWire(totals.gross) - parseWire(totals.refunds) - parseWire(totals.fees))).toBe(totals.net);
    expect(toWire(add([totals.automatic, totals.slip_confirmed, totals.manual, totals.cash]))).toBe(totals.gross);
    expect(toWire(add([review.bank, review.drawer]))).toBe(totals.net);
    for (const groups of [review.by_method, review.by_provider, review.by_cashier, review.by_hour]) {
      for (const part of ["gross", "refunds", "fees", "net"] as const) expect(whole(groups, part), part).toBe(totals[part]);
      expect(groups.reduce((all, group) => all + group.orders, 0)).toBe(totals.orders);
    }
    expect(sumText(hoursOf(review).map((hour) => hour.gross))).toBe(totals.gross);
  });
  it("every figure opens exactly the bills it is made of", async () => {
    const backend = shop();
    const review = backend.days.review("2025-11-21");
    const day = { from: "2025-11-21", to: "2025-11-21" };
    const found = async (part: Partial<Moved>): Promise<bigint> => {
      const { orders, more } = await backend.days.handlers.order_find({ moved: { ...day, ...part }, limit: 200 });
      expect(more).toBe(false);
      return add(orders.map((order) => order.received));
    };
    for (const group of review.by_method.filter((one) => one.method !== "promptpay" && one.method !== "truemoney")) expect(await found({ method: group.method })).toBe(parseWire(group.gross));
    for (const hour of review.by_hour.filter((one) => one.orders > 0)) expect((await found({ hour: Number(hour.key) })) >= parseWire(hour.gross)).toBe(true);
    expect(await found({ proof: "cash" })).toBe(parseWire(review.totals.cash));
    expect(await found({ proof: "manual" })).toBe(parseWire(review.totals.manual));
    expect(await found({ proof: "slip" })).toBe(parseWire(review.totals.slip_confirmed));
    const refunded = await backend.days.handlers.order_find({ moved: { ...day, what: "refund" } });
    expect(toWire(add(refunded.orders.map((order) => order.refunded)))).toBe(review.totals.refunds);
  });
  it("giving money back lowers the net and never goes above what came", async () => {
    const backend = shop();
    const before = backend.days.review("2025-11-21");
    const [order] = (await backend.days.handlers.order_find({ flag: "duplicate_payment" })).orders;
    if (!order) throw new Error("there is one");
    await expect(backend.days.handlers.order_refund({ order: order.number, amount: "360.01", reason: "other" })).rejects.toMatchObject({ code: "payout_refused" });
    const wallet = order.attempts.find((attempt) => attempt.provider === "omise_truemoney");
    await backend.days.handlers.order_refund({ order: order.number, amount: "180.00", reason: "duplicate_payment", attempt: wallet?.attempt_id ?? "" });
    const after = backend.days.review("2025-11-21");
    expect(toWire(parseWire(before.totals.net) - parseWire(after.totals.net))).toBe("180.00");
    expect(after.totals.gross).toBe(before.totals.gross);
  });
  it("a day before the shop opened is empty, and has no hours", () => {
    const review = shop().days.review("2025-11-01");
    expect(hasMoney(review)).toBe(false);
    expect(hoursOf(review)).toEqual([]);
    expect(chartOf([])).toMatchObject({ bars: [], peak: null });
  });
});

describe("figures as text", () => {
  it.each([[158n, 161n, "98.1%"], [3n, 3n, "100%"], [0n, 5n, "0.0%"], [1n, 3n, "33.3%"], [2n, 3n, "66.7%"], [0n, 0n, "–"]])("%s of %s is %s", (part, whole, text) => expect(shareText(part, whole)).toBe(text));
  it.each([[110n, 100n, "+10.0%"], [97n, 100n, "\u22123.0%"], [100n, 100n, "+0.0%"], [5n, 0n, null]])("%s against %s is %s", (now, before, text) => expect(changeText(now, before)).toBe(text));
  it.each([["612.35", "48920.00", "1.25%"], ["0.00", "10.00", "0.00%"], ["1.00", "0.00", "–"]])("%s of %s is %s", (part, whole, text) => expect(rateText(part, whole)).toBe(text));
  it("a running day is held against the other day's hours that are over too", () => {
    const hour = (key: string, gross: string): Group => ({ key, orders: 1, gross, refunds: "0.00", fees: "0.00", net: gross });
    const base = shop().days.review("2025-11-21");
    const review: DayReview = { ...base, today: true, by_hour: [hour("10", "100.00"), hour("11", "50.00")], compared: { ...base.compared, by_hour: [hour("10", "80.00"), hour("11", "900.00")] } };
    expect(changeOf(review, "11")).toEqual({ text: "+25.0%", until: "11:00" });
    expect(changeOf({ ...review, today: false, totals: { ...base.totals, gross: "150.00" }, compared: { ...review.compared, totals: { ...base.totals, gross: "100.00" } } }, null)).toEqual({ text: "+50.0%", until: null });
  });
  it("days are read as people type them, in either era and either figures", () => {
    for (const text of ["2025-11-21", "21/11/2025", "21/11/2568", "21.11.2568", "๒๑/๑๑/๒๕๖๘", " 2025-11-21 "]) expect(typedDay(text), text).toBe("2025-11-21");
    for (const text of ["", "31/02/2568", "2025-13-01", "21-11-2025x", "พรุ่งนี้"]) expect(typedDay(text), text).toBeNull();
    expect([dayField("2025-11-21", "be"), dayField("2025-11-21", "ce")]).toEqual(["21/11/2568", "2025-11-21"]);
    expect([weekdayText("2025-11-21", "th"), weekdayText("2025-11-21", "en"), shortDay("2025-11-01", "th"), shiftDay("2025-03-01", -1)]).toEqual(["ศ.", "Fri", "1 พ.ย.", "2025-02-28"]);
    expect(isoAfter("2025-11-21T23:59:59.000+07:00", 1500)).toBe("2025-11-22T00:00:00.500+07:00");
  });
});

describe("the chart of hours", () => {
  const hours = [{ key: "10", gross: "1000.00", orders: 4, before: "500.00" }, { key: "11", gross: "0.00", orders: 0, before: "4200.00" }, { key: "12", gross: "4000.00", orders: 9, before: "0.00" }];
  const chart = chartOf(hours);
  it("bars begin at nothing and are as high as their money", () => {
    expect(chart.bars.map((bar) => Math.round(bar.y + bar.height))).toEqual([HIGH, HIGH, HIGH]);
    expect(chart.bars[2]!.height / chart.bars[0]!.height).toBeCloseTo(4, 5);
    expect(chart.bars[1]!.height).toBe(0);
    expect(chart.bars.every((bar) => bar.x >= 0 && bar.x + bar.width <= WIDE)).toBe(true);
  });
  it("the other day is a mark of its own, and absent where it had nothing", () => {
    expect(chart.bars.map((bar) => bar.beforeY !== null)).toEqual([true, true, false]);
    expect(chart.bars[1]!.beforeY!).toBeLessThan(chart.bars[2]!.y);
  });
  it("names its peak, few lines, and the unit that fits", () => {
    expect(chart.peak?.key).toBe("12");
    expect(chart.lines.length).toBeLessThanOrEqual(6);
    expect(chart.lines[0]).toEqual({ at: HIGH, label: "0" });
    expect([chart.thousands, chartOf([{ key: "10", gross: "900.00", orders: 1, before: "0.00" }]).thousands]).toEqual([true, false]);
  });
});

describe("a case", () => {
  const backend = shop();
  const items = backend.days.review("2025-11-21").exceptions;
  it("there is one of every usual kind", () => expect(new Set(items.map((item) => item.kind)).size).toBeGreaterThanOrEqual(12));
  it.each(items.map((item) => [item.kind, item] as const))("%s has two sides with facts, three answers and words in both languages", async (kind, item) => {
    for (const language of ["th", "en"] as const) {
      setLanguage(language);
      const told = item.order_id === null ? null : await backend.days.handlers.order_timeline({ order: item.order_id });
      const sides = sidesOf(item, told);
      expect(sides).toHaveLength(2);
      expect(sides.every((side) => side.who !== "" && side.says !== "")).toBe(true);
      expect(sides[0].facts.length + sides[1].facts.length).toBeGreaterThan(1);
      expect(`${JSON.stringify(sides)}${kindWord(kind)}${caseWord(kind)}${likelyWord(kind)}${countedWord(item)}`).not.toMatch(/undefined|null|NaN|\{\w+\}/);
      const answers = answersOf(kind, told?.order.state === "due");
      expect(answers).toHaveLength(3);
      expect(new Set(answers.map((answer) => answer.label)).size).toBe(3);
      expect(answers.filter(needsNote).every((answer) => answer.outcome !== "accepted")).toBe(true);
    }
  });
  it("names both who says sent and who says not seen when the evidence disagrees, and lets a person's word count", async () => {
    const item = items.find((one) => one.kind === "contradiction");
    if (!item?.order_id) throw new Error("there is one");
    const told = await backend.days.handlers.order_timeline({ order: item.order_id });
    const [slip, gateway] = sidesOf(item, told);
    expect([slip.who, slip.says, gateway.who]).toEqual(["สลิปบอกว่า", "โอนแล้ว", "เกตเวย์ JWT บอกว่า"]);
    expect(answersOf(item.kind, true).map((answer) => answer.first)).toEqual(["confirm", "nothing", "nothing"]);
    expect(countedWord(item)).toBe("ยังไม่นับเป็นเงินที่ได้");
  });
  it("a provider against itself is told as that, and its money counts", async () => {
    const item = items.find((one) => one.kind === "contradiction");
    const paid = items.find((one) => one.kind === "paid_late");
    if (!item || !paid?.order_id) throw new Error("there is one");
    const told = await backend.days.handlers.order_timeline({ order: paid.order_id });
    const no = { type: "event", sequence: 9, at: "2025-11-21T12:35:00.000+07:00", event: "declined", attempt_id: told.order.attempts[0]?.attempt_id ?? "", provider: "omise_truemoney", source: "provider", amount: null, facts: {}, raw: null } as const;
    const against = { ...told, slips: [], lines: [...told.lines, no] };
    expect(sidesOf(item, against).map((side) => side.says)).toEqual(["ไม่มีเงินเข้า", "จ่ายแล้ว"]);
    expect(claimOf(item, against).claim).toBe("ผู้ให้บริการเคยบอกว่าไม่จ่าย แต่มีเงินเข้า");
    expect(countedWord({ ...item, detail: { received: "320.00" } })).toBe("นับเป็นเงินที่ได้แล้ว");
  });
  it("a kind this window does not know is still shown, waited for and explained", () => {
    expect(knownKind("from_the_future")).toBeNull();
    expect(kindWord("from_the_future")).toBe("เรื่องที่ต้องดู");
    expect(answersOf("from_the_future", false).map((answer) => answer.outcome)).toEqual(["accepted", "wait", "explained"]);
  });
  it("settles only with a word, and then no longer counts as open", async () => {
    const item = items.find((one) => one.kind === "overpaid");
    if (!item) throw new Error("there is one");
    const open = openItems(backend.days.review("2025-11-21"));
    await expect(backend.days.handlers.review_settle({ item: item.item, outcome: "explained", note: " " })).rejects.toMatchObject({ code: "reason_missing" });
    await backend.days.handlers.review_settle({ item: item.item, outcome: "explained", note: "ทิป" });
    expect(openItems(backend.days.review("2025-11-21"))).toBe(open - 1);
  });
  it("a sign is dropped where the title says which way it went", () => expect([withoutSign("-20.00"), withoutSign("20.00")]).toEqual(["20.00", "20.00"]));
});
