/* SPDX-License-Identifier: EUPL-1.2 */
#include "client/upload.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/file.h"
#include "base/limits.h"
#include "base/message.h"
#include "base/wipe.h"
#include "client/address.h"
#include "client/fault.h"
#include "client/libcurl.h"
#include "client/settings.h"
#include "crypto/tls_identity.h"

#define CONNECT_SECONDS	20L
/* No byte in either direction for so long: the line is dead.  A portal that
 * makes a large file durable is silent for a while. */
#define STALL_SECONDS	60
/* For the whole answer, once everything is sent: a portal that lets its bytes
 * drip would hold us for ever. */
#define ANSWER_SECONDS	120
#define ANSWER_SECONDS_MIN 10
/* How long a server may take to refuse a certificate after the handshake. */
#define LISTEN_MS	5000

/* Loaded by upload_new, so it is there wherever a struct upload is; one for
 * the process, as its initialisation is. */
static const struct libcurl *lib;

struct upload {
	CURL *curl;
	struct buf cert_pem, key_der, anchors;	/* lent to curl */
	const char *anchors_path;		/* for messages; borrowed */
	char root[UPLOAD_URL_LEN];	/* the portal's root, ends with '/' */
	void (*progress)(uint64_t, uint64_t);
	time_t patience;		/* seconds for an answer */
	bool silent;			/* how the last request ended */
	char error[CURL_ERROR_SIZE];
};

/* One request on its way; curl's callbacks work on it. */
struct transfer {
	struct upload *u;
	const struct upload_request *request;
	struct upload_answer *answer;
	size_t sent;			/* of the body, given to curl */
	curl_off_t moved;		/* bytes both ways, when last seen */
	time_t moved_at;		/* monotonic seconds */
	time_t sent_at;			/* all that will be; 0: not yet */
	curl_off_t told;		/* bytes sent, as progress last heard */
	bool stalled, late, malformed, too_large;
};

static void *
zeroed(size_t n, size_t size)
{
	return calloc(n, size);
}

static time_t
seconds(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec;
}

/* --- curl's callbacks ----------------------------------------------------- */

static size_t
on_header(char *data, size_t size, size_t n, void *arg)
{
	struct transfer *t = arg;

	t->malformed = !upload_answer_header(t->answer, data, size * n);
	return t->malformed ? 0 : size * n;
}

static size_t
on_body(char *data, size_t size, size_t n, void *arg)
{
	struct transfer *t = arg;

	t->too_large = !upload_answer_body(t->answer, data, size * n);
	return t->too_large ? 0 : size * n;
}

/* There is no way back (no seek function): a request is never sent twice
 * behind our back. */
static size_t
on_read(char *to, size_t size, size_t n, void *arg)
{
	struct transfer *t = arg;
	size_t room = size * n, left = t->request->len - t->sent;

	if (room > left)
		room = left;
	if (room != 0)
		memcpy(to, t->request->body + t->sent, room);
	t->sent += room;
	return room;
}

static int
on_progress(void *arg, curl_off_t dltotal, curl_off_t dlnow,
    curl_off_t ultotal, curl_off_t ulnow)
{
	struct transfer *t = arg;
	time_t now = seconds();
	long status = 0;

	(void)dltotal;
	if (dlnow + ulnow != t->moved) {
		t->moved = dlnow + ulnow;
		t->moved_at = now;
	}
	if (t->u->progress != NULL && ultotal > (curl_off_t)(1 << 20) &&
	    ulnow != t->told) {
		t->told = ulnow;
		t->u->progress((uint64_t)ulnow, (uint64_t)ultotal);
	}
	(void)lib->easy_getinfo(t->u->curl, CURLINFO_RESPONSE_CODE, &status);
	if (t->sent_at == 0 && (status >= 200 ||
	    (uint64_t)ulnow >= t->request->len))
		t->sent_at = now;
	t->stalled = now - t->moved_at > STALL_SECONDS;
	t->late = t->sent_at != 0 && now - t->sent_at > t->u->patience;
	return t->stalled || t->late;
}

/* --- what went wrong ----------------------------------------------------- */

static enum err_code
explain(const struct transfer *t, CURLcode result, struct err *e)
{
	const char *words = t->u->error;
	long connect_status = 0;
	enum err_code code;

	if (t->malformed)
		return err_set(e, ERR_PROTOCOL, t->u->root, 0,
		    _("a header is malformed"));
	if (t->too_large)
		return err_set(e, ERR_PROTOCOL, t->u->root, 0,
		    _("its answer is too large"));
	if (t->stalled)
		return err_set(e, ERR_INTERRUPTED, t->u->root, 0,
		    _("no byte moved for %d seconds"), STALL_SECONDS);
	if (t->late)
		return err_set(e, ERR_INTERRUPTED, t->u->root, 0,
		    _("no whole answer within %jd seconds"),
		    (intmax_t)t->u->patience);
	(void)lib->easy_getinfo(t->u->curl, CURLINFO_HTTP_CONNECTCODE,
	    &connect_status);
	code = fault_code(result, connect_status, words);
	if (code == ERR_PROXY && connect_status != 0)
		return err_set(e, code, t->u->root, 0,
		    _("it answered with status %ld"), connect_status);
	if (code == ERR_CONFIG && fault_is_proxy_address(words))
		return err_set(e, code, "https_proxy", 0, _("the proxy's "
		    "address is malformed, or of a kind that is not "
		    "supported"));
	return err_set(e, code, code == ERR_CONFIG ? t->u->anchors_path :
	    t->u->root, 0, "%.240s", fault_words(lib, result, words));
}

/* --- the handle ---------------------------------------------------------- */

/* What holds for every request.  False when curl lacks something. */
static bool
set_rules(struct upload *u)
{
	struct curl_blob cert = {
		.data = u->cert_pem.data, .len = u->cert_pem.len,
		.flags = CURL_BLOB_NOCOPY,
	};
	struct curl_blob key = {
		.data = u->key_der.data, .len = u->key_der.len,
		.flags = CURL_BLOB_NOCOPY,
	};
	struct curl_blob anchors = {
		.data = u->anchors.data, .len = u->anchors.len,
		.flags = CURL_BLOB_NOCOPY,
	};
	CURL *c = u->curl;
	unsigned bad = 0;

	bad |= lib->easy_setopt(c, CURLOPT_PROTOCOLS_STR, "https");
	bad |= lib->easy_setopt(c, CURLOPT_FOLLOWLOCATION, 0L);
	bad |= lib->easy_setopt(c, CURLOPT_HTTP_VERSION,
	    (long)CURL_HTTP_VERSION_1_1);
	bad |= lib->easy_setopt(c, CURLOPT_SSLVERSION,
	    (long)CURL_SSLVERSION_TLSv1_3);
	bad |= lib->easy_setopt(c, CURLOPT_SSL_VERIFYPEER, 1L);
	bad |= lib->easy_setopt(c, CURLOPT_SSL_VERIFYHOST, 2L);
	/* Else the system's file and folder are trusted as well. */
	bad |= lib->easy_setopt(c, CURLOPT_CAINFO, NULL);
	bad |= lib->easy_setopt(c, CURLOPT_CAPATH, NULL);
	bad |= lib->easy_setopt(c, CURLOPT_CAINFO_BLOB, &anchors);
	bad |= lib->easy_setopt(c, CURLOPT_SSLCERT_BLOB, &cert);
	bad |= lib->easy_setopt(c, CURLOPT_SSLCERTTYPE, "PEM");
	bad |= lib->easy_setopt(c, CURLOPT_SSLKEY_BLOB, &key);
	bad |= lib->easy_setopt(c, CURLOPT_SSLKEYTYPE, "DER");
	bad |= lib->easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
	bad |= lib->easy_setopt(c, CURLOPT_CONNECTTIMEOUT, CONNECT_SECONDS);
	bad |= lib->easy_setopt(c, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
	bad |= lib->easy_setopt(c, CURLOPT_USERAGENT,
	    "sigill/" SIGILL_VERSION);
	bad |= lib->easy_setopt(c, CURLOPT_ERRORBUFFER, u->error);
	bad |= lib->easy_setopt(c, CURLOPT_HEADERFUNCTION, on_header);
	bad |= lib->easy_setopt(c, CURLOPT_WRITEFUNCTION, on_body);
	bad |= lib->easy_setopt(c, CURLOPT_READFUNCTION, on_read);
	bad |= lib->easy_setopt(c, CURLOPT_XFERINFOFUNCTION, on_progress);
	bad |= lib->easy_setopt(c, CURLOPT_NOPROGRESS, 0L);
	return bad == 0;
}

enum err_code
upload_new(const struct upload_config *config, struct upload **out,
    struct err *e)
{
	struct upload *u;
	enum err_code code;

	if ((code = libcurl_load(&lib, e)) != ERR_OK)
		return code;
	/* What curl frees is wiped as well. */
	if ((u = calloc(1, sizeof(*u))) == NULL ||
	    lib->global_init_mem(CURL_GLOBAL_DEFAULT, wipe_malloc, wipe_free,
	    wipe_realloc, wipe_strdup, zeroed) != CURLE_OK) {
		free(u);
		return err_set(e, ERR_NO_MEMORY, NULL, 0, NULL);
	}
	u->anchors_path = config->anchors;
	u->progress = config->progress;
	u->patience = ANSWER_SECONDS;
	if ((code = address_root(lib, config->portal, u->root, e)) == ERR_OK)
		code = file_read(config->anchors, LIMIT_CERT_FILE,
		    &u->anchors, e);
	if (code == ERR_OK)
		code = tls_identity_encode(config->identity->key,
		    config->identity->cert, &config->identity->chain,
		    &u->cert_pem, &u->key_der, e);
	if (code == ERR_OK &&
	    ((u->curl = lib->easy_init()) == NULL || !set_rules(u)))
		code = err_set(e, ERR_NO_MEMORY, NULL, 0, "libcurl");
	if (code != ERR_OK)
		upload_free(u);
	else
		*out = u;
	return code;
}

void
upload_free(struct upload *u)
{
	if (u == NULL)
		return;
	lib->easy_cleanup(u->curl);
	buf_wipe(&u->cert_pem);
	buf_wipe(&u->key_der);
	buf_wipe(&u->anchors);
	free(u);
	lib->global_cleanup();
}

enum err_code
upload_url(const struct upload *u, const char *base, const char *reference,
    char out[static UPLOAD_URL_LEN], struct err *e)
{
	return address_resolve(lib, u->root, base != NULL ? base : u->root,
	    reference, out, e);
}

/* Method, body and headers of one request.  *list is to be freed. */
static bool
set_request(struct transfer *t, struct curl_slist **list)
{
	const struct upload_request *request = t->request;
	CURL *c = t->u->curl;
	struct curl_slist *more;
	unsigned bad = 0;

	for (size_t i = 0; i < UPLOAD_HEADERS && request->headers[i] != NULL;
	    i++) {
		if ((more = lib->slist_append(*list,
		    request->headers[i])) == NULL)
			return false;
		*list = more;
	}
	/* Back to GET: the handle remembers the request before. */
	bad |= lib->easy_setopt(c, CURLOPT_NOBODY, 0L);
	bad |= lib->easy_setopt(c, CURLOPT_HTTPGET, 1L);
	if (strcmp(request->method, "HEAD") == 0)
		bad |= lib->easy_setopt(c, CURLOPT_NOBODY, 1L);
	else if (strcmp(request->method, "GET") != 0) {
		bad |= lib->easy_setopt(c, CURLOPT_POST, 1L);
		bad |= lib->easy_setopt(c, CURLOPT_POSTFIELDSIZE_LARGE,
		    (curl_off_t)request->len);
	}
	bad |= lib->easy_setopt(c, CURLOPT_CUSTOMREQUEST,
	    strcmp(request->method, "PATCH") == 0 ? "PATCH" : NULL);
	bad |= lib->easy_setopt(c, CURLOPT_URL, request->url);
	bad |= lib->easy_setopt(c, CURLOPT_HTTPHEADER, *list);
	bad |= lib->easy_setopt(c, CURLOPT_HEADERDATA, t);
	bad |= lib->easy_setopt(c, CURLOPT_WRITEDATA, t);
	bad |= lib->easy_setopt(c, CURLOPT_READDATA, t);
	bad |= lib->easy_setopt(c, CURLOPT_XFERINFODATA, t);
	return bad == 0;
}

enum err_code
upload_perform(struct upload *u, const struct upload_request *request,
    struct upload_answer *out, struct err *e)
{
	struct transfer t = {
		.u = u, .request = request, .answer = out,
		.moved_at = seconds(),
	};
	struct curl_slist *list = NULL;
	enum err_code code = ERR_OK;
	CURLcode result;

	memset(out, 0, sizeof(*out));
	u->error[0] = '\0';
	if (!set_request(&t, &list))
		code = err_set(e, ERR_NO_MEMORY, NULL, 0, NULL);
	else if ((result = lib->easy_perform(u->curl)) != CURLE_OK)
		code = explain(&t, result, e);
	else
		(void)lib->easy_getinfo(u->curl, CURLINFO_RESPONSE_CODE,
		    &out->status);
	u->silent = t.stalled || t.late;
	/* curl must not keep what is freed here. */
	(void)lib->easy_setopt(u->curl, CURLOPT_HTTPHEADER, NULL);
	lib->slist_free_all(list);
	if (code != ERR_OK)
		upload_answer_wipe(out);
	return code;
}

void
upload_set_patience(struct upload *u, int64_t seconds_left)
{
	if (seconds_left < ANSWER_SECONDS_MIN)
		u->patience = ANSWER_SECONDS_MIN;
	else if (seconds_left > ANSWER_SECONDS)
		u->patience = ANSWER_SECONDS;
	else
		u->patience = (time_t)seconds_left;
}

bool
upload_was_silent(const struct upload *u)
{
	return u->silent;
}

/* Keeps the words that tell of a refused certificate.  The error buffer would
 * not do: it gets the first thing that went wrong, and on a connection that
 * is closed already that is often another, of no consequence. */
static int
on_words(CURL *c, curl_infotype type, char *data, size_t len, void *arg)
{
	char words[CURL_ERROR_SIZE] = "", *kept = arg;

	(void)c;
	if (type != CURLINFO_TEXT || len == 0 || len >= sizeof(words))
		return 0;
	memcpy(words, data, len);
	words[strcspn(words, "\n")] = '\0';
	/* An error of OpenSSL's: not a trace of what we ourselves say. */
	if (strstr(words, "error:") != NULL &&
	    fault_is_certificate_alert(words))
		memcpy(kept, words, sizeof(words));
	return 0;
}

/* Listens for what a server says of its own accord after the handshake: an
 * alert, or session tickets, which mean that it has taken the certificate. */
static void
listen_for_alert(CURL *c)
{
	struct pollfd p = { .events = POLLIN };
	curl_socket_t fd = CURL_SOCKET_BAD;
	size_t n = 0;
	char byte;

	if (lib->easy_getinfo(c, CURLINFO_ACTIVESOCKET, &fd) != CURLE_OK ||
	    fd == CURL_SOCKET_BAD)
		return;
	p.fd = fd;
	if (poll(&p, 1, LISTEN_MS) == 1)
		(void)lib->easy_recv(c, &byte, sizeof(byte), &n);
}

enum err_code
upload_ask_why(struct upload *u, struct err *e)
{
	char alert[CURL_ERROR_SIZE] = "";
	CURL *c = lib->easy_duphandle(u->curl);

	if (c != NULL &&
	    lib->easy_setopt(c, CURLOPT_URL, u->root) == CURLE_OK &&
	    lib->easy_setopt(c, CURLOPT_CONNECT_ONLY, 1L) == CURLE_OK &&
	    lib->easy_setopt(c, CURLOPT_NOPROGRESS, 1L) == CURLE_OK &&
	    lib->easy_setopt(c, CURLOPT_DEBUGFUNCTION, on_words) ==
	    CURLE_OK &&
	    lib->easy_setopt(c, CURLOPT_DEBUGDATA, alert) == CURLE_OK &&
	    lib->easy_setopt(c, CURLOPT_VERBOSE, 1L) == CURLE_OK &&
	    lib->easy_perform(c) == CURLE_OK)
		listen_for_alert(c);
	if (alert[0] != '\0') {
		err_clear(e);
		err_set(e, ERR_CLIENT_CERT, u->root, 0, "%.240s", alert);
	}
	lib->easy_cleanup(c);
	return e->code;
}
