/* SPDX-License-Identifier: Apache-2.0 */
/*
 * html: one page that holds everything, with its style and its little script inside.
 *
 * Should be whole without the script, and ask nobody for anything: its policy forbids it to.
 * Mustn't print a word of others by any way but escape_print().
 */
#include "html.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "pool.h"

/* The files as they are, put in by the assembler. */
#define EMBED(symbol, path)                                                                        \
	__asm__(".pushsection .rodata\n" #symbol ":\n.incbin \"" path "\"\n.byte 0\n.popsection")
EMBED(page_css, "matrix/page/page.css");
EMBED(page_js, "matrix/page/page.js");
extern const char page_css[], page_js[];

void html_element(FILE *file, const char *tag, const char *class, const char *text)
{
	fprintf(file, "<%s", tag);
	if (class)
		escape_attribute(file, "class", class);
	fputc('>', file);
	escape_print(file, text ? text : "-");
	fprintf(file, "</%.*s>", (int)strcspn(tag, " "), tag);
}

void html_number(FILE *file, size_t n)
{
	if (n)
		fprintf(file, "<td class=\"num\">%zu</td>", n);
	else
		fputs("<td class=\"num\"></td>", file);
}

void html_table_begin(FILE *file, const char *class, const char *label, const char *caption)
{
	fputs("<div class=\"scroll", file);
	fputs(class ? "\"" : " free\"", file);
	fputs(" role=\"region\" tabindex=\"0\"", file);
	escape_attribute(file, "aria-label", label);
	fputs(">\n<table", file);
	if (class)
		escape_attribute(file, "class", class);
	fputs(">\n", file);
	html_element(file, "caption", NULL, caption);
	fputc('\n', file);
}

void html_table_head(FILE *file, const char *const *names, size_t n)
{
	fputs("<thead><tr>", file);
	/* A mark before the name says that the column holds numbers. */
	for (size_t i = 0; i < n; i++)
		html_element(file, "th scope=\"col\"", *names[i] == '#' ? "num" : NULL,
			     names[i] + (*names[i] == '#'));
	fputs("</tr></thead>\n<tbody>\n", file);
}

void html_table_end(FILE *file)
{
	fputs("</tbody>\n</table>\n</div>\n", file);
}

void html_filter_words(const struct page *p, size_t i)
{
	const struct op *op = &p->report->ops->v[i];
	const struct blame *b = &p->main->blames[i];
	char *text = pool_printf("%s %s", op->id, op->title);

	for (char *c = text; *c; c++)
		if (*c >= 'A' && *c <= 'Z')
			*c = (char)(*c - 'A' + 'a');
	escape_attribute(p->file, "data-op", op->id);
	escape_attribute(p->file, "data-family", op->family);
	escape_attribute(p->file, "data-outcome", render_result(b->outcome.result));
	escape_attribute(p->file, "data-single", b->single && !b->broken ? "yes" : "no");
	escape_attribute(p->file, "data-text", text);
}

const char *html_depth_class(const struct blame *b)
{
	static const char *const depths[] = {"d0", "d1", "d2", "d3"};

	if (b->broken || b->skipped || b->outcome.result == RESULT_ABSENT ||
	    b->outcome.result == RESULT_BROKEN)
		return "untold";
	if (b->outcome.result == RESULT_REACHED)
		return "d0";
	if (b->depth < 0)
		return "never";
	return depths[b->depth < 3 ? b->depth : 3];
}

static void print_head(const struct page *p)
{
	fputs("<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
	      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
	      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
	      "style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:; base-uri "
	      "'none'; "
	      "form-action 'none'\">\n<meta name=\"referrer\" content=\"no-referrer\">\n"
	      "<link rel=\"icon\" href=\"data:,\">\n<title>pinfold matrix: ",
	      p->file);
	escape_print(p->file, p->report->facts.kernel);
	fprintf(p->file, "</title>\n<style>\n%s</style>\n</head>\n", page_css);
}

int html_render(const struct report *r, const struct comparison *comparison, FILE *file)
{
	const struct page p = {r, summary_main(r), comparison, file};

	print_head(&p);
	fputs("<body>\n<a class=\"skip\" href=\"#map\">To the matrix</a>\n<main>\n", file);
	html_facts(&p);
	html_families(&p);
	html_map(&p);
	html_layers(&p);
	html_reached(&p);
	html_costs(&p);
	html_others(&p);
	html_changes(&p);
	html_details(&p);
	fputs("</main>\n<footer><p>Made by <code>pinfold matrix --html</code> ", file);
	escape_print(file, r->facts.pinfold);
	fprintf(file,
		". What the words mean stands in pinfold-matrix(1).</p></footer>\n"
		"<script>\n%s</script>\n</body>\n</html>\n",
		page_js);
	return fflush(file) || ferror(file) ? -1 : 0;
}

int html_open(const char *path, struct err *e)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOCTTY, 0666);

	err_where(e, "--html");
	if (fd < 0)
		return fail(e, errno, "open %s", path);
	e->where[0] = '\0';
	return fd;
}

int html_write(const struct report *r, const struct comparison *comparison, int fd, struct err *e)
{
	struct stat st;
	FILE *file;
	int rc;

	/* What stood there before goes only now that there is something to put in its place. */
	err_where(e, "--html");
	if (fstat(fd, &st) || (S_ISREG(st.st_mode) && ftruncate(fd, 0)))
		return fail(e, errno, "empty the file");
	file = fdopen(fd, "w");
	if (!file)
		return fail(e, errno, "write the page");
	rc = html_render(r, comparison, file);
	if (fclose(file) || rc)
		return fail(e, errno, "write the page");
	e->where[0] = '\0';
	return 0;
}
