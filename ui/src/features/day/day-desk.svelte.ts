// One day as it is known now: reads it, turns to another, closes and signs it, settles what was open. Answers that come in
// after the page has turned on are dropped. A person who may not is asked for in place; what is refused is said.
import type { Client } from "../../ipc/client";
import { asApiError, codeOf, errorText } from "../../ipc/errors";
import type { DayReview, File, ReviewItem } from "../../ipc/day-types";
import type { Approval } from "../../ipc/owner-types";
import { shiftDay } from "../../lib/days";
import { m } from "../../messages/index.svelte";
import { withApproval } from "../../session/approval.svelte";
import { zText } from "./words";

export class DayDesk {
  review = $state.raw<DayReview | null>(null);
  /** The day on screen; null until the first answer says which day today is. */
  day = $state<string | null>(null);
  loading = $state(false);
  busy = $state(false);
  problem = $state("");
  file = $state.raw<File | null>(null);
  #client: Client;
  #asked = 0;

  constructor(client: Client) {
    this.#client = client;
  }

  /** Null opens today. */
  async open(day: string | null): Promise<void> {
    const mine = ++this.#asked;
    if (day !== this.review?.business_day) this.review = null;
    this.day = day;
    this.loading = true;
    this.problem = "";
    try {
      const review = await withApproval("review", (as) => this.#client.day_review({ ...(day === null ? {} : { date: day }), ...as }), { title: m.ask_day() });
      if (mine !== this.#asked) return;
      if (review) this.#take(review);
      else this.problem = m.day_not_shown();
    } catch (thrown) {
      if (mine === this.#asked) this.problem = errorText(asApiError(thrown));
    } finally {
      if (mine === this.#asked) this.loading = false;
    }
  }

  #take(review: DayReview): void {
    this.review = review;
    this.day = review.business_day;
  }

  turn(days: number): Promise<void> {
    if (this.day === null || (days > 0 && (this.review?.today ?? false))) return Promise.resolve();
    return this.open(shiftDay(this.day, days));
  }

  /** Reads the same day once more without a word, unless somebody would have to be asked. */
  async refresh(): Promise<void> {
    if (this.loading || this.busy || this.day === null) return;
    const mine = this.#asked;
    try {
      const review = await this.#client.day_review({ date: this.day });
      if (mine === this.#asked) this.#take(review);
    } catch (thrown) {
      const error = asApiError(thrown);
      if (mine === this.#asked && !["locked", "approval_needed", "no_people"].includes(codeOf(error))) this.problem = errorText(error);
    }
  }

  /** Runs one act; its reply, or null when it was left or refused. */
  async #do<T>(act: () => Promise<T | null>): Promise<T | null> {
    if (this.busy) return null;
    this.busy = true;
    this.problem = "";
    try {
      return await act();
    } catch (thrown) {
      this.problem = errorText(asApiError(thrown));
      return null;
    } finally {
      this.busy = false;
    }
  }

  async close(dayWord: string): Promise<void> {
    const review = this.review;
    if (!review) return;
    const done = await this.#do(() => withApproval("decide", (as) => this.#client.day_close({ date: review.business_day, ...as }), { title: m.ask_close({ day: dayWord, z: zText(review.next_z) }), always: true }));
    if (done) await this.refresh();
  }

  async sign(dayWord: string): Promise<void> {
    const review = this.review;
    if (!review) return;
    const signed = await this.#do(() => withApproval("own", (as) => this.#client.day_sign({ date: review.business_day, ...as }), { title: m.ask_sign({ day: dayWord }), always: true }));
    if (signed) this.#take(signed);
  }

  async paper(what: "x" | "z" | "day", number?: number): Promise<void> {
    const date = this.day;
    if (date === null) return;
    const file = await this.#do(() => withApproval("review", (as) => this.#client.day_paper({ date, what, ...(number === undefined ? {} : { number }), ...as })));
    if (file) this.file = file;
  }

  async openFolder(): Promise<void> {
    const { file } = this;
    if (file) await this.#do(() => withApproval("review", (as) => this.#client.file_open({ path: file.path, ...as })));
  }

  /** Settles one thing; true when it was. `before` does what the answer stands for, as the same person. */
  async settle(item: ReviewItem, outcome: "accepted" | "returned" | "other_order" | "wait" | "explained", note: string, title: string, before?: (as: Approval) => Promise<unknown>): Promise<boolean> {
    const settled = await this.#do(() => withApproval("decide", async (as) => {
      await before?.(as);
      return this.#client.review_settle({ item: item.item, outcome, note, ...as });
    }, { title, always: true }));
    if (!settled) return false;
    const { review } = this;
    if (review) this.review = { ...review, exceptions: review.exceptions.map((one) => (one.item === settled.item ? settled : one)) };
    await this.refresh();
    return true;
  }
}
