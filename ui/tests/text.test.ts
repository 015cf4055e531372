// @vitest-environment node
import { describe, expect, it } from "vitest";
import { ticks } from "../src/design/components/ruler";
import { modulePx, plateBudgetPx } from "../src/design/components/qr-size";
import { promptPayText } from "../src/ipc/memory/qr-text";
import { thaiWords } from "../src/ipc/memory/words";
import { amountText, figureCount, isZero, parseWire, shortAmount, toWire } from "../src/lib/money";
import { age, clockText, countdownText, msBetween, wallText } from "../src/lib/time";

describe("money text", () => {
  it.each([
    ["0.00", "0.00"], ["250.00", "250.00"], ["1284.37", "1,284.37"], ["50000.00", "50,000.00"], ["1234567.89", "1,234,567.89"],
    ["-12.50", "\u221212.50"], ["90071992547409930.07", "90,071,992,547,409,930.07"],
  ])("%s is shown as %s", (wire, shown) => expect(amountText(wire)).toBe(shown));
  it.each([["100.00", "100"], ["50000.00", "50,000"], ["99.50", "99.50"]])("limit %s is %s", (wire, shown) => expect(shortAmount(wire)).toBe(shown));
  it.each(["250", "250.0", "1,000.00", "", "1e3", " 1.00", "٣.00"])("refuses %j", (text) => expect(() => parseWire(text)).toThrow(RangeError));
  it.each([0n, 1n, 99n, 100n, -1n, -12345n, 9_007_199_254_740_993n])("survives the wire: %s", (satang) => expect(parseWire(toWire(satang))).toBe(satang));
  it("counts figures and knows nothing from something", () => {
    expect(figureCount("1284.37")).toBe(4);
    expect(isZero("0.00")).toBe(true);
    expect(isZero("0.01")).toBe(false);
  });
});

describe("time text", () => {
  it.each([[0, "0:00"], [1, "0:01"], [1000, "0:01"], [59_001, "1:00"], [222_000, "3:42"], [3_725_000, "1:02:05"], [-5, "0:00"]])("%d ms left is %s", (ms, text) => expect(countdownText(ms)).toBe(text));
  it("reads the clock off the text, whatever zone this machine is in", () => expect(clockText("2025-11-21T14:35:08.123+07:00")).toBe("14:35:08"));
  it("measures across zones", () => expect(msBetween("2025-11-21T14:35:00+07:00", "2025-11-21T07:35:22Z")).toBe(22_000));
  it.each([[2_000, "seconds", 2], [99_999, "seconds", 99], [120_000, "minutes", 2], [7_200_000, "hours", 2]])("an age of %d ms", (ms, unit, n) => expect(age(ms)).toEqual({ unit, n }));
  it("writes both eras and crosses midnight in Bangkok", () => {
    expect(wallText("2025-11-21T14:35:12+07:00", 0, "th", "be")).toEqual({ date: "ศ. 21 พ.ย. 2568", time: "14:35:12" });
    expect(wallText("2025-11-21T23:59:59+07:00", 1000, "en", "ce")).toEqual({ date: "Sat 22 Nov 2025", time: "00:00:00" });
  });
});

describe("ruler and QR size", () => {
  it("counts ticks back from the deadline", () => {
    const five = ticks(300_000);
    expect(five.filter((tick) => tick.long)).toHaveLength(6);
    expect(five).toHaveLength(21);
    expect(ticks(270_000).find((tick) => tick.long)?.at).toBe(1);
    expect(ticks(86_400_000).filter((tick) => tick.long).length).toBeLessThanOrEqual(21);
    expect(ticks(0)).toEqual([]);
  });
  it.each([21, 25, 29, 33, 37, 41, 45, 49, 53, 57])("a QR of %d modules is at least 320 px, in whole pixels", (size) => {
    for (const ratio of [1, 1.25, 1.5, 2]) {
      const px = modulePx(size, plateBudgetPx(1366), ratio);
      expect(px * size).toBeGreaterThanOrEqual(320);
      expect(px * ratio).toBeCloseTo(Math.round(px * ratio), 6);
    }
  });
  it("is what the design asks for at 33 modules", () => {
    expect(modulePx(33, plateBudgetPx(1366), 1)).toBe(10);
    expect(modulePx(33, plateBudgetPx(1024), 1)).toBe(10);
    expect(modulePx(33, plateBudgetPx(1920), 1)).toBe(14);
  });
});

describe("the memory host's own words", () => {
  it.each([["250.00", "สองร้อยห้าสิบบาทถ้วน"], ["1284.37", "หนึ่งพันสองร้อยแปดสิบสี่บาทสามสิบเจ็ดสตางค์"], ["21.01", "ยี่สิบเอ็ดบาทหนึ่งสตางค์"], ["1000000.00", "หนึ่งล้านบาทถ้วน"], ["0.25", "ยี่สิบห้าสตางค์"], ["11.00", "สิบเอ็ดบาทถ้วน"]])("%s", (wire, words) => expect(thaiWords(wire)).toBe(words));
  it("puts a CRC behind its QR text", () => expect(promptPayText("250.00")).toMatch(/^000201.*5406250\.00.*6304[0-9A-F]{4}$/));
});
