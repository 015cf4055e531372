// A refusal as the backend would word it.
import type { ApiError } from "../generated";
import type { AnyErrorCode } from "../owner-types";

export function fault(code: AnyErrorCode, params: Record<string, string> = {}): ApiError {
  return { code: code as ApiError["code"], params, incident: null };
}
