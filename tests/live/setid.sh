#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Layer setid: no call gives a file a set-user-ID or set-group-ID bit; each works without the layer.
. "$(dirname "$0")/live.inc"
helpers try

# The modes that the calls of setid.def leave behind, by name. perl's syscall numbers are per machine.
cat >"$BIN/modes" <<'PERL'
use strict;
use Fcntl;
my ($dir, $machine) = (shift, (POSIX::uname())[4]);
my %nr = $machine eq 'x86_64'
    ? (open => 2, creat => 85, mknod => 133, chmod => 90, openat => 257, mknodat => 259, fchmodat => 268, openat2 => 437)
    : (openat => 56, mknodat => 33, fchmodat => 53, openat2 => 437);
my $at = -100;
my %try = (
    open     => sub { syscall($nr{open}, $_[0], O_CREAT | O_WRONLY, 04755) },
    openat   => sub { syscall($nr{openat}, $at, $_[0], O_CREAT | O_WRONLY, 02755) },
    tmpfile  => sub { syscall($nr{openat}, $at, "$dir", 020000000 | 0200000 | O_RDWR, 04755) },
    creat    => sub { syscall($nr{creat}, $_[0], 04755) },
    mknod    => sub { syscall($nr{mknod}, $_[0], 0106755, 0) },
    mknodat  => sub { syscall($nr{mknodat}, $at, $_[0], 0104755, 0) },
    openat2  => sub { my $how = pack('QQQ', O_CREAT | O_WRONLY, 04755, 0); syscall($nr{openat2}, $at, $_[0], $how, 24) },
    chmod    => sub { open(my $f, '>', $_[0]); syscall($nr{chmod}, $_[0], 02755) },
    fchmodat => sub { open(my $f, '>', $_[0]); syscall($nr{fchmodat}, $at, $_[0], 02711) },
    fchmod   => sub { open(my $f, '>', $_[0]); chmod(02755, $f) ? 0 : -1 },
);
for my $name (sort keys %try) {
    next if $name ne 'tmpfile' && $name ne 'fchmod' && !exists $nr{$name};
    my $path = "$dir/$name";
    unlink $path;
    my $rc = $try{$name}->($path);
    printf "%s %s\n", $name, $rc >= 0 ? 'made' : $!{EPERM} ? 'EPERM' : $!{ENOSYS} ? 'ENOSYS' : "$!";
}
PERL
sed -i '1i use POSIX (); use Errno;' "$BIN/modes"

set_id() { find "$WORK" -type f -perm /6000 | wc -l; }

calls() {
    rm -rf "${WORK:?}"/*
    # Without the filter of seccomp, which refuses set-user-ID to chmod, so that each is seen to work.
    pin --profile ns_only --with nnp --ro "$BIN" --rw "$WORK" -- perl "$BIN/modes" "$WORK"
    is "off: each call makes a set-ID file ($who)" "$(printf '%s\n' "$out" | grep -vc ' made$')" 0
    all=$(printf '%s\n' "$out" | grep -c .)
    is "... on the disk, too ($who)" "$(set_id)" "$((all - 1))"
    rm -rf "${WORK:?}"/*
    for options in '--profile ns_only --with nnp --with setid' '--with setid'; do
        # shellcheck disable=SC2086
        pin $options --ro "$BIN" --rw "$WORK" -- perl "$BIN/modes" "$WORK"
        is "none does: '$options' ($who)" "$(printf '%s\n' "$out" | grep -vcE ' (EPERM|ENOSYS)$')" 0
        is "... of as many ($who)" "$(printf '%s\n' "$out" | grep -c .)" "$all"
        is "... and no file has a bit ($who)" "$(set_id)" 0
        rm -rf "${WORK:?}"/*
    done
}

work() {
    pin --with setid --rw "$WORK" --chdir "$WORK" -- sh -c 'umask 0; mkdir d; : >d/f; chmod 1777 d; chmod 755 d/f
        cp -p d/f g; mkfifo p; ln g h; mv h d/; tar cf t.tar d; tar xpf t.tar; echo $?; stat -c %a d d/f'
    is "everyday work goes on ($who)" "$(echo $out)" "0 1777 755"
    rm -rf "${WORK:?}"/*
}

each_uid calls
each_uid work
done_testing
