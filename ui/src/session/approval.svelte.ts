// Approval in place: one action, one permitted person's PIN. Every page that does something not everybody may do goes
// through `withApproval`; the dialogs it opens are mounted once, by the cashier's window (features/session).
import { asApiError, codeOf } from "../ipc/errors";
import type { ApiError } from "../ipc/generated";
import type { Approval, Approver, Right } from "../ipc/owner-types";
import { may, present, takeSession, whoMay } from "./present.svelte";

export interface Asking {
  /** `pin`: somebody permitted must be named. `first_owner`: there is nobody yet. */
  kind: "pin" | "first_owner";
  right: Right;
  /** What is about to happen, as a claim; empty for the plain question. */
  title: string;
  people: readonly { name: string; role: string }[];
  /** Whoever is signed in may do it, and only the PIN is missing. */
  again: boolean;
  /** Tries the action as this person. Null when it was done, or failed for a reason that no PIN mends. */
  attempt: (approver: Approver) => Promise<ApiError | null>;
  leave: () => void;
}

let asking = $state.raw<Asking | null>(null);

export const approval = {
  get asking(): Asking | null { return asking; },
};

/** Faults that belong to the PIN: they stay in the dialog. */
const OF_THE_PIN = ["pin_wrong", "pin_locked", "forbidden"];

/** Whoever sits there is asked before anybody else. */
function personFirst(right: Right): Asking["people"] {
  const { person } = present.session;
  return [...whoMay(right)].sort((a, b) => Number(b.name === person) - Number(a.name === person));
}

function ask<T>(kind: Asking["kind"], right: Right, title: string, action: (as: Approval) => Promise<T>): Promise<T | null> {
  return new Promise((resolve, reject) => {
    const done = (finish: () => void): null => {
      asking = null;
      finish();
      return null;
    };
    asking?.leave();
    asking = {
      kind, right, title, people: personFirst(right), again: may(right), leave: () => void done(() => resolve(null)),
      attempt: async (as) => {
        try {
          const reply = await action({ as });
          return done(() => resolve(reply));
        } catch (thrown) {
          const error = asApiError(thrown);
          return OF_THE_PIN.includes(codeOf(error)) ? error : done(() => reject(error));
        }
      },
    };
  });
}

/**
 * Does `action`, and when the person signed in may not, asks for the PIN of one who may and does it once more as them.
 *
 * `action` gets what to spread into the request: `{}` at first, then `{ as: { user, pin } }`:
 * `withApproval("decide", (as) => client.day_close({ date, ...as }), { title: m.day_close_title(), always: true })`.
 *
 * `always`: the command wants a PIN every time (a refund, a sign-off, keys), so nothing is tried without one.
 * Answers the reply, or null when the person left the dialog or the till was locked (the lock screen then says so).
 * Any other refusal is thrown as an ApiError.
 */
export async function withApproval<T>(right: Right, action: (as: Approval) => Promise<T>, options: { title?: string; always?: boolean } = {}): Promise<T | null> {
  const title = options.title ?? "";
  if (options.always === true) return ask(present.session.has_people ? "pin" : "first_owner", right, title, action);
  try {
    return await action({});
  } catch (thrown) {
    const error = asApiError(thrown);
    switch (codeOf(error)) {
      case "approval_needed": return ask("pin", right, title, action);
      case "no_people": return ask("first_owner", right, title, action);
      case "locked":
        takeSession({ ...present.session, person: null, role: null, rights: [], locked: true });
        return null;
      default: throw error;
    }
  }
}

/** Offers to add the first owner; true when there is one then. */
export async function askFirstOwner(): Promise<boolean> {
  return (await ask("first_owner", "own", "", async () => true)) === true;
}
