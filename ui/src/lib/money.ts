// Money as text and whole satang (bigint). No number type touches an amount here, so nothing can round.
export type Satang = bigint;

const WIRE = /^(-?)(\d+)\.(\d{2})$/;

/** Reads the wire's "250.00". Anything else is a broken contract, not an amount. */
export function parseWire(text: string): Satang {
  const parts = WIRE.exec(text);
  if (!parts) throw new RangeError("not a wire amount");
  const satang = BigInt(`${parts[2]}${parts[3]}`);
  return parts[1] === "-" ? -satang : satang;
}

export function toWire(satang: Satang): string {
  const digits = (satang < 0n ? -satang : satang).toString().padStart(3, "0");
  return `${satang < 0n ? "-" : ""}${digits.slice(0, -2)}.${digits.slice(-2)}`;
}

/** What a drawn amount is made of: "1,284" and "37". The minus is U+2212. */
export interface AmountParts {
  baht: string;
  satang: string;
  exact: boolean;
}

export function amountParts(wire: string): AmountParts {
  const satang = parseWire(wire);
  const digits = (satang < 0n ? -satang : satang).toString().padStart(3, "0");
  const baht = digits.slice(0, -2).replace(/\B(?=(\d{3})+$)/g, ",");
  const small = digits.slice(-2);
  return { baht: (satang < 0n ? "\u2212" : "") + baht, satang: small, exact: small !== "00" };
}

/** "1,284.37" */
export function amountText(wire: string): string {
  const { baht, satang } = amountParts(wire);
  return `${baht}.${satang}`;
}

/** "50,000", or "99.50" when there are satang: for limits. */
export function shortAmount(wire: string): string {
  const { baht, satang, exact } = amountParts(wire);
  return exact ? `${baht}.${satang}` : baht;
}

/** Figures before the point, for choosing a size that fits. */
export function figureCount(wire: string): number {
  return amountParts(wire).baht.replace(/\D/g, "").length;
}

export function isZero(wire: string): boolean {
  return parseWire(wire) === 0n;
}
