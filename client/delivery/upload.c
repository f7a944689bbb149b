/* SPDX-License-Identifier: EUPL-1.2 */
#include "client/delivery/upload.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/limits.h"
#include "base/message.h"
#include "base/wipe.h"
#include "client/delivery/address.h"
#include "client/delivery/fault.h"
#include "client/delivery/libcurl.h"
#include "client/delivery/probe.h"
#include "client/delivery/proxy.h"
#include "client/delivery/transfer.h"
#include "client/settings.h"
#include "crypto/cert.h"
#include "crypto/tls_identity.h"

/* For name, TCP, the proxy and TLS together. */
#define CONNECT_SECONDS	20L
/* For an answer, once everything is sent. */
#define ANSWER_SECONDS	120
#define ANSWER_SECONDS_MIN 10

/* Loaded by upload_new, so it is there wherever a struct upload is; one for
 * the process, as its initialisation is. */
static const struct libcurl *lib;

struct upload {
	CURL *curl;
	struct buf cert_pem, key_der, anchors;	/* lent to curl */
	const char *anchors_path;	/* for messages; borrowed */
	char root[UPLOAD_URL_LEN];	/* the portal's root, ends with '/' */
	char proxy[sizeof(((struct proxy *)0)->address)];	/* "": none */
	void (*progress)(uint64_t, uint64_t);
	void (*pausing)(const struct err *, unsigned);
	long connect_seconds;
	int64_t patience;		/* seconds for an answer */
	bool silent;			/* how the last request ended */
	char error[CURL_ERROR_SIZE];
};

static void *
zeroed(size_t n, size_t size)
{
	return calloc(n, size);
}

/* --- what went wrong ----------------------------------------------------- */

/* Another certificate than the pinned one: whose is it?  Often that of a
 * proxy which looks into what passes. */
static enum err_code
explain_certificate(const struct upload *u, struct err *e)
{
	char issuer[160], words[ERR_MSG_LEN];

	if (!probe_issuer(lib, u->curl, u->root, issuer, sizeof(issuer)))
		return e->code;
	memcpy(words, e->msg, sizeof(words));
	err_clear(e);
	return err_set(e, ERR_PORTAL_CERT, u->root, 0,
	    _("%.140s; the one that was shown is issued by '%s'"), words,
	    issuer);
}

/* Then no connection can be made, and that is not the network's fault. */
static bool
out_of_descriptors(void)
{
	int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);

	if (fd != -1)
		(void)close(fd);
	return fd == -1 && (errno == EMFILE || errno == ENFILE);
}

static enum err_code
explain(const struct transfer *t, const struct upload *u, CURLcode result,
    struct err *e)
{
	struct fault f = {
		.result = t->unconnected ? CURLE_OPERATION_TIMEDOUT : result,
		.words = u->error, .portal = u->root,
		.proxy = u->proxy, .connected = t->reached,
		.connect_seconds = u->connect_seconds,
	};
	struct err found = { 0 };

	if (t->malformed)
		return err_set(e, ERR_PROTOCOL, u->root, 0,
		    _("a header is malformed"));
	if (t->too_large)
		return err_set(e, ERR_PROTOCOL, u->root, 0,
		    _("its answer is too large"));
	if (t->stalled)
		return err_set(e, ERR_INTERRUPTED, u->root, 0,
		    _("no byte moved for %d seconds"),
		    TRANSFER_STALL_SECONDS);
	if (t->late)
		return err_set(e, ERR_INTERRUPTED, u->root, 0,
		    _("no whole answer within %jd seconds"),
		    (intmax_t)t->patience);
	(void)lib->easy_getinfo(u->curl, CURLINFO_HTTP_CONNECTCODE,
	    &f.connect_status);
	(void)lib->easy_getinfo(u->curl, CURLINFO_PROXY_ERROR,
	    &f.proxy_error);
	(void)lib->easy_getinfo(u->curl, CURLINFO_OS_ERRNO, &f.os_errno);
	(void)fault_explain(lib, &f, &found);
	if (found.code == ERR_NO_NETWORK && out_of_descriptors())
		return err_errno(e, ERR_IO, u->root, errno);
	if (found.code == ERR_PORTAL_CERT)
		(void)explain_certificate(u, &found);
	return err_set(e, found.code, found.code == ERR_CONFIG ?
	    u->anchors_path : found.where, 0, "%s", found.msg);
}

/* --- the handle ---------------------------------------------------------- */

/* TLS 1.3, the pinned anchors and nothing else, and who we are. */
static unsigned
set_tls(struct upload *u)
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

	bad |= lib->easy_setopt(c, CURLOPT_SSLVERSION,
	    (long)CURL_SSLVERSION_TLSv1_3);
	bad |= lib->easy_setopt(c, CURLOPT_SSL_VERIFYPEER, 1L);
	bad |= lib->easy_setopt(c, CURLOPT_SSL_VERIFYHOST, 2L);
	/* Else the system's file and folder are trusted as well. */
	bad |= lib->easy_setopt(c, CURLOPT_CAINFO, NULL);
	bad |= lib->easy_setopt(c, CURLOPT_CAPATH, NULL);
	bad |= lib->easy_setopt(c, CURLOPT_CAINFO_BLOB, &anchors);
	if (cert.len == 0)
		return bad;
	bad |= lib->easy_setopt(c, CURLOPT_SSLCERT_BLOB, &cert);
	bad |= lib->easy_setopt(c, CURLOPT_SSLCERTTYPE, "PEM");
	bad |= lib->easy_setopt(c, CURLOPT_SSLKEY_BLOB, &key);
	bad |= lib->easy_setopt(c, CURLOPT_SSLKEYTYPE, "DER");
	return bad;
}

/* The proxy that was chosen, or none: what stands in the environment must
 * not decide it a second time. */
static unsigned
set_proxy(struct upload *u, const struct proxy *p)
{
	CURL *c = u->curl;
	unsigned bad = 0;

	bad |= lib->easy_setopt(c, CURLOPT_PROXY, u->proxy);
	bad |= lib->easy_setopt(c, CURLOPT_NOPROXY, "");
	bad |= lib->easy_setopt(c, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
	/* What is meant for the portal is not told to the proxy. */
	bad |= lib->easy_setopt(c, CURLOPT_HEADEROPT,
	    (long)CURLHEADER_SEPARATE);
	if (p == NULL || p->user.len == 0)
		return bad;
	/* The strongest way of those that the proxy offers; what it does not
	 * ask for, it does not get.  Not Negotiate: that is no way for a
	 * password, but would be taken before all others. */
	bad |= lib->easy_setopt(c, CURLOPT_PROXYAUTH, (long)(CURLAUTH_DIGEST |
	    CURLAUTH_NTLM | CURLAUTH_BASIC));
	bad |= lib->easy_setopt(c, CURLOPT_PROXYUSERNAME,
	    (const char *)p->user.data);
	if (p->password.len != 0)
		bad |= lib->easy_setopt(c, CURLOPT_PROXYPASSWORD,
		    (const char *)p->password.data);
	return bad;
}

/* What holds for every request.  False when curl lacks something. */
static bool
set_rules(struct upload *u, const struct proxy *proxy)
{
	CURL *c = u->curl;
	unsigned bad = set_tls(u) | set_proxy(u, proxy);

	bad |= lib->easy_setopt(c, CURLOPT_PROTOCOLS_STR, "https");
	bad |= lib->easy_setopt(c, CURLOPT_FOLLOWLOCATION, 0L);
	bad |= lib->easy_setopt(c, CURLOPT_HTTP_VERSION,
	    (long)CURL_HTTP_VERSION_1_1);
	bad |= lib->easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
	bad |= lib->easy_setopt(c, CURLOPT_CONNECTTIMEOUT,
	    u->connect_seconds);
	bad |= lib->easy_setopt(c, CURLOPT_CERTINFO, 1L);
	bad |= lib->easy_setopt(c, CURLOPT_USERAGENT,
	    "sigill/" SIGILL_VERSION);
	bad |= lib->easy_setopt(c, CURLOPT_ERRORBUFFER, u->error);
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
	u->pausing = config->pausing;
	if (config->proxy != NULL)
		memcpy(u->proxy, config->proxy->address, sizeof(u->proxy));
	u->connect_seconds = config->seconds != 0 ? (long)config->seconds :
	    CONNECT_SECONDS;
	u->patience = config->seconds != 0 ? config->seconds :
	    ANSWER_SECONDS;
	if ((code = address_root(lib, config->portal, u->root, e)) == ERR_OK)
		code = file_read(config->anchors, LIMIT_CERT_FILE,
		    &u->anchors, e);
	if (code == ERR_OK && config->identity != NULL)
		code = tls_identity_encode(config->identity->key,
		    config->identity->cert, &config->identity->chain,
		    &u->cert_pem, &u->key_der, e);
	if (code == ERR_OK &&
	    ((u->curl = lib->easy_init()) == NULL || 
	    !set_rules(u, config->proxy)))
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
	CURL *c = t->curl;
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
	else if (strcmp(request->method, "POST") == 0 ||
	    strcmp(request->method, "PATCH") == 0) {
		bad |= lib->easy_setopt(c, CURLOPT_POST, 1L);
		bad |= lib->easy_setopt(c, CURLOPT_POSTFIELDSIZE_LARGE,
		    (curl_off_t)request->len);
	}
	bad |= lib->easy_setopt(c, CURLOPT_CUSTOMREQUEST, request->method);
	/* On a connection that has died since, curl would send it again by
	 * itself, unless there is a body to go back in: that may make two
	 * uploads. */
	bad |= lib->easy_setopt(c, CURLOPT_FRESH_CONNECT,
	    request->len == 0 && strcmp(request->method, "POST") == 0 ?
	    1L : 0L);
	bad |= lib->easy_setopt(c, CURLOPT_URL, request->url);
	bad |= lib->easy_setopt(c, CURLOPT_HTTPHEADER, *list);
	return bad == 0;
}

enum err_code
upload_perform(struct upload *u, const struct upload_request *request,
    struct upload_answer *out, struct err *e)
{
	struct transfer t = {
		.lib = lib, .curl = u->curl, .request = request,
		.answer = out, .progress = u->progress,
		.patience = u->patience,
		.connect_seconds = u->connect_seconds,
	};
	struct curl_slist *list = NULL;
	enum err_code code = ERR_OK;
	CURLcode result = CURLE_OK;

	memset(out, 0, sizeof(*out));
	out->most = request->most;
	u->error[0] = '\0';
	if (!set_request(&t, &list) || !transfer_begin(&t))
		code = err_set(e, ERR_NO_MEMORY, NULL, 0, NULL);
	else if ((result = lib->easy_perform(u->curl)) != CURLE_OK)
		code = explain(&t, u, result, e);
	else {
		(void)lib->easy_getinfo(u->curl, CURLINFO_RESPONSE_CODE,
		    &out->status);
		upload_answer_settle(out);
	}
	u->silent = t.stalled || t.late || t.unconnected ||
	    result == CURLE_OPERATION_TIMEDOUT;
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
		u->patience = seconds_left;
}

bool
upload_was_silent(const struct upload *u)
{
	return u->silent;
}

/* "Cert:…" of the server's own certificate, which comes first. */
static void
find_cert(const struct curl_certinfo *info, struct buf *pem)
{
	const struct curl_slist *line;

	if (info == NULL || info->num_of_certs < 1)
		return;
	for (line = info->certinfo[0]; line != NULL; line = line->next)
		if (strncmp(line->data, "Cert:", 5) == 0)
			buf_add_str(pem, line->data + 5);
}

int64_t
upload_peer_not_after(const struct upload *u)
{
	struct curl_certinfo *info = NULL;
	struct cert_list list = { 0 };
	struct buf pem = { 0 };
	int64_t end = 0;

	if (lib->easy_getinfo(u->curl, CURLINFO_CERTINFO, &info) == CURLE_OK)
		find_cert(info, &pem);
	if (cert_parse_list(&pem, u->root, &list, NULL) == ERR_OK)
		end = cert_not_after(list.v[0]);
	cert_list_wipe(&list);
	buf_wipe(&pem);
	return end;
}

void
upload_tell_pause(const struct upload *u, const struct err *why,
    unsigned seconds_left)
{
	if (u->pausing != NULL)
		u->pausing(why, seconds_left);
}

enum err_code
upload_ask_why(struct upload *u, struct err *e)
{
	char alert[CURL_ERROR_SIZE];

	if (probe_alert(lib, u->curl, u->root, alert)) {
		err_clear(e);
		err_set(e, ERR_CLIENT_CERT, u->root, 0, "%.240s", alert);
	}
	return e->code;
}
