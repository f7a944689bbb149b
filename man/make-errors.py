#!/usr/bin/python3
# SPDX-License-Identifier: EUPL-1.2
"""Writes sigill-errors(7) from base/errors.def, on standard output."""
import re
import sys

HEAD = r'''.\" SPDX-License-Identifier: EUPL-1.2
.\" Made by man/make-errors.py from base/errors.def; do not edit.
.Dd $Mdocdate$
.Dt SIGILL-ERRORS 7
.Os
.Sh NAME
.Nm sigill-errors
.Nd every error code of Sigill
.Sh DESCRIPTION
Whatever goes wrong in any of Sigill's programs has one of these codes.
A code stands, always in English, in messages (in brackets), in
.Fl -json
output, in the portal's
.Li application/problem+json
answers and in signed rejected receipts.
Codes are never renamed and never change their meaning.
.Pp
The number after a code is the exit status that a program ends with:
.Bl -tag -width 3n -compact -offset indent
.It 64
the command line is wrong
.It 65
the data is wrong
.It 66
the input cannot be read
.It 69
a service refused or is not there
.It 70
a fault of the program
.It 74
reading or writing failed
.It 75
try again later
.It 76
the other side does not follow the protocol
.It 77
an identity was refused or a verification failed
.It 78
the configuration is wrong
.El
.Sh CODES
.Bl -tag -width Ds'''

TAIL = r'''.El
.Sh SEE ALSO
.Xr sigill 1 ,
.Xr sigill-verify 1 ,
.Xr sigill-portal 8'''


def sentences(text):
    """One input line for each sentence, as mdoc(7) wants it."""
    text = re.sub(r"\.([a-z])", r".\\&\1", text)
    if text[0] in "'.":     # roff would take the line for a request
        return r"\&" + text + "."
    return text[0].upper() + text[1:] + "."


def main():
    source = open("base/errors.def", encoding="utf-8").read()
    source = re.sub(r"/\*.*?\*/", "", source, flags=re.S)
    entry = re.compile(r'X\((\w+),\s*"([^"]+)",\s*(\d+),\s*'
                       r'N_\("([^"]*)"\),\s*(?:N_\("([^"]*)"\)|"")\)')
    out = [HEAD.replace("$Mdocdate$", "November 21, 2026")]
    found = entry.findall(source)
    if len(found) != source.count("X("):
        sys.exit("base/errors.def has an entry of another form")
    for _, name, status, sentence, hint in found:
        out.append(".It Li %s Pq %s" % (name, status))
        out.append(sentences(sentence))
        if hint:
            out.extend(sentences(part) for part in hint.split("; "))
    out.append(TAIL)
    print("\n".join(out))


if __name__ == "__main__":
    main()
