// One monotonic clock for everything that counts on screen. Monotonic: a wall clock that is set back must not give a QR
// more time than it has.
const STEP_MS = 250;
const CALM_STEP_MS = 1000;

let now = $state(performance.now());

export const pulse = {
  /** Milliseconds, from an arbitrary start. */
  get now(): number {
    return now;
  },
};

export function startPulse(): () => void {
  const calm = typeof matchMedia === "function" && matchMedia("(prefers-reduced-motion: reduce)").matches;
  const timer = setInterval(() => (now = performance.now()), calm ? CALM_STEP_MS : STEP_MS);
  return () => clearInterval(timer);
}
