/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tap: tests in C that prove(1) reads.
 *
 *     int main(void)
 *     {
 *             ok(1 + 1 == 2, "one and one");
 *             is_int(f(), 3, "f");
 *             return tap_done();
 *     }
 *
 * tap_done() prints the plan and fails where a check failed or none was made. A time-out of
 * TAP_SECONDS ends a test that hangs.
 */
#ifndef PINFOLD_TAP_H
#define PINFOLD_TAP_H

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#ifndef TAP_SECONDS
#define TAP_SECONDS 60
#endif

static int tap_run, tap_failed;

__attribute__((constructor)) static void tap_begin(void)
{
	(void)setvbuf(stdout, NULL, _IOLBF, 0);
	(void)alarm(TAP_SECONDS);
}

#define ok(cond, ...) tap_ok((cond) != 0, __FILE__, __LINE__, __VA_ARGS__)
#define is_int(got, want, ...)                                                                     \
	tap_is_int((long long)(got), (long long)(want), __FILE__, __LINE__, __VA_ARGS__)
#define is_str(got, want, ...) tap_is_str((got), (want), __FILE__, __LINE__, __VA_ARGS__)

__attribute__((format(printf, 4, 5), unused)) static int tap_ok(int good, const char *file,
								int line, const char *fmt, ...)
{
	char name[512];
	__builtin_va_list ap;

	__builtin_va_start(ap, fmt);
	(void)vsnprintf(name, sizeof(name), fmt, ap);
	__builtin_va_end(ap);
	printf("%s %d - %s\n", good ? "ok" : "not ok", ++tap_run, name);
	if (!good) {
		tap_failed++;
		printf("#   failed at %s:%d\n", file, line);
	}
	return good;
}

__attribute__((format(printf, 5, 6), unused)) static int tap_is_int(long long got, long long want,
								    const char *file, int line,
								    const char *fmt, ...)
{
	char name[512];
	__builtin_va_list ap;

	__builtin_va_start(ap, fmt);
	(void)vsnprintf(name, sizeof(name), fmt, ap);
	__builtin_va_end(ap);
	if (tap_ok(got == want, file, line, "%s", name))
		return 1;
	printf("#   got %lld, want %lld\n", got, want);
	return 0;
}

__attribute__((format(printf, 5, 6), unused)) static int tap_is_str(const char *got,
								    const char *want,
								    const char *file, int line,
								    const char *fmt, ...)
{
	char name[512];
	int same = (!got && !want) || (got && want && strcmp(got, want) == 0);
	__builtin_va_list ap;

	__builtin_va_start(ap, fmt);
	(void)vsnprintf(name, sizeof(name), fmt, ap);
	__builtin_va_end(ap);
	if (tap_ok(same, file, line, "%s", name))
		return 1;
	printf("#   got  \"%s\"\n#   want \"%s\"\n", got ? got : "(null)", want ? want : "(null)");
	return 0;
}

static __attribute__((unused)) void tap_skip(const char *name, const char *why)
{
	printf("ok %d - %s # SKIP %s\n", ++tap_run, name, why);
}

static __attribute__((unused)) int tap_done(void)
{
	printf("1..%d\n", tap_run);
	return tap_failed || !tap_run;
}

#endif
