#!/usr/bin/env bash
# How often the gate is right: 60 checks of a program against itself, 60 more that also time live loads, in
# fewer rounds, 20 against one that is 10% slower in its hot path, 20 against one that is 1% slower there, and
# one of a changed rule. Takes about an hour and a quarter, on a machine that does nothing else.
# Usage: reports/gate/trials.sh [same] [loads] [slow] [little] [rule]; all if none is named.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
work=$PWD/target/gate/trials
here=reports/gate
kinds=" ${*:-same loads slow little rule} "

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
sed -i 's|ad.ads_count(None, earlier(ad.now(), every)) < count|& + u16::from(std::env::var("CHAPPE_LAX").is_ok_and(\|lax\| lax == "1"))|' "$rules"
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

program same 0 0
program many 1000 0
same=$(event_ns same) many=$(event_ns many)
turns() { # SHARE
    awk -v same="$same" -v many="$many" -v share="$1" 'BEGIN { printf "%.0f", share * same / (many - same) * 1000 }'
}
program slow "$(turns 0.10)" 0
program little "$(turns 0.01)" 0
program loads 0 0
program rule 0 1
echo "an event takes $same ns; 10% are $(turns 0.10) turns of the brake, 1% are $(turns 0.01)"

# Checks of a kind: how each ended, how long it took, and what it said of each timing.
checks() { # KIND COUNT WHAT...
    kind=$1 count=$2
    shift 2
    [[ $kinds == *" $kind "* ]] || return 0
    for number in $(seq "$count"); do
        began=$(date +%s) code=0
        "$chappe" gate check "$@" --only wall --quiet --out "$work/out" \
            --baseline "$work/same" --candidate "$work/$kind" 2> "$work/err" || code=$?
        case $code in 0 | 4) ;; *) cat "$work/err"; exit 1 ;; esac
        printf '%s %s: exit code %s after %s s\n' "$kind" "$number" "$code" "$(($(date +%s) - began))"
        sed -n 's/^| .* | wall time | \(.*\) |$/    \1/p' "$work/out/summary.md"
    done | tee "$here/$kind.txt"
}
checks same 60 scenarios/first-ads.toml --scale 0.01 --baselines "$work"
checks loads 60 first-ads --rounds 20
checks slow 20 scenarios/first-ads.toml --scale 0.01 --baselines "$work"
checks little 20 scenarios/first-ads.toml --scale 0.01 --baselines "$work"

# One more ad a day than the cap allows.
if [[ $kinds == *" rule "* ]]; then
    code=0
    "$chappe" gate check quarter --only exact --no-instructions --out "$work/out" \
        --baseline "$work/same" --candidate "$work/rule" > "$work/said" 2> "$work/err" || code=$?
    [ "$code" = 4 ]
    sed '/^Report:/d; s|the binary [^ ]*/|the binary |g' "$work/said" | tee "$here/rule.txt"
fi

row() { # KIND WHAT
    all=$(grep -c '^[a-z]* [0-9]*: exit' "$here/$1.txt")
    closed=$(grep -c 'exit code 4' "$here/$1.txt" || true)
    longest=$(sed -n 's/^.* after \([0-9]*\) s$/\1/p' "$here/$1.txt" | sort -n | tail -1)
    echo "| $2 | $all | $closed | $longest s |"
}
{
    echo '| the candidate | checks | called slower | longest check |'
    echo '|---|---:|---:|---:|'
    row same 'is the baseline itself'
    row loads 'is the baseline itself, with live loads, in 20 rounds'
    row slow 'is 10% slower in the loop over events'
    row little 'is 1% slower there'
} | tee "$here/table.md"
