# Sourced by the other scripts: where things are, how a step is announced, how a script gives up.
# It installs and builds nothing.

set -euo pipefail

ROOT="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
cd "$ROOT"

# A job may keep its build outside the checkout, so that a second clone starts warm.
export CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-$ROOT/target}"
BIN_DIR="$CARGO_TARGET_DIR/debug"

# rustup installs here and tells only login shells.
if ! command -v cargo >/dev/null 2>&1 && [ -x "$HOME/.cargo/bin/cargo" ]; then
  PATH="$HOME/.cargo/bin:$PATH"
fi

say() { printf '%s\n' "$*"; }

# fail WHAT_HAPPENED WHAT_TO_DO
fail() {
  printf '\n%s\n%s\n' "✗ $1" "  $2" >&2
  exit 1
}

# step TITLE WHAT_TO_DO_WHEN_IT_FAILS COMMAND...
step() {
  local title="$1" advice="$2" started=$SECONDS status=0
  shift 2
  printf '▸ %s\n' "$title"
  "$@" || status=$?
  if [ "$status" -ne 0 ]; then
    fail "$title: failed after $((SECONDS - started)) s (exit $status)." "$advice"
  fi
  printf '  done in %s s\n' "$((SECONDS - started))"
}

# One line that changes when any of the given files, or any file under the given folders, changes.
fingerprint() {
  find "$@" -type f -not -path '*/node_modules/*' -not -path '*/dist/*' -print0 2>/dev/null |
    LC_ALL=C sort -z | xargs -0 sha256sum | sha256sum | cut -d' ' -f1
}

# Builds ui/dist when its sources are newer. The stamp lies beside the packages that built it: removing
# node_modules or dist makes both again.
build_pages() {
  local stamp="ui/node_modules/.keptang-pages" now
  now="$(fingerprint ui)"
  if [ -f ui/dist/index.html ] && [ "$(cat "$stamp" 2>/dev/null)" = "$now" ]; then
    say "▸ pages: unchanged since the last build"
    return
  fi
  step "pages: building ui/dist" \
    "Read the compiler's message above; \`npm run build --prefix ui\` repeats this step." \
    npm run --silent build --prefix ui
  printf '%s\n' "$now" >"$stamp"
}
