#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The benchmark with the real launcher: every row is there, the JSON is what it says, root measures as
# an ordinary user, and nothing stays behind.
# ALONE: it measures times.
. "$(dirname "$0")/../tap.sh"
TAP_TIMEOUT=60
BENCH=$BUILD/pinfold-bench
few='--rounds 3 --call-rounds 2'

mkdir -m 1777 "$TMP/tmp"
export TMPDIR="$TMP/tmp"
left() { ls -A "$TMPDIR"; }

layers=$("$PINFOLD" layers --tsv | sed 1d)
if echo "$layers" | cut -f4 | grep -qv '^ok$'; then
    skip 'everything' "this host has no layer $(echo "$layers" | awk -F'\t' '$4 != "ok" {print $1}')"
    done_testing
fi

# ---- the tables -------------------------------------------------------------------------------
as_user "$PINFOLD" bench $few
is 'pinfold bench: exit' "$status" 0
is 'nothing on standard error, which is no terminal' "$err" ''
for profile in none ns_only landlock full; do
    like "overhead of $profile" "$out" "^$profile +[0-9.]+ +[0-9.]+ to [0-9.]+ +[-+][0-9.]+ +[0-9.]+ +[0-9.]+ +[0-9.]+ +[-+][0-9.]+$"
done
like 'the floor of starts' "$out" '^bare spawn +[0-9]'
like 'the floor of calls' "$out" '^one-instruction filter +[0-9]'
like 'calls without the filter' "$out" '^full without seccomp +[0-9]'
like 'the noise is measured' "$out" '^\(full once more\) +[-+][0-9]'
# What is left out of full has to be in it.
for layer in $(echo "$layers" | awk -F '\t' '("," $3 ",") ~ /,full,/ { print $1 }'); do
    like "cost of $layer" "$out" "^$layer +[-+][0-9.]+ +-?[0-9.]+ to -?[0-9.]+ "
done
for layer in $(echo "$layers" | awk -F '\t' '("," $3 ",") !~ /,full,/ { print $1 }'); do
    unlike "no cost of $layer, which is not in full" "$out" "^$layer +[-+][0-9.]"
done
like 'three rounds are too few to tell' "$out" 'too few rounds'
like 'what goes with a layer is said' "$out" '^mount .* with readonly$'
for peer in bwrap unshare firejail; do
    like "peer $peer: a figure or a reason" "$out" "^($peer was not measured: .|$peer +[^ ].* [0-9.]+ to [0-9.]+ )"
done
like 'the kernel is a fact' "$out" "kernel: $(uname -r)"
like 'the order can be had again' "$out" 'seed: 1'

# ---- JSON ---------------------------------------------------------------------------------------
as_user "$PINFOLD" bench $few --json --seed 7
is 'JSON: exit' "$status" 0
printf '%s\n' "$out" >"$TMP/json"
cat >"$TMP/check.pl" <<'PERL'
use strict; use warnings; use JSON::PP;
local $/; my $j = decode_json(<STDIN>);
my %start = map { ("$_->{kind} $_->{name}" => $_) } @{$j->{start}};
my %calls = map { ("$_->{kind} $_->{name}" => $_) } @{$j->{calls}};
my $full = $start{'profile full'};
sub is { my ($got, $want, $what) = @_; print "$what: $got\n" if $got ne $want }
is($j->{method}{seed}, 7, 'seed');
is(scalar @{$full->{samples_ms}}, 3, 'samples of full');
is(scalar @{$calls{'profile full'}{ioctl}{samples_ns}}, 2, 'samples of calls');
is(join(' ', @{$start{'without mount'}{with}}), 'readonly', 'with mount');
my @s = sort { $a <=> $b } @{$full->{samples_ms}};
is(sprintf('%.4f', $s[1]), sprintf('%.4f', $full->{start_ms}{median}), 'median of full');
my @bare = @{$start{'bare bare spawn'}{samples_ms}};
my @r = sort { $a <=> $b } map { $full->{samples_ms}[$_] / $bare[$_] } 0 .. 2;
is(abs($r[1] - $full->{ratio_to_bare}{median}) < 0.001 ? 1 : "@r", 1, 'ratio of rounds');
for my $c (@{$j->{start}}, @{$j->{calls}}) {
	print "no command: $c->{name}\n" unless @{$c->{command}};
	print "no reason: $c->{name}\n" if !$c->{measured} && !defined $c->{reason};
	print "a time without a run: $c->{name}\n" if !$c->{measured} && $c->{start_ms};
}
PERL
if perl -MJSON::PP -e1 2>/dev/null; then
    is 'JSON: it parses, and its figures are those of its samples' "$(perl "$TMP/check.pl" <"$TMP/json" 2>&1)" ''
else
    skip 'JSON: it parses' 'perl has no JSON::PP here'
fi

# ---- parts ----------------------------------------------------------------------------------------
as_user "$PINFOLD" bench --only start --profile full --peer 'echo=/bin/echo in' --rounds 3
is 'only some parts: exit' "$status" 0
like 'a peer of the user: full beside it' "$out" '^echo +- +[0-9.]+ +[0-9.]+ to [0-9.]+ +[0-9.]+ +[0-9.]+ '
unlike 'what was not asked for is not there' "$out" '^(ns_only|landlock|bwrap|System calls)'
as_user "$PINFOLD" bench --only start --rounds 3 --markdown
like 'Markdown' "$out" '^\| full \| [0-9.]+ \|'

# ---- the script --------------------------------------------------------------------------------
run sh -c 'cd / && BUILD="$1" exec "$2"/bench.sh --only start --profile full --rounds 2' - \
    "${BUILD#"$TAP_TOP"/}" "$TAP_TOP"
is 'bench.sh from another directory: exit' "$status" 0
like 'it hands its arguments on' "$out" 'start_rounds: 2'
like 'it measures full' "$out" '^full +[0-9]'

# ---- root -----------------------------------------------------------------------------------------
if [ "$TAP_UID" = 0 ]; then
    mkdir -m 700 "$TMP/closed"
    cp "$PINFOLD" "$BENCH" "$TMP/closed"
    run "$TMP/closed/pinfold" bench --only start --only calls $few
    is 'root, from a folder that nobody else can enter: exit' "$status" 0
    like 'it becomes an ordinary user' "$out" 'uid: 65534'
    like 'and says so' "$out" 'started as root'
    like 'full was measured' "$out" '^full +[0-9]'
else
    skip 'root measures as an ordinary user' 'this is not root'
fi

is 'nothing stays below TMPDIR' "$(left)" ''
done_testing
