/* SPDX-License-Identifier: EUPL-1.2 */
#include "scoring/feedback/feedback_shape.h"

#include "scoring/feedback/feedback.h"

static const char *const formats[] = { FEEDBACK_FORMAT, NULL };
static const char *const results[] = { "levels", "means", "counts", NULL };
static const char *const environments[] = { "test", "production", NULL };
static const char *const units[] = { "boxes", "points", NULL };
static const char *const bases[] = { "published", "derived", "assumed", NULL };
static const char *const types[] = { "multiple", "single", "scale", "number",
	"text", NULL };

static const struct shape questionnaire[] = {
	{ .name = "id" }, { .name = "version" }, { .name = "sha256" },
	{ .name = "title" }, { .name = "language" }, { 0 },
};
static const struct shape organisation[] = {
	{ .name = "number" }, { .name = "name" }, { .name = "kind" }, { 0 },
};
static const struct shape level[] = {
	{ .name = "level", .kind = SHAPE_LEVEL }, { .name = "label" },
	{ .name = "of", .kind = SHAPE_LEVEL }, { 0 },
};
static const struct shape points[] = {
	{ .name = "points", .kind = SHAPE_WHOLE },
	{ .name = "of", .kind = SHAPE_WHOLE }, { 0 },
};
static const struct shape boxes[] = {
	{ .name = "boxes", .kind = SHAPE_WHOLE },
	{ .name = "of", .kind = SHAPE_WHOLE }, { 0 },
};
#define FIGURES \
	{ .name = "level", .kind = SHAPE_LEVEL, .optional = true }, \
	{ .name = "points", .kind = SHAPE_WHOLE, .optional = true }, \
	{ .name = "boxes", .kind = SHAPE_WHOLE, .optional = true }, \
	{ .name = "mean", .kind = SHAPE_NUMBER, .optional = true }
static const struct shape figures[] = { FIGURES, { 0 } };
static const struct shape area[] = {
	{ .name = "id" }, { .name = "label" }, FIGURES,
	{ .name = "points_of", .kind = SHAPE_WHOLE, .optional = true },
	{ .name = "boxes_of", .kind = SHAPE_WHOLE, .optional = true },
	{ .name = "benchmark", .kind = SHAPE_OBJECT, .optional = true,
	    .members = figures },
	{ .name = "last", .kind = SHAPE_OBJECT, .optional = true,
	    .members = figures },
	{ 0 },
};
const struct shape feedback_shape_option[] = {
	{ .name = "id" }, { .name = "label" },
	{ .name = "benchmark", .kind = SHAPE_BOOL, .optional = true }, { 0 },
};
static const struct shape follows[] = {
	{ .name = "question" }, { .name = "label" },
	{ .name = "options", .kind = SHAPE_LIST,
	    .members = feedback_shape_option },
	{ 0 },
};
static const struct shape missing[] = {
	{ .name = "question" }, { .name = "label" },
	{ .name = "area", .kind = SHAPE_AREA }, { .name = "section" },
	{ .name = "level", .kind = SHAPE_LEVEL },
	{ .name = "lacks", .kind = SHAPE_WHOLE },
	{ .name = "unit", .kind = SHAPE_WORD, .words = units },
	{ .name = "follows", .kind = SHAPE_OBJECT, .optional = true,
	    .members = follows },
	{ .name = "options", .kind = SHAPE_LIST,
	    .members = feedback_shape_option },
	{ 0 },
};
static const struct shape next[] = {
	{ .name = "level", .kind = SHAPE_LEVEL }, { .name = "label" },
	{ .name = "missing", .kind = SHAPE_LIST, .members = missing }, { 0 },
};
static const struct shape win[] = {
	{ .name = "area", .kind = SHAPE_AREA },
	{ .name = "level", .kind = SHAPE_LEVEL },
	{ .name = "lacks", .kind = SHAPE_WHOLE },
	{ .name = "questions", .kind = SHAPE_TEXTS }, { 0 },
};
static const struct shape benchmark[] = {
	{ .name = "group" }, { .name = "best", .kind = SHAPE_WHOLE },
	{ .name = "organisations", .kind = SHAPE_WHOLE }, { .name = "round" },
	FIGURES, { 0 },
};
static const struct shape common[] = {
	{ .name = "then", .kind = SHAPE_WHOLE },
	{ .name = "now", .kind = SHAPE_WHOLE },
	{ .name = "of", .kind = SHAPE_WHOLE }, { 0 },
};
static const struct shape comparable[] = {
	{ .name = "levels", .kind = SHAPE_BOOL },
	{ .name = "points", .kind = SHAPE_BOOL },
	{ .name = "questions", .kind = SHAPE_WHOLE },
	{ .name = "left_out", .kind = SHAPE_WHOLE },
	{ .name = "boxes", .kind = SHAPE_OBJECT, .optional = true,
	    .members = common },
	{ 0 },
};
static const struct shape last[] = {
	{ .name = "round" }, FIGURES,
	{ .name = "comparable", .kind = SHAPE_OBJECT, .members = comparable },
	{ 0 },
};
static const struct shape indication[] = {
	{ .name = "label" }, { .name = "level", .kind = SHAPE_LEVEL },
	{ .name = "reached", .kind = SHAPE_BOOL },
	{ .name = "basis", .kind = SHAPE_WORD, .words = bases }, { 0 },
};
static const struct shape question[] = {
	{ .name = "id" }, { .name = "label" },
	{ .name = "area", .kind = SHAPE_AREA },
	{ .name = "type", .kind = SHAPE_WORD, .words = types },
	{ .name = "asked", .kind = SHAPE_BOOL },
	{ .name = "answer", .kind = SHAPE_ANSWER, .optional = true },
	{ .name = "benchmark", .kind = SHAPE_ANSWER, .optional = true },
	{ .name = "last", .kind = SHAPE_ANSWER, .optional = true }, { 0 },
};
static const struct shape scale[] = {
	{ .name = "least", .kind = SHAPE_VALUE },
	{ .name = "greatest", .kind = SHAPE_VALUE }, { 0 },
};
static const struct shape weak[] = {
	{ .name = "question" }, { .name = "label" },
	{ .name = "area", .kind = SHAPE_AREA },
	{ .name = "value", .kind = SHAPE_VALUE },
	{ .name = "answer", .kind = SHAPE_OBJECT,
	    .members = feedback_shape_option },
	{ .name = "benchmark", .kind = SHAPE_VALUE, .optional = true }, { 0 },
};
const struct shape feedback_shape[] = {
	{ .name = "format", .kind = SHAPE_WORD, .words = formats },
	{ .name = "version", .kind = SHAPE_WHOLE },
	{ .name = "questionnaire", .kind = SHAPE_OBJECT,
	    .members = questionnaire },
	{ .name = "round" },
	{ .name = "organisation", .kind = SHAPE_OBJECT,
	    .members = organisation },
	{ .name = "environment", .kind = SHAPE_WORD, .optional = true,
	    .words = environments },
	{ .name = "sealed", .optional = true },
	{ .name = "submission", .optional = true },
	{ .name = "fingerprint", .optional = true },
	{ .name = "assumed", .kind = SHAPE_TEXTS },
	{ .name = "result", .kind = SHAPE_WORD, .words = results },
	{ .name = "level", .kind = SHAPE_OBJECT, .optional = true,
	    .members = level },
	{ .name = "points", .kind = SHAPE_OBJECT, .optional = true,
	    .members = points },
	{ .name = "boxes", .kind = SHAPE_OBJECT, .optional = true,
	    .members = boxes },
	{ .name = "mean", .kind = SHAPE_NUMBER, .optional = true },
	{ .name = "scale", .kind = SHAPE_OBJECT, .optional = true,
	    .members = scale },
	{ .name = "areas", .kind = SHAPE_LIST, .members = area },
	{ .name = "next", .kind = SHAPE_OBJECT, .optional = true,
	    .members = next },
	{ .name = "wins", .kind = SHAPE_LIST, .optional = true,
	    .members = win },
	{ .name = "benchmark", .kind = SHAPE_OBJECT, .optional = true,
	    .members = benchmark },
	{ .name = "last", .kind = SHAPE_OBJECT, .optional = true,
	    .members = last },
	{ .name = "indications", .kind = SHAPE_LIST, .optional = true,
	    .members = indication },
	{ .name = "questions", .kind = SHAPE_LIST, .optional = true,
	    .members = question },
	{ .name = "weakest", .kind = SHAPE_LIST, .optional = true,
	    .members = weak },
	{ 0 },
};

/* What a document of a kind of result cannot do without. */
static const struct shape area_levels[] = {
	{ .name = "level", .kind = SHAPE_LEVEL },
	{ .name = "points", .kind = SHAPE_WHOLE },
	{ .name = "points_of", .kind = SHAPE_WHOLE },
	{ .name = "boxes", .kind = SHAPE_WHOLE },
	{ .name = "boxes_of", .kind = SHAPE_WHOLE }, { 0 },
};
const struct shape feedback_shape_levels[] = {
	{ .name = "level", .kind = SHAPE_OBJECT, .members = level },
	{ .name = "points", .kind = SHAPE_OBJECT, .members = points },
	{ .name = "boxes", .kind = SHAPE_OBJECT, .members = boxes },
	{ .name = "areas", .kind = SHAPE_LIST, .members = area_levels },
	{ .name = "wins", .kind = SHAPE_LIST, .members = win },
	{ .name = "indications", .kind = SHAPE_LIST, .members = indication },
	{ 0 },
};
const struct shape feedback_shape_means[] = {
	{ .name = "scale", .kind = SHAPE_OBJECT, .members = scale },
	{ .name = "weakest", .kind = SHAPE_LIST, .members = weak }, { 0 },
};
const struct shape feedback_shape_counts[] = {
	{ .name = "questions", .kind = SHAPE_LIST, .members = question },
	{ 0 },
};
