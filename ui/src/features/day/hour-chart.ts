// Where the marks of the hour chart stand, in a box of 1000 × 100. Geometry only: the amounts beside it are the exact ones.
// The lines come from d3-array. Not d3-scale: it brings d3-color, which assigns to `constructor` and so cannot be loaded where
// the shell has frozen Object.prototype.
import { ticks } from "d3-array";
import { parseWire } from "../../lib/money";
import type { Hour } from "./figures";

export const WIDE = 1000;
export const HIGH = 100;

export interface Bar { key: string; x: number; width: number; y: number; height: number; beforeY: number | null; hour: Hour }
export interface HourChart { bars: Bar[]; lines: { at: number; label: string }[]; thousands: boolean; peak: Bar | null }

/** Parts of a step that stay free between two bars, and before the first and after the last. */
const BETWEEN = 0.32;
const AROUND = 0.16;
/** A day that has just begun has one bar, not one block. */
const WIDEST = 64;
/** Room above the highest bar for its label. */
const HEADROOM = 1.04;

const baht = (wire: string): number => Number(parseWire(wire)) / 100;

export function chartOf(hours: readonly Hour[]): HourChart {
  const top = Math.max(1, ...hours.flatMap((hour) => [baht(hour.gross), baht(hour.before)]));
  const y = (value: number): number => HIGH - (HIGH * value) / (top * HEADROOM);
  const step = WIDE / Math.max(1, hours.length - BETWEEN + 2 * AROUND);
  const width = Math.min(WIDEST, step * (1 - BETWEEN));
  const first = (WIDE - step * (hours.length - BETWEEN)) / 2 + (step * (1 - BETWEEN) - width) / 2;
  const thousands = top >= 4000;
  const bars = hours.map((hour, index): Bar => {
    const at = y(Math.max(0, baht(hour.gross)));
    const before = baht(hour.before);
    return { key: hour.key, x: first + step * index, width, y: at, height: HIGH - at, beforeY: before > 0 ? y(before) : null, hour };
  });
  const lines = ticks(0, top * HEADROOM, 4).map((value) => ({ at: y(value), label: thousands ? String(value / 1000) : value.toLocaleString("en-US") }));
  const peak = bars.reduce<Bar | null>((best, bar) => (bar.height > (best?.height ?? 0) ? bar : best), null);
  return { bars, lines, thousands, peak };
}
