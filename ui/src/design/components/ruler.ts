// Where the ticks of a countdown ruler stand. One long tick a minute and four short ones between; a longer life takes a
// coarser step, so that the long ticks stay countable.
const STEPS_MS = [60_000, 300_000, 900_000, 3_600_000, 14_400_000] as const;
const MOST_LONG_TICKS = 20;

export interface Tick {
  /** 0 at the start of the life, 1 at its end. */
  at: number;
  long: boolean;
}

export function ticks(lifetimeMs: number): Tick[] {
  if (lifetimeMs <= 0) return [];
  const step = STEPS_MS.find((ms) => lifetimeMs / ms <= MOST_LONG_TICKS) ?? lifetimeMs / MOST_LONG_TICKS;
  const quarter = step / 4;
  const found: Tick[] = [];
  // Counted back from the deadline: the end is what matters.
  for (let count = 0; count * quarter <= lifetimeMs; count += 1) {
    found.push({ at: 1 - (count * quarter) / lifetimeMs, long: count % 4 === 0 });
  }
  return found;
}
