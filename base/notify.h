/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Telling the service manager (systemd) where a service stands, so that what
 * is started after it finds it at work.
 */
#ifndef SIGILL_BASE_NOTIFY_H
#define SIGILL_BASE_NOTIFY_H

/* Sends state ("READY=1", "STOPPING=1") as sd_notify(3) does.  Does nothing
 * where nobody has asked for it, and when it cannot be sent. */
void notify_manager(const char *state);

#endif
