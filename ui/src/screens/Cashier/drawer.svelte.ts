// Whether the training panel lies over the keys. It comes by itself when a bill runs, because that is when a first-time
// user needs a customer; once put away it stays away until the next bill, unless it is called.
export class Drawer {
  #called = $state(false);
  #putAway = $state(false);

  isOpen(billRuns: boolean): boolean {
    return this.#called || (billRuns && !this.#putAway);
  }

  toggle(billRuns: boolean): void {
    if (this.isOpen(billRuns)) this.putAway();
    else this.#called = true;
  }

  putAway(): void {
    this.#called = false;
    this.#putAway = true;
  }

  nextBill(): void {
    this.#putAway = false;
  }
}
