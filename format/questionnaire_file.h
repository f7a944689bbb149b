/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Definitions as files: one by its path, or one by its questionnaire's id in a
 * folder, where it is ID.json, or, when it is another edition,
 * ID-ANYTHING.json.
 */
#ifndef SIGILL_FORMAT_QUESTIONNAIRE_FILE_H
#define SIGILL_FORMAT_QUESTIONNAIRE_FILE_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "format/questionnaire.h"

/* SHA-256, which is not this folder's to compute (crypto/digest.h has it). */
typedef enum err_code questionnaire_sha256(const void *data, size_t len,
    uint8_t out[static 32], struct err *e);

/* As file_read and questionnaire_parse; *out is the caller's. */
enum err_code questionnaire_load(const char *path,
    questionnaire_sha256 *sha256, struct questionnaire **out, struct err *e);

/*
 * The one of that id in the folder: ID.json, or the edition with that digest
 * (32 bytes; NULL: ID.json).  ERR_QUESTIONNAIRE_UNKNOWN when there is no
 * ID.json; ERR_QUESTIONNAIRE_DIGEST when there is, but none with the digest.
 */
enum err_code questionnaire_load_id(const char *dir, const char *id,
    const uint8_t *digest, questionnaire_sha256 *sha256,
    struct questionnaire **out, struct err *e);

#endif
