// The amount being typed: a small sum of products in whole satang. Pure; it knows no screen and no provider.
// "45×2+8" is 98.00: times binds before plus, as on paper.
import type { Satang } from "../../lib/money";

export type EntryKey = "0" | "1" | "2" | "3" | "4" | "5" | "6" | "7" | "8" | "9" | "00" | "." | "+" | "×" | "back" | "clear";
export type EntryNotice = "too_long" | "satang_full" | null;

export interface Entry {
  /** Digits, points and the two signs, without spaces. */
  readonly text: string;
  /** Why the last key changed nothing. */
  readonly notice: EntryNotice;
}

export const EMPTY: Entry = { text: "", notice: null };

const MOST_BAHT_DIGITS = 8;
const MOST_CHARACTERS = 48;
/** More than any counter sells in one bill; providers set their own, lower limits. */
export const MOST_SATANG: Satang = 9_999_999_999n;

const isSign = (character: string | undefined): boolean => character === "+" || character === "×";
const lastOperand = (text: string): string => text.split(/[+×]/).at(-1) ?? "";

function digit(entry: Entry, figure: string): Entry {
  const operand = lastOperand(entry.text);
  const [baht = "", satang] = operand.split(".");
  if (satang !== undefined && satang.length >= 2) return { ...entry, notice: "satang_full" };
  if (operand === "0") return { text: entry.text.slice(0, -1) + figure, notice: null };
  if ((satang === undefined && baht.length >= MOST_BAHT_DIGITS) || entry.text.length >= MOST_CHARACTERS) {
    return { ...entry, notice: "too_long" };
  }
  return { text: entry.text + figure, notice: null };
}

function sign(entry: Entry, mark: "+" | "×"): Entry {
  const text = entry.text.endsWith(".") ? entry.text.slice(0, -1) : entry.text;
  if (text === "") return entry;
  if (isSign(text.at(-1))) return { text: text.slice(0, -1) + mark, notice: null };
  if (text.length >= MOST_CHARACTERS) return { ...entry, notice: "too_long" };
  return { text: text + mark, notice: null };
}

export function press(entry: Entry, key: EntryKey): Entry {
  switch (key) {
    case "clear":
      return EMPTY;
    case "back":
      return { text: entry.text.slice(0, -1), notice: null };
    case "+":
    case "×":
      return sign(entry, key);
    case ".": {
      const operand = lastOperand(entry.text);
      if (operand.includes(".")) return entry;
      if (entry.text.length >= MOST_CHARACTERS) return { ...entry, notice: "too_long" };
      return { text: entry.text + (operand === "" ? "0." : "."), notice: null };
    }
    case "00": {
      const operand = lastOperand(entry.text);
      if (operand === "" || operand === "0") return entry;
      const once = digit(entry, "0");
      const twice = once.notice ? once : digit(once, "0");
      // One zero that fitted is kept; only a key that changed nothing says why.
      return once.notice ? once : { text: twice.text, notice: null };
    }
    default:
      return digit(entry, key);
  }
}

export type Sum = { ok: true; satang: Satang } | { ok: false; why: "empty" | "fraction" | "too_large" };

function hundredths(operand: string): bigint {
  const [baht = "", satang = ""] = operand.split(".");
  return BigInt((baht === "" ? "0" : baht) + satang.padEnd(2, "0"));
}

/** What the text comes to. A sign left at the end is not counted; a product that is no whole satang is refused, not rounded. */
export function total(text: string): Sum {
  const whole = isSign(text.at(-1)) ? text.slice(0, -1) : text;
  if (whole === "") return { ok: false, why: "empty" };
  let sum = 0n;
  for (const term of whole.split("+")) {
    const factors = term.split("×").map(hundredths);
    const scale = 100n ** BigInt(factors.length - 1);
    const product = factors.reduce((left, right) => left * right, 1n);
    if (product % scale !== 0n) return { ok: false, why: "fraction" };
    sum += product / scale;
  }
  if (sum > MOST_SATANG) return { ok: false, why: "too_large" };
  return sum === 0n ? { ok: false, why: "empty" } : { ok: true, satang: sum };
}

/** The sum as it stands above the amount, "45 × 2 + 8"; nothing while it is a single figure. */
export function sumText(text: string): string {
  return /[+×]/.test(text) ? text.replace(/[+×]/g, " $& ").trim() : "";
}
