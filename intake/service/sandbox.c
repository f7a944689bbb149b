/* SPDX-License-Identifier: EUPL-1.2 */
#include "intake/service/sandbox.h"

#include <errno.h>
#include <linux/landlock.h>
#include <sched.h>
#include <seccomp.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

/* LANDLOCK_ACCESS_FS_TRUNCATE, of Linux 6.2. */
#define ACCESS_FS_TRUNCATE	(UINT64_C(1) << 14)
/* Descriptors of a PKCS#11 library: its files, and a socket or two. */
#define TOKEN_FILES	64

/* --- which system calls --------------------------------------------------- */

/* Memory, time, chance, the end, and what glibc does about a signal; OpenSSL's
 * random numbers ask each time whether the process has forked. */
static const int calm[] = {
	SCMP_SYS(brk), SCMP_SYS(munmap), SCMP_SYS(mremap), SCMP_SYS(madvise),
	SCMP_SYS(futex), SCMP_SYS(getrandom), SCMP_SYS(clock_gettime),
	SCMP_SYS(gettimeofday), SCMP_SYS(time), SCMP_SYS(restart_syscall),
	SCMP_SYS(rt_sigreturn), SCMP_SYS(rt_sigprocmask), SCMP_SYS(exit),
	SCMP_SYS(exit_group), SCMP_SYS(getpid),
};

/* What a PKCS#11 library needs besides: files, threads, and the daemon behind
 * a card reader. */
static const int token[] = {
	SCMP_SYS(read), SCMP_SYS(write), SCMP_SYS(readv), SCMP_SYS(writev),
	SCMP_SYS(pread64), SCMP_SYS(pwrite64), SCMP_SYS(lseek),
	SCMP_SYS(open), SCMP_SYS(openat), SCMP_SYS(close), SCMP_SYS(stat),
	SCMP_SYS(fstat), SCMP_SYS(lstat), SCMP_SYS(newfstatat),
	SCMP_SYS(statx), SCMP_SYS(access), SCMP_SYS(faccessat),
	SCMP_SYS(faccessat2), SCMP_SYS(readlink), SCMP_SYS(readlinkat),
	SCMP_SYS(getdents64), SCMP_SYS(fcntl), SCMP_SYS(flock),
	SCMP_SYS(ftruncate), SCMP_SYS(fsync), SCMP_SYS(fdatasync),
	SCMP_SYS(rename), SCMP_SYS(renameat), SCMP_SYS(renameat2),
	SCMP_SYS(unlink), SCMP_SYS(unlinkat), SCMP_SYS(mkdir),
	SCMP_SYS(mkdirat), SCMP_SYS(umask), SCMP_SYS(getcwd),
	SCMP_SYS(dup), SCMP_SYS(dup2), SCMP_SYS(dup3), SCMP_SYS(pipe2),
	SCMP_SYS(poll), SCMP_SYS(ppoll), SCMP_SYS(select),
	SCMP_SYS(pselect6), SCMP_SYS(connect), SCMP_SYS(sendto),
	SCMP_SYS(recvmsg), SCMP_SYS(shutdown), SCMP_SYS(getsockopt),
	SCMP_SYS(setsockopt), SCMP_SYS(getuid), SCMP_SYS(geteuid),
	SCMP_SYS(getgid), SCMP_SYS(getegid), SCMP_SYS(getppid),
	SCMP_SYS(gettid), SCMP_SYS(nanosleep),
	SCMP_SYS(clock_nanosleep), SCMP_SYS(clock_getres),
	SCMP_SYS(sched_yield), SCMP_SYS(sched_getaffinity),
	SCMP_SYS(sysinfo), SCMP_SYS(uname), SCMP_SYS(set_robust_list),
	SCMP_SYS(rseq), SCMP_SYS(rt_sigaction), SCMP_SYS(sigaltstack),
};

#ifdef __SANITIZE_ADDRESS__
/* For a report, and for the end; files are not there for it. */
static const int sanitizer[] = {
	SCMP_SYS(write), SCMP_SYS(close), SCMP_SYS(sigaltstack),
	SCMP_SYS(rt_sigaction), SCMP_SYS(gettid), SCMP_SYS(tgkill),
	SCMP_SYS(sched_yield), SCMP_SYS(nanosleep), SCMP_SYS(clock_nanosleep),
};
static const int sanitizer_refused[] = {
	SCMP_SYS(open), SCMP_SYS(openat), SCMP_SYS(stat),
	SCMP_SYS(newfstatat), SCMP_SYS(fstat), SCMP_SYS(readlink),
	SCMP_SYS(readlinkat), SCMP_SYS(access), SCMP_SYS(faccessat),
	SCMP_SYS(ioctl), SCMP_SYS(prctl), SCMP_SYS(socket), SCMP_SYS(pipe),
	SCMP_SYS(pipe2), SCMP_SYS(clone), SCMP_SYS(fork),
};
#endif

#define COUNT(a)	(sizeof(a) / sizeof((a)[0]))

/* What an argument must be.  The kernel looks at no more than the lower half
 * of what is an int for it, whatever stands in the upper one. */
#define ARG_IS_INT(n, value) \
	{ .arg = (n), .op = SCMP_CMP_MASKED_EQ, .datum_a = 0xffffffff, \
	    .datum_b = (uint32_t)(value) }
#define ARG_IS_NULL(n) \
	{ .arg = (n), .op = SCMP_CMP_EQ, .datum_a = 0 }
#define ARG_LACKS(n, bits) \
	{ .arg = (n), .op = SCMP_CMP_MASKED_EQ, .datum_a = (bits), \
	    .datum_b = 0 }
#define ARG_HAS(n, bits) \
	{ .arg = (n), .op = SCMP_CMP_MASKED_EQ, .datum_a = (bits), \
	    .datum_b = (bits) }

/* A call that this architecture does not have is no call to allow.  cmp: what
 * n of its arguments must be. */
static bool
rule(scmp_filter_ctx filter, uint32_t action, int call,
    const struct scmp_arg_cmp *cmp, unsigned n)
{
	int r;

	if (call < 0)
		return true;
	r = seccomp_rule_add_array(filter, action, call, n, cmp);
	return r == 0 || r == -EDOM;
}

static bool
allow(scmp_filter_ctx filter, int call)
{
	return rule(filter, SCMP_ACT_ALLOW, call, NULL, 0);
}

static bool
allow_if(scmp_filter_ctx filter, int call, const struct scmp_arg_cmp *cmp,
    size_t n)
{
	return rule(filter, SCMP_ACT_ALLOW, call, cmp, (unsigned)n);
}

static bool
allow_all(scmp_filter_ctx filter, const int *calls, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!allow(filter, calls[i]))
			return false;
	return true;
}

/*
 * The channel is standard input, and nothing else is read or written: as
 * channel.c does it, so without addresses, without descriptors that go along
 * (sendmsg), and without the kernel's rarer ways (out of band, peeking).
 */
static bool
allow_channel(scmp_filter_ctx filter)
{
	static const struct scmp_arg_cmp receive[] = {
		ARG_IS_INT(0, STDIN_FILENO), ARG_IS_INT(3, MSG_WAITALL),
		ARG_IS_NULL(4), ARG_IS_NULL(5),
	};
	static const struct scmp_arg_cmp send[] = {
		ARG_IS_INT(0, STDIN_FILENO), ARG_IS_INT(3, MSG_NOSIGNAL),
		ARG_IS_NULL(4), ARG_IS_INT(5, 0),
	};

	return allow_if(filter, SCMP_SYS(recvfrom), receive, COUNT(receive)) &&
	    allow_if(filter, SCMP_SYS(sendto), send, COUNT(send));
}

/* New memory, as long as it is not to be run; of files, only for tokens. */
static bool
allow_memory(scmp_filter_ctx filter, enum sandbox_kind kind)
{
	static const struct scmp_arg_cmp data[] = {
		ARG_LACKS(2, PROT_EXEC), ARG_IS_INT(4, -1),
	};

	return allow_if(filter, SCMP_SYS(mmap), data,
	    kind == SANDBOX_TOKENS ? 1 : COUNT(data)) &&
	    allow_if(filter, SCMP_SYS(mprotect), data, 1);
}

static bool
allow_token(scmp_filter_ctx filter)
{
	static const struct scmp_arg_cmp here = ARG_IS_INT(0, AF_UNIX);
	static const struct scmp_arg_cmp thread = ARG_HAS(0, CLONE_THREAD);
	/* Not the limits of others. */
	static const struct scmp_arg_cmp own = ARG_IS_INT(0, 0);

	return allow_all(filter, token, COUNT(token)) &&
	    allow(filter, SCMP_SYS(recvfrom)) &&
	    allow(filter, SCMP_SYS(sendmsg)) &&
	    allow_if(filter, SCMP_SYS(prlimit64), &own, 1) &&
	    allow_if(filter, SCMP_SYS(socket), &here, 1) &&
	    /* glibc falls back to clone, whose flags can be looked at */
	    rule(filter, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), NULL, 0) &&
	    allow_if(filter, SCMP_SYS(clone), &thread, 1);
}

#ifdef __SANITIZE_ADDRESS__
static bool in_sandbox;

/* The leak check starts a process, which is not to be had. */
int __lsan_is_turned_off(void);
int
__lsan_is_turned_off(void)
{
	return in_sandbox;
}

static bool
allow_sanitizer(scmp_filter_ctx filter, enum sandbox_kind kind)
{
	in_sandbox = true;
	for (size_t i = 0; kind != SANDBOX_TOKENS &&
	    i < COUNT(sanitizer_refused); i++)
		if (!rule(filter, SCMP_ACT_ERRNO(EACCES),
		    sanitizer_refused[i], NULL, 0))
			return false;
	return allow_all(filter, sanitizer, COUNT(sanitizer));
}
#else
static bool
allow_sanitizer(scmp_filter_ctx filter, enum sandbox_kind kind)
{
	(void)filter;
	(void)kind;
	return true;
}
#endif

static enum err_code
refuse(struct err *e, const char *what, int errno_value)
{
	return err_errno(e, ERR_SANDBOX, what, errno_value);
}

/* What is not listed ends the process, and so does a call of another
 * architecture's or x32's table; in every thread, also in those that a PKCS#11
 * library has started by now. */
static enum err_code
filter_calls(enum sandbox_kind kind, struct err *e)
{
	scmp_filter_ctx filter;
	enum err_code code = ERR_OK;
	bool ok;
	int r;

	if ((filter = seccomp_init(SCMP_ACT_KILL_PROCESS)) == NULL)
		return refuse(e, "seccomp", ENOMEM);
	ok = seccomp_attr_set(filter, SCMP_FLTATR_ACT_BADARCH,
	    SCMP_ACT_KILL_PROCESS) == 0 &&
	    seccomp_attr_set(filter, SCMP_FLTATR_CTL_TSYNC, 1) == 0 &&
	    allow_all(filter, calm, COUNT(calm)) &&
	    allow_memory(filter, kind) &&
	    (kind == SANDBOX_TOKENS ? allow_token(filter) :
	    allow_channel(filter)) && allow_sanitizer(filter, kind);
	if (!ok)
		code = refuse(e, "seccomp", EINVAL);
	else if ((r = seccomp_load(filter)) != 0)
		code = refuse(e, "seccomp", -r);
	seccomp_release(filter);
	return code;
}

/* --- files ---------------------------------------------------------------- */

/*
 * A second wall behind the first: no file whatever, also not by a call that
 * somebody allows one day.  Kernels before 5.13 do not have it, and others may
 * have it turned off.
 */
static enum err_code
lock_files(struct err *e)
{
	struct landlock_ruleset_attr attr = {
		.handled_access_fs = (LANDLOCK_ACCESS_FS_MAKE_SYM << 1) - 1,
	};
	enum err_code code = ERR_OK;
	long abi, fd;

	abi = syscall(SYS_landlock_create_ruleset, NULL, 0,
	    LANDLOCK_CREATE_RULESET_VERSION);
	if (abi < 1)
		return errno == ENOSYS || errno == EOPNOTSUPP ? ERR_OK :
		    refuse(e, "landlock", errno);
	if (abi >= 3)
		attr.handled_access_fs |= ACCESS_FS_TRUNCATE;
	fd = syscall(SYS_landlock_create_ruleset, &attr, sizeof(attr), 0);
	if (fd == -1)
		return refuse(e, "landlock", errno);
	if (syscall(SYS_landlock_restrict_self, (int)fd, 0) == -1)
		code = refuse(e, "landlock", errno);
	(void)close((int)fd);
	return code;
}

/* --- the rest ------------------------------------------------------------- */

static bool
limit(int resource, rlim_t most)
{
	const struct rlimit l = { most, most };

	return setrlimit((__rlimit_resource_t)resource, &l) == 0;
}

static enum err_code
limit_resources(enum sandbox_kind kind, unsigned memory_mib, struct err *e)
{
	bool ok = limit(RLIMIT_CORE, 0);

	if (kind == SANDBOX_TOKENS)
		ok = ok && limit(RLIMIT_NOFILE, TOKEN_FILES);
	else
		ok = ok && limit(RLIMIT_FSIZE, 0) && limit(RLIMIT_NPROC, 0) &&
		    limit(RLIMIT_NOFILE, STDERR_FILENO + 1);
#ifndef __SANITIZE_ADDRESS__	/* it maps terabytes */
	if (memory_mib != 0)
		ok = ok && limit(RLIMIT_AS, (rlim_t)memory_mib << 20);
#else
	(void)memory_mib;
#endif
	return ok ? ERR_OK : refuse(e, "setrlimit", errno);
}

enum err_code
sandbox_enter(enum sandbox_kind kind, unsigned memory_mib, struct err *e)
{
	enum err_code code;

	/* Nobody with the same user may look into it. */
	if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == -1 ||
	    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == -1)
		return refuse(e, "prctl", errno);
	if (kind != SANDBOX_TOKENS && (code = lock_files(e)) != ERR_OK)
		return code;
	if ((code = limit_resources(kind, memory_mib, e)) != ERR_OK)
		return code;
	return filter_calls(kind, e);
}
