// Slips at the memory host: a judge with every verdict, and a tray of slips whose bank is late. What a slip says is decided by
// what it is: the first tags of its text as in the product, otherwise the verdict that a scene asks for.
import { choosing, sampleSlip } from "../../design/gallery/sample-slips";
import { parseWire } from "../../lib/money";
import type { Order, Slip, SlipRequest, SlipVerdict, TrainingSlip, TrainingSlipStory } from "../generated";
import { fault } from "./fault";

/** What the slips need of the backend around them. */
export interface Books {
  orders: () => readonly Order[];
  find: (order: string) => Order;
  pay: (order: Order, amount: string) => Order;
  changed: (slipId: string) => void;
  mustBe: (pin: string) => void;
  isoIn: (ms: number) => string;
}

const RETRY_MS = 48_000;
/** What becomes of the customer's stories. */
const STORIES: Readonly<Record<TrainingSlipStory, SlipVerdict>> = {
  honest: "accepted", edited: "wrong_amount", reused: "already_used", other_shop: "wrong_receiver", old: "too_old", scheduled: "needs_review", off_by: "wrong_amount",
  pending: "bank_pending", fake: "not_found", shop_qr: "not_a_slip", junk: "not_a_slip",
};
const WAITS: readonly SlipVerdict[] = ["bank_pending", "unavailable"];

export class SlipCounter {
  /** What the next slip is found to be; judged by itself when null. */
  next: SlipVerdict | null = null;
  /** Answer of a check, in ms. */
  answerMs = 900;
  asked: SlipRequest[] = [];
  waiting: Slip[] = [];
  #books: Books;
  #used = new Map<string, string>();
  #serial = 0;
  #stories = new Map<string, SlipVerdict>();

  constructor(books: Books) {
    this.#books = books;
  }

  async verify(request: SlipRequest): Promise<Slip> {
    this.asked.push(request);
    await new Promise((resolve) => setTimeout(resolve, this.answerMs));
    if (request.approval) this.#books.mustBe(request.approval.pin);
    const slip = this.#judged(request);
    this.waiting = slip.retry_at === null ? this.waiting : [slip, ...this.waiting.filter((other) => other.trans_ref !== slip.trans_ref)];
    this.#books.changed(slip.slip_id);
    return slip;
  }

  /** The bank has it now, or never will. */
  bankAnswers(slipId: string, found: boolean): void {
    const slip = this.waiting.find((one) => one.slip_id === slipId);
    if (!slip) throw fault("not_found");
    this.waiting = this.waiting.filter((one) => one.slip_id !== slipId);
    if (found && slip.order !== null) this.#credit(slip.order, this.#books.find(slip.order).missing);
    this.#books.changed(slipId);
  }

  /** A slip of the drill: its picture is its name. */
  play(story: TrainingSlipStory): TrainingSlip {
    this.#serial += 1;
    const picture = btoa(`${story} ${this.#serial}`);
    this.#stories.set(picture, STORIES[story]);
    return { text: story, picture_base64: picture };
  }

  wait(slip: Slip): void {
    this.waiting = [slip, ...this.waiting];
  }

  #credit(number: string, amount: string): void {
    this.#books.pay(this.#books.find(number), amount);
  }

  #judged(request: SlipRequest): Slip {
    this.#serial += 1;
    const order = request.order === undefined ? null : this.#books.find(request.order);
    const base = { slip_id: `01JDSLIP${String(this.#serial).padStart(4, "0")}`, order: order?.number ?? null, has_picture: request.picture_base64 !== undefined, presented_at: this.#books.isoIn(0) };
    const key = request.text ?? request.url ?? request.picture_base64 ?? "";
    const usedBy = this.#used.get(key);
    if (usedBy !== undefined) return sampleSlip("already_used", { ...base, used_by: usedBy });
    const verdict = this.next ?? this.#stories.get(key) ?? this.#read(request.text);
    if (request.approval && (verdict === "too_old" || verdict === "needs_review")) return this.#accept(order, key, base);
    if (verdict === "accepted") return this.#accept(order, key, base);
    const waits = WAITS.includes(verdict) ? { retry_at: this.#books.isoIn(RETRY_MS), trans_ref: `25112114112207BAY99${String(this.#serial).padStart(3, "0")}` } : {};
    return sampleSlip(verdict, { ...base, ...waits });
  }

  #read(text: string | undefined): SlipVerdict {
    if (text === undefined) return "accepted";
    if (text.startsWith("000201")) return "not_a_slip";
    return /9104[0-9A-Fa-f]{1,4}$/.test(text) ? "accepted" : "damaged";
  }

  #accept(order: Order | null, key: string, base: Partial<Slip>): Slip {
    const open = order ? [order] : this.#books.orders().filter((one) => one.state === "due" && ["awaiting", "unknown", "expired"].includes(one.attempts.at(-1)?.state ?? ""));
    const running = open.filter((one) => one.attempts.at(-1)?.state === "awaiting");
    const fitting = order || running.length === 0 ? open : running;
    const [first] = fitting;
    if (first === undefined) return sampleSlip("needs_review", { ...base, receiver: null, message_th: "สลิปถูกต้อง แต่ไม่มีบิลที่รอยอดนี้ เปิดบิลก่อน หรือให้ผู้จัดการดู", message_en: "The slip is right, but no open bill waits for this amount. Open the bill first, or ask a manager", may_override: false });
    if (fitting.length > 1) return { ...choosing(fitting.map((one) => one.number)), ...base };
    const owed = parseWire(first.missing) > 0n ? first.missing : first.amount_due;
    this.#used.set(key, first.number);
    this.#credit(first.number, owed);
    return sampleSlip("accepted", { ...base, order: first.number, amount: owed });
  }
}
