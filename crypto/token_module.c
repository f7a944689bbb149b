/* SPDX-License-Identifier: EUPL-1.2 */
#include "crypto/token_module.h"

#include <string.h>
#include <time.h>

#include <libp11.h>
#include <openssl/err.h>

#include "base/wipe.h"

/* PKCS#11 v2.40 §A: CKR_PIN_INCORRECT up to CKR_PIN_LOCKED are about the PIN,
 * the last of them about too many of them. */
#define PIN_FIRST	0xa0
#define PIN_LOCKED	0xa4

#define PAUSE	1000	/* milliseconds between two attempts to start anew */

/* A token's PIN, for all keys in it. */
struct pin {
	struct pin *next;
	char *label, *serial;	/* owned; the token's */
	struct buf pin;
	bool refused;		/* it was wrong: never tried again */
};

struct token_library {
	struct token_module module;
	struct token_library *next;
	char *path;
	unsigned users;		/* of `lock` below */
	PKCS11_CTX *ctx;	/* NULL: not open */
	PKCS11_SLOT *slots;
	unsigned n_slots;
	int64_t tried;		/* when it was last opened; 0: never */
	struct token_hold *holds;	/* those with a pkey */
	struct pin *pins;	/* these stay when it is started anew */
};

static struct token_library *libraries;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

/* --- what libp11 says ----------------------------------------------------- */

/* The newest error of a token's: a CKR_ value, 0 when there is none. */
static unsigned long
reason_of(const char **text)
{
	unsigned long error, found = 0;

	*text = NULL;
	while ((error = ERR_get_error()) != 0) {
		if (ERR_GET_LIB(error) != ERR_get_CKR_code())
			continue;
		found = (unsigned long)ERR_GET_REASON(error);
		*text = ERR_reason_error_string(error);
	}
	return found;
}

bool
token_said(const char **text)
{
	return reason_of(text) != 0;
}

static enum err_code
fail(const char *name, enum err_code code, const char *what, struct err *e)
{
	const char *text;

	(void)reason_of(&text);
	return err_set(e, code, name, 0, "%s%s%s", what,
	    text != NULL ? ": " : "", text != NULL ? text : "");
}

/* --- the library ------------------------------------------------------------ */

static struct token_library *
library_new(const char *path)
{
	struct token_library *l = wipe_malloc(sizeof(*l));

	if (l == NULL)
		return NULL;
	*l = (struct token_library){ .path = wipe_strdup(path) };
	if (l->path == NULL ||
	    pthread_rwlock_init(&l->module.lock, NULL) != 0) {
		wipe_free(l->path);
		wipe_free(l);
		return NULL;
	}
	l->module.library = l;
	l->next = libraries;
	libraries = l;
	return l;
}

struct token_module *
token_module_get(const char *path)
{
	struct token_library *l;

	(void)pthread_mutex_lock(&lock);
	for (l = libraries; l != NULL && strcmp(l->path, path) != 0;)
		l = l->next;
	if (l == NULL)
		l = library_new(path);
	if (l != NULL)
		l->users++;
	(void)pthread_mutex_unlock(&lock);
	return l != NULL ? &l->module : NULL;
}

static void
pin_free(struct pin *pin)
{
	wipe_free(pin->label);
	wipe_free(pin->serial);
	buf_wipe(&pin->pin);
	wipe_free(pin);
}

void
token_module_put(struct token_module *m)
{
	struct token_library *l = m->library, **at;
	struct pin *pin;

	(void)pthread_mutex_lock(&lock);
	if (--l->users == 0) {
		for (at = &libraries; *at != l;)
			at = &(*at)->next;
		*at = l->next;
		token_module_close(m);
		while ((pin = l->pins) != NULL) {
			l->pins = pin->next;
			pin_free(pin);
		}
		(void)pthread_rwlock_destroy(&m->lock);
		wipe_free(l->path);
		wipe_free(l);
	}
	(void)pthread_mutex_unlock(&lock);
}

/* The keys go before what they come from. */
void
token_module_close(struct token_module *m)
{
	struct token_library *l = m->library;

	while (l->holds != NULL)
		token_module_drop(m, l->holds);
	if (l->slots != NULL)
		PKCS11_release_all_slots(l->ctx, l->slots, l->n_slots);
	l->slots = NULL;
	l->n_slots = 0;
	if (l->ctx != NULL) {
		PKCS11_CTX_unload(l->ctx);
		PKCS11_CTX_free(l->ctx);
	}
	l->ctx = NULL;
	ERR_clear_error();
}

static enum err_code
library_open(struct token_library *l, const char *name, struct err *e)
{
	enum err_code code;

	ERR_clear_error();
	if ((l->ctx = PKCS11_CTX_new()) == NULL)
		return err_set(e, ERR_NO_MEMORY, NULL, 0, NULL);
	if (PKCS11_CTX_load(l->ctx, l->path) != 0) {
		code = fail(name, ERR_TOKEN,
		    "[pkcs11] module cannot be loaded", e);
		PKCS11_CTX_free(l->ctx);
		l->ctx = NULL;
		return code;
	}
	l->module.times++;
	if (PKCS11_enumerate_slots(l->ctx, &l->slots, &l->n_slots) == 0)
		return ERR_OK;
	code = fail(name, ERR_KEY_SERVICE, "its slots cannot be listed", e);
	token_module_close(&l->module);
	return code;
}

static int64_t
clock_ms(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

enum err_code
token_module_open(struct token_module *m, uint64_t failed, bool again,
    const char *name, struct err *e)
{
	struct token_library *l = m->library;
	int64_t now = clock_ms();

	if (l->ctx != NULL && m->times != failed)
		return ERR_OK;
	if (again && l->tried != 0 && now - l->tried < PAUSE)
		return err_set(e, ERR_KEY_SERVICE, name, 0,
		    "the token is not there yet");
	l->tried = now;
	token_module_close(m);
	return library_open(l, name, e);
}

/* --- one key ---------------------------------------------------------------- */

static bool
fits(const char *wanted, const char *there)
{
	return wanted == NULL || (there != NULL && strcmp(wanted, there) == 0);
}

static enum err_code
find_token(const struct token_library *l, const struct token_uri *uri,
    const char *name, PKCS11_TOKEN **out, struct err *e)
{
	*out = NULL;
	for (unsigned i = 0; i < l->n_slots; i++) {
		PKCS11_TOKEN *t = l->slots[i].token;

		if (t == NULL || !t->initialized ||
		    !fits(uri->token, t->label) ||
		    !fits(uri->manufacturer, t->manufacturer) ||
		    !fits(uri->serial, t->serialnr) ||
		    !fits(uri->model, t->model))
			continue;
		if (*out != NULL)
			return err_set(e, ERR_TOKEN, name, 0, "two tokens fit: "
			    "name one by token or serial");
		*out = t;
	}
	return *out != NULL ? ERR_OK : err_set(e, ERR_KEY_SERVICE, name, 0,
	    "there is no such token");
}

/* The PIN of a token: kept from before, or from source. */
static enum err_code
get_pin(struct token_library *l, const PKCS11_TOKEN *token, const char *name,
    const struct passphrase_source *source, struct pin **out, struct err *e)
{
	struct pin *pin = l->pins;
	enum err_code code;

	while (pin != NULL && !(fits(pin->label, token->label) &&
	    fits(pin->serial, token->serialnr)))
		pin = pin->next;
	if ((*out = pin) != NULL)
		return ERR_OK;
	if (source == NULL)
		return err_set(e, ERR_PASSPHRASE_NEEDED, name, 0, NULL);
	if ((pin = wipe_malloc(sizeof(*pin))) == NULL)
		return err_set(e, ERR_NO_MEMORY, NULL, 0, NULL);
	*pin = (struct pin){ .label = wipe_strdup(token->label),
	    .serial = wipe_strdup(token->serialnr) };
	code = passphrase_get(source, false, &pin->pin, e);
	if (code == ERR_OK && (pin->label == NULL || pin->serial == NULL ||
	    buf_str(&pin->pin) == NULL))
		code = err_set(e, ERR_NO_MEMORY, NULL, 0, NULL);
	if (code != ERR_OK) {
		pin_free(pin);
		return code;
	}
	pin->next = l->pins;
	*out = l->pins = pin;
	return ERR_OK;
}

static enum err_code
log_in(struct token_library *l, PKCS11_TOKEN *token, const char *name,
    const struct passphrase_source *source, struct err *e)
{
	unsigned long reason;
	enum err_code code;
	const char *text;
	struct pin *pin;
	int in = 0;

	if (!token->loginRequired ||
	    (PKCS11_is_logged_in(token->slot, 0, &in) == 0 && in != 0))
		return ERR_OK;
	if ((code = get_pin(l, token, name, source, &pin, e)) != ERR_OK)
		return code;
	if (pin->refused)
		return err_set(e, ERR_PASSPHRASE, name, 0,
		    "the PIN was refused, and is not tried again");
	ERR_clear_error();
	if (PKCS11_login(token->slot, 0, (const char *)pin->pin.data) == 0)
		return ERR_OK;
	reason = reason_of(&text);
	pin->refused = reason >= PIN_FIRST && reason <= PIN_LOCKED;
	code = !pin->refused ? ERR_KEY_SERVICE : reason == PIN_LOCKED ?
	    ERR_TOKEN : ERR_PASSPHRASE;
	return err_set(e, code, name, 0, "%s", text != NULL ? text :
	    "logging in failed");
}

static enum err_code
find_key(PKCS11_TOKEN *token, const struct token_uri *uri, const char *name,
    PKCS11_KEY **out, struct err *e)
{
	PKCS11_KEY *keys;
	unsigned n;

	*out = NULL;
	ERR_clear_error();
	if (PKCS11_enumerate_keys(token, &keys, &n) != 0)
		return fail(name, ERR_KEY_SERVICE,
		    "its keys cannot be listed", e);
	for (unsigned i = 0; i < n; i++) {
		if (!fits(uri->object, keys[i].label) || (uri->has_id &&
		    !buf_equal(&uri->id, keys[i].id, keys[i].id_len)))
			continue;
		if (*out != NULL)
			return err_set(e, ERR_TOKEN, name, 0,
			    "two keys fit: name one by id");
		*out = &keys[i];
	}
	return *out != NULL ? ERR_OK : err_set(e, ERR_TOKEN, name, 0,
	    "the token has no such private key");
}

enum err_code
token_module_find(struct token_module *m, const struct token_uri *uri,
    const char *name, const struct passphrase_source *source,
    struct token_hold *hold, struct err *e)
{
	struct token_library *l = m->library;
	PKCS11_TOKEN *token;
	enum err_code code;
	PKCS11_KEY *key;

	if ((code = find_token(l, uri, name, &token, e)) != ERR_OK ||
	    (code = log_in(l, token, name, source, e)) != ERR_OK ||
	    (code = find_key(token, uri, name, &key, e)) != ERR_OK)
		return code;
	if ((hold->pkey = PKCS11_get_private_key(key)) == NULL)
		return fail(name, ERR_TOKEN, "its public half is not in the "
		    "token; put the public key there, with the same id", e);
	hold->next = l->holds;
	l->holds = hold;
	return ERR_OK;
}

void
token_module_drop(struct token_module *m, struct token_hold *hold)
{
	struct token_hold **at = &m->library->holds;

	while (*at != NULL && *at != hold)
		at = &(*at)->next;
	if (*at == hold)
		*at = hold->next;
	EVP_PKEY_free(hold->pkey);
	hold->pkey = NULL;
}
