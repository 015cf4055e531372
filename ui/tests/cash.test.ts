// Cash in whole satang, and the sheet that counts it.
import { afterEach, describe, expect, it, vi } from "vitest";
import { kindOf } from "../src/bill/presentation";
import { addNote, cashOf, unreadable, type QuickNote } from "../src/features/order/cash";
import { EMPTY } from "../src/features/order/entry";
import { counter, type } from "./support";

afterEach(() => vi.useRealTimers());

describe("what goes back", () => {
  it.each([
    // due, typed, rounding, payable, tendered, change, missing
    ["120.50", "500", "0.00", "120.50", "500.00", "379.50", null],
    ["120.49", "500", "-0.24", "120.25", "500.00", "379.75", null],
    ["120.24", "", "-0.24", "120.00", null, "0.00", null],
    ["120.25", "120.25", "0.00", "120.25", "120.25", "0.00", null],
    ["120.50", "120.25", "0.00", "120.50", "120.25", "0.00", "0.25"],
    ["0.30", "0.25", "-0.05", "0.25", "0.25", "0.00", null],
    ["250.00", "100+100+50", "0.00", "250.00", "250.00", "0.00", null],
    ["250.00", "100×3", "0.00", "250.00", "300.00", "50.00", null],
    ["9999999.99", "99999999", "-0.24", "9999999.75", "99999999.00", "89999999.25", null],
    // 0.1 + 0.2 in binary fractions is not 0.3, and 1.15 × 3 is not 3.45.
    ["3.45", "1.15×3", "-0.20", "3.25", "3.45", "0.20", null],
  ])("%s and %s", (due, typed, rounding, payable, tendered, change, missing) => {
    expect(cashOf(due, typed)).toEqual({ due, rounding, payable, tendered, change, missing });
  });
  it("every satang: never asks more than the price, and leaves off less than a coin", () => {
    for (let satang = 25; satang < 700; satang += 1) {
      const due = `${Math.floor(satang / 100)}.${String(satang % 100).padStart(2, "0")}`;
      const { payable, rounding } = cashOf(due, "");
      const asked = BigInt(payable.replace(".", ""));
      expect(asked % 25n).toBe(0n);
      expect(BigInt(satang) - asked).toBe(-BigInt(rounding.replace(".", "")));
      expect(BigInt(satang) - asked).toBeLessThan(25n);
    }
  });
  it("notes pile up, on what was typed too", () => {
    const pile = (...notes: QuickNote[]): string => notes.reduce((entry, note) => addNote(entry, note), EMPTY).text;
    expect(pile("100")).toBe("100");
    expect(pile("500", "100", "1000")).toBe("500+100+1000");
    expect(addNote({ text: "20", notice: null }, "100").text).toBe("20+100");
    expect(addNote({ text: "20+", notice: null }, "100").text).toBe("20+100");
  });
  it("says what cannot be read", () => {
    expect(unreadable("0.15×0.5")).toBe("fraction");
    expect(unreadable("")).toBeNull();
    expect(unreadable("100")).toBeNull();
  });
});

describe("taking cash", () => {
  it("amount, Enter, the sheet; nothing is sold until the money is counted", async () => {
    const { till, backend, pass } = await counter();
    till.pick("cash");
    type(till, "1 2 0 . 4 0");
    till.forward();
    expect(till.dialog).toBe("cash");
    expect(till.wish?.amount).toBe("120.40");
    expect(backend.charges).toBe(0);
    void till.answer({ tendered: "500.00" });
    await pass(300);
    expect(backend.charges).toBe(1);
    expect(till.dialog).toBe("none");
    expect(till.paid).toMatchObject({ amount_due: "120.40", received: "120.25", state: "settled", missing: "0.00" });
    expect(till.paid?.attempts[0]).toMatchObject({ method: "cash", adjustment: "-0.15", tendered: "500.00", change: "379.75" });
  });
  it("leaving the sheet sells nothing and keeps the amount", async () => {
    const { till, backend } = await counter();
    till.pick("cash");
    type(till, "4 5");
    till.forward();
    till.leaveSheet();
    expect(till.dialog).toBe("none");
    expect(till.wish).toBeNull();
    expect(till.entry.text).toBe("45");
    expect(backend.charges).toBe(0);
  });
  it("a bill that waits may be paid in cash: the same bill, one more attempt", async () => {
    const { till, backend, pass } = await counter();
    type(till, "2 5 0");
    till.forward();
    await pass(200);
    void till.retry("cash", "cash");
    expect(till.dialog).toBe("cash");
    void till.answer({});
    await pass(300);
    expect(backend.charges).toBe(1);
    expect(till.paid?.attempts.map((attempt) => attempt.method)).toEqual(["promptpay", "cash"]);
    expect(till.paid?.attempts[1]).toMatchObject({ tendered: "250.00", change: "0.00" });
  });
  it("too little is refused by the backend with what is missing, and the amount stays", async () => {
    const { till, pass } = await counter();
    till.pick("cash");
    type(till, "1 0 0");
    till.forward();
    void till.answer({ tendered: "80.00" });
    await pass(300);
    expect(till.fault).toMatchObject({ code: "cash_too_little", params: { missing: "20.00" } });
    expect(till.entry.text).toBe("100");
    expect(till.bill === null || kindOf(till.bill)).toBe(true);
  });
});
