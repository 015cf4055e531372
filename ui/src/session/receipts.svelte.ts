// Which bill's receipt, or credit note, is on screen. Any page may ask for one; the dialog is mounted once, by the cashier's window.
let shown = $state<string | null>(null);
let refund = $state<string | null>(null);

export const receipts = {
  /** Id of the order whose receipt lies over everything; null for none. */
  get shown(): string | null { return shown; },
  /** Whose credit note it is; null for the receipt. */
  get refund(): string | null { return refund; },
  show(order: string, refundId: string | null = null): void { [shown, refund] = [order, refundId]; },
  close(): void { shown = null; },
};
