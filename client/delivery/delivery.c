/* SPDX-License-Identifier: EUPL-1.2 */
#include "client/delivery/delivery.h"

#include "base/i18n.h"
#include "client/delivery/pace.h"
#include "client/delivery/tus.h"

/* The first pause, at most, in milliseconds. */
#define PAUSE_MS	1000u
/* What a portal may ask for with Retry-After and get here and now. */
#define RETRY_AFTER_MAX	60u
/* Uploads that may get lost, expire or be spoilt in one delivery. */
#define CREATIONS_MAX	5u

const struct delivery_limits delivery_usual = { .tries = 8, .seconds = 900 };

/* A delivery on its way. */
struct delivery {
	const struct delivery_limits *limits;
	struct tus tus;
	unsigned creation;	/* the one that furthest is about */
	uint64_t furthest;	/* its highest offset so far */
	unsigned failures;	/* in a row, without progress */
	int64_t began;		/* by pace_now */
};

static bool
worth_another_try(const struct delivery *d, enum err_code code)
{
	if (d->tus.creations >= CREATIONS_MAX && d->tus.url[0] == '\0')
		return false;
	return code == ERR_NO_NETWORK || code == ERR_INTERRUPTED ||
	    code == ERR_PORTAL_BUSY;
}

/* Waits before another try, and says so; false when there will be none. */
static bool
pause_before(const struct delivery *d, const struct err *why)
{
	const unsigned base = d->limits->pause != 0 ? d->limits->pause :
	    PAUSE_MS;
	uint32_t ms = pace_pause(d->failures, base, pace_random()) +
	    d->tus.retry_after * 1000;

	if (d->failures >= d->limits->tries ||
	    d->tus.retry_after > RETRY_AFTER_MAX ||
	    pace_now() - d->began + ms > d->limits->seconds * 1000)
		return false;
	while (ms != 0) {
		const uint32_t some = ms % 1000 != 0 ? ms % 1000 : 1000;

		upload_tell_pause(d->tus.u, why, (ms + 999) / 1000);
		pace_sleep(some);
		ms -= some;
	}
	upload_tell_pause(d->tus.u, why, 0);
	return true;
}

/* One step, and what it cost.  False when it was the last one. */
static bool
try_step(struct delivery *d, struct err *e)
{
	const bool asking = !d->tus.knows_offset;
	enum err_code code;

	code = tus_step(&d->tus, e);
	if (d->creation != d->tus.creations) {
		d->creation = d->tus.creations;
		d->furthest = 0;
	}
	if (d->tus.knows_offset && d->tus.offset > d->furthest) {
		d->furthest = d->tus.offset;
		d->failures = 0;
	}
	if (code == ERR_OK)
		return true;
	d->tus.knows_offset = false;
	/* Minutes of silence are long enough to try thrice. */
	d->failures += upload_was_silent(d->tus.u) ? 3 : 1;
	/* Was it our certificate? */
	if (code == ERR_INTERRUPTED && asking && !upload_was_silent(d->tus.u))
		code = upload_ask_why(d->tus.u, e);
	return worth_another_try(d, code) && pause_before(d, e);
}

/* Past the time, it goes on only while it comes to an end within reason: a
 * portal may take one byte of each piece, or a line let through no more. */
static bool
is_too_slow(const struct delivery *d, uint64_t before)
{
	return !d->tus.done && d->tus.knows_offset &&
	    d->tus.offset > before && d->tus.offset < d->tus.size &&
	    d->tus.offset - before < TUS_CHUNK_MIN &&
	    pace_now() - d->began > d->limits->seconds * 1000;
}

/* Steps until it is done or of no use. */
static enum err_code
run(struct delivery *d, struct err *e)
{
	/* Each brings the file further or costs a try; the bound is for a
	 * portal that takes one byte at a time. */
	const uint64_t most = 1000 + d->tus.size / TUS_CHUNK_MIN * 2;
	struct err found = { 0 };

	d->began = pace_now();
	for (uint64_t steps = 0; !d->tus.done && steps < most; steps++) {
		const uint64_t before = d->tus.offset;

		err_clear(&found);
		if (!try_step(d, &found))
			return err_set(e, found.code, found.where, found.at,
			    "%s", found.msg);
		if (is_too_slow(d, before))
			return err_set(e, ERR_INTERRUPTED, NULL, 0,
			    _("the portal takes too little at a time"));
	}
	return d->tus.done ? ERR_OK :
	    err_set(e, ERR_PROTOCOL, NULL, 0,
	    _("the upload does not come to an end"));
}

enum err_code
delivery_put(struct upload *u, const struct buf *file,
    const uint8_t digest[static DIGEST_LEN],
    const struct delivery_limits *limits, struct buf *receipt,
    unsigned *retry_after, struct err *e)
{
	struct delivery d = {
		.limits = limits,
		.tus = { .u = u, .data = file->data, .size = file->len,
		    .digest = digest, .receipt = receipt },
	};
	enum err_code code = run(&d, e);

	*retry_after = d.tus.retry_after;
	return code;
}

enum err_code
delivery_abandon(struct upload *u, uint64_t size,
    const uint8_t digest[static DIGEST_LEN], struct buf *receipt,
    struct err *e)
{
	static const struct delivery_limits few = {
		.tries = 3, .seconds = 60,
	};
	struct delivery d = {
		.limits = &few,
		.tus = { .u = u, .size = size, .digest = digest,
		    .receipt = receipt, .bare = true },
	};
	enum err_code code = run(&d, e);

	if (code == ERR_OK && receipt->len != 0)
		code = err_set(e, ERR_DELIVERED, NULL, 0, NULL);
	return code;
}
