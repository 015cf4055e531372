// The customer's window: what it may know, and the two commands that move it. They belong to the desktop shell, not to the
// till, so the generated contract does not name them; src-tauri/src/display.rs holds the other side and refuses any other field.
import type { Method, Qr } from "./generated";

/** Where to send money when a QR alone does not say it all. */
export type PayTo =
  | { kind: "coin"; amount: string; coin: string; network: string }
  | { kind: "bank"; bank_code: string; number: string; name: string }
  | { kind: "page" };

export interface Display {
  kind: "idle" | "waiting" | "moment" | "paid" | "blank";
  shop_name: string;
  amount: string | null;
  qr: Qr | null;
  png_base64: string | null;
  remaining_ms: number | null;
  lifetime_ms: number | null;
  rail: Method | null;
  paid_at: string | null;
  theme: "light" | "dark";
  /** Left out where the QR says it all. */
  pay_to?: PayTo;
  /** Left out for everything but cash. */
  cash?: { tendered: string; change: string };
}

export interface ShellCommands {
  /** Shows the customer something else. */
  display_show: { req: Display; reply: object };
  /** What lies on the clipboard, which no web view lets a page read by itself. Asked only when it is to be watched. */
  clipboard_look: { req: object; reply: { unchanged: boolean; picture_base64: string | null; text: string | null } };
  /** Shows a file this till wrote in the folder it lies in. */
  file_open: { req: { path: string }; reply: object };
  /** Ends the program and opens it again, for settings that are read at the start. Every bill is there again. */
  restart: { req: object; reply: object };
  /** Opens or closes the customer's window. */
  display_open: { req: { open: boolean }; reply: object };
}
