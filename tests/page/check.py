# SPDX-License-Identifier: Apache-2.0
"""The page of `pinfold matrix --html` in a real browser: it renders, filters, asks nobody for
anything, says nothing on the console; it can be read in the light, in the dark, on a phone, on paper,
by keyboard, by a screen reader and without script; and no word of others becomes part of it.

Speaks TAP. `make check-html` runs it; PAGE_SHOTS=DIR keeps pictures to look at."""
import copy
import json
import os
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import browser  # noqa: E402

BUILD = os.path.abspath(os.environ.get("BUILD", "build"))
MATRIX = os.path.join(BUILD, "pinfold-matrix")
HOSTILE = "<img src=http://127.0.0.1:9/x onerror=document.title='owned'></td></script><script>document.title='owned'</script>\"'&"
count = bad = 0


def ok(good, name, *details):
    global count, bad
    count += 1
    bad += not good
    print(f"{'ok' if good else 'not ok'} {count} - {name}", flush=True)
    for detail in details if not good else ():
        print("#  ", str(detail)[:600])


def run(*words):
    return subprocess.run([MATRIX, *words], capture_output=True, text=True, timeout=300)


def result():
    """A result that was measured, with costs and another sandbox put into it."""
    got = run("--family", "seed", "--samples", "20", "--json")
    whole = json.loads(got.stdout)
    whole["costs"] = [
        {"name": "none", "layer": False, "noise": False, "median_ms": 0.8, "low_ms": 0.7, "high_ms": 0.9},
        {"name": "full", "layer": False, "noise": False, "median_ms": 2.6, "low_ms": 2.3, "high_ms": 3.5},
        {"name": "net", "layer": True, "noise": False, "median_ms": 0.4, "low_ms": 0.1, "high_ms": 0.7},
        {"name": "env", "layer": True, "noise": True, "median_ms": -0.1, "low_ms": -0.3, "high_ms": 0.4},
        {"name": "caps", "layer": True, "noise": False, "median_ms": 0.2, "low_ms": None, "high_ms": None}]
    column = copy.deepcopy(whole["profiles"][0])
    column.update(name="box", kind="other", layers=["net"], missing=[])
    for row in column["operations"]:
        row.update(first="net" if row["outcome"] != "REACHED" else None, blockers=[],
                   opened_by=[], single=[], reached_with=[[]], answered_by=None)
    whole["others"] = [{
        "name": "box", "version": "box 1", "command": "box --net --", "source": "box(1)",
        "what": "a box", "not_measured": None,
        "means": [{"operations": "net.*", "text": "It leaves the network alone."}],
        "switches": [{"name": "net", "stops": "--net", "needs": [], "offered": True, "reason": None}],
        "profiles": [column]}]
    return whole


def hostile(whole):
    whole = copy.deepcopy(whole)
    for key in "kernel", "machine", "caller", "os", "lsm", "pinfold":
        whole["host"][key] = HOSTILE
    for row in whole["operations"]:
        row["title"] = row["source"] = row["family"] = HOSTILE
    for row in whole["layers"]:
        row["stops"] = HOSTILE
    other = whole["others"][0]
    for key in "version", "command", "source", "what":
        other[key] = HOSTILE
    other["means"][0]["text"] = HOSTILE
    return whole


def write(folder, name, whole, *words):
    saved, page = os.path.join(folder, name + ".json"), os.path.join(folder, name + ".html")
    with open(saved, "w") as file:
        json.dump(whole, file)
    got = run("--from", saved, "--html", page, "--by-family", *words)
    ok(os.path.getsize(page) > 10000, f"{name}: the page is written", got.stderr)
    return "file://" + page


# Text that is too pale on what lies behind it, as WCAG 2.1 counts (4.5 to 1).
CONTRAST = """(() => {
  const parse = c => (c.match(/[\\d.]+/g) || []).map(Number);
  const light = c => { const [r, g, b] = c.map(v => (v /= 255) <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4);
                       return .2126 * r + .7152 * g + .0722 * b; };
  const behind = e => { for (; e; e = e.parentElement) { const c = parse(getComputedStyle(e).backgroundColor);
                        if (c.length === 3 || c[3] === 1) return c.slice(0, 3); } return [255, 255, 255]; };
  const seen = new Map();
  for (const e of document.querySelectorAll('body *')) {
    if (![...e.childNodes].some(n => n.nodeType === 3 && n.data.trim()) || e.closest('script, .vh')) continue;
    const style = getComputedStyle(e), svg = e instanceof SVGElement;
    const a = light(parse(svg ? style.fill : style.color).slice(0, 3)), b = light(behind(e));
    const ratio = (Math.max(a, b) + .05) / (Math.min(a, b) + .05);
    if (ratio < 4.5) seen.set(e.localName + '.' + e.getAttribute('class'), ratio.toFixed(2));
  }
  return [...seen].map(String);
})()"""

SHOWN = "[...document.querySelectorAll('table.map tr[data-op]')].filter(r => !r.hidden).length"


def check_look(b, url, shots):
    for name, options in (("light", {}), ("dark", {"dark": True}),
                          ("phone", {"width": 390, "height": 844}),
                          ("phone-dark", {"width": 390, "height": 844, "dark": True})):
        page = b.open(url, **options)
        ok(page.said == [], f"{name}: nothing is said on the console", page.said)
        ok(page.asked == [url], f"{name}: nothing is asked for but the page", page.asked)
        ok(page.js("document.documentElement.scrollWidth <= innerWidth"),
           f"{name}: the page itself does not scroll sideways")
        pale = page.js(CONTRAST)
        ok(pale == [], f"{name}: all text stands out from what is behind it", pale)
        if shots:
            page.shot(os.path.join(shots, name + ".png"))
            page.js("document.querySelector('#map').scrollIntoView()")
            page.shot(os.path.join(shots, name + "-map.png"))
    colours = b.open(url).js("getComputedStyle(document.body).backgroundColor")
    dark = b.open(url, dark=True).js("getComputedStyle(document.body).backgroundColor")
    ok(colours != dark, "in the dark it is dark")


def check_filters(b, url):
    page = b.open(url)
    rows = page.js(SHOWN)
    ok(rows == 10, "the map has a row for each operation", rows)

    def choose(name, value):
        page.js(f"""(() => {{ const f = document.querySelector('form.filters').elements.namedItem('{name}');
                    f.type === 'checkbox' ? f.checked = {json.dumps(value)} : f.value = {json.dumps(value)};
                    f.dispatchEvent(new Event('input', {{bubbles: true}})); }})()""")

    choose("family", "fs")
    ok(0 < page.js(SHOWN) < rows, "a family is a part of them", page.js(SHOWN))
    ok(page.js("document.querySelector('#count').textContent").startswith(f"{page.js(SHOWN)} of {rows} "),
       "and the number is told", page.js("document.querySelector('#count').textContent"))
    ok(page.js("[...document.querySelectorAll('tbody[data-group]')].filter(g => !g.hidden).length") == 1,
       "families without a row are not shown")
    ok(page.js("[...document.querySelectorAll('details[data-op]')].filter(d => !d.hidden).length")
       == page.js(SHOWN), "the details follow")
    choose("family", "")
    choose("outcome", "ABSENT")
    absent = page.js(SHOWN)
    choose("outcome", "BLOCKED")
    ok(absent + page.js(SHOWN) == rows, "outcomes divide them", absent, page.js(SHOWN))
    choose("outcome", "")
    choose("text", "PTRACE")
    ok(page.js(SHOWN) == 1, "a name is found, however it is written")
    choose("text", "")
    choose("single", True)
    ok(0 < page.js(SHOWN) < rows, "what hangs on one layer is found")
    page.js("document.querySelector('form.filters button').click()")
    page.js("new Promise(r => setTimeout(r, 50))")
    ok(page.js(SHOWN) == rows, "all are shown again")
    choose("text", "no such operation")
    page.js("location.hash = '#op-trace.traceme'")
    page.js("new Promise(r => setTimeout(r, 100))")
    ok(page.js("document.getElementById('op-trace.traceme').open"), "a link opens its operation")
    ok(page.js(SHOWN) == rows, "and shows it, filtered away or not")
    ok(page.said == [], "all that without a word on the console", page.said)


def check_keyboard(b, url):
    page = b.open(url)
    stops = []
    for _ in range(9):
        page.key("Tab", 9)
        stops.append(page.js("(e => e.className || e.name || e.localName)(document.activeElement)"))
    ok(stops[0] == "skip", "the first stop of the keyboard leads past the head", stops)
    ok(any("scroll" in stop for stop in stops), "a table that scrolls can be reached", stops)
    page.js("document.querySelector('select[name=family]').focus()")
    page.key("f", 70, "f")
    ok(page.js("document.activeElement.value") == "fs", "a filter is set by keys")
    page.js("document.querySelector('summary').focus()")
    page.key("Enter", 13, "\r")
    ok(page.js("document.querySelector('details').open"), "details are opened by keys")


def check_reader(b, url):
    page = b.open(url)
    nodes = page.call("Accessibility.getFullAXTree")["nodes"]
    role = {}
    for node in nodes:
        if not node.get("ignored"):
            role.setdefault(node["role"]["value"], []).append(node.get("name", {}).get("value", ""))
    named = ("region", "table", "combobox", "searchbox", "checkbox", "button", "link", "heading",
             "columnheader", "rowheader")
    for name in named:
        ok(role.get(name) and all(role[name]), f"every {name} has a name", role.get(name))
    headings = page.js("[...document.querySelectorAll('h1,h2,h3')].map(h => +h.localName[1])")
    ok(headings[0] == 1 and headings.count(1) == 1 and
       all(b <= a + 1 for a, b in zip(headings, headings[1:])), "headings go down step by step", headings)
    ok(page.js("[...document.querySelectorAll('table.map td.only, table.map td.enough, table.map td.part, "
               "table.map td.opens')].every(c => c.querySelector('.vh'))"),
       "what a colour says is said in words")
    ok(page.js("new Set([...document.querySelectorAll('[id]')].map(e => e.id)).size === "
               "document.querySelectorAll('[id]').length"), "no id stands twice")
    ok(page.js("[...document.querySelectorAll('a[href^=\"#\"]')].every(a => "
               "document.getElementById(decodeURIComponent(a.hash.slice(1))))"), "every link leads somewhere")


def check_paper(b, url, shots):
    page = b.open(url, media="print")
    ok(page.js("getComputedStyle(document.querySelector('form.filters')).display") == "none",
       "on paper there are no filters")
    dark = b.open(url, dark=True, media="print")
    ok(dark.js("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)",
       "paper is white in the dark too")
    ok(dark.js(CONTRAST) == [], "and readable", dark.js(CONTRAST))
    if shots:
        b.open(url).pdf(os.path.join(shots, "paper.pdf"))


def check_bare(b, url):
    page = b.open(url, script=False)
    form = page.call("Runtime.evaluate", {"expression": "1"})
    ok(form is not None, "without script the page loads")
    document = page.call("DOM.getDocument", {"depth": -1})["root"]["nodeId"]
    box = page.call("DOM.querySelectorAll", {"nodeId": document, "selector": "form.filters[hidden]"})
    ok(len(box["nodeIds"]) == 1, "the filters, which would do nothing, are hidden")
    rows = page.call("DOM.querySelectorAll", {"nodeId": document, "selector": "table.map tr[data-op]:not([hidden])"})
    ok(len(rows["nodeIds"]) == 10, "every row is there")
    ok(page.said == [], "nothing is missed", page.said)


def check_hostile(b, url):
    page = b.open(url)
    ok("owned" not in page.js("document.title.replace(/<.*/s, '')"), "no word of others is run")
    ok(page.js("document.images.length") == 0, "none becomes an image")
    ok(page.js("document.scripts.length") == 1, "none becomes a script")
    ok(page.asked == [url], "none makes the page ask anybody", page.asked)
    ok(page.said == [], "none is noticed on the console", page.said)
    ok(page.js("document.body.textContent.includes('<img src=http')"), "they are shown as they are")


def main():
    if not browser.find():
        print("1..0 # SKIP there is no chromium (Debian's package chromium)")
        return 0
    shots = os.environ.get("PAGE_SHOTS")
    folder = tempfile.mkdtemp(prefix="pinfold-page.")
    try:
        whole = result()
        other = copy.deepcopy(whole)
        other["host"]["kernel"] = "6.1.0"
        other["profiles"][3]["operations"][0]["depth"] = 3
        with open(os.path.join(folder, "other.json"), "w") as file:
            json.dump(other, file)
        url = write(folder, "page", whole, "--compare", os.path.join(folder, "other.json"))
        evil = write(folder, "hostile", hostile(whole))
        with browser.Browser(os.path.join(folder, "home")) as b:
            check_look(b, url, shots)
            check_filters(b, url)
            check_keyboard(b, url)
            check_reader(b, url)
            check_paper(b, url, shots)
            check_bare(b, url)
            check_hostile(b, evil)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    print(f"1..{count}")
    return 1 if bad else 0


sys.exit(main())
