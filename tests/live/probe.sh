#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The probe's command line: what it prints in each format, and what it refuses.
. "$(dirname "$0")/../tap.sh"
. "$(dirname "$0")/probe.inc"

seed='fs.read-passwd fs.read-shadow proc.read-status fs.write-root dev.mem net.raw-icmp
net.connect-tcp trace.traceme mount.tmpfs proc.kill-all'

run "$PROBE" --list
is 'list: the seed in its order, kill(-1) last of all' "$(echo "$out" | sed -n '1,9p;$p' | tr '\n' ' ')" "$(echo "$seed" | tr "\n" " ")"
is 'list: exit' "$status" 0
ids=$out

json_ids() { # the ids of $out, JSON
    printf '%s' "$out" | perl -MJSON::PP -0777 -e '
        my $j = decode_json(<STDIN>);
        for my $o (@{$j->{operations}}) {
            die "incomplete" if grep { !exists $o->{$_} } split / /, $ARGV[0];
            print "$o->{id}\n";
        }' "$1"
}
run "$PROBE" --list --json
is 'list as JSON: complete rows' "$(json_ids 'id title family source decoys judged caller')" "$ids"
run "$PROBE" --list --tsv
is 'list with tabs: seven columns' "$(echo "$out" | awk -F '\t' '{ print NF }' | sort -u)" 7
is 'list with tabs: head' "$(echo "$out" | head -1 | tr '\t' ' ')" 'id title family source decoys judged caller'

run "$PROBE" --tsv
is 'tsv: exit' "$status" 0
is 'tsv: head' "$(echo "$out" | head -1 | tr '\t' ' ')" 'id title outcome errno detail'
is 'tsv: a line an operation' "$(echo "$out" | sed 1d | cut -f1)" "$ids"
is 'tsv: outcomes' "$(echo "$out" | sed 1d | cut -f3 | grep -cvE '^(REACHED|BLOCKED|ABSENT|BROKEN|SKIPPED)$')" 0
is 'nothing on standard error' "$err" ''
titles=$(echo "$out" | sed 1d | cut -f2)
results=$(echo "$out" | sed 1d | cut -f1,3,4)
run "$PROBE" --tsv
is 'twice the same' "$(echo "$out" | sed 1d | cut -f1,3,4)" "$results"
run "$PROBE" --json
is 'json: complete rows' "$(json_ids 'id title outcome errno detail')" "$ids"
like 'json: no errno is null' "$out" '"errno": null'
run "$PROBE"
is 'table: titles of the seed' "$(echo "$out" | sed 1,2d | sed 's/  .*//')" "$titles"
like 'table: head' "$(echo "$out" | head -1)" '^op +result +errno +detail$'

# An operation gives the same in a process of its own and in one that others ran in.
alone=$(for id in $ids; do "$PROBE" --tsv --only "$id" | sed 1d | cut -f1,3,4; done)
is 'alone or together' "$alone" "$results"

run "$PROBE" --only 'trace.*,net.raw-icmp' --list
is 'only: a glob and an id, in the order of the list' "$out" \
    "$(echo "$ids" | grep -E '^(trace\..*|net\.raw-icmp)$')"

run "$PROBE" --family dev,trace --list
is 'family: all of it, and no other' "$out" "$("$PROBE" --list | grep -E '^(dev|trace)\.')"
run "$PROBE" --list --markdown
is 'list in Markdown: a row each, below a head' "$(echo "$out" | wc -l)" $(($(echo "$ids" | wc -l) + 2))
run "$PROBE" --markdown
is 'results in Markdown: a row each' "$(echo "$out" | grep -c '^| ')" $(($(echo "$ids" | wc -l) + 1))

# Several at a time: the same rows in the same order.
for jobs in 2 7 64; do
    run "$PROBE" --tsv --jobs $jobs
    is "jobs $jobs: the same" "$(echo "$out" | sed 1d | cut -f1,3,4)" "$results"
done

# The description of decoys: words of --decoy, a line each.
printf '# decoys\n\npasswd-sum=%s\n' "$PASSWD_SUM" >"$TMP/decoys"
run "$PROBE" --tsv --decoys "$TMP/decoys"
probe_is fs.read-passwd 'REACHED -' 'decoys: from a file'
printf 'a b\n' >"$TMP/wrong"
printf 'passwd-sum=%s\n' "$PASSWD_SUM" | tr '\n' '\0' >"$TMP/zero"

refused() { # NAME PATTERN ARG...
    refused_name=$1 pattern=$2
    shift 2
    run "$PROBE" "$@"
    is "$refused_name: exit" "$status" 125
    is "$refused_name: prints no result" "$out" ''
    like "$refused_name: says why" "$err" "$pattern"
}
refused 'unknown operation' 'no operation is called "fs.no-such"' --only fs.read-passwd,fs.no-such
refused 'unknown option' '^pinfold-probe: --wrong: ' --wrong
refused 'unknown key' '--decoy passwd=1: there is no such key' --decoy passwd=1
refused 'key told twice' '--decoy connect: the key is told twice' --connect 127.0.0.1:9 --decoy connect=127.0.0.1:9
refused 'a name for an address' 'ADDR:PORT, in numbers' --connect localhost:53
refused 'a limit of nothing' '--timeout: ' --timeout 0
refused 'unknown family' 'no family is called "nosuch"' --family fs,nosuch
refused 'a family and its dot' 'no family is called "fs."' --family fs.
refused 'no jobs' 'from 1 to 64' --jobs 0
refused 'no description' 'cannot read' --decoys "$TMP/no-such"
refused 'a wrong description' 'no such key' --decoys "$TMP/wrong"
refused 'a NUL in a description' 'is no description' --decoys "$TMP/zero"
refused 'a key by word and by file' 'told twice' --decoys "$TMP/decoys" --decoy passwd-sum="$PASSWD_SUM"
refused 'a key of an unknown operation' 'no such key' --decoy sum.no.such=0123456789abcdef
refused 'a path that is not absolute' 'an absolute path' --decoy home=tmp
refused 'two formats' '--tsv, --json and --markdown' --tsv --json
refused 'a command' 'no option' true
refused 'a file that is not there' 'cannot read' --sum "$TMP/no-such"

run sh -c '"$1" --tsv >/dev/full' - "$PROBE"
is 'a result that cannot be written: exit' "$status" 125
run sh -c '"$1" --tsv >&-' - "$PROBE"
is 'standard output closed: exit' "$status" 125
run sh -c '"$1" --tsv <&- 2>&-' - "$PROBE"
is 'the other two closed' "$(echo "$out" | sed 1d | cut -f1,3,4)" "$results"

run "$PROBE" --version
like 'version' "$out" '^pinfold-probe [0-9]+\.[0-9]+\.[0-9]+$'
printf 'foobar' >"$TMP/foobar"
run "$PROBE" --sum "$TMP/foobar"
is 'sum: FNV-1a' "$out" 85944171f73967e8

# The manual has a place for each option, key, operation and outcome.
manual=$TAP_TOP/man/pinfold-probe.1
run "$PROBE" --help
is 'help: exit' "$status" 0
options=$(echo "$out" | sed -n 's/^  --\([a-z]*\).*/\1/p')
keys=$(echo "$out" | sed -n '/^keys/,$ s/^  \([a-z][a-z.-]*\) .*/\1/p')
for word in $options; do
    ok "manual: --$word" grep -Eq "^\.It Fl Fl $word( |\$)" "$manual"
done
for word in $keys; do
    ok "manual: key $word" grep -q "^\.It Cm $word\( \|\$\)" "$manual"
done
for word in $ids; do
    ok "manual: $word" grep -Eq "^\.It Cm $word\$" "$manual"
done
for word in REACHED BLOCKED ABSENT BROKEN SKIPPED; do
    ok "manual: $word" grep -Eq "^\.It Li $word\$" "$manual"
done
if command -v mandoc >/dev/null; then
    run mandoc -T lint -W warning "$manual"
    is 'manual: mandoc finds nothing' "$status $out" '0 '
else
    skip 'manual: mandoc finds nothing' 'mandoc is not installed'
fi
done_testing
