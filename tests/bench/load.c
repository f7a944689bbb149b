/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * load: uploads files over TLS 1.3 with a client certificate, from several
 * connections at once, and tells how long each took.  It does as little as
 * it can, since it shares the machine with the server that is measured.
 *
 *	load KIND PORT CA IDENTITY CONNECTIONS REUSE CHUNK SAVE FILE...
 *
 * KIND portal: POST of the whole file when CHUNK is 0, else POST without a
 * body and then PATCH of CHUNK octets each.  What must come back is a receipt
 * for just that file; the last one is written to SAVE.
 * KIND dav: PUT of the whole file to /BASENAME.
 *
 * IDENTITY.pem and IDENTITY.key are the client's.  The server is verified
 * against CA as "localhost".  REUSE 0 makes a connection with a full handshake
 * for each file, 1 keeps them.  On stdout: the whole time, and one line for
 * the time of each file, in microseconds.
 */
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#define DIGEST_LEN	32
#define MAX_ANSWER	65536
#define MAX_WORKERS	256

/* Everything about a file that can be made ready before the clock runs. */
struct job {
	uint8_t *request;	/* header, and the body of a small file */
	size_t request_len;
	const uint8_t *file;	/* mapped */
	size_t len;
	size_t sent;		/* of the file, with the request */
	uint8_t digest[DIGEST_LEN];
	int64_t took;		/* microseconds */
};

struct plan {
	bool portal, reuse;
	uint16_t port;
	size_t chunk;
	const char *ca, *identity;
	struct job *jobs;
	size_t n, workers;
	pthread_barrier_t start;
};

struct worker {
	const struct plan *plan;
	size_t first;		/* does first, first + workers, ... */
	SSL_CTX *ctx;
	SSL *ssl;		/* NULL: not connected */
	char answer[MAX_ANSWER + 1];
	char *body;		/* in answer */
	size_t body_len;
	unsigned status;
};

static void
die(const char *what)
{
	(void)fprintf(stderr, "load: %s\n", what);
	ERR_print_errors_fp(stderr);
	exit(1);
}

static int64_t
now_us(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

/* --- connections --- */

static SSL_CTX *
make_context(const struct plan *plan)
{
	SSL_CTX *ctx = SSL_CTX_new(TLS_client_method());
	char cert[4096], key[4096];

	(void)snprintf(cert, sizeof(cert), "%s.pem", plan->identity);
	(void)snprintf(key, sizeof(key), "%s.key", plan->identity);
	if (ctx == NULL ||
	    SSL_CTX_set_min_proto_version(ctx, TLS1_3_VERSION) != 1 ||
	    SSL_CTX_load_verify_locations(ctx, plan->ca, NULL) != 1 ||
	    SSL_CTX_use_certificate_file(ctx, cert, SSL_FILETYPE_PEM) != 1 ||
	    SSL_CTX_use_PrivateKey_file(ctx, key, SSL_FILETYPE_PEM) != 1)
		die("setting up TLS");
	SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER, NULL);
	(void)SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
	return ctx;
}

static void
open_connection(struct worker *w)
{
	struct sockaddr_in to = {
		.sin_family = AF_INET, .sin_port = htons(w->plan->port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	const struct timeval patience = { .tv_sec = 60 };
	const int on = 1;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd == -1 ||
	    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on)) == -1 ||
	    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience,
	    sizeof(patience)) == -1 ||
	    connect(fd, (struct sockaddr *)&to, sizeof(to)) == -1)
		die("connecting");
	if ((w->ssl = SSL_new(w->ctx)) == NULL ||
	    SSL_set1_host(w->ssl, "localhost") != 1 ||
	    SSL_set_tlsext_host_name(w->ssl, "localhost") != 1 ||
	    SSL_set_fd(w->ssl, fd) != 1 || SSL_connect(w->ssl) != 1)
		die("handshake");
	if (SSL_session_reused(w->ssl))
		die("the handshake was not a full one");
}

static void
close_connection(struct worker *w)
{
	int fd = SSL_get_fd(w->ssl);

	(void)SSL_shutdown(w->ssl);
	SSL_free(w->ssl);
	(void)close(fd);
	w->ssl = NULL;
}

static void
put(struct worker *w, const void *data, size_t len)
{
	size_t n;

	/* An int's worth at a time is what SSL_write_ex takes, too. */
	if (len != 0 && (SSL_write_ex(w->ssl, data, len, &n) != 1 || n != len))
		die("writing");
}

/* --- answers --- */

/* The value of a header line, or NULL. */
static const char *
header(const struct worker *w, const char *name)
{
	size_t len = strlen(name);

	for (const char *p = strstr(w->answer, "\r\n"); p != NULL &&
	    p + 2 < w->body; p = strstr(p + 2, "\r\n"))
		if (strncasecmp(p + 2, name, len) == 0 && p[2 + len] == ':')
			return p + 2 + len + 1 + strspn(p + 3 + len, " ");
	return NULL;
}

static void
get(struct worker *w)
{
	size_t have = 0, want = 0, n;
	const char *value;

	w->body = NULL;
	do {
		if (SSL_read_ex(w->ssl, w->answer + have, MAX_ANSWER - have,
		    &n) != 1)
			die("reading the answer");
		have += n;
		w->answer[have] = '\0';
		if (w->body != NULL ||
		    (w->body = strstr(w->answer, "\r\n\r\n")) == NULL)
			continue;
		w->body += 4;
		value = header(w, "Content-Length");
		want = (size_t)(w->body - w->answer) +
		    (value != NULL ? strtoul(value, NULL, 10) : 0);
	} while (w->body == NULL || have < want);
	if (have != want || sscanf(w->answer, "HTTP/1.1 %u", &w->status) != 1)
		die("not an answer");
	w->body_len = (size_t)(w->answer + have - w->body);
}

static void
expect(const struct worker *w, unsigned status)
{
	if (w->status == status)
		return;
	(void)fprintf(stderr, "load: %s\n", w->answer);
	die("another answer was expected");
}

/* A whole DER value which names the file's digest.  Whether the signature is
 * good is asked afterwards, of another program. */
static void
expect_receipt(const struct worker *w, const struct job *job)
{
	const uint8_t *p = (const uint8_t *)w->body;

	if (w->body_len < 4 || p[0] != 0x30 || p[1] != 0x82 ||
	    (size_t)(p[2] << 8 | p[3]) + 4 != w->body_len ||
	    memmem(p, w->body_len, job->digest, DIGEST_LEN) == NULL)
		die("not a receipt for the file that was sent");
}

/* --- the work --- */

/* The rest of the file, after the upload has been created without a body. */
static void
patch(struct worker *w, const struct job *job)
{
	char location[128], head[512];
	const char *value = header(w, "Location");
	size_t at = 0, len;
	int n;

	if (value == NULL || sscanf(value, "%127[^\r\n]", location) != 1)
		die("no Location");
	for (; at < job->len; at += len) {
		len = job->len - at < w->plan->chunk ? job->len - at :
		    w->plan->chunk;
		n = snprintf(head, sizeof(head), "PATCH %s HTTP/1.1\r\n"
		    "Host: localhost\r\nTus-Resumable: 1.0.0\r\n"
		    "Upload-Offset: %zu\r\nPrefer: return=representation\r\n"
		    "Content-Type: application/offset+octet-stream\r\n"
		    "Content-Length: %zu\r\n\r\n", location, at, len);
		put(w, head, (size_t)n);
		put(w, job->file + at, len);
		get(w);
		expect(w, at + len < job->len ? 204 : 200);
	}
}

static void
upload(struct worker *w, struct job *job)
{
	int64_t start = now_us();

	if (w->ssl == NULL)
		open_connection(w);
	put(w, job->request, job->request_len);
	if (!w->plan->portal)
		put(w, job->file + job->sent, job->len - job->sent);
	get(w);
	expect(w, 201);
	if (w->plan->portal && w->plan->chunk != 0)
		patch(w, job);
	job->took = now_us() - start;
	if (w->plan->portal)
		expect_receipt(w, job);
	if (!w->plan->reuse)
		close_connection(w);
}

static void *
work(void *arg)
{
	struct worker *w = arg;

	if (w->plan->reuse)
		open_connection(w);
	(void)pthread_barrier_wait((pthread_barrier_t *)&w->plan->start);
	for (size_t i = w->first; i < w->plan->n; i += w->plan->workers)
		upload(w, &w->plan->jobs[i]);
	return NULL;
}

/* A small file follows its header in one write, as from any client. */
#define ALONG	(1024u * 1024)

static void
prepare(const struct plan *plan, const char *path, struct job *job)
{
	const char *slash = strrchr(path, '/');
	char head[512], base64[64];
	struct stat st;
	int n, fd;

	if ((fd = open(path, O_RDONLY | O_CLOEXEC)) == -1 ||
	    fstat(fd, &st) == -1 || st.st_size == 0)
		die(path);
	job->len = (size_t)st.st_size;
	job->file = mmap(NULL, job->len, PROT_READ,
	    MAP_PRIVATE | MAP_POPULATE, fd, 0);
	if (job->file == MAP_FAILED || EVP_Digest(job->file, job->len,
	    job->digest, NULL, EVP_sha256(), NULL) != 1)
		die(path);
	(void)close(fd);
	(void)EVP_EncodeBlock((unsigned char *)base64, job->digest,
	    DIGEST_LEN);
	if (plan->portal)
		n = snprintf(head, sizeof(head), "POST /v1/uploads HTTP/1.1"
		    "\r\nHost: localhost\r\nTus-Resumable: 1.0.0\r\n"
		    "Upload-Length: %zu\r\nRepr-Digest: sha-256=:%s:\r\n"
		    "Content-Type: application/offset+octet-stream\r\n"
		    "Content-Length: %zu\r\n\r\n", job->len, base64,
		    plan->chunk == 0 ? job->len : 0);
	else
		n = snprintf(head, sizeof(head), "PUT /%s HTTP/1.1\r\n"
		    "Host: localhost\r\nContent-Type: application/cms\r\n"
		    "Content-Length: %zu\r\n\r\n",
		    slash != NULL ? slash + 1 : path, job->len);
	if (plan->portal && plan->chunk == 0)
		job->sent = job->len;
	else if (!plan->portal && job->len <= ALONG)
		job->sent = job->len;
	job->request_len = (size_t)n + job->sent;
	if ((job->request = malloc(job->request_len)) == NULL)
		die("memory");
	memcpy(job->request, head, (size_t)n);
	memcpy(job->request + n, job->file, job->sent);
}

static void
save(const char *path, const struct worker *w)
{
	FILE *f = fopen(path, "w");

	if (f == NULL || fwrite(w->body, 1, w->body_len, f) != w->body_len ||
	    fclose(f) != 0)
		die(path);
}

int
main(int argc, char **argv)
{
	struct plan plan = { 0 };
	struct worker *workers;
	pthread_t threads[MAX_WORKERS];
	int64_t start;

	if (argc < 10) {
		(void)fprintf(stderr, "usage: load portal|dav PORT CA IDENTITY"
		    " CONNECTIONS REUSE CHUNK SAVE FILE...\n");
		return 64;
	}
	(void)signal(SIGPIPE, SIG_IGN);
	plan.portal = strcmp(argv[1], "portal") == 0;
	plan.port = (uint16_t)strtoul(argv[2], NULL, 10);
	plan.ca = argv[3];
	plan.identity = argv[4];
	plan.workers = strtoul(argv[5], NULL, 10);
	plan.reuse = strcmp(argv[6], "1") == 0;
	plan.chunk = strtoul(argv[7], NULL, 10);
	plan.n = (size_t)argc - 9;
	if (plan.workers == 0 || plan.workers > MAX_WORKERS ||
	    plan.workers > plan.n)
		die("as many connections as files, at most");
	plan.jobs = calloc(plan.n, sizeof(*plan.jobs));
	workers = calloc(plan.workers, sizeof(*workers));
	if (plan.jobs == NULL || workers == NULL || pthread_barrier_init(
	    &plan.start, NULL, (unsigned)plan.workers + 1) != 0)
		die("memory");
	for (size_t i = 0; i < plan.n; i++)
		prepare(&plan, argv[9 + i], &plan.jobs[i]);
	for (size_t i = 0; i < plan.workers; i++) {
		workers[i].plan = &plan;
		workers[i].first = i;
		workers[i].ctx = make_context(&plan);
		if (pthread_create(&threads[i], NULL, work, &workers[i]) != 0)
			die("threads");
	}
	(void)pthread_barrier_wait(&plan.start);
	start = now_us();
	for (size_t i = 0; i < plan.workers; i++)
		(void)pthread_join(threads[i], NULL);
	(void)printf("%jd\n", (intmax_t)(now_us() - start));
	for (size_t i = 0; i < plan.n; i++)
		(void)printf("%jd\n", (intmax_t)plan.jobs[i].took);
	if (plan.portal)
		save(argv[8], &workers[(plan.n - 1) % plan.workers]);
	return 0;
}
