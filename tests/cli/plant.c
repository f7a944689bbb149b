/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What a worker of a test build does with a file that begins with "SIGILL-
 * PLANT" and a word: what somebody would try who has found a hole in a parser.
 * It ends with BREACH when that worked, and with DENIED when it was told that
 * it may not; being ended by the kernel is better still.
 */
#ifndef SIGILL_PLANT
#define SIGILL_PLANT
#endif
#include "intake/service/plant.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/limits.h"
#include "base/wipe.h"
#include "crypto/unwrap.h"
#include "intake/facts.h"
#include "intake/service/channel.h"

#define MAGIC	"SIGILL-PLANT "
#define BREACH	100
#define DENIED	101

/* The last that is remembered of a file: has the next one a way to it? */
static void *volatile kept;

static void
crash(const char *arg)
{
	(void)arg;
	*(volatile int *)kept = 1;
}

static void
loop(const char *arg)
{
	volatile unsigned long n = 0;

	(void)arg;
	for (;;)
		n++;
}

/* And then the file is judged with what is left. */
static void
eat(const char *arg)
{
	void *p;

	(void)arg;
	for (size_t size = 1 << 24; size >= 16; size /= 2)
		while ((p = wipe_malloc(size)) != NULL)
			memset(p, 1, size);
}

static long
try_open(const char *arg)
{
	return open(arg, O_RDONLY);
}

static long
try_create(const char *arg)
{
	return open(arg, O_WRONLY | O_CREAT, 0600);
}

static long
try_inet(const char *arg)
{
	(void)arg;
	return socket(AF_INET, SOCK_STREAM, 0);
}

static long
try_unix(const char *arg)
{
	(void)arg;
	return socket(AF_UNIX, SOCK_STREAM, 0);
}

static long
try_fork(const char *arg)
{
	(void)arg;
	return fork();
}

static long
try_exec(const char *arg)
{
	return execl(arg, arg, (char *)NULL);
}

static long
try_ptrace(const char *arg)
{
	return ptrace(PTRACE_ATTACH, (pid_t)atoi(arg), NULL, NULL);
}

static long
try_kill(const char *arg)
{
	return kill((pid_t)atoi(arg), SIGKILL);
}

static long
try_peek(const char *arg)
{
	char here;
	struct iovec local = { &here, 1 }, remote = { &here, 1 };

	return process_vm_readv((pid_t)atoi(arg), &local, 1, &remote, 1, 0);
}

static long
try_map(const char *arg)
{
	(void)arg;
	return mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED ? -1 : 0;
}

static long
try_protect(const char *arg)
{
	void *p = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	(void)arg;
	return mprotect(p, 4096, PROT_READ | PROT_EXEC);
}

/* What a parser saw, on its way to the log. */
static long
try_log(const char *arg)
{
	return write(STDERR_FILENO, arg, strlen(arg));
}

static long
try_other_channel(const char *arg)
{
	return send(STDERR_FILENO, arg, strlen(arg), 0);
}

static long
try_urgent(const char *arg)
{
	return send(STDIN_FILENO, arg, strlen(arg), MSG_NOSIGNAL | MSG_OOB);
}

static long
try_address(const char *arg)
{
	const struct sockaddr to = { .sa_family = AF_UNIX };

	return sendto(STDIN_FILENO, arg, strlen(arg), MSG_NOSIGNAL, &to,
	    sizeof(to));
}

/* A descriptor, which would go with a message. */
static long
try_give(const char *arg)
{
	struct iovec v = { (void *)(uintptr_t)arg, strlen(arg) };
	struct msghdr m = { .msg_iov = &v, .msg_iovlen = 1 };

	return sendmsg(STDIN_FILENO, &m, MSG_NOSIGNAL);
}

static long
try_look(const char *arg)
{
	char c;

	(void)arg;
	return recv(STDIN_FILENO, &c, 1, MSG_PEEK | MSG_DONTWAIT);
}

static long
try_map_file(const char *arg)
{
	(void)arg;
	return mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, STDIN_FILENO, 0) ==
	    MAP_FAILED ? -1 : 0;
}

#ifdef __x86_64__
/* getpid of the 32-bit table, whose numbers mean other things here. */
static long
try_old_call(const char *arg)
{
	long r = 20;

	(void)arg;
	__asm__ volatile("int $0x80" : "+a"(r) : : "memory");
	return r;
}
#endif

/* --- what it may say, but not so ------------------------------------------ */

/* A key for nobody, of another file. */
static void
ask_foreign(const char *arg)
{
	struct wrapped_key w = { .algorithm = "ECDH P-256", .point_len = 65,
	    .wrapped_len = 40 };
	struct buf b = { 0 };

	(void)arg;
	memset(w.point, 7, sizeof(w.point));
	if (wrapped_key_encode(&w, &b, NULL) == ERR_OK)
		(void)channel_send(STDIN_FILENO, 'U', b.data, b.len, -1,
		    NULL);
	buf_wipe(&b);
	(void)channel_receive(STDIN_FILENO, 64, &(char){ 0 }, &b, -1, NULL);
	_exit(b.len == CONTENT_KEY_LEN ? BREACH : DENIED);
}

static void
say(const char *arg)
{
	(void)channel_send(STDIN_FILENO, arg[0], arg + 1, strlen(arg + 1), -1,
	    NULL);
	loop(arg);
}

/* A length that no memory holds, and nothing after it. */
static void
boast(const char *arg)
{
	(void)!send(STDIN_FILENO, "D\xff\xff\xff\xff", 5, 0);
	loop(arg);
}

static void
leave(const char *arg)
{
	(void)arg;
	_exit(0);
}

/* --- lies that are well-formed -------------------------------------------- */

/* The file that it is about. */
static const uint8_t *file;
static size_t file_len;

static void
tell_facts(struct facts *f)
{
	struct buf b = { 0 };

	f->size = file_len;
	if (digest_sha256(file, file_len, f->sealed, NULL) != ERR_OK ||
	    facts_encode(f, &b, NULL) != ERR_OK ||
	    channel_send(STDIN_FILENO, 'F', b.data, b.len, -1, NULL) !=
	    ERR_OK)
		_exit(DENIED);
	buf_wipe(&b);
}

static void
tell_document(const char *what)
{
	static char large[6 << 20];
	const char *d = strcmp(what, "control") == 0 ? "{\"a\":\"\x1b[31m\"}\n" :
	    strcmp(what, "no-utf-8") == 0 ? "{\"a\":\"\xff\"}\n" :
	    "{\"a\":1}\n";
	size_t len = strlen(d);

	if (strcmp(what, "large") == 0) {
		memset(large, ' ', sizeof(large));
		memcpy(large, "{\"a\":", 5);
		memcpy(large + sizeof(large) - 3, "1}\n", 3);
		d = large;
		len = sizeof(large);
	}
	(void)channel_send(STDIN_FILENO, 'D', d, len, -1, NULL);
}

/* Accepts a file whose content it knows nothing of. */
static void
lie(const char *what)
{
	char name[] = "Exempelköping", subject[] = "CN=Nobody", round[65];
	char questionnaire[] = "infosakkollen-2023", version[16];
	struct facts f = { .kind = VERDICT_ACCEPTED, .has_signer = true,
	    .signer_subject = subject, .signer_number = "2120000142",
	    .organisation = "2120000142", .name = name,
	    .organisation_kind = KIND_KOMMUN,
	    .questionnaire = questionnaire, .version = version,
	    .round = round, .created = time(NULL) };

	(void)snprintf(version, sizeof(version), "%s",
	    strcmp(what, "version") == 0 ? "99" : "2");
	(void)snprintf(round, sizeof(round), "%s",
	    strcmp(what, "round") == 0 ? "Fordonsregistret" :
	    strcmp(what, "unopened") == 0 ? "2027" : "2023");
	f.late = strcmp(what, "late") == 0;
	if (strncmp(what, "mandate", 7) == 0) {
		f.has_mandate = true;
		f.mandate_expires = f.created + 60;
	}
	if (strcmp(what, "mandate-old") == 0)
		f.mandate_expires = 7;
	if (strcmp(what, "mandate-self") != 0 && f.has_mandate)
		memcpy(f.signer_number, "2321000016", ORGNR_LEN);
	if (strcmp(what, "mandate-nobody") == 0)
		f.signer_number[0] = '\0';
	tell_facts(&f);
	tell_document(what);
	(void)channel_send(STDIN_FILENO, '.', NULL, 0, -1, NULL);
	_exit(0);
}

/* This file and all that follow could not be judged. */
static void
taint(const char *arg)
{
	struct facts f = { .kind = VERDICT_UNDECIDED,
	    .err = { .code = ERR_SIGNER_CRL } };
	struct buf message = { 0 };
	char type;

	(void)arg;
	do {
		tell_facts(&f);
		(void)channel_send(STDIN_FILENO, '.', NULL, 0, -1, NULL);
		if (channel_receive(STDIN_FILENO, LIMIT_SEALED, &type,
		    &message, -1, NULL) != ERR_OK)
			_exit(0);
		file = message.data + 16;	/* after 'V''s times */
		file_len = message.len - 16;
	} while (type == 'V');
}

static const struct {
	const char *word;
	void (*act)(const char *arg);
	long (*attempt)(const char *arg);	/* -1: it failed */
} plants[] = {
	{ "crash", crash, NULL }, { "loop", loop, NULL },
	{ "eat", eat, NULL }, { "leave", leave, NULL },
	{ "foreign", ask_foreign, NULL }, { "say", say, NULL },
	{ "boast", boast, NULL }, { "lie", lie, NULL },
	{ "taint", taint, NULL },
	{ "open", NULL, try_open }, { "create", NULL, try_create },
	{ "inet", NULL, try_inet }, { "unix", NULL, try_unix },
	{ "fork", NULL, try_fork }, { "exec", NULL, try_exec },
	{ "ptrace", NULL, try_ptrace }, { "kill", NULL, try_kill },
	{ "peek", NULL, try_peek }, { "map", NULL, try_map },
	{ "protect", NULL, try_protect }, { "log", NULL, try_log },
	{ "channel", NULL, try_other_channel },
	{ "urgent", NULL, try_urgent }, { "address", NULL, try_address },
	{ "give", NULL, try_give }, { "look", NULL, try_look },
	{ "mapfile", NULL, try_map_file },
#ifdef __x86_64__
	{ "oldcall", NULL, try_old_call },
#endif
};

void
plant(const uint8_t *sealed, size_t len)
{
	char line[256] = "", *arg;
	size_t n = sizeof(MAGIC) - 1;

	if (len < n || memcmp(sealed, MAGIC, n) != 0)
		return;
	file = sealed;
	file_len = len;
	for (size_t i = 0; i + 1 < sizeof(line) && n + i < len &&
	    sealed[n + i] != '\n'; i++)
		line[i] = (char)sealed[n + i];
	if ((arg = strchr(line, ' ')) != NULL)
		*arg++ = '\0';
	else
		arg = line + strlen(line);
	for (size_t i = 0; i < sizeof(plants) / sizeof(plants[0]); i++) {
		if (strcmp(plants[i].word, line) != 0)
			continue;
		if (plants[i].act != NULL)
			plants[i].act(arg);
		else
			_exit(plants[i].attempt(arg) == -1 ? DENIED : BREACH);
	}
}
