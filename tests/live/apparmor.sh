#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The AppArmor profile, the one that is shipped and the one that is printed: apparmor_parser reads it.
. "$(dirname "$0")/../tap.sh"

cp "$TAP_TOP/contrib/apparmor/pinfold" "$TMP/shipped"
run "$PINFOLD" help apparmor
printf '%s\n' "$out" >"$TMP/printed"
like "the printed one is for this very program" "$out" "^profile pinfold \"$PINFOLD\" flags=.unconfined. \{"
like "the shipped one is for where it is installed" "$(cat "$TMP/shipped")" '^profile pinfold /usr/\{local/,\}bin/pinfold flags=.unconfined. \{'
words() { sed -e '/^#/d' -e 's/^profile pinfold [^ ]*/profile pinfold/' "$1" | grep .; }
is "beside that they are the same" "$(words "$TMP/printed")" "$(words "$TMP/shipped")"
like "what they are for" "$(words "$TMP/shipped")" '^  userns,$'

# Nothing is loaded (-Q), nor kept (-K). Messages about the kernel's interface are none of the profile's.
parses() { timeout 20 apparmor_parser -Q -K "$1" >"$TMP/says" 2>&1; }
if ! command -v apparmor_parser >/dev/null; then
    skip "apparmor_parser reads them" "apparmor_parser is not installed"
    done_testing
fi
for profile in shipped printed; do
    if [ -e /etc/apparmor.d/abi/4.0 ]; then
        ok "apparmor_parser reads the $profile one" parses "$TMP/$profile"
    else
        # AppArmor before 4 knows neither that ABI nor the rule; there is nothing to allow then.
        sed -e '/^abi/d' -e '/^  userns,$/d' "$TMP/$profile" >"$TMP/rest"
        is "what is left out for AppArmor before 4" "$(diff "$TMP/$profile" "$TMP/rest" | grep -c '^<')" 2
        ok "apparmor_parser reads the rest of the $profile one" parses "$TMP/rest"
        skip "... and the rule userns of it" "no AppArmor 4 is installed"
    fi
done
echo '  wrong' >>"$TMP/shipped"
ok "control: what is wrong is refused" eval '! parses "$TMP/shipped"'
done_testing
