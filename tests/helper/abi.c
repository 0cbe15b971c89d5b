/* SPDX-License-Identifier: Apache-2.0 */
/*
 * abi: calls the kernel by another architecture's door.
 *
 *     abi int80     getpid by the 32-bit door of x86-64: "ok", the errno's name, or death
 *     abi x32 NR    a call by its x32 number
 *
 * Prints "absent" where this machine is no x86-64, and for int80 "walled up" where its kernel was
 * built without that door (CONFIG_IA32_EMULATION): the instruction then faults.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifdef __x86_64__
static void walled_up(int sig)
{
	static const char text[] = "walled up\n";

	(void)sig;
	_exit(write(STDOUT_FILENO, text, sizeof(text) - 1) < 0);
}
#endif

int main(int argc, char **argv)
{
#ifdef __x86_64__
	if (argc == 2 && strcmp(argv[1], "int80") == 0) {
		long result = 20; /* getpid(2) of i386 */

		(void)signal(SIGSEGV, walled_up);
		__asm__ volatile("int $0x80" : "+a"(result) : : "memory", "r8", "r9", "r10", "r11");
		puts(result >= 0 ? "ok" : strerrorname_np((int)-result));
		return 0;
	}
	if (argc == 3 && strcmp(argv[1], "x32") == 0) {
		long nr = strtol(argv[2], NULL, 0) | 0x40000000;

		puts(syscall(nr, 0, 0, 0, 0, 0, 0) >= 0 ? "ok" : strerrorname_np(errno));
		return 0;
	}
	return 2;
#else
	(void)argc, (void)argv;
	puts("absent");
	return 0;
#endif
}
