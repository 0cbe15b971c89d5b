#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# pinfold policy: list, show, check, diff, import, schema; and the ceiling of a machine.
. "$(dirname "$0")/live.inc"

CONFIG=$TMP/config SITE=$WORK/site
mkdir -p "$SITE" "$CONFIG/pinfold" "$TMP/files"
echo '{"description": "for tests", "extends": "default", "hostname": "mine"}' >"$CONFIG/pinfold/mine.json"
echo '{"no": 1}' >"$CONFIG/pinfold/broken.json"
echo '{"extends": "default", "filesystem": {"ro": ["/srv"]}, "without": ["net"]}' >"$TMP/files/wide.json"
printf '{"hostname": "x",}' >"$TMP/files/bad.json"

policy() {
    $as env "XDG_CONFIG_HOME=$CONFIG" HOME=/home/nobody sh -c 'cd "$1" && shift && exec "$@"' sh \
        "$SITE" "$PINFOLD" policy "$@"
}

refuses() { # NAME WHERE CAUSE REMEDY WORDS...
    name=$1 where=$2 cause=$3 remedy=$4
    shift 4
    policy "$@"
    is "$name: refused ($who)" "$status:$out" "125:"
    like "$name: where and why ($who)" "$err" "^pinfold: ${where:+$where: }.*$cause"
    like "$name: the way on ($who)" "$err" "^  .*$remedy"
}

verbs() {
    policy list
    is "list ends well ($who)" "$status:$err" "0:"
    like "list: a shipped one ($who)" "$out" '^default +shipped +[a-z]'
    like "list: one of the caller's own ($who)" "$out" "^mine +$CONFIG/pinfold/mine.json +for tests"
    like "list: one that is none ($who)" "$out" "^broken .*refused: .*no: there is no such key"
    policy show mine
    like "show: a value and its file ($who)" "$out" "^hostname +mine +$CONFIG/pinfold/mine.json"
    like "show: a value of what it extends ($who)" "$out" "^profile +full +default .shipped."
    policy show --hostname opt --ro /usr/lib mine
    like "show: an option ($who)" "$out" '^hostname +opt +option'
    like "show: an option's entry beside the file's ($who)" "$out" '^filesystem.ro +/usr/lib +option'
    policy show --json mine
    printf '%s\n' "$out" >"$TMP/show.json"
    is "show --json: the same ($who)" \
        "$(json "$TMP/show.json" 'join " ", map { "$_->{value}\@$_->{from}" } grep { $_->{key} eq "hostname" } @{$j->{values}}')" \
        "mine@$CONFIG/pinfold/mine.json"
    refuses "show: options behind the name" "--json" "come before" "options. .NAME" show mine --json
    policy check mine default "$TMP/files/wide.json"
    is "check: three good ones ($who)" "$status:$(printf '%s\n' "$out" | grep -c ': ok$')" "0:3"
    refuses "check: a bad one" "$TMP/files/bad.json:1:17" "comma" "Take the comma away" check "$TMP/files/bad.json"
    refuses "check: nothing" "" "no policy is given" "check NAME" check
    policy diff default default
    is "diff: the same ($who)" "$status:$out$err" "0:"
    policy diff default "$TMP/files/wide.json"
    is "diff: one allows more ($who)" "$status:$err" "1:"
    like "diff: ... which one ($who)" "$out" "^only $TMP/files/wide.json allows"
    like "diff: ... a path ($who)" "$out" "^  filesystem.ro: /srv "
    like "diff: ... a layer less ($who)" "$out" "^  without: without the layer net "
    unlike "diff: ... and the other nothing ($who)" "$out" "^only default allows"
    policy diff "$TMP/files/wide.json" default
    like "diff: the reverse ($who)" "$out" "^only $TMP/files/wide.json allows"
    policy diff --json default mine
    printf '%s\n' "$out" >"$TMP/diff.json"
    is "diff --json: what is neither more nor less ($who)" \
        "$status:$(json "$TMP/diff.json" 'scalar(@{$j->{only_a_allows}}) . scalar(@{$j->{only_b_allows}}) . $j->{otherwise_different}[0]{key}')" \
        "1:00hostname"
    refuses "diff: one policy" "" "two policies" "diff .--json. NAME" diff default
    refuses "diff: one that is not there" "--policy none" "there is no policy" "policy list" diff default none
    policy schema
    printf '%s\n' "$out" >"$TMP/schema.json"
    is "schema: is JSON ($who)" "$(json "$TMP/schema.json" '$j->{properties}{filesystem}{properties}{ro}{type}')" array
    refuses "an unknown verb" "policy nonsense" "no such verb" "policy --help" nonsense
    for verb in list show check diff import schema; do
        policy $verb --help
        is "$verb --help ($who)" "$status:$err" "0:"
        like "$verb --help says how ($who)" "$out" "^usage: pinfold policy $verb"
    done
    policy
    is "no verb ($who)" "$status:$out" "125:"
}

imports() {
    cat >"$TMP/files/srt.json" <<'JSON'
{
  "network": {"allowedDomains": ["example.org"], "deniedDomains": []},
  "filesystem": {"allowRead": ["/srv/data/"], "allowWrite": [".", "./", "/tmp", "~/notes", "src/**"],
    "denyRead": ["~/.ssh"], "denyWrite": [".env", "./ci/"]},
  "somethingNew": true
}
JSON
    policy import srt "$TMP/files/srt.json"
    is "import srt ($who)" "$status" 0
    printf '%s\n' "$out" >"$TMP/files/imported.json"
    is "import srt: paths ($who)" \
        "$(json "$TMP/files/imported.json" 'join " ", @{$j->{filesystem}{ro}}, "|", @{$j->{filesystem}{rw}}')" \
        '/srv/data | ~/notes'
    is "import srt: denials ($who)" \
        "$(json "$TMP/files/imported.json" 'join " ", @{$j->{filesystem}{deny}}, "|", @{$j->{filesystem}{protect}}')" \
        '~/.ssh | .env $WORKSPACE/ci'
    for word in 'network.allowedDomains' 'somethingNew' 'filesystem.allowWrite\[2\]: .*a /tmp of its own' \
        'filesystem.allowWrite\[4\]: .*no plain path'; do
        like "import srt: says what is left out: $word ($who)" "$err" "^pinfold: $TMP/files/srt.json: $word"
    done
    policy check "$TMP/files/imported.json"
    is "import srt: is a policy ($who)" "$status" 0
    echo '{"filesystem": {"allowWrite": []}}' >"$TMP/files/srt.json"
    policy import srt "$TMP/files/srt.json"
    like "import srt: nothing becomes writable that was not ($who)" "$out" '"\$WORKSPACE"'
    refuses "import: of what" "" "a kind of settings" "import srt FILE" import nono x
    refuses "import: no file" "$TMP/none" "no such file" "exists" import srt "$TMP/none"
    echo '[]' >"$TMP/files/srt.json"
    refuses "import: no settings" "$TMP/files/srt.json" "an object" "sandbox-runtime" import srt "$TMP/files/srt.json"
}

each_uid verbs
each_uid imports

# The ceiling: /etc/pinfold of a mount namespace of the test's own, never the host's.
ceiling() { # WORDS...: pinfold plan, under the ceiling in $TMP/etc/pinfold
    $as env HOME=/home/nobody PINFOLD="$PINFOLD" TMP="$TMP" SITE="$SITE" DROP="$inside" \
        unshare $unshare sh -c '
            mount --bind "$TMP/etc" /etc && cd "$SITE" && exec $DROP "$PINFOLD" plan "$@"' sh "$@"
}

under() { # NAME WHERE CAUSE REMEDY WORDS...
    name=$1 where=$2 cause=$3 remedy=$4
    shift 4
    ceiling "$@"
    is "$name: refused ($who)" "$status:$out" "125:"
    like "$name: where and why ($who)" "$err" "^pinfold: $where: .*$cause"
    like "$name: the way on ($who)" "$err" "^  .*$remedy"
}

bounded() {
    C=/etc/pinfold/ceiling.json
    mkdir -p "$TMP/etc/pinfold"
    echo '{"profile": "full", "filesystem": {"rw": ["$WORKSPACE", "/srv"]}, "tcp": []}' >"$TMP/etc/pinfold/ceiling.json"
    ceiling --policy default true
    is "below the ceiling ($who)" "$status" 0
    ceiling --rw "$SITE" --profile full true
    is "... with an option ($who)" "$status" 0
    under "an option above it" "$C: filesystem.rw" "does not allow it: /usr/lib:/x .from option" "Ask for less" --rw /usr/lib:/x true
    under "... by way of .." "$C: filesystem.rw" "does not allow it: /usr/lib:/x " "Ask for less" --rw "/srv/../usr/lib:/x" true
    under "a bare profile above it" "$C: profile" "without the layer nnp" "Ask for less" --profile ns_only true
    under "a layer less" "$C: without" "without the layer net" "Ask for less" --without net true
    under "a port, where none is allowed" "$C: tcp" "does not allow it: 80" "Ask for less" --tcp 80 true
    ceiling --ro /usr/lib:/x true
    is "what the ceiling does not name is free ($who)" "$status" 0
    chmod 666 "$TMP/etc/pinfold/ceiling.json"
    under "a ceiling that others can write" "$C" "not root's alone" "chmod go-w" true
    chmod 644 "$TMP/etc/pinfold/ceiling.json"
    chmod 777 "$TMP/etc/pinfold"
    under "... by its directory" "$C" "directory /etc/pinfold is not root's alone" "chmod go-w" true
    chmod 755 "$TMP/etc/pinfold"
    mv "$TMP/etc/pinfold/ceiling.json" "$TMP/etc/real.json"
    ln -s ../real.json "$TMP/etc/pinfold/ceiling.json"
    under "a ceiling that is a link" "$C" "symbolic link" "the file itself" true
    rm "$TMP/etc/pinfold/ceiling.json" "$TMP/etc/real.json"
    echo '{"extends": "default"}' >"$TMP/etc/pinfold/ceiling.json"
    under "a ceiling that extends something" "$C: extends" "extends no other" "the file itself" true
    echo '{"hostname": "a"}' >"$TMP/etc/pinfold/ceiling.json"
    under "a ceiling with a key that bounds nothing" "$C: hostname" "neither more nor less" "Take the key out" true
    echo '{"hostname": 1}' >"$TMP/etc/pinfold/ceiling.json"
    under "a ceiling that is none" "$C: hostname" "a string is wanted" "Write a string" true
    rm -rf "$TMP/etc/pinfold"
}

if [ "$TAP_UID" = 0 ] && unshare -m true 2>/dev/null; then
    unshare=-m as=run
    who=root inside=''
    bounded
    who=user inside=$USER_DROP
    bounded
else
    skip "the ceiling" "only root can put a file of root's in the place of /etc"
fi
done_testing
