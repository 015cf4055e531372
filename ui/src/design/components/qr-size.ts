// How large a QR is drawn. A module is always a whole number of device pixels, or cameras meet grey edges.
// The plate (QR plus four quiet modules each side) fits its budget; the QR itself never falls under 320 px.
export const SMALLEST_QR_PX = 320;
export const QUIET_MODULES = 4;

export function plateBudgetPx(windowWidth: number): number {
  return windowWidth >= 1700 ? 574 : 410;
}

/** CSS pixels of one module. */
export function modulePx(modules: number, budgetPx: number, devicePixelRatio: number): number {
  const whole = (px: number): number => Math.floor(px * devicePixelRatio) / devicePixelRatio;
  const fitting = whole(budgetPx / (modules + 2 * QUIET_MODULES));
  const smallest = Math.ceil((SMALLEST_QR_PX / modules) * devicePixelRatio) / devicePixelRatio;
  return Math.max(fitting, smallest);
}
