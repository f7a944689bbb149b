#!/usr/bin/python3
# SPDX-License-Identifier: EUPL-1.2
"""What was found, as a Swedish sender reads it; and as programs do: --json,
the verifier and its log stay English whatever the locale."""
import json
import os
import subprocess
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from scratch import BUILD, SwedishScratch  # noqa: E402
from test_sigill import on_terminal  # noqa: E402


class Details(SwedishScratch):
    def both(self, swedish, english, *args, config="sigill.conf"):
        """The same fault for a person, and for a program."""
        p = self.sigill(*args, config=config)
        self.assertNotEqual(p.returncode, 0)
        self.assertIn(": " + swedish, p.err)
        self.assertNotIn(english, p.err)
        p = self.sigill(*args, "--json", config=config)
        errors = json.loads(p.out)["errors"]
        self.assertIn(english, "\n".join(e["message"] for e in errors))
        self.assertNotIn(swedish, p.out)

    def check(self, swedish, english, text):
        """A file of answers with this text, or with these members."""
        if isinstance(text, dict):
            text = json.dumps(dict(self.answers(), **text))
        self.write("b.json", text)
        self.both(swedish, english, "check", "b.json", config=None)

    def check_answer(self, swedish, english, question, answer):
        answers = dict(self.answers()["answers"])
        answers[question] = answer
        self.check(swedish, english, {"answers": answers})

    def seal(self, swedish, english):
        self.both(swedish, english, "seal", "a.json")

    def test_json(self):
        text = self.read("a.json").decode()
        for swedish, english, wrong in (
                ("det står ett komma efter det sista; ta bort det [",
                 "there is a comma after the last item; remove it",
                 text.replace('"forum"\n', '"forum",\n')),
                ("texten är inte UTF-8 (å, ä och ö i en äldre kodning?)",
                 "the text is not UTF-8 (å, ä and ö in an older encoding?)",
                 text.encode("latin-1")),
                ("texten är i UTF-16", "the text is in UTF-16",
                 text.encode("utf-16")),
                ("detta är en arbetsbok (.xlsx)", "this is a workbook",
                 b"PK\x03\x04"),
                ('"questionnaire" står där två gånger',
                 '"questionnaire" stands there twice',
                 text.replace('"round"', '"questionnaire"')),
                ("det ska vara ett objekt inom { }, och är en lista",
                 "it must be one object in { }, and is a list", "[]"),
                ("filen slutar för tidigt", "the file ends too early",
                 text.rstrip()[:-1])):
            with self.subTest(english):
                self.check(swedish, english, wrong)

    def test_fields(self):
        self.check("det ska vara en text inom citattecken, och är ett tal",
                   "it must be a text in quotation marks, and is a number",
                   {"round": 7})
        self.check('"rond"; menade ni "round"?',
                   '"rond"; did you mean "round"?', {"rond": "2023"})
        self.check("en beteckning har 1 till 64 tecken av",
                   "an id has 1 to 64 of", {"round": "å"})
        own = self.answers()["organisation"]
        self.check("U+0007 vid tecken 2", "U+0007 at character 2",
                   {"organisation": dict(own, name="a\a")})
        self.check("texten är tom", "the text is empty",
                   {"organisation": dict(own, name=" ")})
        self.check('det ska vara "kommun", "region", "myndighet", "nis" '
                   'eller "annan"; menade ni "kommun"?', 'it must be '
                   '"kommun", "region", "myndighet", "nis" or "annan"; did '
                   'you mean "kommun"?',
                   {"organisation": dict(own, kind="komun")})

    def test_answers(self):
        answers = dict(self.answers()["answers"])
        del answers["17"]
        self.check("fråga 17 [", "question 17", {"answers": answers})
        self.check_answer('det är inget av frågans 5 alternativ; menade ni '
                          '"beslutat"?', "it is none of the question's 5 "
                          'options; did you mean "beslutat"?',
                          "9", ["beslutad"])
        self.check_answer("alternativet finns redan i listan",
                          "the option is in the list already",
                          "9", ["roller", "roller"])
        self.check_answer('den tar en lista av alternativ, som ["a", "b"], '
                          "och detta är en text", "it takes a list of "
                          'options, like ["a", "b"], and this is a text',
                          "9", "roller")

    def test_arguments_stay_in_their_places(self):
        foreign = {"x%d" % n: [] for n in range(7)}
        self.check('7 av 7 svar passar inte infosakkollen-2023, det första '
                   'av dem "x0"', "7 of 7 answers do not fit "
                   'infosakkollen-2023, the first of them "x0"',
                   {"answers": foreign})
        self.write("big", "")
        os.truncate(self.path("big"), 300000000)
        self.check('"big" har 300000000 byte, och det finns plats för ',
                   '"big" has 300000000 bytes, and there is room for ',
                   {"attachments": [{"name": "big", "file": "big",
                                     "media_type": "text/plain"}]})

    def test_attachments(self):
        one = {"name": "a", "file": "a.json", "media_type": "text/plain"}
        for swedish, english, attachments in (
                ("en annan bilaga har samma namn",
                 "another attachment has the same name", [one, one]),
                ("det ska vara ett filnamn utan mappar",
                 "it must be a file's name without folders",
                 [dict(one, name="a/b")]),
                ('".": det är ingen vanlig fil',
                 '".": it is not a regular file', [dict(one, file=".")])):
            self.check(swedish, english, {"attachments": attachments})

    def test_keys(self):
        key = self.path("exempelkoping.key")
        os.chmod(key, 0o640)
        self.seal("dess behörigheter är 0640", "its mode is 0640")
        for swedish, english, text in (
                ("detta är ett certifikat; nyckeln finns i en annan fil",
                 "this is a certificate; the key is in another file",
                 self.read("exempelkoping.pem")),
                ("varken PKCS#8 eller PKCS#12 kan läsas i den; gör om den",
                 "neither PKCS#8 nor PKCS#12 can be read in it; convert it",
                 "hello"),
                ("den är tom", "it is empty", "")):
            self.write("exempelkoping.key", text)
            self.seal(swedish, english)

    def test_key_of_another_kind(self):
        subprocess.run(["openssl", "genpkey", "-algorithm", "RSA", "-pkeyopt",
                        "rsa_keygen_bits:2048", "-out",
                        self.path("exempelkoping.key")], check=True,
                       stderr=subprocess.DEVNULL)
        self.seal("den är RSA med 2048 bitar", "it is RSA of 2048 bits")

    def test_certificates(self):
        self.configure(recipients="a.json")
        self.seal("certifikat 1: det är inte ett X.509-certifikat",
                  "certificate 1: it is not an X.509 certificate")
        self.configure(recipients="exempelkoping.key")
        self.seal("detta är en privat nyckel; certifikatet finns i en annan",
                  "this is a private key; the certificate is in another")
        self.configure(recipients="portal-tls.pem")
        self.seal("CN=localhost,O=Provmyndigheten TEST ONLY,C=SE: dess "
                  "utfärdare är inte bland dem som är betrodda här",
                  "its issuer is not among those that are trusted here")
        self.configure(recipients="exempelkoping.pem", anchors="sender-ca.pem")
        self.seal("det har keyUsage utan keyAgreement: CN=Exempelköpings",
                  "it has keyUsage without keyAgreement: CN=")
        self.configure(recipients="expired.pem", anchors="sender-ca.pem")
        p = self.sigill("seal", "a.json")
        self.assertRegex(p.err, r": det gäller från 20[-0-9]*T[0-9:]*Z till "
                         r"20[-0-9]*T[0-9:]*Z, och tiden är 20")
        self.configure(identity="expired")
        self.seal("giltigt till 2021-", "valid until 2021-")

    def test_configuration(self):
        for swedish, english, extra in (
                ("[identity] har ingen nyckel 'certifcate'",
                 "[identity] has no key 'certifcate'",
                 "[identity]\ncertifcate = x\n"),
                ("det finns inget avsnitt [odd] (nyckeln 'x')",
                 "there is no section [odd] (key 'x')", "[odd]\nx = 1\n"),
                ("[identity] key anges två gånger",
                 "[identity] key is set twice", "[identity]\nkey = x\n"),
                ("denna rad är varken [avsnitt] eller nyckel = värde",
                 "this line is neither [section] nor key = value", "hm\n")):
            self.configure(extra=extra)
            self.seal(swedish, english)

    def test_passphrases(self):
        self.write("pass", "\n")
        os.unlink(self.path("exempelkoping.key"))
        subprocess.run(["openssl", "genpkey", "-algorithm", "EC", "-pkeyopt",
                        "ec_paramgen_curve:P-256", "-aes256", "-pass",
                        "pass:x", "-out", self.path("exempelkoping.key")],
                       check=True, stderr=subprocess.DEVNULL)
        self.both("den är tom", "it is empty", "seal", "a.json",
                  "--passphrase-file", "pass")
        status, out = on_terminal(self, [
            "init", "--organisation", "219999-0017", "--name", "K", "--dir",
            "new"], ["ett", "annat"], asks="lösenfras")
        self.assertEqual(status, 77, out)
        self.assertIn("de två är inte likadana", out)

    def test_verifier_stays_english(self):
        self.write("verify.conf", "[odd]\nx = 1\n")
        p = subprocess.run([BUILD + "/bin/sigill-verify", "--config",
                            "verify.conf", "a.json"], cwd=self.dir,
                           env=self.env, capture_output=True)
        self.assertEqual(p.returncode, 78)
        self.assertIn(b"there is no section [odd] (key 'x')", p.stderr)
        self.assertNotIn(b"avsnitt", p.stderr + p.stdout)


if __name__ == "__main__":
    unittest.main()
