/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Which files are secret enough for keys and passphrases.
 */
#ifndef SIGILL_BASE_PRIVATE_H
#define SIGILL_BASE_PRIVATE_H

#include <stdbool.h>
#include <sys/stat.h>

/*
 * Can nobody but their owner (and root) get at the contents of this file,
 * which was opened by that path?  True for what is not a regular file.
 *
 * A credential of the service manager (systemd.exec(5), LoadCredential=) is
 * taken when its group can read it, too: it belongs to root, and lets the
 * service read it by an access control list, which is shown as its group's
 * mode.  It is one if it is what stands under the path's last part in
 * $CREDENTIALS_DIRECTORY.
 */
bool private_file(const struct stat *st, const char *path);

#endif
