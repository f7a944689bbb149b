/* SPDX-License-Identifier: EUPL-1.2 */
#include "tests/unit/sample.h"

#include <stdarg.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/limits.h"
#include "crypto/der.h"

const char *const sample_senders[3] = {
	"exempelkoping", "exempelregionen", "exempelmyndigheten"
};
const char *const sample_recipients[3] = {
	"intake-p256", "intake-p384", "intake-rsa"
};

struct cert *
sample_cert(const char *name)
{
	struct cert_list list = { 0 };
	struct cert *cert;
	char path[200];

	snprintf(path, sizeof(path), "certs-sample/%s.pem", name);
	assert_int_equal(cert_load_list(path, &list, NULL), ERR_OK);
	assert_int_equal(list.len, 1);
	cert = cert_ref(list.v[0]);
	cert_list_wipe(&list);
	return cert;
}

struct sample
sample_load(const char *name)
{
	const struct passphrase_source none = { .fd = -1 };
	char path[200], copy[] = "/tmp/sigill-sample-XXXXXX";
	struct sample s = { NULL, sample_cert(name) };
	struct buf pem = { 0 };
	int fd;

	snprintf(path, sizeof(path), "certs-sample/%s.key", name);
	assert_int_equal(file_read(path, LIMIT_KEY_FILE, &pem, NULL), ERR_OK);
	assert_true((fd = mkstemp(copy)) >= 0);
	assert_int_equal(file_write_fd(fd, copy, pem.data, pem.len, NULL),
	    ERR_OK);
	close(fd);
	assert_int_equal(key_load(copy, &none, &s.key, NULL), ERR_OK);
	unlink(copy);
	buf_wipe(&pem);
	return s;
}

void
sample_free(struct sample *s)
{
	key_free(s->key);
	cert_free(s->cert);
}

struct signer
sample_signer(const struct sample *s)
{
	return (struct signer){ .key = s->key, .cert = s->cert };
}

void
sample_hex(const char *hex, struct buf *out)
{
	char two[3] = { 0 };

	while (*(hex += strspn(hex, " ")) != '\0') {
		memcpy(two, hex, 2);
		buf_add_u8(out, (uint8_t)strtoul(two, NULL, 16));
		hex += 2;
	}
}

/* Edits what is inside of one constructed value. */
static bool
edit_inside(const struct der *v, const char *path, char op, const char *hex,
    struct buf *out)
{
	struct cursor c = cursor_of(v->p, v->len);
	struct buf inside = { 0 };
	struct der child;
	char *rest;
	unsigned long at = strtoul(path, &rest, 10);
	bool done = false;

	for (unsigned long i = 0; c.left > 0; i++) {
		if (!der_any(&c, &child))
			break;
		if (i != at) {
			buf_add(&inside, child.whole, child.whole_len);
			continue;
		}
		done = true;
		if (*rest == '.')
			done = edit_inside(&child, rest + 1, op, hex,
			    &inside);
		else if (op == '~') {
			struct buf value = { 0 };

			sample_hex(hex, &value);
			der_put(&inside, child.tag, value.len);
			buf_add(&inside, value.data, value.len);
			buf_wipe(&value);
		} else {
			if (op == '=' || op == '+')
				sample_hex(hex, &inside);
			if (op == '+' || op == '*')
				buf_add(&inside, child.whole,
				    child.whole_len);
			if (op == '*')
				buf_add(&inside, child.whole,
				    child.whole_len);
		}
		at = (unsigned long)-1;
	}
	if (!done && op == '+' && *rest == '\0') {
		sample_hex(hex, &inside);
		done = true;
	}
	der_put(out, v->tag, inside.len);
	buf_add(out, inside.data, inside.len);
	buf_wipe(&inside);
	return done;
}

bool
sample_edit(const uint8_t *der, size_t len, const char *path, char op,
    const char *hex, struct buf *out)
{
	struct cursor c = cursor_of(der, len);
	struct der v;

	return der_any(&c, &v) && edit_inside(&v, path, op, hex, out);
}
