// A refusal as the backend would word it.
import type { ApiError } from "../generated";

export function fault(code: ApiError["code"], params: Record<string, string> = {}): ApiError {
  return { code, params, incident: null };
}
