// Each verdict of a slip by name (?state=slip_too_old), and what lies around them: the tray, the choice, the manager's word.
import { sampleSlip, VERDICTS } from "../../design/gallery/sample-slips";
import type { SlipDesk } from "../../features/slip/desk.svelte";
import { fromBase64, fromText } from "../../features/slip/intake";
import type { Till } from "../../screens/Cashier/till.svelte";
import type { Order, SlipVerdict } from "../generated";
import type { MemoryBackend } from "./backend";
import type { Scene } from "./scenes";
import { isoAt, orderOf, type Draft } from "./world";

const TEXT = "0041000600000101030140220020251121143450ABCD125102TH910417DF";
const PICTURE_PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

function draft(change: Partial<Draft>): Draft {
  return { number: "A-0147", amount: "250.00", provider: "promptpay_direct", state: "awaiting", openedMs: -78_000, remainingMs: null, ...change };
}

/** A bill on screen, and a slip shown for it. */
function shown(verdict: SlipVerdict, more: { change?: Partial<Draft>; byPicture?: boolean; then?: (till: Till, slips: SlipDesk) => void } = {}): Scene {
  return {
    before: (backend) => {
      backend.slips.answerMs = 0;
      backend.slips.next = verdict;
      return backend.add(orderOf(draft(more.change ?? {}), 0));
    },
    after: (till, order, _backend, slips) => {
      if (order) till.open(order);
      const taken = more.byPicture ? fromBase64(PICTURE_PNG, "image/png") : fromText(TEXT);
      if (slips && "source" in taken) void slips.verify(taken.source, { order: order?.number }).then(() => more.then?.(till, slips));
    },
  };
}

function waits(backend: MemoryBackend, number: string, bank: string, inMs: number): void {
  backend.slips.wait(sampleSlip("bank_pending", { slip_id: `01JDWAIT${number}`, sending_bank: bank, order: number, retry_at: isoAt(inMs), trans_ref: `25112114112207${number}` }));
}

function open(backend: MemoryBackend, number: string, amount: string, openedMs: number): Order {
  return backend.add(orderOf(draft({ number, amount, openedMs }), 0));
}

const verdicts = Object.fromEntries(VERDICTS.filter((verdict) => verdict !== "accepted").map((verdict) => [`slip_${verdict}`, shown(verdict)]));

export const slipScenes: Readonly<Record<string, Scene>> = {
  ...verdicts,
  slip_picture: shown("wrong_amount", { byPicture: true }),
  slip_expired: { before: (backend) => backend.add(orderOf(draft({ provider: "jwt_gateway", state: "expired", reason: "deadline", remainingMs: 0, endedMs: -2000 }), 0)), after: (till, order) => { if (order) till.open(order); } },
  /** The bill was paid otherwise meanwhile: the verdict stands beside it. */
  slip_accepted: {
    before: (backend) => void (backend.slips.answerMs = 0),
    after: (_till, _order, _backend, slips) => slips?.look({ slip: sampleSlip("accepted", { order: "A-0146" }), source: null, picture: null, bill: null, earlier: null, choices: [], byHand: false, over: "no" }),
  },
  slip_choices: {
    before: (backend) => {
      backend.slips.answerMs = 0;
      open(backend, "A-0147", "250.00", -78_000);
      open(backend, "A-0148", "250.00", -31_000);
    },
    after: (_till, _order, _backend, slips) => void slips?.verify({ kind: "text", text: TEXT }, {}),
  },
  slip_training: { ...shown("accepted"), after: (till, order) => { if (order) till.open(order); setTimeout(() => document.querySelector<HTMLElement>('[data-testid="training-page-slip"]')?.click(), 60); } },
  slip_override: shown("needs_review", { then: (till) => void (till.dialog = "slip_override") }),
  slip_checking: { ...shown("accepted"), before: (backend) => { backend.slips.answerMs = 1e9; return backend.add(orderOf(draft({}), 0)); } },
  slip_tray: {
    before: (backend) => {
      open(backend, "A-0139", "420.00", -400_000);
      open(backend, "A-0140", "95.00", -300_000);
      waits(backend, "A-0139", "025", 48_000);
      waits(backend, "A-0140", "030", 12_000);
      backend.till = { ...backend.till, slip_quota: "low" };
    },
    after: (_till, _order, _backend, slips) => {
      if (!slips) return;
      slips.unread = [{ slip: sampleSlip("wrong_amount", { order: "A-0146" }), source: null, picture: null, bill: null, earlier: null, choices: [], byHand: false, over: "no" }];
      slips.toggleTray();
    },
  },
  slip_over: {
    before: (backend) => {
      const order = open(backend, "A-0139", "420.00", -900_000);
      waits(backend, "A-0139", "025", 5000);
      return order;
    },
    after: (till, order, backend, slips) => {
      if (order) till.open(order);
      const [slip] = backend.slips.waiting;
      if (slip && slips) void slips.refresh().then(() => slips.lookAt(slip)).then(() => backend.slips.bankAnswers(slip.slip_id, false));
    },
  },
  slip_quota: { before: (backend) => { backend.till = { ...backend.till, slip_quota: "used_up" }; return backend.add(orderOf(draft({}), 0)); }, after: (till, order) => { if (order) till.open(order); } },
  slip_off: { before: (backend) => void (backend.till = { ...backend.till, slips_on: false }) },
};
