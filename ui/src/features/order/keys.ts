// From a key on the keyboard to a key of the till. By place on the keyboard (event.code), so a Thai layout gives the same
// keys; Thai figures are taken as the figures they are.
import type { EntryKey } from "./entry";

export interface KeyPress {
  code: string;
  key: string;
  shiftKey: boolean;
}

const THAI_ZERO = "๐".charCodeAt(0);

function thaiFigure(key: string): EntryKey | null {
  if (key.length !== 1) return null;
  const value = key.charCodeAt(0) - THAI_ZERO;
  return value >= 0 && value <= 9 ? (String(value) as EntryKey) : null;
}

const BY_CODE: Readonly<Record<string, EntryKey>> = {
  NumpadAdd: "+", NumpadMultiply: "×", NumpadDecimal: ".", NumpadComma: ".", Period: ".", Backspace: "back", Delete: "clear",
};
const BY_KEY: Readonly<Record<string, EntryKey>> = { "+": "+", "*": "×", ".": ".", Backspace: "back", Delete: "clear" };

export function entryKey(press: KeyPress): EntryKey | null {
  const thai = thaiFigure(press.key);
  if (thai !== null) return thai;
  if (press.shiftKey && press.code === "Digit8") return "×";
  if (press.shiftKey && press.code === "Equal") return "+";
  const figure = /^(?:Digit|Numpad)([0-9])$/.exec(press.code);
  if (figure) return press.shiftKey && press.code.startsWith("Digit") ? null : (figure[1] as EntryKey);
  const known = BY_CODE[press.code];
  if (known !== undefined && !(press.shiftKey && press.code === "Period")) return known;
  // Some on-screen keyboards and drivers send no code at all.
  if (press.code === "" && /^[0-9]$/.test(press.key)) return press.key as EntryKey;
  return press.code === "" ? (BY_KEY[press.key] ?? null) : null;
}
