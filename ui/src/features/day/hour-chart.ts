// Where the marks of the hour chart stand, in a box of 1000 × 100. Geometry only: the amounts beside it are the exact ones.
import { scaleBand, scaleLinear } from "d3-scale";
import { parseWire } from "../../lib/money";
import type { Hour } from "./figures";

export const WIDE = 1000;
export const HIGH = 100;

export interface Bar { key: string; x: number; width: number; y: number; height: number; beforeY: number | null; hour: Hour }
export interface HourChart { bars: Bar[]; lines: { at: number; label: string }[]; thousands: boolean; peak: Bar | null }

const baht = (wire: string): number => Number(parseWire(wire)) / 100;

export function chartOf(hours: readonly Hour[]): HourChart {
  const top = Math.max(1, ...hours.flatMap((hour) => [baht(hour.gross), baht(hour.before)]));
  const y = scaleLinear().domain([0, top * 1.04]).range([HIGH, 0]);
  const x = scaleBand<string>().domain(hours.map((hour) => hour.key)).range([0, WIDE]).paddingInner(0.32).paddingOuter(0.16);
  const thousands = top >= 4000;
  const bars = hours.map((hour): Bar => {
    const at = y(Math.max(0, baht(hour.gross)));
    const before = baht(hour.before);
    return { key: hour.key, x: x(hour.key) ?? 0, width: x.bandwidth(), y: at, height: HIGH - at, beforeY: before > 0 ? y(before) : null, hour };
  });
  const lines = y.ticks(4).map((value) => ({ at: y(value), label: thousands ? String(value / 1000) : value.toLocaleString("en-US") }));
  const peak = bars.reduce<Bar | null>((best, bar) => (bar.height > (best?.height ?? 0) ? bar : best), null);
  return { bars, lines, thousands, peak };
}
