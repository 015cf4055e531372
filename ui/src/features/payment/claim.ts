// A person's word that the money came, as it leaves the dialog.
import type { ConfirmReason } from "../../ipc/generated";

export interface Claim {
  user: string;
  pin: string;
  reason: ConfirmReason;
  note: string | null;
}
