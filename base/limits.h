/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Every bound in one place, with its reason.  Sizes in bytes.
 */
#ifndef SIGILL_BASE_LIMITS_H
#define SIGILL_BASE_LIMITS_H

/* A statement with its attachments, before compression.  Sealing and opening
 * work in memory and need about four times this at worst. */
#define LIMIT_STATEMENT		(64u * 1024 * 1024)
/* A submission: the statement, 16 recipients' digests and a mandate. */
#define LIMIT_SUBMISSION	(LIMIT_STATEMENT + 64u * 1024)
/* A sealed file: an incompressible submission, Padmé's at most 12 %, and
 * three layers of certificates and signatures. */
#define LIMIT_SEALED		(LIMIT_SUBMISSION / 8 * 9 + 256u * 1024)
/* Less cannot hold two certificates and two signatures. */
#define LIMIT_SEALED_MIN	1024u
/* A sealed file whose outer layer alone is looked at, which takes no more
 * memory when it is larger: what a length of four octets in DER can tell. */
#define LIMIT_SEALED_OUTER	0xffffffffu
/* Of a SignedData, what comes before its content (about 80 bytes when it is
 * right; a file has LIMIT_SEALED_MIN) and after it: LIMIT_CERTIFICATES with
 * room for long lists of names, and one signature. */
#define LIMIT_SIGNED_HEAD	1024u
#define LIMIT_SIGNED_TAIL	(64u * 1024)
/* Inflated size against deflated size: canonical CBOR of survey answers
 * deflates about 1:8 and zlib's own limit is about 1:1030; the smallest
 * bucket alone is 4 KiB. */
#define LIMIT_INFLATE_RATIO	1100u
/* The smallest bucket that compressed content is padded to. */
#define LIMIT_BUCKET_MIN	4096u

/* A receipt, with its signature and certificates. */
#define LIMIT_RECEIPT		(64u * 1024)
/* A mandate inside a submission. */
#define LIMIT_MANDATE		(32u * 1024)
/* How long a mandate can hold, in days: three years with a leap day, about as
 * long as the certificates that sign them.  What nobody has looked at for
 * longer is forgotten, not meant. */
#define LIMIT_MANDATE_DAYS	1096
/* How far the clock of who made a mandate may be ahead of ours, in seconds: a
 * day also forgives a wrong time zone, and a mandate that somebody could use
 * a day before it was made does no harm. */
#define LIMIT_MANDATE_AHEAD	(24 * 60 * 60)

/* The certificate of a reply key, and how long it can be used: feedback comes
 * within months, and a round every second year. */
#define LIMIT_REPLY		2048u
#define LIMIT_REPLY_DAYS	1096
/* A feedback document: the labels of some hundred boxes, several times. */
#define LIMIT_FEEDBACK		(1024u * 1024)
/* The same, sealed: as LIMIT_SEALED. */
#define LIMIT_FEEDBACK_SEALED	(LIMIT_FEEDBACK / 8 * 9 + 256u * 1024)
/* A benchmark: a sheet for each of some ten groups. */
#define LIMIT_BENCHMARK		(4u * 1024 * 1024)

/* What intake keeps of one file: LIMIT_MISTAKES places, and names. */
#define LIMIT_FACTS		(64u * 1024)

/* Files that people and authorities write. */
#define LIMIT_ANSWERS_FILE	(4u * 1024 * 1024)
#define LIMIT_DEFINITION_FILE	(4u * 1024 * 1024)
/* Every organisation of a country that answers, by the ten thousand. */
#define LIMIT_REGISTER_FILE	(16u * 1024 * 1024)
#define LIMIT_CONFIG_FILE	(256u * 1024)
#define LIMIT_KEY_FILE		(64u * 1024)
#define LIMIT_CERT_FILE		(1024u * 1024)
#define LIMIT_CRL_FILE		(32u * 1024 * 1024)
#define LIMIT_PASSPHRASE	1024u

/* A verified submission as JSON: attachments grow by a third in base64, and
 * text at most to the double. */
#define LIMIT_DOCUMENT		(2u * LIMIT_STATEMENT)

/* CBOR: a submission nests six deep; room for growth, none for a stack. */
#define LIMIT_DEPTH		16u
/* Recipients of one seal: intake and reserve keys during a rotation. */
#define LIMIT_RECIPIENTS	16u
/* Certificates in one SignedData: a signer and its intermediates. */
#define LIMIT_CERTIFICATES	4u
/* Points of a question, the value of an option, the number of a level: far
 * over any survey, and sums of them in millionths fit 64 bits. */
#define LIMIT_POINTS		1000
#define LIMIT_LEVEL		100
/* Questions, options of a question, attachments. */
#define LIMIT_QUESTIONS		1000u
#define LIMIT_OPTIONS		200u
#define LIMIT_ATTACHMENTS	100u
/* Identifiers (questions, options, rounds, questionnaires). */
#define LIMIT_ID		64u
/* Names of organisations, files and media types. */
#define LIMIT_NAME		200u
/* A free-text answer. */
#define LIMIT_TEXT		20000u
/* What a rejected receipt tells the sender to do. */
#define LIMIT_ADVICE		2000u
/* Mistakes listed for one answer file: what a person can act on. */
#define LIMIT_MISTAKES		200u

#endif
