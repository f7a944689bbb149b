#!/usr/bin/python3
# SPDX-License-Identifier: EUPL-1.2
"""answers.py ANSWERS SIZE: the same answers, written so that the file has at
least SIZE bytes (white space has no meaning)."""
import json
import sys

doc = json.load(open(sys.argv[1], encoding="utf-8"))
indent = 1
while len(text := json.dumps(doc, ensure_ascii=False, indent=indent)) < int(sys.argv[2]):
    indent += 1
print(text)
