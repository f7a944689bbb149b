/* SPDX-License-Identifier: EUPL-1.2 */
#include "scoring/report/figure.h"

static figure_wide
power_of_ten(unsigned n)
{
	figure_wide p = 1;

	while (n-- != 0)
		p *= 10;
	return p;
}

int64_t
figure_round(figure_wide num, figure_wide den, unsigned decimals)
{
	bool negative = (num < 0) != (den < 0);
	figure_wide n = num < 0 ? -num : num, d = den < 0 ? -den : den;
	int64_t r;

	n *= power_of_ten(decimals);
	r = (int64_t)((2 * n + d) / (2 * d));
	return negative ? -r : r;
}

json_t *
figure_ratio(figure_wide num, figure_wide den, unsigned decimals)
{
	/* One division of two whole numbers: the nearest double, which prints
	 * as these decimals. */
	return json_real((double)figure_round(num, den, decimals) /
	    (double)power_of_ten(decimals));
}

json_t *
figure_share(size_t count, size_t of)
{
	json_t *o = json_object();
	bool ok = figure_put(o, "count", json_integer((json_int_t)count)) &&
	    figure_put(o, "of", json_integer((json_int_t)of));

	if (ok && of != 0)
		ok = figure_put(o, "percent", figure_ratio(
		    100 * (figure_wide)count, (figure_wide)of, 1));
	return figure_done(o, ok);
}

json_t *
figure_mean(int64_t sum, size_t n, int64_t unit)
{
	return figure_ratio(sum, (figure_wide)n * unit, 2);
}

json_t *
figure_suppressed(enum disclosure why)
{
	return json_pack("{s:s}", "suppressed", disclosure_name(why));
}

bool
figure_put(json_t *object, const char *key, json_t *value)
{
	return json_object_set_new(object, key, value) == 0;
}

bool
figure_add(json_t *list, json_t *value)
{
	return json_array_append_new(list, value) == 0;
}

bool
figure_put_change(json_t *object, int64_t now, size_t now_n, int64_t then,
    size_t then_n)
{
	figure_wide before = (figure_wide)then * (figure_wide)now_n;

	if (before <= 0)
		return true;
	return figure_put(object, "percent", figure_ratio(100 *
	    ((figure_wide)now * (figure_wide)then_n - before), before, 1));
}

json_t *
figure_done(json_t *made, bool ok)
{
	if (ok)
		return made;
	json_decref(made);
	return NULL;
}
