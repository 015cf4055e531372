// Money that a person typed into a field: whole satang or nothing. Thai figures and commas are read; a third place is
// refused rather than rounded.
import { toWire, type Satang } from "./money";

const THAI_ZERO = 0x0e50;

function western(text: string): string {
  return text.replace(/[\u0E50-\u0E59]/g, (figure) => String((figure.codePointAt(0) ?? THAI_ZERO) - THAI_ZERO));
}

/** Satang, or null when the text is no amount. Empty text is no amount. */
export function typedSatang(text: string): Satang | null {
  const plain = western(text.trim()).replace(/^฿\s*/, "");
  if (!/^(\d{1,9}|\d{1,3}(,\d{3}){1,2})(\.\d{0,2})?$/.test(plain)) return null;
  const [baht = "0", small = ""] = plain.replaceAll(",", "").split(".");
  return BigInt(baht) * 100n + BigInt(small.padEnd(2, "0"));
}

/** "1234.50", or null when the text is no amount. */
export function typedWire(text: string): string | null {
  const satang = typedSatang(text);
  return satang === null ? null : toWire(satang);
}

/** A whole number of pieces, or null. Empty text is none of them. */
export function typedPieces(text: string): bigint | null {
  const plain = western(text.trim());
  if (plain === "") return 0n;
  return /^\d{1,6}$/.test(plain) ? BigInt(plain) : null;
}
