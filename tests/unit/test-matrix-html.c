/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The page without a browser: its elements are closed as they are opened, ids stand once, links
 * lead somewhere, nothing is fetched, and no word of others is more than text. `make check-html`
 * looks at it in a real one.
 */
#include "html.h"

#include "test-matrix-report.h"

static const struct comparison *comparison;

static int print_page(const struct report *r, FILE *file)
{
	return html_render(r, comparison, file);
}

static size_t count(const char *text, const char *word)
{
	size_t n = 0;

	for (const char *at = text; (at = strstr(at, word)); at++)
		n++;
	return n;
}

static bool is_void(const char *name)
{
	static const char *const names[] = {"meta", "link", "br",     "input",
					    "rect", "line", "option", "!doctype"};

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (str_equal(names[i], name))
			return true;
	return false;
}

/* The name of the tag at text ("<name" or "</name"), in lower case as we write it. */
static void tag_name(const char *text, char *name, size_t size)
{
	size_t n = strcspn(text, " \t\n/>");

	(void)snprintf(name, size, "%.*s", (int)n, text);
}

/* NULL where every element is closed in its order; else the tag that is wrong. */
static const char *find_unclosed(const char *text)
{
	static char open[64][16], name[16];
	size_t depth = 0;

	for (const char *at = text; (at = strchr(at, '<')); at++) {
		bool closes = at[1] == '/';

		tag_name(at + 1 + closes, name, sizeof(name));
		if (is_void(name))
			continue;
		if (!closes) {
			if (depth == ARRAY_SIZE(open))
				return name;
			memcpy(open[depth++], name, sizeof(name));
			/* What is in these two is no markup. */
			if (str_equal(name, "script") || str_equal(name, "style"))
				at = strstr(at,
					    str_equal(name, "script") ? "</script" : "</style") -
				     1;
		} else if (depth == 0 || !str_equal(open[--depth], name)) {
			return name;
		}
	}
	return depth ? open[depth - 1] : NULL;
}

/* How many of the ids stand twice. */
static size_t count_twice(const char *text)
{
	size_t twice = 0;

	for (const char *at = text; (at = strstr(at, " id=\"")); at++) {
		char *word = strndup(at, strcspn(at + 5, "\"") + 6);

		twice += count(text, word) != 1;
		free(word);
	}
	return twice;
}

/* Links to places of the page that are not there. */
static size_t count_dead(const char *text)
{
	size_t dead = 0;

	for (const char *at = text; (at = strstr(at, " href=\"#")); at++) {
		char id[128];

		(void)snprintf(id, sizeof(id), " id=\"%.*s\"", (int)strcspn(at + 8, "\""), at + 8);
		dead += count(text, id) != 1;
	}
	return dead;
}

static void test_shape(struct made *m, const char *what)
{
	char *text = made_print(print_page, &m->report);
	const char *wrong = find_unclosed(text);

	ok(!wrong, "%s: every element is closed in its order%s%s", what, wrong ? ", not " : "",
	   wrong ? wrong : "");
	is_int(count_twice(text), 0, "%s: no id stands twice", what);
	is_int(count_dead(text), 0, "%s: every link leads somewhere", what);
	is_int(count(text, "<th") - count(text, "<thead"), count(text, "scope=\""),
	       "%s: every head of a row or column says which", what);
	is_int(count(text, "<table"), count(text, "<caption"), "%s: every table has its caption",
	       what);
	is_int(count(text, " src="), 0, "%s: nothing is fetched", what);
	ok(!strstr(text, "href=\"http") && !strstr(text, "url(") && !strstr(text, "@import"),
	   "%s: by no other way either", what);
	is_int(count(text, "<script"), 1, "%s: one script", what);
	ok(strstr(text, "default-src 'none'") && strstr(text, "name=\"viewport\"") &&
		   strstr(text, "<html lang=\"en\">"),
	   "%s: it forbids requests, fits phones, and says its language", what);
	free(text);
}

static void test_contents(void)
{
	struct made *m = made_new(), *old = made_new();
	struct comparison c;
	char *text;

	m->report.costs.v[0] = (struct cost){"full", false, false, true, 2.5, 2.0, 3.0};
	m->report.costs.v[1] = (struct cost){"mount", true, true, true, -0.1, -0.5, 0.4};
	m->report.costs.n = 2;
	made_closed(&old->blames[1][0], EPERM, MOUNT, 0);
	compare_reports(&old->report, &m->report, &c);
	comparison = &c;
	text = made_print(print_page, &m->report);
	ok(strstr(text, "the only one that keeps it closed</span>"), "one layer alone is seen");
	ok(strstr(text, "enough alone</span>"), "so is one that is enough");
	ok(strstr(text, "<td class=\"d0\">REACHED</td>"), "what is reached stands out");
	ok(strstr(text, "2.500 (2.000 to 3.000)"), "a cost has its bounds");
	ok(strstr(text, "-0.100 (-0.500 to 0.400), noise"), "and says where it is noise");
	ok(strstr(text, "Compared with another result") && strstr(text, ">thicker<"),
	   "the comparison is there");
	ok(strstr(text, "box 1 &amp; &lt;2&gt;"), "another sandbox with its version");
	ok(strstr(text, "It leaves the network alone unless told."), "and what it means to do");
	test_shape(m, "with everything");
	comparison = NULL;
	free(text);
}

static void test_hostile(void)
{
	struct made *m = made_hostile();
	char *text = made_print(print_page, &m->report);

	is_int(count(text, "<script>alert"), 0, "no word of others is a script");
	ok(count(text, "&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#39;&amp;") > 10,
	   "they are shown as text");
	is_int(count(text, "\x01") + count(text, "\xff"), 0, "no byte of theirs is not text");
	free(text);
}

int main(void)
{
	test_shape(made_new(), "a report");
	test_contents();
	test_shape(made_hostile(), "with hostile words");
	test_hostile();
	return tap_done();
}
