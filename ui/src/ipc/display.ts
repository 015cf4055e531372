// The customer's window: what it may know, and the two commands that move it. They belong to the desktop shell, not to the
// till, so the generated contract does not name them; src-tauri/src/display.rs holds the other side and refuses any other field.
import type { Method, Qr } from "./generated";

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
}

export interface ShellCommands {
  /** Shows the customer something else. */
  display_show: { req: Display; reply: object };
  /** Opens or closes the customer's window. */
  display_open: { req: { open: boolean }; reply: object };
}
