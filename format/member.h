/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Values that JSON has no type for, as the strings that stand for them in
 * what we write: bytes in hexadecimal (digests, ids) or base64 (RFC 4648 §4),
 * points in time by RFC 3339.  New references; NULL without memory.
 */
#ifndef SIGILL_FORMAT_MEMBER_H
#define SIGILL_FORMAT_MEMBER_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

json_t *member_hex(const uint8_t *data, size_t len);
/* And back: false when it is not just that many bytes, in lower case. */
bool member_from_hex(const char *hex, uint8_t *out, size_t len);
json_t *member_base64(const uint8_t *data, size_t len);
json_t *member_time(int64_t t);

#endif
