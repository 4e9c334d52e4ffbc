#!/usr/bin/env bash
# How often the gate is right: checks of a program against itself, against one that is 10% slower in its
# hot path, and against one that is 1% slower; then one with a changed rule. Takes about an hour, on a
# machine that does nothing else. Usage: reports/gate/trials.sh [SAME [SLOW [LITTLE]]], the number of checks.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
same=${1:-60} slow=${2:-20} little=${3:-20}
work=$PWD/target/gate/trials
results=reports/gate/checks.txt

# The program, with a brake in the loop over events and a lax cap on ads, each at work only if the
# environment says so. Apart from that the programs held against each other are one and the same.
rm -rf "$work" && mkdir -p "$work"
git worktree prune
git worktree add --force --detach "$work/source" HEAD > "$work/git.log" 2>&1
trap 'git worktree remove --force "$work/source"' EXIT
kernel=$work/source/crates/engine/src/kernel.rs
rules=$work/source/crates/platform/src/policy/decide.rs
sed -i 's|^\( *\)self.lps\[local\].handle(|\1brake();\n&|' "$kernel"
cat >> "$kernel" << 'RUST'
fn brake() {
    static TURNS: std::sync::LazyLock<u64> = std::sync::LazyLock::new(|| {
        std::env::var("CHAPPE_BRAKE").ok().and_then(|turns| turns.parse().ok()).unwrap_or(0)
    });
    for turn in 0..*TURNS {
        std::hint::black_box(turn);
    }
}
RUST
sed -i 's|memory.ads_count(None, earlier(case.now, every)) < count|& + u16::from(std::env::var("CHAPPE_LAX").is_ok_and(\|lax\| lax == "1"))|' "$rules"
grep -q CHAPPE_BRAKE "$kernel" && grep -q 'brake();' "$kernel" && grep -q CHAPPE_LAX "$rules"
cargo build --release --package chappe-cli
cargo build --release --package chappe-cli --manifest-path "$work/source/Cargo.toml" --target-dir target/gate/build
cp target/gate/build/release/chappe "$work/braked"
chappe=${CARGO_TARGET_DIR:-target}/release/chappe

# A program with so many turns of the brake, and a lax cap or none.
program() { # NAME TURNS LAX
    printf '#!/bin/sh\nCHAPPE_BRAKE=%s CHAPPE_LAX=%s exec "%s" "$@"\n' "$2" "$3" "$work/braked" > "$work/$1"
    chmod +x "$work/$1"
}

# Nanoseconds of an event: the median of eleven runs.
event_ns() { # NAME
    for _ in 1 2 3 4 5 6 7 8 9 10 11; do
        "$work/$1" gate measure scenarios/first-ads.toml --scale 0.01 --time simulation | sed 's/.*:\([0-9.]*\)}/\1/'
    done | sort -n | sed -n 6p
}

program none 0 0
program many 1000 0
none=$(event_ns none) many=$(event_ns many)
turns() { # SHARE
    awk -v none="$none" -v many="$many" -v share="$1" 'BEGIN { printf "%.0f", share * none / (many - none) * 1000 }'
}
program slow "$(turns 0.10)" 0
program little "$(turns 0.01)" 0
program lax 0 1
printf 'an event takes %s ns; 10%% are %s turns of the brake, 1%% are %s\n' "$none" "$(turns 0.10)" "$(turns 0.01)" \
    | tee "$results"

# Checks of a kind: when each began, how it ended, how long it took, and what it said of each timing.
checks() { # KIND COUNT CANDIDATE
    for number in $(seq "$2"); do
        began=$(date +%s) code=0
        "$chappe" gate check first-ads --only wall --quiet --out "$work/out" \
            --baseline "$work/none" --candidate "$work/$3" 2> "$work/err" || code=$?
        case $code in 0 | 4) ;; *) cat "$work/err"; exit 1 ;; esac
        printf '%s %s: exit code %s after %s s\n' "$1" "$number" "$code" "$(($(date +%s) - began))"
        sed -n 's/^| .* | wall time | \(.*\) |$/    \1/p' "$work/out/summary.md"
    done | tee -a "$results"
}
checks same "$same" none
checks slow "$slow" slow
checks little "$little" little

closed() { grep -c "^$1 .*exit code 4" "$results" || true; }
longest() { sed -n "s/^$1 .* after \([0-9]*\) s$/\1/p" "$results" | sort -n | tail -1; }
{
    printf '| held against a program | checks | called slower | longest check |\n|---|---:|---:|---:|\n'
    printf '| that is the same | %s | %s | %s s |\n' "$same" "$(closed same)" "$(longest same)"
    printf '| that is 10%% faster in the loop over events | %s | %s | %s s |\n' "$slow" "$(closed slow)" "$(longest slow)"
    printf '| that is 1%% faster there | %s | %s | %s s |\n' "$little" "$(closed little)" "$(longest little)"
} | tee reports/gate/table.md

# A changed rule: one more ad a day than the cap allows.
code=0
"$chappe" gate check first-ads --only exact --no-instructions --out "$work/out" \
    --baseline "$work/none" --candidate "$work/lax" > reports/gate/changed-rule.txt || code=$?
[ "$code" = 4 ]
sed -i '/^Report:/d; s|the binary [^ ]*/|the binary |g' reports/gate/changed-rule.txt
cat reports/gate/changed-rule.txt
