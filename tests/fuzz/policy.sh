#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The reader of policy files under libFuzzer, with AddressSanitizer and UBSan, for some seconds, from
# the shipped and the bad files. FUZZ_SECONDS=600 looks longer.
. "$(dirname "$0")/../tap.sh"
cd "$TAP_TOP" || exit 1
TAP_TIMEOUT=$((${FUZZ_SECONDS:-5} + 120))

echo 'int LLVMFuzzerTestOneInput(const unsigned char *d, unsigned long n) { return d && n ? 0 : 0; }' >"$TMP/try.c"
if ! clang -fsanitize=fuzzer,address "$TMP/try.c" -o "$TMP/try" 2>/dev/null; then
    skip "policies of any bytes" "clang with libFuzzer is not installed"
    done_testing
fi
# The pool is never freed by design: leaks are not looked for, and memory grows with each input.
run clang -g -O0 -std=gnu11 -D_GNU_SOURCE -DPINFOLD_VERSION='"fuzz"' -Ilib -Ilauncher -I"$BUILD/gen" \
    -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all -o "$TMP/fuzz" tests/fuzz/policy.c \
    $(find launcher -name '*.c' ! -name main.c) lib/*.c "$(clang -print-file-name=libjansson.a)" -lm
is "the target builds" "$status:$err" "0:"
mkdir "$TMP/corpus"
cp profiles/*.json tests/policy/bad/*.json "$TMP/corpus"
ASAN_OPTIONS=detect_leaks=0 run "$TMP/fuzz" -max_total_time="${FUZZ_SECONDS:-5}" -max_len=4096 -rss_limit_mb=4096 \
    -timeout=10 -artifact_prefix="$TMP/" "$TMP/corpus"
is "nothing is read wrongly" "$status" 0 || tap_diag "$(tail -30 "$TMP/.err")"
like "it was tried" "$err" 'Done [0-9]+ runs'
done_testing
