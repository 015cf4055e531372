// @vitest-environment node
import { describe, expect, it } from "vitest";
import { EMPTY, press, sumText, total, type EntryKey } from "../src/features/order/entry";
import { entryKey } from "../src/features/order/keys";
import { toWire } from "../src/lib/money";

function typed(keys: string): { text: string; notice: string | null } {
  return keys.split(" ").filter(Boolean).reduce((entry, key) => press(entry, key as EntryKey), EMPTY);
}

describe("what keys make of the amount", () => {
  it.each([
    ["2 5 0", "250", "250.00"],
    ["2 5 . 5", "25.5", "25.50"],
    ["2 5 .", "25.", "25.00"],
    [". 5", "0.5", "0.50"],
    [". 0 5", "0.05", "0.05"],
    ["0 0 5", "5", "5.00"],
    ["00 5", "5", "5.00"],
    ["1 00", "100", "100.00"],
    ["1 . 00", "1.00", "1.00"],
    ["1 . 5 00", "1.50", "1.50"],
    ["4 5 × 2 + 8", "45×2+8", "98.00"],
    ["8 + 4 5 × 2", "8+45×2", "98.00"],
    ["4 5 ×", "45×", "45.00"],
    ["4 5 × +", "45+", "45.00"],
    ["4 5 . + 5", "45+5", "50.00"],
    ["1 2 . 5 × 2", "12.5×2", "25.00"],
    ["0 . 5 × 0 . 5", "0.5×0.5", "0.25"],
    ["2 × 3 × 4", "2×3×4", "24.00"],
    ["9 9 9 9 9 9 9 9", "99999999", "99999999.00"],
    ["1 2 3 back", "12", "12.00"],
    ["1 + back 2", "12", "12.00"],
  ])("%s → %s = %s", (keys, text, wire) => {
    const entry = typed(keys);
    expect(entry.text).toBe(text);
    const sum = total(entry.text);
    expect(sum.ok && toWire(sum.satang)).toBe(wire);
  });

  it.each([
    ["", "empty"], ["0", "empty"], ["0 . 0 0", "empty"], ["1 clear", "empty"], ["+", "empty"], ["00", "empty"],
    ["0 . 1 5 × 0 . 5", "fraction"], ["9 9 9 9 9 9 9 9 × 2", "too_large"], ["9 9 9 9 9 9 9 9 + 1", "too_large"],
  ])("%s is refused: %s", (keys, why) => {
    expect(total(typed(keys).text)).toEqual({ ok: false, why });
  });

  it.each([
    ["1 . 2 5 7", "1.25", "satang_full"],
    ["1 2 3 4 5 6 7 8 9", "12345678", "too_long"],
    ["1 . 2 5 00", "1.25", "satang_full"],
  ])("%s keeps %s and says %s", (keys, text, notice) => {
    expect(typed(keys)).toEqual({ text, notice });
  });

  it("never sums through a float", () => {
    // 0.1 + 0.2 and 1.15 × 3 go wrong in binary fractions.
    expect(total("0.1+0.2")).toEqual({ ok: true, satang: 30n });
    expect(total("1.15×3")).toEqual({ ok: true, satang: 345n });
    expect(total("99999999+0.99")).toEqual({ ok: true, satang: 9_999_999_999n });
  });

  it("shows the sum only when there is one", () => {
    expect(sumText("250")).toBe("");
    expect(sumText("45×2+8")).toBe("45 × 2 + 8");
    expect(sumText("45×")).toBe("45 ×");
  });
});

describe("keys by their place on the keyboard", () => {
  const key = (code: string, text: string, shiftKey = false) => entryKey({ code, key: text, shiftKey });
  it.each([
    ["Digit2", "2", false, "2"],
    ["Digit2", "/", false, "2"], // Thai Kedmanee
    ["Digit0", "จ", false, "0"],
    ["Digit2", "๑", true, "1"], // a Thai figure is the figure it is
    ["Numpad7", "7", false, "7"],
    ["Numpad7", "Home", false, "7"], // Num Lock off
    ["NumpadDecimal", ".", false, "."],
    ["Period", "ใ", false, "."],
    ["NumpadAdd", "+", false, "+"],
    ["Equal", "+", true, "+"],
    ["NumpadMultiply", "*", false, "×"],
    ["Digit8", "*", true, "×"],
    ["Backspace", "Backspace", false, "back"],
    ["Delete", "Delete", false, "clear"],
    ["", "5", false, "5"],
  ])("%s %s", (code, text, shift, expected) => {
    expect(key(code, text, shift)).toBe(expected);
  });
  it.each([["KeyA", "a", false], ["Digit1", "!", true], ["Equal", "=", false], ["Period", ">", true], ["Slash", "?", true]])("%s %s is no amount key", (code, text, shift) => {
    expect(key(code, text, shift)).toBeNull();
  });
});
