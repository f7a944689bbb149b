/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The process itself: single-threaded, so that what is done with one key is
 * over when the next request is read.
 */
#include "intake/service/keyholder.h"

#include <string.h>
#include <unistd.h>

#include "base/timestamp.h"
#include "base/wipe.h"
#include "crypto/algorithms.h"
#include "crypto/enveloped.h"
#include "crypto/token_uri.h"
#include "intake/service/channel.h"
#include "intake/service/child.h"
#include "intake/service/sandbox.h"
#include "intake/settings.h"

#define CHANNEL		STDIN_FILENO

/* --- before the walls are up ---------------------------------------------- */

/* Is any of the keys in a token? */
static bool
has_tokens(const struct intake_settings *s)
{
	const char *section;

	for (size_t i = 0; (section = config_section(s->config, "recipient",
	    i)) != NULL; i++)
		if (token_is_uri(config_get(s->config, section, "key")))
			return true;
	return false;
}

/* Opens what is sealed for each certificate with its key: whatever libraries
 * need is there afterwards, and a key that cannot do it shows at the start. */
static enum err_code
try_keys(const struct intake_settings *s, struct err *e)
{
	static const char nothing[] = "nothing";
	struct buf sealed = { 0 }, out = { 0 };
	enum err_code code = ERR_OK;
	struct recipient_key key;
	struct cert_list one;
	size_t which;

	for (size_t i = 0; code == ERR_OK && i < s->recipients.len; i++) {
		key = (struct recipient_key){
			.key = s->recipient_keys[i],
			.cert = s->recipients.v[i],
		};
		one = (struct cert_list){ &s->recipients.v[i], 1 };
		if ((code = enveloped_make(nothing, sizeof(nothing), &one,
		    &sealed, e)) == ERR_OK &&
		    enveloped_open(sealed.data, sealed.len, &key, 1, &out,
		    &which, NULL) != ERR_OK)
			code = err_set(e, ERR_KEY, config_section(s->config,
			    "recipient", i), 0, "it does not decrypt");
		buf_wipe(&sealed);
		buf_wipe(&out);
	}
	return code;
}

static enum err_code
start(struct intake_settings *s, const char *config, int passphrase_fd,
    struct err *e)
{
	enum err_code code;

	code = intake_settings_load(config, passphrase_fd, INTAKE_UNWRAP,
	    timestamp_now(), s, e);
	if (passphrase_fd > STDERR_FILENO)
		(void)close(passphrase_fd);
	if (code == ERR_OK && (code = try_keys(s, e)) == ERR_OK)
		code = sandbox_enter(has_tokens(s) ? SANDBOX_TOKENS :
		    SANDBOX_KEYS, 0, e);
	return code;
}

/* --- one request after the other ------------------------------------------ */

/* ERR_DECRYPTION, too, for a certificate that is not ours: who asks knows
 * ours. */
static enum err_code
unwrap(const struct intake_settings *s, const struct wrapped_key *w,
    uint8_t out[static CONTENT_KEY_LEN])
{
	const struct algorithm *row;
	uint8_t digest[DIGEST_LEN];
	enum err_code code;

	(void)wipe_ran_out();
	for (size_t i = 0; i < s->recipients.len; i++) {
		row = algorithm_to_receive(s->recipients.v[i]);
		if (row == NULL || strcmp(row->name, w->algorithm) != 0 ||
		    cert_digest(s->recipients.v[i], digest, NULL) != ERR_OK ||
		    memcmp(digest, w->recipient, sizeof(digest)) != 0)
			continue;
		code = unwrap_key(s->recipient_keys[i], w, out, NULL);
		return code == ERR_DECRYPTION && wipe_ran_out() ?
		    ERR_NO_MEMORY : code;
	}
	return wipe_ran_out() ? ERR_NO_MEMORY : ERR_DECRYPTION;
}

static enum err_code
serve_next(const struct intake_settings *s)
{
	uint8_t key[CONTENT_KEY_LEN];
	struct buf message = { 0 };
	struct wrapped_key w;
	enum err_code code;
	char type = 0;

	code = channel_receive(CHANNEL, sizeof(w), &type, &message, -1, NULL);
	if (code == ERR_OK && type != 'U')
		code = ERR_PROTOCOL;
	if (code == ERR_OK)
		code = wrapped_key_parse(message.data, message.len, &w, NULL);
	buf_wipe(&message);
	if (code != ERR_OK)
		return code;
	if ((code = unwrap(s, &w, key)) == ERR_OK)
		code = channel_send(CHANNEL, 'K', key, sizeof(key), -1, NULL);
	else
		code = channel_send(CHANNEL, 'E', err_name(code),
		    strlen(err_name(code)), -1, NULL);
	explicit_bzero(key, sizeof(key));
	return code;
}

int
keyholder_main(const char *config, int passphrase_fd)
{
	struct intake_settings s = { 0 };
	struct err e = { 0 };
	enum err_code code;

	code = start(&s, config, passphrase_fd, &e);
	if (child_report(CHANNEL, &e) != ERR_OK)
		code = ERR_INTERRUPTED;
	while (code == ERR_OK)
		code = serve_next(&s);
	intake_settings_wipe(&s);
	return code == ERR_INTERRUPTED ? 0 : err_status(code);
}
