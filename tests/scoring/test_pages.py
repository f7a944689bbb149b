# SPDX-License-Identifier: EUPL-1.2
"""Pages in a real browser: what is on them for eyes, for ears and on paper, and
that they ask nobody for anything."""
import functools
import html.parser
import json
import os
import random
import re
import shutil
import struct
import subprocess
import sys
import tempfile
import unittest
import zlib

sys.path[:0] = [os.path.dirname(os.path.dirname(os.path.abspath(__file__))),
                os.path.dirname(os.path.abspath(__file__))]
import documents as made  # noqa: E402
import handed  # noqa: E402
import support  # noqa: E402
from chromium import Chromium  # noqa: E402

MAKE = support.BUILD + "/test/make-page"
SCORE = support.BUILD + "/bin/sigill-score"
LANGUAGES = "sv", "en"
SCHEMES = ("", "light"), ("", "dark"), ("print", "light"), ("print", "dark")
VOID = "meta", "br", "col", "hr", "img", "input", "link", "wbr"


def report(path, n=60, hidden=False):
    """A real report of a made-up population."""
    chance = random.Random(7)
    definition = handed.Definition(path)
    only = definition.data["scoring"]["groups"] == ["kommun"]
    with tempfile.TemporaryDirectory() as scratch:
        for when, first in ("2025", 0), ("2027", n // 8):
            folder = os.path.join(scratch, when)
            os.mkdir(folder)
            for i in range(first, first + n):
                kind = "kommun" if only or i % 10 < 6 else \
                    "myndighet" if i % 10 < 9 or not hidden else "region"
                skill = chance.choice((.2, .4, .97) if when == "2027"
                                      else (.1, .3, .6))
                handed.save(folder, handed.document(
                    definition, i, made.answers(definition.data, chance,
                                                skill),
                    kind=kind, round=when))
        out = os.path.join(scratch, "out")
        support.call(SCORE, "aggregate", "-q", path, "-o", out, "--previous",
                     os.path.join(scratch, "2025"),
                     os.path.join(scratch, "2027"))
        return json.loads(support.read(out + "/report.json"))


def feedback_documents():
    return {
        "levels": made.levels(), "levels-60": made.levels(missing=60),
        "levels-long": made.long(made.levels(missing=60)),
        "levels-alone": made.levels("kommun", benchmark=False, last=False,
                                    missing=3),
        "levels-top": made.levels(level=4),
        "means": made.means(), "means-long": made.long(made.means()),
        "means-alone": made.means(benchmark=False, last=False),
        "counts": made.counts(), "counts-long": made.long(made.counts()),
        "counts-alone": made.counts(benchmark=False, last=False),
        "levels-hostile": made.hostile(made.levels()),
        "means-hostile": made.hostile(made.means()),
        "counts-hostile": made.hostile(made.counts()),
    }


def report_documents():
    levels = report(made.INFOSAK, hidden=True)
    return {
        "report-levels": levels, "report-means": report(made.ITSAK),
        "report-counts": report(made.COUNTS),
        "report-hostile": made.hostile(levels),
    }


class Structure(html.parser.HTMLParser):
    """Reads a page strictly: what is opened is closed, in order."""

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.open, self.ids, self.refers = [], [], []
        self.elements, self.attributes, self.text = [], [], []
        self.feed(text)
        self.close()
        if self.open:
            raise AssertionError("still open: %s" % self.open)

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        names = [name for name, _ in attrs]
        if len(names) != len(set(names)):
            raise AssertionError("twice in one element: %s" % names)
        for name, value in attrs:
            self.attributes.append((name, value))
            if name == "id":
                self.ids.append(value)
            elif name == "aria-labelledby":
                self.refers.append(value)
            elif name == "href":
                self.refers.append(value.removeprefix("#"))
            elif name == "fill" and value.startswith("url("):
                self.refers.append(value[5:-1])
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            raise AssertionError("%s is closed, and not the last opened" % tag)

    def handle_data(self, data):
        if "style" not in self.open:
            self.text.append(data)

    def named(self, tag):
        return [attrs for name, attrs in self.elements if name == tag]


# Every text and every drawn thing with the ground that it stands on.
CONTRAST = r"""
(() => {
  const parse = c => {
    const m = c.match(/[\d.]+/g);
    return m === null ? null : [+m[0], +m[1], +m[2],
                                m.length > 3 ? +m[3] : 1];
  };
  const light = c => {
    const f = c.slice(0, 3).map(v => {
      v /= 255;
      return v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * f[0] + 0.7152 * f[1] + 0.0722 * f[2];
  };
  const ratio = (a, b) => {
    const x = light(a), y = light(b);
    return (Math.max(x, y) + 0.05) / (Math.min(x, y) + 0.05);
  };
  const ground = e => {
    for (; e; e = e.parentElement) {
      const c = parse(getComputedStyle(e).backgroundColor);
      if (c && c[3] === 1) return c;
      if (c && c[3] !== 0) return null;
    }
    return null;
  };
  const bad = [];
  let texts = 0, drawn = 0;
  const walk = document.createTreeWalker(document.body,
                                         NodeFilter.SHOW_TEXT);
  for (let t = walk.nextNode(); t; t = walk.nextNode()) {
    const e = t.parentElement, s = getComputedStyle(e);
    if (!t.data.trim() || ["title", "desc"].includes(e.localName)) continue;
    const range = document.createRange();
    range.selectNodeContents(t);
    if (!range.getClientRects().length || e.closest(".vh")) continue;
    const ink = parse(e.namespaceURI.endsWith("svg") ? s.fill : s.color);
    const paper = ground(e);
    texts++;
    if (!ink || !paper || ink[3] !== 1 || s.opacity !== "1" ||
        ratio(ink, paper) < 4.5)
      bad.push([t.data.slice(0, 40), ink, paper]);
  }
  for (const [selector, property] of [
      [".bar", "fill"], [".diamond", "fill"], [".dot", "fill"],
      [".tick", "fill"], [".ring", "stroke"], [".grid", "stroke"],
      [".span", "stroke"], [".step", "stroke"], [".part", "stroke"]])
    for (const e of document.querySelectorAll("main " + selector)) {
      if (!e.getClientRects().length) continue;
      const ink = parse(getComputedStyle(e)[property]), paper = ground(e);
      drawn++;
      if (!ink || !paper || ratio(ink, paper) < 3)
        bad.push([selector, ink, paper]);
    }
  return {bad: bad.slice(0, 5), texts, drawn};
})()
"""

WIDER = """
[...document.querySelectorAll("body *")].filter(e => !e.closest(".scroll") &&
  !e.closest(".vh") && !e.closest("svg") &&
  e.getBoundingClientRect().right > innerWidth + 0.5)
  .map(e => e.localName + "." + e.className).slice(0, 5)
"""


def pixels(png):
    """Colours of a PNG of 8 bits (PNG 3rd edition, 7 and 9), by how often."""
    at, data, count = 8, b"", {}
    while at < len(png):
        size, kind = struct.unpack(">I4s", png[at:at + 8])
        body = png[at + 8:at + 8 + size]
        if kind == b"IHDR":
            width, height, depth, colour = struct.unpack(">IIBB", body[:10])
            assert depth == 8 and colour in (2, 6)
            each = 3 if colour == 2 else 4
        elif kind == b"IDAT":
            data += body
        at += 12 + size
    data = zlib.decompress(data)
    before = bytearray(width * each)
    for y in range(height):
        start = y * (width * each + 1)
        how, line = data[start], bytearray(
            data[start + 1:start + 1 + width * each])
        for i in range(len(line)):
            left = line[i - each] if i >= each else 0
            up = before[i]
            if how == 1:
                line[i] = (line[i] + left) & 255
            elif how == 2:
                line[i] = (line[i] + up) & 255
            elif how == 3:
                line[i] = (line[i] + (left + up) // 2) & 255
            elif how == 4:
                corner = before[i - each] if i >= each else 0
                p = left + up - corner
                a, b, c = abs(p - left), abs(p - up), abs(p - corner)
                best = left if a <= b and a <= c else up if b <= c else corner
                line[i] = (line[i] + best) & 255
        before = line
        for i in range(0, len(line), each):
            rgb = bytes(line[i:i + 3])
            count[rgb] = count.get(rgb, 0) + 1
    return count


@functools.lru_cache(None)
def all_documents():
    feedback, reports = feedback_documents(), report_documents()
    return feedback, reports, dict(feedback, **reports)


def make(name, document, language, voice="own"):
    which = "report" if name.startswith("report") else voice
    return support.call(MAKE, which, language, data=json.dumps(
        document).encode()).decode("utf-8")


@functools.lru_cache(None)
def all_pages():
    """Labels are the same in both languages: of some pages one is enough."""
    return {(name, language): make(name, document, language)
            for name, document in all_documents()[2].items()
            for language in LANGUAGES[:1 if "-long" in name or
                                      "-hostile" in name else 2]}


class Pages(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.feedback, cls.report, cls.documents = all_documents()
        cls.text = all_pages()

    def each(self, check):
        for (name, language), text in self.text.items():
            with self.subTest(page=name, language=language):
                check(name, language, text)


class Written(Pages):
    def test_well_formed(self):
        def check(_, language, text):
            page = Structure(text)
            self.assertEqual(page.named("html"), [{"lang": language}])
            self.assertEqual(len(page.ids), len(set(page.ids)))
            self.assertEqual(set(page.refers) - set(page.ids), set())
            self.assertLess(text.index("Content-Security-Policy"),
                            text.index("<title>"))
            self.assertIn("default-src 'none'", text)
            for tag in "script", "img", "link", "iframe", "form", "object":
                self.assertEqual(page.named(tag), [])
            for name, value in page.attributes:
                self.assertFalse(name.startswith("on") or name in
                                 ("src", "style", "action"), name)
                if name == "tabindex":
                    self.assertEqual(value, "0")
            for tag, attributes in page.elements:
                if "tabindex" in attributes:
                    self.assertTrue(attributes["aria-label"])
        self.each(check)

    def test_headings_and_tables(self):
        def check(_, __, text):
            page = Structure(text)
            levels = [int(tag[1]) for tag, _ in page.elements
                      if re.fullmatch("h[1-6]", tag)]
            self.assertEqual(levels[0], 1)
            self.assertEqual(levels.count(1), 1)
            for before, after in zip(levels, levels[1:]):
                self.assertLessEqual(after, before + 1)
            self.assertEqual(len(page.named("main")), 1)
            self.assertEqual(len(page.named("caption")),
                             len(page.named("table")))
            for th in page.named("th"):
                self.assertIn(th.get("scope"), ("col", "row", "rowgroup"))
        self.each(check)

    def test_controls_are_shown(self):
        document = made.relabelled(made.levels(),
                                   lambda text: "a\x07\u202eb" + text)
        text = make("levels", document, "sv")
        self.assertNotIn("\x07", text)
        self.assertNotIn("\u202e", text)

    def test_languages(self):
        text = self.text
        self.assertIn("Medelvärde 2,87", text["means", "sv"])
        self.assertIn("Mean 2.87", text["means", "en"])
        self.assertNotIn("lang=\"sv\"", text["means", "sv"].split("\n", 2)[2])
        self.assertIn("<span lang=\"sv\">Kryptering</span>",
                      text["means", "en"])
        self.assertRegex(text["report-levels", "sv"], "\\d,\\d\u00a0%")
        self.assertNotRegex(text["report-levels", "sv"], r"\d\.\d%")
        self.assertRegex(text["report-levels", "en"], r"\d\.\d%")

    def test_who_says_so(self):
        """Above all figures, on every page: who vouches for it."""
        seen = set()
        for voice in "nobody", "own", "score", "authority":
            text = make("levels", self.documents["levels"], "sv", voice)
            head = text[:text.index("<section")]
            said = re.findall(r'<p class="(voice[^"]*)">([^<]*)', head)
            self.assertEqual(len(said), 1)
            self.assertEqual(said[0][0] == "voice warn", voice == "nobody")
            seen.add(said[0][1])
            # What is assumed stands beside the result, and what it means.
            now = text[text.index('id="now"'):text.index('id="areas"')]
            self.assertIn("antagna" if voice in ("nobody", "own") else
                          "inte är publicerade", now)
        self.assertEqual(len(seen), 4)

    def test_test_is_told(self):
        for environment, n in ("test", 1), ("production", 0):
            document = dict(self.documents["means"], environment=environment)
            self.assertEqual(make("means", document, "sv").count(
                '"voice warn">TEST'), n)

    def test_nothing_is_empty(self):
        """A survey without levels has no chapters of groups, and no group
        twice."""
        page = Structure(self.text["report-counts", "sv"])
        self.assertEqual([i for i in page.ids if i.startswith("group-")],
                         ["group-all"])
        document = dict(self.documents["report-counts"], groups=[
            {k: v for k, v in group.items() if k != "change"}
            for group in self.documents["report-counts"]["groups"]])
        page = Structure(make("report", document, "sv"))
        self.assertNotIn("group-all", page.ids)

    def test_no_protection_is_told(self):
        document = self.documents["report-levels"]
        for least, warned in (5, 0), (2, 0), (1, 2), (0, 2):
            settings = dict(document["settings"], least=least)
            text = make("report", dict(document, settings=settings), "en")
            self.assertEqual(text.count("No protection"), warned)

    def test_same_bytes(self):
        for name in "levels-60", "means", "counts", "report-levels":
            self.assertEqual(make(name, self.documents[name], "sv"),
                             self.text[name, "sv"])

    def test_little_is_there(self):
        """Nothing that may be left out is relied upon."""
        for result in "levels", "means", "counts":
            document = made.head(made.definition(made.INFOSAK))
            for key in "sealed", "submission", "fingerprint":
                del document[key]
            document.update({"assumed": [], "result": result, "areas": []})
            Structure(make("feedback", document, "sv"))
        Structure(make("report", {
            "questionnaire": {"title": "x", "areas": [], "levels": []},
            "round": "1", "groups": [], "settings": {}}, "sv"))


@unittest.skipIf(os.path.basename(support.BUILD) == "san",
                 "a browser shows what the plain programs write")
class Shown(Pages):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.dir = tempfile.mkdtemp(prefix="sigill-test.")
        cls.addClassCleanup(shutil.rmtree, cls.dir)
        for (name, language), text in cls.text.items():
            support.write(cls.path(name, language), text)
        cls.browser = Chromium()
        cls.addClassCleanup(cls.browser.close)

    @classmethod
    def path(cls, name, language):
        return os.path.join(cls.dir, "%s.%s.html" % (name, language))

    def opened(self, check, width=1000):
        """Each page, open in the browser."""
        def opening(name, language, _):
            self.browser.media()
            self.browser.size(width)
            self.browser.open(self.path(name, language))
            check(name, language)
        self.each(opening)

    def test_what_is_heard(self):
        def check(name, _):
            heard = self.browser.accessible()
            roles = [role for role, _, _ in heard]
            self.assertEqual(roles.count("main"), 1)
            for role, what, properties in heard:
                if role in ("image", "table", "region", "navigation",
                            "link", "columnheader", "rowheader"):
                    self.assertTrue(what.strip(), (role, properties))
            levels = [properties["level"] for role, _, properties in heard
                      if role == "heading"]
            self.assertEqual(levels.count(1), 1)
            self.assertGreaterEqual(len(levels), 3)
            if not name.startswith("counts-alone"):
                self.assertIn("columnheader", roles)
                self.assertIn("rowheader", roles)
            if not name.startswith(("counts", "report-counts")):
                self.assertIn("image", roles)
        self.opened(check)

    def test_nobody_is_asked(self):
        def check(_, __):
            self.assertEqual([url[:7] for url in self.browser.requests()],
                             ["file://"])
            self.assertEqual(self.browser.complaints(), [])
        self.opened(check)
        self.assertNotIn(b"outside.example",
                         b"".join(self.browser.listener.asked))

    def test_the_listener_would_notice(self):
        page = support.write(os.path.join(self.dir, "control.html"),
                             "<!DOCTYPE html><title>c</title>"
                             "<img src='http://outside.example/x.png'>")
        with Chromium() as browser:
            browser.open(page)
            self.assertEqual(len(browser.requests()), 2)
            self.assertIn(b"outside.example",
                          b"".join(browser.listener.asked))

    def test_contrast(self):
        def check(name, _):
            for media, scheme in SCHEMES:
                self.browser.media(media, scheme)
                found = self.browser.evaluate(CONTRAST)
                self.assertEqual(found["bad"], [], (media, scheme))
                self.assertGreater(found["texts"], 20)
                if not name.startswith(("counts", "report-counts")):
                    self.assertGreater(found["drawn"], 8)
        self.opened(check)

    def test_narrow(self):
        """320 pixels: 1280 at 400 % (WCAG 2.2, 1.4.10)."""
        def check(_, __):
            self.assertLessEqual(self.browser.evaluate(
                "document.documentElement.scrollWidth"), 320)
            self.assertEqual(self.browser.evaluate(WIDER), [])
        self.opened(check, 320)

    def test_wide(self):
        """On a desk nothing has to be scrolled aside."""
        def check(name, _):
            if name.endswith(("-long", "-hostile")):
                return
            self.assertEqual(self.browser.evaluate(
                "[...document.querySelectorAll('.scroll')].filter(e => "
                "e.scrollWidth > e.clientWidth + 1).length"), 0)
        self.opened(check, 1280)

    def test_paper(self):
        def check(name, language):
            path = os.path.join(self.dir, "page.pdf")
            with open(path, "wb") as f:
                f.write(self.browser.pdf())
            told = support.call("pdfinfo", path).decode()
            pages = int(re.search(r"Pages:\s*(\d+)", told).group(1))
            if name in self.feedback:
                self.assertLessEqual(pages, 2)
            self.assertIn("A4", told)
            text = " ".join(support.call("pdftotext", "-raw", path, "-")
                            .decode().split())
            flat = re.sub(r"[\s-]", "", text)
            document = self.documents[name]
            areas = document.get("areas") or \
                document["questionnaire"]["areas"]
            if document.get("result") == "counts":
                # The name of an area only with an answer in it.
                areas = []
                self.assertEqual(self.browser.evaluate(
                    "[...document.querySelectorAll('[aria-labelledby=answers]"
                    " tbody:not(.screen)')].filter(b => b.querySelector("
                    "'tr + tr:not(.screen)') === null).length"), 0)
            for area in areas:
                self.assertIn(re.sub(r"[\s-]", "", area["label"]), flat)
            if name == "levels-60":
                # What is not there is counted.
                shown = len(re.findall(r"Fråga \d|Question \d", text))
                self.assertGreater(shown, 3)
                self.assertIn("%d " % (60 - shown), text)
        self.opened(check)

    def test_two_sheets_whatever_the_length(self):
        chance = random.Random(5)
        self.browser.media()
        path = os.path.join(self.dir, "stretched.")
        for i in range(30):
            document = made.stretched(chance)
            support.write(path + "html", make("feedback", document,
                                              chance.choice(LANGUAGES)))
            self.browser.open(path + "html")
            with open(path + "pdf", "wb") as f:
                f.write(self.browser.pdf())
            told = support.call("pdfinfo", path + "pdf").decode()
            self.assertRegex(told, r"Pages:\s*[12]\n", "the %d-th" % i)

    def test_not_blank(self):
        for name in "levels", "means", "report-levels":
            self.browser.size(360, 400)
            seen = {}
            for scheme in "light", "dark":
                self.browser.media("", scheme)
                self.browser.open(self.path(name, "sv"))
                self.browser.evaluate(
                    "document.querySelector('main svg [class]')"
                    ".scrollIntoView({block: 'center'})")
                seen[scheme] = pixels(self.browser.screenshot())
            for scheme, paper in ("light", b"\xff\xff\xff"), \
                    ("dark", b"\x12\x18\x1c"):
                colours = seen[scheme]
                whole = sum(colours.values())
                self.assertEqual(max(colours, key=colours.get), paper)
                self.assertGreater(len(colours), 20)
                self.assertLess(colours[paper], 0.99 * whole)

    def test_texts_stay_texts(self):
        def check(name, language, text):
            if not name.endswith("hostile"):
                return
            self.assertNotIn("<img", text)
            page = Structure(text)
            said = "".join(page.text)
            self.assertIn(made.HOSTILE, said)
            self.browser.open(self.path(name, language))
            self.assertEqual(self.browser.evaluate(
                "document.querySelectorAll('script, img').length"), 0)
            self.assertIn(made.HOSTILE, self.browser.evaluate(
                "document.querySelector('h1').textContent"))
            self.assertIn(made.HOSTILE, self.browser.evaluate(
                "document.querySelector('main').textContent"))
        self.each(check)

    def test_figures_of_the_document(self):
        """A table has what the document has: the areas' figures."""
        self.browser.open(self.path("levels", "sv"))
        rows = self.browser.evaluate(
            "[...document.querySelectorAll('section[aria-labelledby=areas] "
            "tbody tr')].map(r => [...r.children].filter(c => "
            "!c.querySelector('svg')).map(c => c.textContent))")
        self.assertEqual(rows, [
            [a["label"], str(a["level"]), str(a["benchmark"]["level"]),
             str(a["last"]["level"]),
             "%d av %d" % (a["points"], a["points_of"]),
             "%d av %d" % (a["boxes"], a["boxes_of"])]
            for a in self.feedback["levels"]["areas"]])
        names = [name for role, name, _ in self.browser.accessible()
                 if role == "image"]
        self.assertIn("Nivå: 1; Typiskt för myndigheter: 2; "
                      "Ni, omgång 2025: 0", names)

    def test_hidden_figures(self):
        region = [g for g in self.report["report-levels"]["groups"]
                  if g["id"] == "region"][0]
        self.assertIn("suppressed", json.dumps(region))
        for language, word in ("sv", "dold"), ("en", "hidden"):
            self.browser.open(self.path("report-levels", language))
            cells = self.browser.evaluate(
                "[...document.querySelectorAll('td')].map(c => "
                "c.textContent).filter(t => t.startsWith('%s')).length"
                % word)
            self.assertGreater(cells, 10)
            self.assertIn("%s*" % word, self.text["report-levels", language])


class Browser(unittest.TestCase):
    def test_nothing_is_left(self):
        with Chromium() as browser:
            pid, folder = browser.pid, browser.dir
            self.assertTrue(os.path.isdir(folder))
        self.assertFalse(os.path.exists(folder))
        for line in subprocess.run(
                ["ps", "-eo", "pgid=,stat=,args="], check=True,
                stdout=subprocess.PIPE).stdout.decode().splitlines():
            group, state, args = line.split(None, 2)
            self.assertFalse(int(group) == pid and state[0] != "Z", line)
            self.assertNotIn(folder, args)


if __name__ == "__main__":
    unittest.main()
