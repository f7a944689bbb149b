/* SPDX-License-Identifier: EUPL-1.2 */
#include "scoring/report/disclosure.h"

#include <stdlib.h>
#include <string.h>

/*
 * Sets are rows and atoms are columns of a matrix of 0 and 1.  Something can be
 * told of a group of atoms when the row space has a vector that is zero
 * everywhere else, but not zero.
 *
 * All arithmetic is modulo a prime.  Whether such a vector exists depends on
 * ranks of parts of the matrix alone, so on which of its minors are zero.  A
 * minor of k rows of 0 and 1 is at most (k + 1)^((k + 1) / 2) / 2^k (Hadamard),
 * which for k <= 36 is less than the prime: it is zero modulo the prime only
 * when it is zero.  A rank above that is refused, so the answer is exact.
 */
#define PRIME		((UINT64_C(1) << 61) - 1)
#define RANK_MAX	36
/* Steps of one search; what the sets of a national survey need are some
 * hundred. */
#define STEPS		20000
/* So many kinds of organisations in different sets: none of ours comes near. */
#define COLUMNS_MAX	512

__extension__ typedef unsigned __int128 wide;

/* Organisations that are in the same sets. */
struct column {
	uint64_t in;		/* bit s: in set s */
	size_t size;
};

/* Vectors that may be dependent, one a row. */
struct space {
	uint64_t *cell;		/* [rows][cols] */
	size_t rows, cols;
};

/* What is looked at: the columns as the sets in question tell them apart. */
struct search {
	struct column *columns;	/* the largest first */
	size_t n_columns;
	size_t least;
	struct space *level;	/* the first is all, each next one has a row
				 * less */
	size_t steps;
};

/* 2^61 is 1 modulo the prime, so the upper half counts once more. */
static uint64_t
times(uint64_t a, uint64_t b)
{
	wide w = (wide)a * b;
	uint64_t x = (uint64_t)(w & PRIME) + (uint64_t)(w >> 61);

	return x >= PRIME ? x - PRIME : x;
}

static uint64_t
minus(uint64_t a, uint64_t b)
{
	return a >= b ? a - b : a + PRIME - b;
}

static uint64_t *
row_of(const struct space *s, size_t row)
{
	return s->cell + row * s->cols;
}

/* A row that is not zero in that column; s->rows: there is none. */
static size_t
row_with(const struct space *s, size_t col)
{
	size_t r = 0;

	while (r < s->rows && row_of(s, r)[col] == 0)
		r++;
	return r;
}

static void
swap_rows(struct space *s, size_t a, size_t b)
{
	for (size_t c = 0; c < s->cols; c++) {
		uint64_t kept = row_of(s, a)[c];

		row_of(s, a)[c] = row_of(s, b)[c];
		row_of(s, b)[c] = kept;
	}
}

/*
 * Those vectors of from that are zero in col, where its row pivot is not: of
 * each other row so much of that one is taken that it is.  out may be from; the
 * pivot ends up as from's last row.
 */
static void
vanish(struct space *from, size_t pivot, size_t col, struct space *out)
{
	size_t last = from->rows - 1, kept = 0;
	const uint64_t *p = row_of(from, last);

	swap_rows(from, pivot, last);
	out->cols = from->cols;
	for (size_t r = 0; r < last; r++) {
		const uint64_t *v = row_of(from, r);
		uint64_t *to = row_of(out, kept), much = v[col], any = 0;

		for (size_t c = 0; c < from->cols; c++) {
			to[c] = minus(times(v[c], p[col]), times(p[c], much));
			any |= to[c];
		}
		if (any != 0)
			kept++;
	}
	out->rows = kept;
}

/*
 * Is there a vector in level l, not zero, that rests on less than least?
 * Columns before col are zero in all of the level, or count in weight already.
 * Each next one is either zero in the vector, which leaves a smaller space, or
 * counts.
 */
static bool
rests_on_few(struct search *s, size_t l, size_t col, size_t weight)
{
	struct space *v = &s->level[l];

	for (; col < s->n_columns; col++) {
		size_t pivot = row_with(v, col);

		if (pivot == v->rows)
			continue;
		if (s->steps == 0)
			return true;	/* in doubt */
		s->steps--;
		vanish(v, pivot, col, &s->level[l + 1]);
		if (s->level[l + 1].rows > 0 &&
		    rests_on_few(s, l + 1, col + 1, weight))
			return true;
		weight += s->columns[col].size;
		if (weight >= s->least)
			return false;
	}
	return v->rows > 0;
}

static size_t
rank_of(struct search *s)
{
	struct space *v = &s->level[1];
	size_t rank = 0;

	memcpy(v->cell, s->level[0].cell, s->level[0].rows *
	    s->level[0].cols * sizeof(*v->cell));
	v->rows = s->level[0].rows;
	v->cols = s->level[0].cols;
	for (size_t col = 0; col < v->cols; col++) {
		size_t pivot = row_with(v, col);

		if (pivot == v->rows)
			continue;
		vanish(v, pivot, col, v);
		rank++;
	}
	return rank;
}

static int
by_in(const void *a, const void *b)
{
	uint64_t x = ((const struct column *)a)->in;
	uint64_t y = ((const struct column *)b)->in;

	return (x > y) - (x < y);
}

static int
largest_first(const void *a, const void *b)
{
	const struct column *x = a, *y = b;

	if (x->size != y->size)
		return x->size < y->size ? 1 : -1;
	return by_in(a, b);
}

/* The columns as only the sets of look tell them apart; those in none of them
 * are left out. */
static size_t
put_together(const struct column *all, size_t n, uint64_t look,
    struct column *out)
{
	size_t len = 0, m = 0;

	for (size_t i = 0; i < n; i++)
		if ((all[i].in & look) != 0 && all[i].size > 0)
			out[m++] = (struct column){ all[i].in & look,
			    all[i].size };
	qsort(out, m, sizeof(*out), by_in);
	for (size_t i = 0; i < m; i++)
		if (len > 0 && out[len - 1].in == out[i].in)
			out[len - 1].size += out[i].size;
		else
			out[len++] = out[i];
	qsort(out, len, sizeof(*out), largest_first);
	return len;
}

/* Room for the sets of look: level 0 filled, the others as large. */
static bool
make_levels(struct search *s, uint64_t look, struct space *level,
    uint64_t **cells)
{
	size_t rows = 0, size;
	uint64_t *cell;

	for (uint64_t rest = look; rest != 0; rest &= rest - 1)
		rows++;
	size = rows * s->n_columns;
	cell = calloc((rows + 1) * size + 1, sizeof(*cell));
	*cells = cell;
	if (cell == NULL)
		return false;
	for (size_t l = 0; l <= rows; l++)
		level[l] = (struct space){ cell + l * size, 0, s->n_columns };
	for (unsigned bit = 0; bit < DISCLOSURE_SETS; bit++) {
		uint64_t *to = row_of(&level[0], level[0].rows);

		if ((look >> bit & 1) == 0)
			continue;
		for (size_t c = 0; c < s->n_columns; c++)
			to[c] = s->columns[c].in >> bit & 1;
		level[0].rows++;
	}
	s->level = level;
	return true;
}

/* May all sets of look be shown side by side? */
static enum err_code
together(const struct column *all, size_t n, uint64_t look, size_t least,
    bool *safe, struct err *e)
{
	struct space level[DISCLOSURE_SETS + 1];
	struct search s = { .least = least, .steps = STEPS };
	uint64_t *cells = NULL;
	enum err_code code = ERR_OK;

	s.columns = malloc((n + 1) * sizeof(*s.columns));
	if (s.columns == NULL)
		return err_set(e, ERR_NO_MEMORY, NULL, 0, NULL);
	s.n_columns = put_together(all, n, look, s.columns);
	if (s.n_columns > COLUMNS_MAX)
		*safe = false;
	else if (make_levels(&s, look, level, &cells))
		*safe = rank_of(&s) <= RANK_MAX &&
		    !rests_on_few(&s, 0, 0, 0);
	else
		code = err_set(e, ERR_NO_MEMORY, NULL, 0, NULL);
	free(cells);
	free(s.columns);
	return code;
}

static size_t
size_of(const struct column *all, size_t n, size_t set)
{
	size_t size = 0;

	for (size_t i = 0; i < n; i++)
		if (all[i].in >> set & 1)
			size += all[i].size;
	return size;
}

static enum err_code
decide(const struct column *all, size_t n, size_t n_sets,
    const bool *with_last, size_t least, enum disclosure *verdict,
    struct err *e)
{
	uint64_t shown = 0;
	enum err_code code = ERR_OK;

	for (size_t s = 0, end; s < n_sets; s = end) {
		uint64_t look = shown;
		bool small = false, safe = true;

		for (end = s; end == s || (end < n_sets && with_last != NULL &&
		    with_last[end]); end++) {
			size_t size = size_of(all, n, end);

			small = small || (size > 0 && size < least);
			look |= (uint64_t)(size > 0) << end;
		}
		if (!small && least > 1 && look != shown)
			code = together(all, n, look, least, &safe, e);
		if (code != ERR_OK)
			return code;
		if (!small && safe)
			shown = look;
		for (size_t i = s; i < end; i++)
			verdict[i] = small ? DISCLOSURE_SMALL : safe ?
			    DISCLOSURE_SHOWN : DISCLOSURE_COMPLEMENTARY;
	}
	return ERR_OK;
}

enum err_code
disclosure_decide(struct disclosure_plan *p, size_t least, struct err *e)
{
	struct column all[DISCLOSURE_ATOMS];

	for (size_t a = 0; a < p->n_atoms; a++) {
		all[a] = (struct column){ 0, p->size[a] };
		for (size_t s = 0; s < p->n_sets; s++)
			all[a].in |= (uint64_t)(p->set[s] >> a & 1) << s;
	}
	return decide(all, p->n_atoms, p->n_sets, p->with_last, least,
	    p->verdict, e);
}

enum err_code
disclosure_decide_alike(const uint64_t *in, const size_t *size, size_t n,
    size_t n_sets, const bool *with_last, size_t least,
    enum disclosure *verdict, struct err *e)
{
	struct column *all = malloc((n + 1) * sizeof(*all));
	enum err_code code;
	size_t len;

	if (all == NULL)
		return err_set(e, ERR_NO_MEMORY, NULL, 0, NULL);
	for (size_t o = 0; o < n; o++)
		all[o] = (struct column){ in[o], size != NULL ? size[o] : 1 };
	len = put_together(all, n, UINT64_MAX, all);
	code = decide(all, len, n_sets, with_last, least, verdict, e);
	free(all);
	return code;
}

enum err_code
disclosure_decide_members(const uint64_t *in, size_t n, size_t n_sets,
    const bool *with_last, size_t least, enum disclosure *verdict,
    struct err *e)
{
	return disclosure_decide_alike(in, NULL, n, n_sets, with_last, least,
	    verdict, e);
}

bool
disclosure_slices(size_t n, size_t least, size_t sizes[static 3])
{
	size_t end = (n + 5) / 10;

	if (end == 0)
		end = 1;
	if (n < 2 * end) {
		sizes[0] = sizes[1] = sizes[2] = 0;
		return false;
	}
	sizes[0] = sizes[2] = end;
	sizes[1] = n - 2 * end;
	return end >= least && sizes[1] >= least;
}

const char *
disclosure_name(enum disclosure d)
{
	switch (d) {
	case DISCLOSURE_SHOWN:
		return "shown";
	case DISCLOSURE_SMALL:
		return "small";
	case DISCLOSURE_COMPLEMENTARY:
		return "complementary";
	}
	return "";
}
