/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * A switch for tests, which only a build with SIGILL_PLANT has: a worker then
 * does what a file asks for that begins with certain words, as a file would
 * that has found a hole in a parser (tests/cli/plant.c).
 */
#ifndef SIGILL_INTAKE_SERVICE_PLANT_H
#define SIGILL_INTAKE_SERVICE_PLANT_H

#include <stddef.h>
#include <stdint.h>

#ifdef SIGILL_PLANT
void plant(const uint8_t *sealed, size_t len);
#else
#define plant(sealed, len)	((void)0)
#endif

#endif
