// Which bill's receipt is on screen. Any page may ask for one; the dialog is mounted once, by the cashier's window.
let shown = $state<string | null>(null);

export const receipts = {
  /** Id of the order whose receipt lies over everything; null for none. */
  get shown(): string | null { return shown; },
  show(order: string): void { shown = order; },
  close(): void { shown = null; },
};
