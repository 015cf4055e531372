// Banknotes and coins of Thailand, counted one kind at a time. Whole satang.
import type { Satang } from "../../lib/money";
import { typedPieces } from "../../lib/typed-money";

export interface Piece { satang: Satang; name: string; note: boolean }

export const PIECES: readonly Piece[] = [
  { satang: 100_000n, name: "1000", note: true }, { satang: 50_000n, name: "500", note: true }, { satang: 10_000n, name: "100", note: true },
  { satang: 5_000n, name: "50", note: true }, { satang: 2_000n, name: "20", note: true }, { satang: 1_000n, name: "10", note: false },
  { satang: 500n, name: "5", note: false }, { satang: 200n, name: "2", note: false }, { satang: 100n, name: "1", note: false },
  { satang: 50n, name: "0.50", note: false }, { satang: 25n, name: "0.25", note: false },
];

/** What was typed for each kind, by its name. */
export type Counted = Readonly<Record<string, string>>;

/** The sum, or null while something typed is no number. */
export function sumOf(counted: Counted): Satang | null {
  let sum = 0n;
  for (const piece of PIECES) {
    const pieces = typedPieces(counted[piece.name] ?? "");
    if (pieces === null) return null;
    sum += pieces * piece.satang;
  }
  return sum;
}
