// The memory host's receipts and printer: a picture drawn by the browser where it can draw, and a queue that waits.
import { amountText } from "../../lib/money";
import type { Order } from "../generated";
import type { Paper, PrinterState, ReceiptView } from "../owner-types";
import { isoAt } from "./world";

/** One white dot, for where nothing can draw. */
const DOT = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8////fwAJ/gP+mcRb2wAAAABJRU5ErkJggg==";
const WIDTH: Readonly<Record<Paper, number>> = { "58": 384, "80": 576, a4: 794 };

function drawn(order: Order, paper: Paper, shop: string, number: string): string {
  const canvas = document.createElement("canvas");
  const width = WIDTH[paper];
  canvas.width = width;
  canvas.height = paper === "a4" ? 1123 : 640;
  const pen = canvas.getContext("2d");
  if (!pen) return DOT;
  pen.fillStyle = "#fff";
  pen.fillRect(0, 0, canvas.width, canvas.height);
  pen.fillStyle = "#000";
  const side = paper === "a4" ? 80 : 16;
  let y = paper === "a4" ? 110 : 56;
  const middle = (text: string, size: number, weight = 500): void => {
    pen.font = `${weight} ${size}px "Plex Looped"`;
    pen.textAlign = "center";
    pen.fillText(text, width / 2, y, width - 2 * side);
    y += size * 1.7;
  };
  const pair = (left: string, right: string, size = 24, weight = 400): void => {
    pen.font = `${weight} ${size}px "Plex Looped"`;
    pen.textAlign = "left";
    pen.fillText(left, side, y);
    pen.textAlign = "right";
    pen.fillText(right, width - side, y);
    y += size * 1.7;
  };
  const rule = (): void => {
    pen.fillRect(side, y - 22, width - 2 * side, 2);
    y += 20;
  };
  middle(shop, 30, 600);
  middle("ใบเสร็จรับเงิน", 24);
  rule();
  pair("เลขที่", number);
  pair("บิล", order.number);
  pair("วันที่", `${order.created_at.slice(8, 10)}/${order.created_at.slice(5, 7)}/${Number(order.created_at.slice(0, 4)) + 543} ${order.created_at.slice(11, 16)}`);
  rule();
  pair("รวมทั้งสิ้น", amountText(order.received), 32, 600);
  middle(`(${order.words_th})`, 22);
  rule();
  middle("ขอบคุณค่ะ", 24);
  return canvas.toDataURL("image/png").split(",")[1] ?? DOT;
}

export class MemoryPrinter {
  state: PrinterState = { kind: "tcp", waiting: 0, error: null, printed_at: isoAt(-240_000), jobs: [] };
  #issued = new Map<string, string>();
  #serial = 318;

  constructor(private readonly find: (order: string) => Order, private readonly shop: () => string, private readonly nowMs: () => number) {}

  /** Paper is out: what is asked for waits. */
  fail(error: PrinterState["error"] = "unreachable"): void {
    this.state = { ...this.state, error, jobs: [{ id: "p1", what: "receipt", since: isoAt(-95_000) }], waiting: 1 };
  }

  #print(what: PrinterState["jobs"][number]["what"]): PrinterState {
    const jobs = this.state.error ? [...this.state.jobs, { id: `p${this.state.jobs.length + 2}`, what, since: isoAt(this.nowMs()) }] : this.state.jobs;
    this.state = { ...this.state, jobs, waiting: jobs.length, printed_at: this.state.error ? this.state.printed_at : isoAt(this.nowMs()) };
    return this.state;
  }

  readonly handlers = {
    order_receipt: async ({ order, paper }: { order: string; paper: Paper }): Promise<ReceiptView> => {
      const found = this.find(order);
      const known = this.#issued.get(found.order_id);
      const number = known ?? `R-A-${String((this.#serial += 1)).padStart(6, "0")}`;
      this.#issued.set(found.order_id, number);
      const name = `${number}-${paper}.pdf`;
      return { number, order: found, copy: known !== undefined, picture_base64: drawn(found, paper, this.shop(), number), file: { path: `exports/${name}`, name, bytes: 48_211 } };
    },
    receipt_print: async ({ order }: { order: string }): Promise<PrinterState> => {
      this.find(order);
      return this.#print("receipt");
    },
    day_print: async (): Promise<PrinterState> => this.#print("report"),
    printer_state: async (): Promise<PrinterState> => this.state,
    printer_test: async (): Promise<PrinterState> => this.#print("test_page"),
    printer_drop: async ({ id }: { id: string }): Promise<PrinterState> => {
      const jobs = this.state.jobs.filter((job) => job.id !== id);
      this.state = { ...this.state, jobs, waiting: jobs.length, error: jobs.length === 0 ? null : this.state.error };
      return this.state;
    },
  };
}
